#include "candor/nn/layers/embedding.h"

#include "candor/nn/layers/embedding_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"

namespace candor {
namespace detail {

EmbeddingBody::EmbeddingBody(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options, const char* layer)
    : SimpleLayerBody(options.name), rows_(input_dim), columns_(output_dim), options_(std::move(options)), layer_(layer) {
  require_positive(layer, "input_dim", rows_);
  require_positive(layer, "output_dim", columns_);
  require_lora_rank(layer, options_.lora_rank, options_.embeddings_constraint);
  if (options_.weights.defined() && options_.weights.shape() != Shape{rows_, columns_}) {
    fail(ErrorKind::shape, std::string(layer) + ": weights are " + to_string(options_.weights.shape()) + ", the table is " + to_string(Shape{rows_, columns_}));
  }
  if (!is_floating(options_.dtype)) fail(ErrorKind::dtype, std::string(layer) + ": dtype must be floating, not " + std::string(to_string(options_.dtype)));
  lora.rank = options_.lora_rank.value_or(0);
  lora.alpha = options_.lora_alpha.value_or(static_cast<double>(lora.rank));
}

Config EmbeddingBody::options() const {
  Config c = Config::map();
  c.set("input_dim", rows_).set("output_dim", columns_).set("embeddings_initializer", options_.embeddings_initializer.config());
  c.set("embeddings_regularizer", options_.embeddings_regularizer.config()).set("activity_regularizer", activity_regularizer().config());
  c.set("embeddings_constraint", options_.embeddings_constraint.config()).set("mask_zero", options_.mask_zero).set("quantization_config", {});
  lora.config(c);
  return c.set("dtype", keras_dtype(options_.dtype));
}

void EmbeddingBody::build(std::span<const TensorType>) {
  kernel = add_weight("embeddings", {rows_, columns_}, options_.embeddings_initializer, options_.dtype, true, options_.embeddings_regularizer, options_.embeddings_constraint);
  if (options_.weights.defined()) kernel.tensor().copy_from(options_.weights.to(options_.dtype).contiguous());
  if (options_.lora_rank) add_lora(lora.rank, {.lora_alpha = lora.alpha});
}

std::vector<Tensor> EmbeddingBody::compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) {
  std::vector<Tensor> masks(outputs.size());
  if (options_.mask_zero) masks[0] = not_equal(xs[0], Tensor::zeros({}, xs[0].dtype()));
  return masks;
}

void EmbeddingBody::enable_lora(std::int64_t rank, const LoraOptions& o) {
  if (!built()) complain(ErrorKind::invalid_argument, "LoRA needs the table: build the layer first");
  add_lora(rank, o);
}

void EmbeddingBody::add_lora(std::int64_t rank, const LoraOptions& o) {
  require_positive(layer_, "lora_rank", rank);
  if (lora.enabled()) complain(ErrorKind::invalid_argument, "has LoRA already");
  if (options_.embeddings_constraint.defined()) complain(ErrorKind::invalid_argument, "LoRA and an embeddings_constraint exclude each other");
  const DType dtype = kernel.type().dtype == DType::f64 ? DType::f64 : DType::f32;
  lora.rank = rank;
  lora.alpha = o.lora_alpha.value_or(static_cast<double>(rank));
  lora.a = add_weight("lora_embeddings_a", {rows_, rank}, o.a_initializer, dtype, true, options_.embeddings_regularizer);
  lora.b = add_weight("lora_embeddings_b", {rank, columns_}, o.b_initializer, dtype, true, options_.embeddings_regularizer);
  freeze_weight(kernel);
}

Tensor EmbeddingBody::numbers(const Tensor& input) const {
  if (input.dtype() == DType::boolean) complain(ErrorKind::dtype, "takes whole numbers, not bool; cast them to i32 first");
  return input.dtype() == DType::i32 || input.dtype() == DType::i64 ? input : cast(input, DType::i32);
}

Tensor EmbeddingBody::apply_one(const Tensor& input, Mode) { return embedding(table(), numbers(input)); }

}  // namespace detail

Embedding::Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options)
    : Layer(std::make_shared<detail::EmbeddingBody>(input_dim, output_dim, std::move(options), "Embedding")) {}
Variable Embedding::embeddings() const { return static_cast<const detail::EmbeddingBody&>(body()).kernel; }
void Embedding::enable_lora(std::int64_t rank, LoraOptions options) const { static_cast<detail::EmbeddingBody&>(body()).enable_lora(rank, options); }

Layer Embedding::from_config(const Config& c) {
  detail::refuse_quantization("Embedding", c);
  return Embedding(c.at("input_dim").integer(), c.at("output_dim").integer(),
                   {.embeddings_initializer = detail::initializer_from(c, "embeddings_initializer", "uniform"),
                    .embeddings_regularizer = detail::regularizer_from(c, "embeddings_regularizer"),
                    .embeddings_constraint = detail::constraint_from(c, "embeddings_constraint"),
                    .mask_zero = c.get("mask_zero", false),
                    .lora_rank = detail::integer_from(c, "lora_rank"),
                    .lora_alpha = detail::number_from(c, "lora_alpha"),
                    .dtype = detail::config_dtype(c),
                    .name = detail::config_name(c)});
}

}  // namespace candor
