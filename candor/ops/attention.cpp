// Row dot_product_attention. Outputs are the result and, for the gradient, the largest score and the sum of exponentials of each query.
#include "candor/ops/attention.h"

#include "candor/ops/activation.h"
#include "candor/ops/attention_form.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using attention::Form;

[[noreturn]] void complain(const std::string& what) { fail(ErrorKind::shape, std::string(attention::name) + ": " + what); }

void check_operand(const TensorType& operand, const Shape& scores, const char* what) {
  bool fits = operand.shape.rank() == 4;
  for (int i = 0; fits && i < 4; ++i) fits = operand.shape[i] == 1 || operand.shape[i] == scores[i];
  if (!fits) complain(std::string("the ") + what + " must broadcast to [batch, heads, queries, keys] = " + to_string(scores) + " with four axes, got " + to_string(operand.shape));
}

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 3 + std::size_t{attrs.flag("bias")} + std::size_t{attrs.flag("mask")}, attention::name);
  rules::expect_floating(in[0], attention::name, "query");
  rules::expect_same_dtype(in[0], in[1], attention::name);
  rules::expect_same_dtype(in[0], in[2], attention::name);
  const Shape &q = in[0].shape, &k = in[1].shape, &v = in[2].shape;
  if (q.rank() != 4 || k.rank() != 4 || v.rank() != 4)
    complain("query, key and value are [batch, length, heads, head], got " + to_string(q) + ", " + to_string(k) + " and " + to_string(v));
  if (k.without(-1) != v.without(-1)) complain("key " + to_string(k) + " and value " + to_string(v) + " differ in batch, length or heads");
  if (q[0] != k[0]) complain("the batch of query " + to_string(q) + " is not that of key " + to_string(k));
  if (q[3] != k[3]) complain("the heads of query " + to_string(q) + " and key " + to_string(k) + " have other sizes");
  if (k[2] == 0 || q[2] % k[2] != 0) complain(std::to_string(q[2]) + " query heads are no multiple of " + std::to_string(k[2]) + " key heads");
  const Shape scores{q[0], q[2], q[1], k[1]};
  if (attrs.flag("bias")) {
    rules::expect_same_dtype(in[0], in[3], attention::name);
    check_operand(in[3], scores, "bias");
  }
  if (attrs.flag("mask")) {
    rules::expect_bool(in.back(), attention::name, "mask");
    check_operand(in.back(), scores, "mask");
  }
  const DType wide = in[0].dtype == DType::f64 ? DType::f64 : DType::f32;
  return {{Shape{q[0], q[1], q[2], v[3]}, in[0].dtype}, {Shape{q[0], q[2], q[1], 2}, wide}};
}

void kernel(const KernelArgs& args) {
  const Form f(*args.node);
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    using S = std::conditional_t<std::is_same_v<T, double>, double, float>;
    const T* v = args.input<T>(2);
    const auto cells = static_cast<std::size_t>(f.queries * f.keys);
    std::vector<double> weights(cells), statistics(static_cast<std::size_t>(2 * f.queries));
    std::vector<bool> open(cells);
    for (std::int64_t b = 0; b < f.batch; ++b)
      for (std::int64_t h = 0; h < f.heads; ++h) {
        attention::reference_weights<T>(args, f, b, h, weights, open, &statistics);
        for (std::int64_t i = 0; i < 2 * f.queries; ++i) args.output<S>(1)[(b * f.heads + h) * f.queries * 2 + i] = static_cast<S>(statistics[static_cast<std::size_t>(i)]);
        for (std::int64_t t = 0; t < f.queries; ++t)
          for (std::int64_t i = 0; i < f.value_head; ++i) {
            double sum = 0;
            for (std::int64_t s = 0; s < f.keys; ++s)
              sum += weights[static_cast<std::size_t>(t * f.keys + s)] * static_cast<double>(reference::load(v[((b * f.keys + s) * f.key_heads + h / f.group()) * f.value_head + i]));
            reference::store(args.output<T>(0)[((b * f.queries + t) * f.heads + h) * f.value_head + i], sum);
          }
      }
  });
}

std::vector<Tensor> gradient(const GradientArgs& args) {
  std::vector<Tensor> inputs(args.in.begin(), args.in.end());
  if (!args.cotangents[0].defined()) return std::vector<Tensor>(inputs.size());
  const bool bias = args.node.attrs.flag("bias") && args.wanted[3];
  inputs.insert(inputs.end(), {args.out[0], args.out[1], args.cotangents[0]});
  Attrs attrs = args.node.attrs;
  const std::vector<Tensor> found = apply_all(op(attention::gradient_name), inputs, attrs.set("bias_gradient", bias));
  std::vector<Tensor> result(args.in.size());
  for (std::size_t i = 0; i < 3; ++i) result[i] = found[i];
  if (bias) {
    const Shape& shape = args.in[3].shape();
    Axes axes;
    for (int i = 0; i < 4; ++i)
      if (shape[i] == 1 && found[3].shape(i) != 1) axes.push_back(i);
    result[3] = axes.empty() ? found[3] : sum(found[3], axes, true);
  }
  return result;
}

double flops(const NodeInfo& node) {
  const Form f(node);
  return static_cast<double>(f.scores().size()) * (2 * static_cast<double>(f.head + f.value_head) + 5) * (f.causal ? 0.5 : 1);
}

double scale_of(const Tensor& query, const DotProductAttentionOptions& options) {
  return options.scale ? *options.scale : 1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(query.shape(-1), 1)));
}

}  // namespace

void register_attention_forward() { register_op({.name = attention::name, .infer = infer, .gradient = gradient, .reference = kernel, .flops = flops}); }

Tensor dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value, DotProductAttentionOptions options) {
  if (query.rank() == 0) complain("query, key and value are [batch, length, heads, head], got " + to_string(query.shape()));
  std::vector<Tensor> inputs{query, key, value};
  if (options.bias.defined()) inputs.push_back(options.bias);
  if (options.mask.defined()) inputs.push_back(options.mask);
  return apply_all(op(attention::name), inputs,
                   {{"scale", scale_of(query, options)}, {"causal", options.is_causal}, {"bias", options.bias.defined()}, {"mask", options.mask.defined()}})[0];
}

Tensor attention_weights(const Tensor& query, const Tensor& key, const DotProductAttentionOptions& options, bool zero_masked) {
  if (query.rank() != 4 || key.rank() != 4 || key.shape(2) == 0 || query.shape(2) % key.shape(2) != 0)
    complain("query and key are [batch, length, heads, head] with a multiple of the key's heads, got " + to_string(query.shape()) + " and " + to_string(key.shape()));
  const std::int64_t group = query.shape(2) / key.shape(2);
  const Tensor q = transpose(query, {0, 2, 1, 3}), k = transpose(group == 1 ? key : repeat(key, group, 2), {0, 2, 1, 3});
  Tensor scores = matmul(q, k, false, true) * rules::scalar(scale_of(query, options), query);
  if (options.bias.defined()) scores = scores + options.bias;
  Tensor open = options.mask;
  if (options.is_causal) {
    const Tensor causal = causal_mask(query.shape(1), key.shape(1));
    open = open.defined() ? logical_and(open, causal) : causal;
  }
  if (!open.defined()) return softmax(scores);
  const Tensor weights = softmax(where(open, scores, rules::scalar(query.dtype() == DType::f16 ? -65504.0 * 0.7 : attention::masked<double>, scores)));
  return zero_masked ? where(open, weights, rules::scalar(0, scores)) : weights;
}

Tensor causal_mask(std::int64_t queries, std::int64_t keys) {
  return less_equal(reshape(Tensor::arange(keys), {1, keys}), reshape(Tensor::arange(queries), {queries, 1}));
}

}  // namespace candor
