// Which dtypes a layer computes in and keeps its weights in (Keras's DTypePolicy).
#pragma once

#include <string>

#include "candor/nn/config.h"

namespace candor {

/// "float32", "float64", "bfloat16", "float16": both in that dtype. "mixed_bfloat16", "mixed_float16": computing in 16 bits by weights kept in
/// f32 (Micikevicius et al. 2018); normalisation, embedding, recurrent layers, losses and metrics compute in f32 all the same.
class DTypePolicy {
 public:
  /// Undefined: a layer computes in the dtype of its first input.
  DTypePolicy() = default;
  /// Throws Error (invalid_argument) that lists the names.
  DTypePolicy(const std::string& name);
  DTypePolicy(const char* name) : DTypePolicy(std::string(name)) {}

  bool defined() const { return !name_.empty(); }
  const std::string& name() const { return name_; }
  DType compute_dtype() const { return compute_; }
  DType variable_dtype() const { return variable_; }
  bool mixed() const { return defined() && compute_ != variable_; }

  /// {"class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}}.
  Config config() const;
  /// From that, or from a name. Undefined for null and for a dtype that is not floating, as layers of whole numbers have.
  static DTypePolicy from_config(const Config* config);
  bool operator==(const DTypePolicy&) const = default;

 private:
  std::string name_;
  DType compute_ = DType::f32, variable_ = DType::f32;
};

/// The policy of layers that are made from now on, on any thread; undefined at first. Layer::set_dtype_policy sets one layer's own.
void set_dtype_policy(const DTypePolicy& policy);
DTypePolicy dtype_policy();

namespace detail {
/// Layers of this class compute in f32 under a mixed policy: sums over many elements, tables and states that add up.
bool prefers_f32(const std::string& kind);
}  // namespace detail

}  // namespace candor
