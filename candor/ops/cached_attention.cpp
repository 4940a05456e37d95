// Row cached_attention: attention of steps that go on from a cache of the keys and values before them.
#include <cmath>

#include "candor/ops/attention.h"
#include "candor/ops/attention_form.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using attention::CachedForm;

[[noreturn]] void refuse_cached(const std::string& what) { fail(ErrorKind::shape, std::string(attention::cached_name) + ": " + what); }

std::vector<TensorType> infer_cached(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 4, attention::cached_name);
  rules::expect_floating(in[0], attention::cached_name, "query");
  rules::expect_same_dtype(in[0], in[1], attention::cached_name);
  rules::expect_same_dtype(in[0], in[2], attention::cached_name);
  rules::expect_index(in[3], attention::cached_name, "start");
  const Shape &q = in[0].shape, &k = in[1].shape, &v = in[2].shape;
  if (q.rank() != 4 || k.rank() != 4 || v.rank() != 4)
    refuse_cached("query, key and value are [batch, length, heads, head], got " + to_string(q) + ", " + to_string(k) + " and " + to_string(v));
  if (k.without(-1) != v.without(-1)) refuse_cached("key " + to_string(k) + " and value " + to_string(v) + " differ in batch, length or heads");
  if (q[0] != k[0] || q[3] != k[3]) refuse_cached("query " + to_string(q) + " and key " + to_string(k) + " differ in batch or the size of a head");
  if (k[2] == 0 || q[2] % k[2] != 0) refuse_cached(std::to_string(q[2]) + " query heads are no multiple of " + std::to_string(k[2]) + " key heads");
  if (in[3].size() != 1) refuse_cached("start is one number, got " + to_string(in[3]));
  if (q[1] > k[1]) refuse_cached("the cache has room for " + std::to_string(k[1]) + " steps, the query has " + std::to_string(q[1]));
  if (attrs.integer("window") < 0) fail(ErrorKind::invalid_argument, "cached_attention: window must not be negative, is " + std::to_string(attrs.integer("window")));
  return {{Shape{q[0], q[1], q[2], v[3]}, in[0].dtype}};
}

void cached_kernel(const KernelArgs& args) {
  const CachedForm f(*args.node);
  const std::int64_t start = f.start_of(args);
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T *q = args.input<T>(0), *k = args.input<T>(1), *v = args.input<T>(2);
    std::vector<double> weights(static_cast<std::size_t>(f.keys));
    const auto number = [](const T& x) { return static_cast<double>(reference::load(x)); };
    for (std::int64_t b = 0; b < f.batch; ++b)
      for (std::int64_t t = 0; t < f.queries; ++t)
        for (std::int64_t h = 0; h < f.heads; ++h) {
          const std::int64_t end = start + t + 1, first = f.first_key(end), kh = h / f.group();
          double largest = -std::numeric_limits<double>::infinity(), total = 0;
          for (std::int64_t s = first; s < end; ++s) {
            double score = 0;
            for (std::int64_t i = 0; i < f.head; ++i) score += number(q[((b * f.queries + t) * f.heads + h) * f.head + i]) * number(k[((b * f.keys + s) * f.key_heads + kh) * f.head + i]);
            weights[static_cast<std::size_t>(s)] = score *= f.scale;
            largest = largest != largest || score <= largest ? largest : score;
          }
          for (std::int64_t s = first; s < end; ++s) total += weights[static_cast<std::size_t>(s)] = std::exp(weights[static_cast<std::size_t>(s)] - largest);
          for (std::int64_t i = 0; i < f.value_head; ++i) {
            double sum = 0;
            for (std::int64_t s = first; s < end; ++s) sum += weights[static_cast<std::size_t>(s)] / total * number(v[((b * f.keys + s) * f.key_heads + kh) * f.value_head + i]);
            reference::store(args.output<T>(0)[((b * f.queries + t) * f.heads + h) * f.value_head + i], sum);
          }
        }
  });
}

/// The same as attention under a mask, whose gradient is known.
std::vector<Tensor> cached_gradient(const GradientArgs& args) {
  const CachedForm f(args.node);
  std::vector<Tensor> result(4);
  if (!args.cotangents[0].defined()) return result;
  const Tensor at = reshape(Tensor::arange(f.queries), {f.queries, 1}) + reshape(cast(args.in[3], DType::i64), Shape{1, 1}), key = reshape(Tensor::arange(f.keys), {1, f.keys});
  Tensor open = less_equal(key, at);
  if (f.window > 0) open = logical_and(open, greater(key, at - Tensor::full({}, static_cast<double>(f.window), DType::i64)));
  const Attrs attrs{{"scale", f.scale}, {"causal", false}, {"bias", false}, {"mask", true}};
  std::vector<Tensor> inputs{args.in[0], args.in[1], args.in[2], reshape(open, Shape{1, 1, f.queries, f.keys})};
  const std::vector<Tensor> forward = apply_all(op(attention::name), inputs, attrs);
  inputs.insert(inputs.end(), {forward[0], forward[1], args.cotangents[0]});
  Attrs backward = attrs;
  const std::vector<Tensor> found = apply_all(op(attention::gradient_name), inputs, backward.set("bias_gradient", false));
  for (std::size_t i = 0; i < 3; ++i) result[i] = found[i];
  return result;
}

double cached_flops(const NodeInfo& node) {  // of a cache that is full
  const CachedForm f(node);
  return static_cast<double>(f.batch * f.heads * f.queries * f.keys) * (2 * static_cast<double>(f.head + f.value_head) + 5);
}

}  // namespace

void register_cached_attention() {
  register_op({.name = attention::cached_name, .infer = infer_cached, .gradient = cached_gradient, .reference = cached_kernel, .flops = cached_flops});
}

Tensor cached_attention(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& start, CachedAttentionOptions options) {
  if (query.rank() == 0) refuse_cached("query, key and value are [batch, length, heads, head], got " + to_string(query.shape()));
  const double scale = options.scale ? *options.scale : 1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(query.shape(-1), 1)));
  return apply(attention::cached_name, {query, key, value, start}, {{"scale", scale}, {"window", options.window}});
}

}  // namespace candor
