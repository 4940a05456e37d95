// What a weight must satisfy: a projection that the optimizer applies to it after each update.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "candor/base/function.h"
#include "candor/nn/config.h"
#include "candor/ops/reduce.h"

namespace candor {

/// A projection of a weight: MaxNorm{}, NonNeg{}, UnitNorm{}, MinMaxNorm{}, their names, or a function of one's own that gives a tensor of
/// the weight's shape and dtype. An empty one does nothing.
class Constraint {
 public:
  using Rule = Function<Tensor(const Tensor&)>;
  using result_type = Tensor;

  Constraint() = default;
  /// By name with Keras's defaults: "max_norm" or "MaxNorm", "min_max_norm", "non_neg", "unit_norm". Throws Error (invalid_argument) for another.
  Constraint(std::string_view name);
  Constraint(const char* name) : Constraint(std::string_view(name)) {}
  /// A function of one's own under a name. It is written by that name and cannot be read back.
  template <class F>
    requires(!std::is_same_v<F, Constraint> && std::is_invocable_r_v<Tensor, F&, const Tensor&>)
  Constraint(F rule, std::string name = "function") : rule_(std::move(rule)), config_(named(std::move(name))) {}

  bool defined() const { return static_cast<bool>(rule_); }
  explicit operator bool() const { return defined(); }
  /// The projected weight. Throws Error (shape) when a function of one's own gives another shape or dtype, or an axis is out of range.
  Tensor operator()(const Tensor& w) const;
  /// Null when empty, else {"class_name": "MaxNorm", "config": {...}} in Keras's words.
  Config config() const { return config_; }
  /// The constraint that config() described; null pointer, null: none. A text is a name. Throws Error (corrupt) for an unknown class.
  static Constraint from_config(const Config* config);

 private:
  friend struct ConstraintAccess;
  static Config named(std::string name);
  Rule rule_;
  Config config_;
};

/// Norms over `axis` of at most max_value: w * min(norm, max_value) / (1e-7 + norm). axis: those the norm sums over, {0} for a Dense kernel
/// [in, out], {0, 1, 2} for a Conv2D kernel. max_value must not be negative.
struct MaxNorm {
  double max_value = 2;
  Axes axis = {0};
  operator Constraint() const;
};

/// Negative weights become 0.
struct NonNeg {
  operator Constraint() const;
};

/// Norms over `axis` of 1: w / (1e-7 + norm).
struct UnitNorm {
  Axes axis = {0};
  operator Constraint() const;
};

/// Norms over `axis` between min_value and max_value, moved there by the share `rate` of the way at each update:
/// w * (rate * clip(norm, min_value, max_value) + (1 - rate) * norm) / (1e-7 + norm). 0 <= min_value <= max_value, rate in [0, 1].
struct MinMaxNorm {
  double min_value = 0, max_value = 1, rate = 1;
  Axes axis = {0};
  operator Constraint() const;
};

}  // namespace candor
