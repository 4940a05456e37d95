// Random ops. In a Program the numbers are a function of the run's seed, its step, the op's id and the element's index.
#pragma once

#include <optional>

#include "candor/ops/run_state.h"
#include "candor/tensor/random.h"

namespace candor::detail {
/// The stream that a random op draws from: element i of the result is made of the stream's number i, in every backend.
RandomStream random_stream(const RunState& run, std::int64_t op_id);
}  // namespace candor::detail

namespace candor::ops {

/// Random ops called on this thread while it lives draw from this seed instead of the run's: the numbers of a layer with a seed of its own. They
/// still differ from step to step and from op to op. Without a seed it does nothing.
class SeedScope {
 public:
  explicit SeedScope(std::optional<std::uint64_t> seed);
  ~SeedScope();
  SeedScope(const SeedScope&) = delete;
  SeedScope& operator=(const SeedScope&) = delete;

 private:
  std::optional<std::uint64_t> before_;
};

Tensor uniform(const Shape& shape, double low = 0, double high = 1, DType dtype = DType::f32);
Tensor normal(const Shape& shape, double mean = 0, double deviation = 1, DType dtype = DType::f32);
Tensor truncated_normal(const Shape& shape, double mean = 0, double deviation = 1, DType dtype = DType::f32);
Tensor bernoulli(const Shape& shape, double probability);  ///< bool
Tensor permutation(std::int64_t n);                        ///< i64
/// One draw from Gamma(alpha, 1) for each positive alpha, and from Beta(alpha, beta); of the tensors' dtype. No gradient.
Tensor gamma(const Tensor& alpha);
Tensor beta(const Tensor& alpha, const Tensor& beta);
/// Zeroes a share `rate` in [0, 1) and scales the rest by 1 / (1 - rate). `noise_shape` (empty: x's) broadcasts to x.
Tensor dropout(const Tensor& x, double rate, const std::vector<std::int64_t>& noise_shape = {});

}  // namespace candor::ops
