// Low-rank adaptation (Hu et al. 2021): a kernel stays as it is and alpha / rank * a . b is added to it, of which a and b train.
#pragma once

#include <optional>

#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"

namespace candor {

struct LoraOptions {
  std::optional<double> lora_alpha{};  ///< none: the rank, so that a . b is added as it is
  Initializer a_initializer = "he_uniform";
  Initializer b_initializer = "zeros";
};

namespace detail {

/// The two factors, of a kernel [..., columns]: a [..., rank] and b [rank, columns].
class Lora {
 public:
  bool enabled() const { return a.defined(); }
  std::int64_t rank = 0;
  double alpha = 0;
  Variable a, b;
  /// kernel + alpha / rank * a . b, of the kernel's dtype; the kernel itself when not enabled.
  Tensor added_to(const Tensor& kernel) const;
  /// "lora_rank" and "lora_alpha", when enabled or asked for.
  void config(Config& c) const;
};

/// A layer whose kernel can be adapted.
class LoraHolder {
 public:
  virtual ~LoraHolder() = default;
  /// Freezes the kernel and makes a and b. Throws Error (invalid_argument) for a layer that is not built, has it already, or has a constraint.
  virtual void enable_lora(std::int64_t rank, const LoraOptions& options) = 0;
  Lora lora;
};

/// Throws Error (invalid_argument) unless the rank is at least 1, and when there is a constraint, which the sum of both parts would not keep.
void require_lora_rank(const char* layer, const std::optional<std::int64_t>& rank, const Constraint& constraint);

}  // namespace detail
}  // namespace candor
