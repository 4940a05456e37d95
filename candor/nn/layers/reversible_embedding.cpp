#include "candor/graph/autocast.h"
#include "candor/nn/layers/embedding_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/matmul.h"

namespace candor {
namespace {

class ReversibleEmbeddingBody final : public detail::EmbeddingBody {
 public:
  ReversibleEmbeddingBody(std::int64_t input_dim, std::int64_t output_dim, ReversibleEmbeddingOptions o)
      : EmbeddingBody(input_dim, output_dim,
                      {.embeddings_initializer = o.embeddings_initializer,
                       .embeddings_regularizer = o.embeddings_regularizer,
                       .embeddings_constraint = o.embeddings_constraint,
                       .mask_zero = o.mask_zero,
                       .dtype = o.dtype,
                       .name = o.name},
                      "ReversibleEmbedding"),
        reversed_(std::move(o)) {
    if (reversed_.logit_soft_cap && !(*reversed_.logit_soft_cap > 0)) {
      fail(ErrorKind::invalid_argument, "ReversibleEmbedding: logit_soft_cap must be positive, not " + to_string(Config(*reversed_.logit_soft_cap)));
    }
    if (reversed_.reverse_dtype && !is_floating(*reversed_.reverse_dtype)) {
      fail(ErrorKind::dtype, "ReversibleEmbedding: reverse_dtype must be floating, not " + std::string(to_string(*reversed_.reverse_dtype)));
    }
  }
  std::string kind() const override { return "ReversibleEmbedding"; }
  std::vector<std::string> call_arguments() const override { return {"reverse"}; }

  Config options() const override {
    Config c = EmbeddingBody::options();
    c.set("tie_weights", reversed_.tie_weights).set("reverse_dtype", reversed_.reverse_dtype ? Config(detail::keras_dtype(*reversed_.reverse_dtype)) : Config());
    return c.set("logit_soft_cap", detail::config_of(reversed_.logit_soft_cap));
  }

  void build(std::span<const TensorType> in) override {
    EmbeddingBody::build(in);
    if (!reversed_.tie_weights) back_ = add_weight("reverse_embeddings", {columns_, rows_}, options_.embeddings_initializer, options_.dtype);
  }

  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override {
    return option("reverse", false) ? std::vector<Tensor>(outputs.size()) : EmbeddingBody::compute_masks(xs, outputs);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode mode) override {
    if (!option("reverse", false)) {
      const detail::Autocast as_kept(std::nullopt);  // a few rows of the table: converted behind the look-up, and their gradients add up in its own dtype
      return EmbeddingBody::apply_one(input, mode);
    }
    if (input.rank() < 1 || input.shape(-1) != columns_) {
      complain(ErrorKind::shape, "backwards takes [..., " + std::to_string(columns_) + "], the rows of the table; the input is " + to_string(input.shape()));
    }
    const DType dtype = reversed_.reverse_dtype.value_or(table().dtype());
    const Tensor x = detail::to_dtype(input, dtype);
    Tensor y = back_.defined() ? matmul(x, detail::to_dtype(back_.value(), dtype)) : matmul(x, detail::to_dtype(table(), dtype), false, true);
    if (!reversed_.logit_soft_cap) return y;
    const Tensor cap = Tensor::full({}, *reversed_.logit_soft_cap, dtype);
    return tanh(y / cap) * cap;
  }

 private:
  ReversibleEmbeddingOptions reversed_;
  Variable back_;
};

}  // namespace

ReversibleEmbedding::ReversibleEmbedding(std::int64_t input_dim, std::int64_t output_dim, ReversibleEmbeddingOptions options)
    : Layer(std::make_shared<ReversibleEmbeddingBody>(input_dim, output_dim, std::move(options))) {}
Variable ReversibleEmbedding::embeddings() const { return static_cast<const ReversibleEmbeddingBody&>(body()).kernel; }
Tensor ReversibleEmbedding::reverse(const Tensor& x) const { return call(std::span(&x, 1), CallOptions{.options = {{"reverse", true}}}).front(); }

Layer ReversibleEmbedding::from_config(const Config& c) {
  detail::refuse_quantization("ReversibleEmbedding", c);
  const Config* dtype = c.find("reverse_dtype");
  return ReversibleEmbedding(c.at("input_dim").integer(), c.at("output_dim").integer(),
                             {.tie_weights = c.get("tie_weights", true),
                              .embeddings_initializer = detail::initializer_from(c, "embeddings_initializer", "uniform"),
                              .embeddings_regularizer = detail::regularizer_from(c, "embeddings_regularizer"),
                              .embeddings_constraint = detail::constraint_from(c, "embeddings_constraint"),
                              .mask_zero = c.get("mask_zero", false),
                              .reverse_dtype = dtype && !dtype->is_null() ? Maybe<DType>(dtype_from_string(dtype->text())) : Maybe<DType>(),
                              .logit_soft_cap = detail::number_from(c, "logit_soft_cap"),
                              .dtype = detail::config_dtype(c),
                              .name = detail::config_name(c)});
}

}  // namespace candor
