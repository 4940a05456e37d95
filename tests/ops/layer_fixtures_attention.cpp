// Multi-head attention and the transformer encoder layer of fixtures/layers, written with ops.
#include "candor/base/error.h"
#include "candor/ops/activation.h"
#include "candor/ops/attention.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/norm.h"
#include "tests/ops/layer_fixtures.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

/// The mask [batch, key], [batch, query, key] or of each head as [batch, 1, query or 1, key].
Tensor score_mask(const FixtureCall& c) {
  if (!c.has("mask")) return {};
  const Tensor& mask = c["mask"];
  return mask.rank() == 4 ? mask : expand_dims(mask.rank() == 2 ? expand_dims(mask, 1) : mask, 1);
}

/// The result and the distributions.
std::pair<Tensor, Tensor> attend(const FixtureCall& c, const Tensor& query, const Tensor& key, const Tensor& value) {
  const Tensor q = einsum("btd,dnh->btnh", {query, c["wq"]}) + c["bq"], k = einsum("bsd,dnh->bsnh", {key, c["wk"]}) + c["bk"], v = einsum("bsd,dnh->bsnh", {value, c["wv"]}) + c["bv"];
  const DotProductAttentionOptions options{.mask = score_mask(c), .is_causal = c.attrs.value("causal", false)};
  return {einsum("btnh,nhd->btd", {dot_product_attention(q, k, v, options), c["wo"]}) + c["bo"], attention_weights(q, k, options)};
}

Tensor activation(const std::string& name, const Tensor& x) {
  if (name == "relu") return relu(x);
  if (name == "gelu") return gelu(x);
  if (name == "gelu_tanh") return gelu_tanh(x);
  if (name == "silu") return silu(x);
  if (name == "tanh") return tanh(x);
  fail(ErrorKind::unsupported, "the activation \"" + name + "\" is not understood");
}

Tensors encoder_layer(const FixtureCall& c) {
  const double epsilon = c.attrs.at("epsilon").get<double>();
  const auto self = [&](const Tensor& x) { return attend(c, x, x, x).first; };
  const auto inner = [&](const Tensor& x) { return matmul(activation(c.attrs.at("activation").get<std::string>(), matmul(x, c["w1"]) + c["b1"]), c["w2"]) + c["b2"]; };
  const auto norm = [&](const char* which, const Tensor& x) { return layer_norm(x, c[std::string(which) + "_gamma"], c[std::string(which) + "_beta"], {-1}, epsilon); };
  const Tensor& x = c["x"];
  if (c.attrs.at("norm_first").get<bool>()) {
    const Tensor h = x + self(norm("ln1", x));
    return {h + inner(norm("ln2", h))};
  }
  const Tensor h = norm("ln1", x + self(x));
  return {norm("ln2", h + inner(h))};
}

}  // namespace

void add_attention_layers(LayerTable& table) {
  table["multi_head_attention"] = [](const FixtureCall& c) {
    const bool self = c.attrs.at("self_attention").get<bool>();
    const auto [out, weights] = attend(c, c["query"], self ? c["query"] : c["key"], self ? c["query"] : c["value"]);
    return Tensors{out, weights};
  };
  table["transformer_encoder_layer"] = encoder_layer;
}

}  // namespace candor::testing
