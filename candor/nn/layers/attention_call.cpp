#include "candor/nn/layers/attention_call.h"

#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor::detail {
namespace {

template <class T, class Options>
Options options_of(const AttentionCall<T>& call) {
  Options options;
  for (const auto& [name, tensor] : {std::pair{"value_mask", call.value_mask}, std::pair{"key_mask", call.key_mask}, std::pair{"attention_mask", call.attention_mask},
                                     std::pair{"attention_bias", call.attention_bias}})
    if (tensor.defined()) options.tensors.emplace_back(name, tensor);
  options.options = Config::map();
  if (call.return_attention_scores) options.options.set("return_attention_scores", true);
  if (call.use_causal_mask) options.options.set("use_causal_mask", true);
  return options;
}

template <class T>
AttentionResult<T> result_of(const std::vector<T>& outputs) { return {outputs.at(0), outputs.size() > 1 ? outputs[1] : T()}; }

}  // namespace

AttentionResult<Tensor> call_attention(const Layer& layer, const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call) {
  std::vector<Tensor> xs{query, value};
  if (call.key.defined()) xs.push_back(call.key);
  auto options = options_of<Tensor, CallOptions>(call);
  options.mode = call.mode;
  return result_of(layer.call(xs, options));
}

AttentionResult<Symbol> call_attention(const Layer& layer, const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call) {
  std::vector<Symbol> xs{query, value};
  if (call.key.defined()) xs.push_back(call.key);
  return result_of(layer.call(xs, options_of<Symbol, SymbolCallOptions>(call)));
}

Tensor both_masks(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() ? a : b;
  return logical_and(a, b);
}

Tensor boolean_mask_of(const Tensor& mask) {
  if (!mask.defined() || mask.dtype() == DType::boolean) return mask;
  return not_equal(mask, Tensor::zeros({}, mask.dtype()));
}

Tensor sliding_window_mask(std::int64_t queries, std::int64_t keys, std::int64_t window) {
  const Tensor apart = abs(reshape(Tensor::arange(queries), {1, queries, 1}) - reshape(Tensor::arange(keys), {1, 1, keys}));
  return less(apart, Tensor::full({}, static_cast<double>(window), DType::i64));
}

}  // namespace candor::detail
