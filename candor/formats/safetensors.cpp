#include "candor/formats/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include <nlohmann/json.hpp>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/formats/json.h"

namespace candor::formats {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "the file is little-endian and is used in place");

// The limit of the format's own reader.
constexpr std::uint64_t max_header = 100'000'000;
constexpr std::uint64_t max_bytes = std::uint64_t{1} << 62;

struct Kind {
  const char* name;
  std::size_t bytes;
  std::optional<DType> dtype;  // none: known to the format, not to Candor
};
constexpr std::array<Kind, 16> kinds{{{"F32", 4, DType::f32},
                                      {"F64", 8, DType::f64},
                                      {"BF16", 2, DType::bf16},
                                      {"F16", 2, DType::f16},
                                      {"I8", 1, DType::i8},
                                      {"U8", 1, DType::u8},
                                      {"I32", 4, DType::i32},
                                      {"I64", 8, DType::i64},
                                      {"BOOL", 1, DType::boolean},
                                      {"I16", 2, {}},
                                      {"U16", 2, {}},
                                      {"U32", 4, {}},
                                      {"U64", 8, {}},
                                      {"C64", 8, {}},
                                      {"F8_E4M3", 1, {}},
                                      {"F8_E5M2", 1, {}}}};

const Kind* find_kind(const std::string& name) {
  const auto* found = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) { return name == k.name; });
  return found == kinds.end() ? nullptr : found;
}
const Kind& kind_of(DType dtype) {
  return *std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) { return k.dtype == dtype; });
}

// A JSON value as it stands in a message.
std::string shown(const json& value) {
  const std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  return text.size() > 80 ? text.substr(0, 80) + "..." : text;
}

// A non-negative whole number below 2^62; `what` names it in the message.
std::uint64_t whole(const json& value, const std::string& what) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= max_bytes) {
    fail(ErrorKind::corrupt, what + " must be a whole number from 0 to 2^62, and is " + shown(value));
  }
  return value.get<std::uint64_t>();
}

SafetensorsEntry read_entry(const std::string& at, const json& value, std::size_t data_size) {
  if (!value.is_object()) fail(ErrorKind::corrupt, at + ": not an object with dtype, shape and data_offsets");
  for (const char* key : {"dtype", "shape", "data_offsets"}) {
    if (!value.contains(key)) fail(ErrorKind::corrupt, at + ": '" + key + "' is missing");
  }
  SafetensorsEntry entry;
  const json& dtype = value["dtype"];
  if (!dtype.is_string() || !find_kind(dtype.get<std::string>())) {
    fail(ErrorKind::corrupt, at + ": unknown dtype " + shown(dtype));
  }
  entry.dtype = dtype.get<std::string>();

  const json& shape = value["shape"];
  if (!shape.is_array()) fail(ErrorKind::corrupt, at + ": shape is not a list");
  if (shape.size() > Shape::max_rank) {
    fail(ErrorKind::corrupt, at + ": shape has " + std::to_string(shape.size()) + " axes; at most " + std::to_string(Shape::max_rank) + " are possible");
  }
  std::uint64_t bytes = find_kind(entry.dtype)->bytes;
  bool empty = false;
  for (const json& extent : shape) {
    const std::uint64_t n = whole(extent, at + ": an extent of its shape");
    entry.shape.push_back(static_cast<std::int64_t>(n));
    if (n == 0) empty = true;
    else if (bytes > max_bytes / n) fail(ErrorKind::corrupt, at + ": shape " + shown(shape) + " is too large for any memory");
    else bytes *= n;
  }
  if (empty) bytes = 0;

  const json& offsets = value["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2) fail(ErrorKind::corrupt, at + ": data_offsets is not a pair of numbers");
  const std::uint64_t begin = whole(offsets[0], at + ": its first offset"), end = whole(offsets[1], at + ": its second offset");
  const std::string range = "[" + std::to_string(begin) + ", " + std::to_string(end) + "]";
  if (begin > end) fail(ErrorKind::corrupt, at + ": data_offsets " + range + " run backwards");
  if (end > data_size) {
    fail(ErrorKind::corrupt, at + ": data_offsets " + range + " reach beyond the " + std::to_string(data_size) + " bytes of data in the file (cut off?)");
  }
  if (end - begin != bytes) {
    fail(ErrorKind::corrupt, at + ": " + entry.dtype + shown(shape) + " takes " + std::to_string(bytes) + " bytes, but data_offsets " + range +
                                 " hold " + std::to_string(end - begin));
  }
  entry.begin = begin;
  entry.end = end;
  return entry;
}

// Tensors must lie one behind the other and fill the data part: nothing shared, nothing hidden between them.
void check_layout(const std::map<std::string, SafetensorsEntry>& entries, std::size_t data_size, const std::string& name) {
  std::vector<const std::pair<const std::string, SafetensorsEntry>*> order;
  for (const auto& item : entries) order.push_back(&item);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::size_t at = 0;
  std::string before = "the header";
  for (const auto* item : order) {
    const SafetensorsEntry& e = item->second;
    if (e.begin != at) {
      fail(ErrorKind::corrupt, name + ": tensor " + candor::quoted(item->first) + " begins at byte " + std::to_string(e.begin) + ", but " + before +
                                   " ends at " + std::to_string(at) + (e.begin < at ? ": they overlap" : ": there is a gap"));
    }
    at = e.end;
    before = candor::quoted(item->first);
  }
  if (at != data_size) {
    fail(ErrorKind::corrupt, name + ": the tensors end at byte " + std::to_string(at) + " of the data, the file at " + std::to_string(data_size));
  }
}

}  // namespace

Safetensors Safetensors::open(const std::string& path) {
  const MappedFile file(path);
  return parse(file.bytes(), file.owner(), path);
}

Safetensors Safetensors::parse(std::span<const std::byte> bytes, std::shared_ptr<const void> keep, const std::string& name) {
  if (bytes.size() < 8) fail(ErrorKind::corrupt, name + ": not a safetensors file: " + std::to_string(bytes.size()) + " bytes, at least 8 are needed");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  if (length > max_header) {
    fail(ErrorKind::corrupt, name + ": not a safetensors file: a header of " + std::to_string(length) + " bytes is announced (limit " +
                                 std::to_string(max_header) + ")");
  }
  if (length > bytes.size() - 8) {
    fail(ErrorKind::corrupt, name + ": cut off: the header takes " + std::to_string(length) + " bytes, the file has " + std::to_string(bytes.size() - 8) +
                                 " behind its first 8");
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, length);
  if (text.empty() || text.front() != '{') fail(ErrorKind::corrupt, name + ": not a safetensors file: its header does not begin with '{'");

  Safetensors file;
  file.name_ = name;
  file.keep_ = std::move(keep);
  file.data_ = bytes.subspan(8 + length);
  const json header = parse_json(text, name + ": header", 4);
  for (const auto& [key, value] : header.items()) {
    if (key == "__metadata__") {
      if (!value.is_object()) fail(ErrorKind::corrupt, name + ": __metadata__ is not an object");
      for (const auto& [word, content] : value.items()) {
        if (!content.is_string()) fail(ErrorKind::corrupt, name + ": __metadata__: " + candor::quoted(word) + " is not a string");
        file.metadata_[word] = content.get<std::string>();
      }
    } else {
      file.entries_[key] = read_entry(name + ": tensor " + candor::quoted(key), value, file.data_.size());
    }
  }
  check_layout(file.entries_, file.data_.size(), name);
  return file;
}

bool Safetensors::contains(const std::string& tensor) const { return entries_.count(tensor) != 0; }

Tensor Safetensors::tensor(const std::string& wanted) const {
  const auto found = entries_.find(wanted);
  if (found == entries_.end()) {
    fail(ErrorKind::not_found, name_ + ": no tensor " + candor::quoted(wanted) + " among its " + std::to_string(entries_.size()));
  }
  const SafetensorsEntry& entry = found->second;
  const Kind& kind = *find_kind(entry.dtype);
  if (!kind.dtype) fail(ErrorKind::unsupported, name_ + ": tensor " + candor::quoted(wanted) + " has dtype " + entry.dtype + ", which Candor has not");
  const TensorType type{Shape(entry.shape), *kind.dtype};
  const std::byte* from = data_.data() + entry.begin;
  // Booleans are read byte by byte: only 0 and 1 are values of bool.
  if (type.dtype != DType::boolean && reinterpret_cast<std::uintptr_t>(from) % kind.bytes == 0) {
    return Tensor::over(std::make_shared<Storage>(const_cast<std::byte*>(from), type.bytes(), keep_), type);
  }
  Tensor copy = Tensor::empty(type.shape, type.dtype);
  if (type.dtype == DType::boolean) {
    bool* to = copy.mutable_data<bool>();
    for (std::size_t i = 0; i < type.bytes(); ++i) to[i] = from[i] != std::byte{0};
  } else if (type.bytes() != 0) {
    std::memcpy(copy.raw(), from, type.bytes());
  }
  return copy;
}

namespace {

/// Header and tensors, piece by piece: a file as large as memory need not lie in memory twice.
template <class Write>
void write_pieces(const std::vector<std::pair<std::string, Tensor>>& tensors, const std::map<std::string, std::string>& metadata, Write&& write) {
  // Widest elements first: then every tensor begins at a multiple of its element size without gaps, as the format wants.
  std::vector<const std::pair<std::string, Tensor>*> order;
  for (const auto& item : tensors) order.push_back(&item);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return size_of(a->second.dtype()) > size_of(b->second.dtype()); });

  json header = json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t at = 0;
  for (const auto* item : order) {
    const auto& [name, tensor] = *item;
    if (name.empty() || name == "__metadata__") fail(ErrorKind::invalid_argument, "safetensors: a tensor cannot be named '" + name + "'");
    if (header.contains(name)) fail(ErrorKind::invalid_argument, "safetensors: two tensors are named '" + name + "'");
    const std::size_t bytes = tensor.type().bytes();
    header[name] = {{"dtype", kind_of(tensor.dtype()).name}, {"shape", tensor.shape().to_vector()}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const json::exception&) {
    fail(ErrorKind::invalid_argument, "safetensors: a tensor's name or the metadata is not valid UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');

  char size[8];
  const std::uint64_t length = text.size();
  std::memcpy(size, &length, 8);
  write(std::string_view(size, 8));
  write(std::string_view(text));
  for (const auto* item : order) {
    const Tensor whole_tensor = item->second.contiguous();
    write(std::string_view(static_cast<const char*>(whole_tensor.raw()), whole_tensor.type().bytes()));
  }
}

}  // namespace

std::string safetensors_bytes(const std::vector<std::pair<std::string, Tensor>>& tensors, const std::map<std::string, std::string>& metadata) {
  std::string out;
  write_pieces(tensors, metadata, [&](std::string_view piece) { out += piece; });
  return out;
}

void save_safetensors(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  AtomicFile file(path);
  write_pieces(tensors, metadata, [&](std::string_view piece) { file.write(piece); });
  file.commit();
}

}  // namespace candor::formats
