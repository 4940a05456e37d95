// Row log_gamma_draw: the logarithm of a draw from Gamma(alpha, 1), by Marsaglia and Tsang, "A simple method for generating gamma
// variables" (ACM TOMS 26, 2000). The logarithm, as draws of a small alpha lie below the smallest float. gamma and beta are made of it.
#include <cmath>

#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/random.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 1, "log_gamma_draw");
  rules::expect_floating(in[0], "log_gamma_draw", "alpha");
  return {in[0]};
}

double log_draw(double alpha, const RandomStream& stream, std::uint64_t i) {
  // Below 1: a draw for alpha + 1, times u^(1 / alpha).
  const double boost = alpha < 1 ? std::log(static_cast<double>(stream.uniform(i)) + 0x1p-25) / alpha : 0;
  const double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (std::uint64_t attempt = 1;; ++attempt) {
    const RandomStream own = stream.derived(attempt);
    const double z = own.normal(2 * i), v = std::pow(1 + c * z, 3);
    if (v <= 0) continue;
    const double u = static_cast<double>(own.derived(0).uniform(2 * i + 1)) + 0x1p-25;
    if (std::log(u) < 0.5 * z * z + d - d * v + d * std::log(v)) return std::log(d * v) + boost;
  }
}

void run(const KernelArgs& args) {
  const RandomStream stream = detail::random_stream(*args.run, args.node->attrs.integer("op_id"));
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t i = 0, n = args.node->in[0].size(); i < n; ++i) {
      const auto alpha = static_cast<double>(reference::load(args.input<T>(0)[i]));
      if (!(alpha > 0 && std::isfinite(alpha))) fail(ErrorKind::invalid_argument, "gamma: alpha must be positive, entry " + std::to_string(i) + " is " + std::to_string(alpha));
      reference::store(args.output<T>(0)[i], log_draw(alpha, stream, static_cast<std::uint64_t>(i)));
    }
  });
}

Tensor log_gamma(const Tensor& alpha) { return apply("log_gamma_draw", {alpha}, Attrs().set("op_id", AttrValue(detail::next_op_id()))); }

}  // namespace

void register_gamma() { register_op({.name = "log_gamma_draw", .infer = infer, .reference = run, .random = true}); }

namespace ops {
Tensor gamma(const Tensor& alpha) { return exp(log_gamma(alpha)); }
Tensor beta(const Tensor& alpha, const Tensor& beta) { return sigmoid(log_gamma(alpha) - log_gamma(beta)); }
}  // namespace ops

}  // namespace candor
