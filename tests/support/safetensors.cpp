#include "tests/support/safetensors.h"

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace candor::testing {
namespace {

DType dtype_of_name(const std::string& name) {
  static const std::map<std::string, DType> names = {{"F64", DType::f64}, {"F32", DType::f32}, {"F16", DType::f16}, {"BF16", DType::bf16}, {"I64", DType::i64},
                                                     {"I32", DType::i32}, {"I16", DType::i32}, {"I8", DType::i8},   {"U8", DType::u8},   {"BOOL", DType::boolean}};
  return names.at(name);
}

}  // namespace

Safetensors::Safetensors(const std::filesystem::path& path) : path_(path.string()) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path_);
  std::uint64_t length = 0;
  file.read(reinterpret_cast<char*>(&length), sizeof length);
  if (!file || length > (std::uint64_t{1} << 32)) throw std::runtime_error("no safetensors header in " + path_);
  std::string text(length, '\0');
  file.read(text.data(), static_cast<std::streamsize>(length));
  bytes_.assign(std::istreambuf_iterator<char>(file), {});
  const auto header = nlohmann::json::parse(text);
  for (const auto& [key, value] : header.items()) {
    if (key == "__metadata__") continue;
    Entry entry;
    entry.type = {Shape(value.at("shape").get<std::vector<std::int64_t>>()), dtype_of_name(value.at("dtype").get<std::string>())};
    entry.begin = value.at("data_offsets").at(0).get<std::size_t>();
    entry.sixteen = value.at("dtype") == "I16";
    if (entry.begin + entry.type.bytes() / (entry.sixteen ? 2 : 1) > bytes_.size()) throw std::runtime_error(key + " reaches past the end of " + path_);
    entries_[key] = entry;
  }
}

Tensor Safetensors::get(const std::string& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) throw std::runtime_error("no tensor " + key + " in " + path_);
  const Entry& entry = found->second;
  Tensor tensor = Tensor::empty(entry.type.shape, entry.type.dtype);
  if (entry.sixteen) {
    auto* out = tensor.mutable_data<std::int32_t>();
    for (std::int64_t i = 0; i < entry.type.shape.size(); ++i) {
      std::int16_t value = 0;
      std::memcpy(&value, bytes_.data() + entry.begin + static_cast<std::size_t>(i) * sizeof value, sizeof value);
      out[i] = value;
    }
    return tensor;
  }
  if (entry.type.bytes()) std::memcpy(tensor.raw(), bytes_.data() + entry.begin, entry.type.bytes());
  return tensor;
}

std::vector<std::string> Safetensors::keys() const {
  std::vector<std::string> result;
  for (const auto& [key, entry] : entries_) result.push_back(key);
  return result;
}

}  // namespace candor::testing
