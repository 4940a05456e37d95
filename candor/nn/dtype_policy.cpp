#include "candor/nn/dtype_policy.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "candor/base/error.h"

namespace candor {
namespace {

std::mutex guard;
DTypePolicy& global_policy() {
  static DTypePolicy policy;
  return policy;
}

}  // namespace

DTypePolicy::DTypePolicy(const std::string& name) : name_(name) {
  const bool mixed = name.starts_with("mixed_");
  const std::string dtype = mixed ? name.substr(6) : name;
  const std::array<std::pair<const char*, DType>, 4> known{{{"float32", DType::f32}, {"float64", DType::f64}, {"bfloat16", DType::bf16}, {"float16", DType::f16}}};
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& row) { return dtype == row.first; });
  if (found == known.end() || (mixed && size_of(found->second) != 2)) {
    fail(ErrorKind::invalid_argument, "dtype policy: '" + name + "' is not known; there are float32, float64, bfloat16, float16, mixed_bfloat16 and mixed_float16");
  }
  compute_ = found->second;
  variable_ = mixed ? DType::f32 : compute_;
}

Config DTypePolicy::config() const {
  if (!defined()) return {};
  if (!name_.starts_with("mixed_")) return name_;
  return {{"class_name", "DTypePolicy"}, {"config", Config{{"name", name_}}}};
}

DTypePolicy DTypePolicy::from_config(const Config* config) {
  if (!config || config->is_null()) return {};
  if (config->is_map() && config->at("class_name").text() != "DTypePolicy") {
    fail(ErrorKind::unsupported, "dtype policy: " + config->at("class_name").text() + " is not supported; there is DTypePolicy");
  }
  const std::string& name = config->is_text() ? config->text() : config->at("config").at("name").text();
  if (name.starts_with("mixed_")) return name;
  for (const char* other : {"string", "bool", "int", "uint"})
    if (name.starts_with(other)) return {};
  const DType dtype = dtype_from_string(name);
  if (!is_floating(dtype)) return {};
  return dtype == DType::f32 ? "float32" : dtype == DType::f64 ? "float64" : dtype == DType::bf16 ? "bfloat16" : "float16";
}

void set_dtype_policy(const DTypePolicy& policy) {
  const std::lock_guard lock(guard);
  global_policy() = policy;
}

DTypePolicy dtype_policy() {
  const std::lock_guard lock(guard);
  return global_policy();
}

bool detail::prefers_f32(const std::string& kind) {
  if (kind.ends_with("Normalization") || kind.ends_with("Norm") || kind.ends_with("RNN") || kind.ends_with("Cell")) return true;
  for (const char* known : {"Embedding", "Standardize", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "TextVectorization", "CategoryEncoding", "Discretization", "Hashing", "MelSpectrogram", "STFTSpectrogram"})
    if (kind == known) return true;
  return false;
}

}  // namespace candor
