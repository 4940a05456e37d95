// Rows uniform, normal, truncated_normal, bernoulli, permutation; dropout is written with bernoulli and where.
#include "candor/ops/random.h"

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"
#include "candor/tensor/random.h"

namespace candor {

RandomStream detail::random_stream(const RunState& run, std::int64_t op_id) {
  // A negative id carries a seed of its own: ops::SeedScope.
  return RandomStream{op_id < 0 ? 0 : run.seed, run.step}.derived(static_cast<std::uint64_t>(op_id));
}

namespace {

RandomStream stream_of(const KernelArgs& args) { return detail::random_stream(*args.run, args.node->attrs.integer("op_id")); }

template <rules::Name N>
std::vector<TensorType> infer_numbers(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 0, N.str());
  const TensorType type{attrs.shape("shape"), attrs.dtype("dtype")};
  if (!is_floating(type.dtype))
    fail(ErrorKind::dtype, N.str() + ": dtype must be floating point, got " + std::string(to_string(type.dtype)));
  return {type};
}

// out[i] = draw(i), rounded once from float.
template <class Draw>
void fill(const KernelArgs& args, Draw draw) {
  reference::visit_floating(args.node->out[0].dtype, [&](auto zero) {
    auto* out = args.output<decltype(zero)>(0);
    for (std::int64_t i = 0, n = args.node->out[0].size(); i < n; ++i) reference::store(out[i], draw(static_cast<std::uint64_t>(i)));
  });
}

void uniform_kernel(const KernelArgs& args) {
  const RandomStream stream = stream_of(args);
  const auto low = static_cast<float>(args.node->attrs.number("low")), width = static_cast<float>(args.node->attrs.number("high")) - low;
  fill(args, [&](std::uint64_t i) { return low + width * stream.uniform(i); });
}
void normal_kernel(const KernelArgs& args) {
  const RandomStream stream = stream_of(args);
  const auto mean = static_cast<float>(args.node->attrs.number("mean")), deviation = static_cast<float>(args.node->attrs.number("deviation"));
  fill(args, [&](std::uint64_t i) { return mean + deviation * stream.normal(i); });
}
void truncated_normal_kernel(const KernelArgs& args) {
  const RandomStream stream = stream_of(args);
  const auto mean = static_cast<float>(args.node->attrs.number("mean")), deviation = static_cast<float>(args.node->attrs.number("deviation"));
  fill(args, [&](std::uint64_t i) {
    float z = stream.normal(i);
    for (std::uint64_t attempt = 1; z < -2.f || z > 2.f; ++attempt) z = stream.derived(attempt).normal(i);
    return mean + deviation * z;
  });
}

std::vector<TensorType> infer_bernoulli(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 0, "bernoulli");
  return {{attrs.shape("shape"), DType::boolean}};
}
void bernoulli_kernel(const KernelArgs& args) {
  const RandomStream stream = stream_of(args);
  const auto probability = static_cast<float>(args.node->attrs.number("probability"));
  bool* out = args.output<bool>(0);
  for (std::int64_t i = 0, n = args.node->out[0].size(); i < n; ++i) out[i] = stream.uniform(static_cast<std::uint64_t>(i)) < probability;
}

std::vector<TensorType> infer_permutation(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 0, "permutation");
  return {{Shape{attrs.integer("n")}, DType::i64}};
}
void permutation_kernel(const KernelArgs& args) {
  const std::int64_t n = args.node->attrs.integer("n");
  if (n == 0) return;
  const Permutation permutation(static_cast<std::uint64_t>(n), stream_of(args));
  auto* out = args.output<std::int64_t>(0);
  for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<std::int64_t>(permutation.at(static_cast<std::uint64_t>(i)));
}

Tensor draw(std::string_view name, Attrs attrs) { return apply(name, {}, attrs.set("op_id", AttrValue(detail::next_op_id()))); }

void expect_probability(double value, bool below_one, const char* what) {
  if (!(value >= 0 && (below_one ? value < 1 : value <= 1)))
    fail(ErrorKind::invalid_argument, std::string(what) + " must lie in [0, 1" + (below_one ? ")" : "]") + ", got " + std::to_string(value));
}

}  // namespace

void register_random() {
  register_op({.name = "uniform", .infer = infer_numbers<"uniform">, .reference = uniform_kernel, .elementwise = true, .random = true});
  register_op({.name = "normal", .infer = infer_numbers<"normal">, .reference = normal_kernel, .random = true});
  register_op({.name = "truncated_normal", .infer = infer_numbers<"truncated_normal">, .reference = truncated_normal_kernel, .random = true});
  register_op({.name = "bernoulli", .infer = infer_bernoulli, .reference = bernoulli_kernel, .elementwise = true, .random = true});
  register_op({.name = "permutation", .infer = infer_permutation, .reference = permutation_kernel, .random = true});
}

namespace ops {

Tensor uniform(const Shape& shape, double low, double high, DType dtype) {
  if (!(low <= high)) fail(ErrorKind::invalid_argument, "uniform: low must not exceed high, got " + std::to_string(low) + " and " + std::to_string(high));
  return draw("uniform", {{"shape", shape.to_vector()}, {"low", low}, {"high", high}, {"dtype", dtype}});
}
Tensor normal(const Shape& shape, double mean, double deviation, DType dtype) {
  return draw("normal", {{"shape", shape.to_vector()}, {"mean", mean}, {"deviation", deviation}, {"dtype", dtype}});
}
Tensor truncated_normal(const Shape& shape, double mean, double deviation, DType dtype) {
  return draw("truncated_normal", {{"shape", shape.to_vector()}, {"mean", mean}, {"deviation", deviation}, {"dtype", dtype}});
}
Tensor bernoulli(const Shape& shape, double probability) {
  expect_probability(probability, false, "bernoulli: probability");
  return draw("bernoulli", {{"shape", shape.to_vector()}, {"probability", probability}});
}
Tensor permutation(std::int64_t n) {
  if (n < 0) fail(ErrorKind::invalid_argument, "permutation: n must not be negative, got " + std::to_string(n));
  return draw("permutation", {{"n", n}});
}

// The mask is a node of its own that depends on nothing but the run: whoever reads it can draw it again instead of keeping it.
Tensor dropout(const Tensor& x, double rate, const std::vector<std::int64_t>& noise_shape) {
  expect_probability(rate, true, "dropout: rate");
  if (rate == 0) return x;
  const Shape shape = noise_shape.empty() ? x.shape() : Shape(noise_shape);
  if (broadcast(x.shape(), shape, "dropout") != x.shape())
    fail(ErrorKind::shape, "dropout: noise shape " + to_string(shape) + " does not broadcast to " + to_string(x.shape()));
  const Tensor keep = bernoulli(shape, 1 - rate);
  return where(keep, x * rules::scalar(1 / (1 - rate), x), rules::scalar(0, x));
}

}  // namespace ops
}  // namespace candor
