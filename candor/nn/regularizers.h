// Penalties on weights, added to the training loss.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "candor/base/function.h"
#include "candor/nn/config.h"

namespace candor {

/// A penalty: L1{}, L2{}, L1L2{}, OrthogonalRegularizer{}, their names, or a function of one's own from the weight to a scalar. An empty one
/// adds nothing.
class Regularizer {
 public:
  using Rule = Function<Tensor(const Tensor&)>;
  using result_type = Tensor;

  Regularizer() = default;
  /// By name with Keras's defaults: "l1", "l2", "l1_l2", "orthogonal_regularizer" or the class's. Throws Error (invalid_argument) for another.
  Regularizer(std::string_view name);
  Regularizer(const char* name) : Regularizer(std::string_view(name)) {}
  /// A function of one's own under a name. It is written by that name and cannot be read back.
  template <class F>
    requires(!std::is_same_v<F, Regularizer> && std::is_invocable_r_v<Tensor, F&, const Tensor&>)
  Regularizer(F rule, std::string name = "function") : rule_(std::move(rule)), config_(named(std::move(name))) {}

  bool defined() const { return static_cast<bool>(rule_); }
  explicit operator bool() const { return defined(); }
  /// The penalty, a scalar of w's dtype; undefined when empty. Throws Error (shape) when a function of one's own gives something else.
  Tensor operator()(const Tensor& w) const;
  /// Null when empty, else {"class_name": "L2", "config": {"l2": 0.01}} in Keras's words.
  Config config() const { return config_; }
  /// The penalty that config() described; null pointer, null: none. A text is a name. Throws Error (corrupt) for an unknown class.
  static Regularizer from_config(const Config* config);

 private:
  friend struct RegularizerAccess;
  static Config named(std::string name);
  Rule rule_;
  Config config_;
};

/// l1 * sum(|w|). Like all factors here it must be finite and not negative (Error (invalid_argument)).
struct L1 {
  double l1 = 0.01;
  operator Regularizer() const;
};

/// l2 * sum(w^2).
struct L2 {
  double l2 = 0.01;
  operator Regularizer() const;
};

/// l1 * sum(|w|) + l2 * sum(w^2).
struct L1L2 {
  double l1 = 0, l2 = 0;
  operator Regularizer() const;
};

/// Keeps the rows (mode "rows") or columns ("columns") of a matrix apart: factor times the mean of |cosine| over pairs of them; 0 for a single
/// one. Throws Error (shape) when the weight has not two axes.
struct OrthogonalRegularizer {
  double factor = 0.01;
  std::string mode = "rows";
  operator Regularizer() const;
};

}  // namespace candor
