#include "candor/nn/layers/transformer.h"

#include <cmath>

#include "candor/nn/layers/dense.h"
#include "candor/nn/layers/from_config.h"
#include "candor/nn/layers/gated_feed_forward.h"
#include "candor/nn/layers/multi_head_attention.h"
#include "candor/nn/layers/normalization.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/random.h"

namespace candor {
namespace {

class BlockBody final : public detail::LayerBody {
 public:
  BlockBody(bool decoder, std::int64_t intermediate_dim, std::int64_t num_heads, TransformerOptions options)
      : LayerBody(options.name), decoder_(decoder), units_(intermediate_dim), heads_(num_heads), options_(std::move(options)) {
    const std::string kind = BlockBody::kind();
    detail::require_positive(kind.c_str(), "intermediate_dim", units_);
    detail::require_positive(kind.c_str(), "num_heads", heads_);
    detail::require_rate(kind.c_str(), "dropout", options_.dropout);
    if (!(options_.layer_norm_epsilon > 0) || !std::isfinite(options_.layer_norm_epsilon))
      fail(ErrorKind::invalid_argument, kind + ": layer_norm_epsilon must be positive and finite, not " + to_string(Config(options_.layer_norm_epsilon)));
    if (options_.num_key_value_heads) {
      detail::require_positive(kind.c_str(), "num_key_value_heads", *options_.num_key_value_heads);
      if (heads_ % *options_.num_key_value_heads != 0)
        fail(ErrorKind::invalid_argument, kind + ": num_heads must be a multiple of num_key_value_heads, not " + std::to_string(heads_) + " for " + std::to_string(*options_.num_key_value_heads));
    }
    if (options_.rotary) detail::check_rotary(kind.c_str(), *options_.rotary);
  }

  std::string kind() const override { return decoder_ ? "TransformerDecoder" : "TransformerEncoder"; }
  Config options() const override {
    Config c = Config::map();
    c.set("intermediate_dim", units_).set("num_heads", heads_).set("dropout", options_.dropout).set("activation", detail::activation_config(options_.activation));
    c.set("layer_norm_epsilon", options_.layer_norm_epsilon);
    c.set("kernel_initializer", options_.kernel_initializer.config()).set("bias_initializer", options_.bias_initializer.config()).set("normalize_first", options_.normalize_first);
    c.set("use_bias", options_.use_bias).set("gated", options_.gated).set("rms_normalization", options_.rms_normalization);
    c.set("num_key_value_heads", detail::config_of(options_.num_key_value_heads));
    return c.set("rotary", options_.rotary ? detail::rotary_config(*options_.rotary) : Config());
  }
  std::vector<Layer> children() const override {
    std::vector<Layer> all;
    for (const Layer& layer : {attention_, attention_norm_, cross_, cross_norm_, inner_norm_, inner_, outer_})
      if (layer.defined()) all.push_back(layer);
    return all;
  }
  /// The sums of the residual stream; the layers inside go by the policy themselves.
  bool computes_in_f32() const override { return true; }
  std::vector<std::string> call_arguments() const override {
    if (decoder_) return {"decoder_padding_mask", "decoder_attention_mask", "encoder_padding_mask", "encoder_attention_mask", "attention_bias", "use_causal_mask"};
    return {"padding_mask", "attention_mask", "attention_bias", "use_causal_mask", "return_attention_scores"};
  }

  void build(std::span<const TensorType> in) override {
    check_inputs(in);
    const std::int64_t features = in[0].shape[-1];
    if (features % heads_ != 0) complain(ErrorKind::shape, "num_heads " + std::to_string(heads_) + " does not divide the " + std::to_string(features) + " features of the input " + to_string(in[0].shape));
    const bool cross = in.size() == 2;
    attention_ = attention(decoder_ ? "self_attention" : "self_attention_layer", features / heads_, true);
    attention_norm_ = norm("self_attention_layer_norm");
    if (cross) cross_ = attention("cross_attention", features / heads_, false), cross_norm_ = norm("cross_attention_layer_norm");
    inner_norm_ = norm("feedforward_layer_norm");
    if (options_.gated) {
      inner_ = GatedFeedForward{units_, {.activation = options_.activation, .use_bias = options_.use_bias, .kernel_initializer = options_.kernel_initializer,
                                         .bias_initializer = options_.bias_initializer, .name = "feedforward_gated"}};
    } else {
      inner_ = Dense{units_, {.activation = options_.activation, .use_bias = options_.use_bias, .kernel_initializer = options_.kernel_initializer,
                              .bias_initializer = options_.bias_initializer, .name = "feedforward_intermediate_dense"}};
      outer_ = Dense{features, {.use_bias = options_.use_bias, .kernel_initializer = options_.kernel_initializer, .bias_initializer = options_.bias_initializer, .name = "feedforward_output_dense"}};
    }
    for (const Layer& child : children()) child.set_dtype_policy(dtype_policy());
    const TensorType x{in[0].shape, detail::compute_dtype(in[0].dtype)}, middle{x.shape.with(-1, units_), x.dtype};
    const std::vector<TensorType> twice{x, x};
    attention_.body().build_once(twice);
    if (cross) {
      const std::vector<TensorType> both{x, {in[1].shape, x.dtype}};
      cross_.body().build_once(both);
      cross_norm_.body().build_once(std::span(&x, 1));
    }
    for (const Layer& layer : {attention_norm_, inner_norm_, inner_}) layer.body().build_once(std::span(&x, 1));
    if (outer_.defined()) outer_.body().build_once(std::span(&middle, 1));
  }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override {
    std::vector<TensorType> types;
    for (const Tensor& x : xs) types.push_back(x.type());
    check_inputs(types);
    if ((xs.size() == 2) != cross_.defined())
      complain(ErrorKind::invalid_argument, cross_.defined() ? "was built with an encoder's output as second input; this call has none" : "was built without cross-attention; this call has a second input");
    // Whatever reads the arguments of this call does so before the layers inside are called.
    const auto mask_or = [&](const char* name, const Tensor& x) {
      const Tensor given = argument(name);
      return given.defined() ? given : x.mask();
    };
    const bool scores = !decoder_ && option("return_attention_scores", false);
    AttentionCall<Tensor> self{.value_mask = mask_or(decoder_ ? "decoder_padding_mask" : "padding_mask", xs[0]),
                               .attention_mask = argument(decoder_ ? "decoder_attention_mask" : "attention_mask"),
                               .attention_bias = argument("attention_bias"),
                               .return_attention_scores = scores,
                               .use_causal_mask = option("use_causal_mask", decoder_),
                               .mode = mode};
    AttentionCall<Tensor> cross{.mode = mode};
    if (xs.size() == 2) cross.value_mask = mask_or("encoder_padding_mask", xs[1]), cross.attention_mask = argument("encoder_attention_mask");

    // Masks close steps as keys only, what comes out where a query is padding counts nowhere.
    Tensor x = detail::to_dtype(xs[0], detail::compute_dtype(xs[0].dtype())).with_mask({}), found;
    x = residual(x, attention_norm_, mode, [&](const Tensor& h) {
      const AttentionResult<Tensor> result = detail::call_attention(attention_, h, h, self);
      found = result.scores;
      return result.output;
    });
    if (xs.size() == 2) x = residual(x, cross_norm_, mode, [&](const Tensor& h) { return detail::call_attention(cross_, h, xs[1].with_mask({}), cross).output; });
    x = residual(x, inner_norm_, mode, [&](const Tensor& h) { return options_.gated ? inner_(h, mode) : outer_(inner_(h, mode), mode); });
    if (scores) return {x, found};
    return {x};
  }

  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override {
    std::vector<Tensor> masks(outputs.size());
    masks[0] = xs[0].mask();
    return masks;
  }

 private:
  /// x + part(norm(x)) or norm(x + part(x)). The sum is kept in x's dtype where the layers inside compute in 16 bits.
  template <class Part>
  Tensor residual(const Tensor& x, const Layer& norm, Mode mode, Part part) const {
    Tensor y = detail::to_dtype(part(options_.normalize_first ? norm(x, mode) : x), x.dtype());
    if (mode == training && options_.dropout > 0) y = ops::dropout(y, options_.dropout);
    y = x + y;
    return options_.normalize_first ? y : detail::to_dtype(norm(y, mode), x.dtype());
  }

  void check_inputs(std::span<const TensorType> in) const {
    if (in.size() > (decoder_ ? 2u : 1u)) complain(ErrorKind::shape, std::string("takes ") + (decoder_ ? "a sequence and perhaps an encoder's output" : "one input") + "; " + std::to_string(in.size()) + " were given");
    for (const TensorType& type : in)
      if (type.shape.rank() != 3 || type.shape[0] != in[0].shape[0]) complain(ErrorKind::shape, "takes [batch, steps, features] of one batch; an input is " + to_string(type.shape));
  }

  Layer attention(const char* name, std::int64_t head, bool self) const {
    const Maybe<RotaryEmbeddingOptions> rotary = self ? options_.rotary : Maybe<RotaryEmbeddingOptions>();
    if (options_.num_key_value_heads)
      return GroupQueryAttention{head, heads_, *options_.num_key_value_heads, {.dropout = options_.dropout, .use_bias = options_.use_bias, .kernel_initializer = options_.kernel_initializer,
                                                                               .bias_initializer = options_.bias_initializer, .rotary = rotary, .name = name}};
    return MultiHeadAttention{heads_, head, {.dropout = options_.dropout, .use_bias = options_.use_bias, .kernel_initializer = options_.kernel_initializer,
                                             .bias_initializer = options_.bias_initializer, .rotary = rotary, .name = name}};
  }
  Layer norm(const char* name) const {
    if (options_.rms_normalization) return RMSNormalization{{.epsilon = options_.layer_norm_epsilon, .name = name}};
    return LayerNormalization{{.epsilon = options_.layer_norm_epsilon, .name = name}};
  }

  bool decoder_;
  std::int64_t units_, heads_;
  TransformerOptions options_;
  Layer attention_, attention_norm_, cross_, cross_norm_, inner_norm_, inner_, outer_;
};

TransformerOptions options_from(const Config& c) {
  TransformerOptions o;
  o.dropout = c.get("dropout", 0.0);
  if (c.find("activation")) o.activation = detail::activation_from(c);
  o.layer_norm_epsilon = c.get("layer_norm_epsilon", 1e-5);
  o.kernel_initializer = detail::initializer_from(c, "kernel_initializer", "glorot_uniform");
  o.bias_initializer = detail::initializer_from(c, "bias_initializer", "zeros");
  o.normalize_first = c.get("normalize_first", false);
  o.use_bias = c.get("use_bias", true);
  o.gated = c.get("gated", false);
  o.rms_normalization = c.get("rms_normalization", false);
  o.num_key_value_heads = detail::integer_from(c, "num_key_value_heads");
  if (const Config* rotary = c.find("rotary"); rotary && !rotary->is_null()) o.rotary = detail::rotary_from(*rotary);
  o.name = detail::config_name(c);
  return o;
}

}  // namespace

TransformerEncoder::TransformerEncoder(std::int64_t intermediate_dim, std::int64_t num_heads, TransformerOptions options)
    : Layer(std::make_shared<BlockBody>(false, intermediate_dim, num_heads, std::move(options))) {}
TransformerDecoder::TransformerDecoder(std::int64_t intermediate_dim, std::int64_t num_heads, TransformerOptions options)
    : Layer(std::make_shared<BlockBody>(true, intermediate_dim, num_heads, std::move(options))) {}

Layer TransformerEncoder::from_config(const Config& c) { return TransformerEncoder(c.at("intermediate_dim").integer(), c.at("num_heads").integer(), options_from(c)); }
Layer TransformerDecoder::from_config(const Config& c) { return TransformerDecoder(c.at("intermediate_dim").integer(), c.at("num_heads").integer(), options_from(c)); }

}  // namespace candor
