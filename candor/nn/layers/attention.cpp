#include "candor/nn/layers/attention.h"

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/from_config.h"
#include "candor/ops/activation.h"
#include "candor/ops/attention.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/random.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

struct Settings {
  bool use_scale;
  std::string score_mode;  // "additive" for AdditiveAttention
  double dropout;
  std::optional<std::uint64_t> seed;
  std::string name;
};

class AttentionBody final : public detail::LayerBody {
 public:
  explicit AttentionBody(Settings settings) : LayerBody(settings.name), settings_(std::move(settings)) {
    if (!additive()) detail::require_one_of("Attention", "score_mode", settings_.score_mode, {"dot", "concat"});
    detail::require_rate(additive() ? "AdditiveAttention" : "Attention", "dropout", settings_.dropout);
  }
  std::string kind() const override { return additive() ? "AdditiveAttention" : "Attention"; }
  Config options() const override {
    Config c = Config::map();
    c.set("use_scale", settings_.use_scale);
    if (!additive()) c.set("score_mode", settings_.score_mode);
    return c.set("dropout", settings_.dropout).set("seed", detail::config_of(settings_.seed));
  }
  std::vector<std::string> call_arguments() const override { return {"key", "value_mask", "key_mask", "return_attention_scores", "use_causal_mask"}; }

  void build(std::span<const TensorType> in) override {
    const DType dtype = detail::compute_dtype(in[0].dtype);
    if (in[0].shape.rank() < 3) complain(ErrorKind::shape, "takes query [batch, T, dim]; it is " + to_string(in[0].shape));
    if (settings_.use_scale) scale_ = add_weight("scale", additive() ? Shape{in[0].shape[-1]} : Shape{}, additive() ? "glorot_uniform" : "ones", dtype);
    if (settings_.score_mode == "concat") concat_weight_ = add_weight("concat_score_weight", {}, "ones", dtype);
  }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override {
    if (xs.size() != 2 && xs.size() != 3) complain(ErrorKind::shape, "takes query, value and perhaps key, " + std::to_string(xs.size()) + " inputs were given");
    const Tensor& query = xs[0];
    const Tensor key_given = argument("key");
    const Tensor &value = xs[1], key = xs.size() > 2 ? xs[2] : key_given.defined() ? key_given : value;
    if (query.rank() < 3 || query.rank() != key.rank() || query.shape(-1) != key.shape(-1) || key.shape().without(-1) != value.shape().without(-1))
      complain(ErrorKind::shape, "query [batch, T, dim], value [batch, S, dim] and key [batch, S, dim] do not fit: " + to_string(query.shape()) + ", " + to_string(value.shape()) + ", " + to_string(key.shape()));
    Tensor scores = scores_of(query, key);
    const Tensor given = argument("value_mask"), mask = detail::boolean_mask_of(given.defined() ? given : value.mask());
    Tensor open = mask.defined() ? expand_dims(mask, -2) : Tensor();
    if (option("use_causal_mask", false)) open = detail::both_masks(open, causal_mask(scores.shape(-2), scores.shape(-1)));
    if (open.defined()) {
      // As Keras writes it: far below, not out of reach, so that a row of nothing else is even.
      const Tensor far = Tensor::full({}, scores.dtype() == DType::f16 ? 65504.0 : 1e9, scores.dtype());
      scores = where(open, scores, scores - far);
    }
    Tensor weights = softmax(scores);
    if (mode == training && settings_.dropout > 0) {
      const ops::SeedScope scope(settings_.seed);
      weights = ops::dropout(weights, settings_.dropout);
    }
    Tensor result = matmul(weights, value);
    if (const Tensor rows = query.mask(); rows.defined()) result = where(expand_dims(rows, -1), result, Tensor::zeros({}, result.dtype()));
    if (option("return_attention_scores", false)) return {result, weights};
    return {result};
  }

  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override {
    std::vector<Tensor> masks(outputs.size());
    masks[0] = xs[0].mask();
    return masks;
  }

 private:
  bool additive() const { return settings_.score_mode == "additive"; }

  Tensor scores_of(const Tensor& query, const Tensor& key) const {
    if (settings_.score_mode == "dot") {
      const Tensor scores = matmul(query, key, false, true);
      return scale_.defined() ? scores * scale_.value() : scores;
    }
    Tensor both = expand_dims(query, -2) + expand_dims(key, -3);
    if (additive()) return sum(scale_.defined() ? scale_.value() * tanh(both) : tanh(both), {-1});
    return concat_weight_.value() * sum(tanh(scale_.defined() ? scale_.value() * both : both), {-1});
  }

  Settings settings_;
  Variable scale_, concat_weight_;
};

}  // namespace

Attention::Attention(AttentionOptions o) : Layer(std::make_shared<AttentionBody>(Settings{o.use_scale, std::move(o.score_mode), o.dropout, o.seed, std::move(o.name)})) {}
AdditiveAttention::AdditiveAttention(AdditiveAttentionOptions o) : Layer(std::make_shared<AttentionBody>(Settings{o.use_scale, "additive", o.dropout, o.seed, std::move(o.name)})) {}

Layer Attention::from_config(const Config& c) {
  return Attention({.use_scale = c.get("use_scale", false), .score_mode = c.get("score_mode", "dot"), .dropout = c.get("dropout", 0.0), .seed = detail::seed_from(c), .name = detail::config_name(c)});
}
Layer AdditiveAttention::from_config(const Config& c) {
  return AdditiveAttention({.use_scale = c.get("use_scale", true), .dropout = c.get("dropout", 0.0), .seed = detail::seed_from(c), .name = detail::config_name(c)});
}

AttentionResult<Tensor> Attention::operator()(const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call) const { return detail::call_attention(*this, query, value, call); }
AttentionResult<Symbol> Attention::operator()(const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call) const { return detail::call_attention(*this, query, value, call); }
AttentionResult<Tensor> AdditiveAttention::operator()(const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call) const { return detail::call_attention(*this, query, value, call); }
AttentionResult<Symbol> AdditiveAttention::operator()(const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call) const { return detail::call_attention(*this, query, value, call); }

}  // namespace candor
