#include "candor/nn/layers/embedding.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"

namespace candor {
namespace {

class EmbeddingBody final : public detail::SimpleLayerBody {
 public:
  EmbeddingBody(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options)
      : SimpleLayerBody(options.name), rows_(input_dim), columns_(output_dim), options_(std::move(options)) {
    detail::require_positive("Embedding", "input_dim", rows_);
    detail::require_positive("Embedding", "output_dim", columns_);
  }
  std::string kind() const override { return "Embedding"; }
  Config options() const override {
    Config c = Config::map();
    c.set("input_dim", rows_).set("output_dim", columns_).set("embeddings_initializer", options_.embeddings_initializer.config());
    return c.set("embeddings_regularizer", options_.embeddings_regularizer.config()).set("dtype", to_string(options_.dtype));
  }
  void build(std::span<const TensorType>) override {
    table = add_weight("embeddings", {rows_, columns_}, options_.embeddings_initializer, options_.dtype, true, options_.embeddings_regularizer);
  }
  Variable table;

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    if (is_floating(input.dtype()) || input.dtype() == DType::boolean) {
      complain(ErrorKind::dtype, "takes whole numbers, not " + std::string(to_string(input.dtype())) + "; cast them to i32 first");
    }
    const bool index = input.dtype() == DType::i32 || input.dtype() == DType::i64;
    return embedding(table.value(), index ? input : cast(input, DType::i32));
  }

 private:
  std::int64_t rows_, columns_;
  EmbeddingOptions options_;
};

}  // namespace

Embedding::Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options)
    : Layer(std::make_shared<EmbeddingBody>(input_dim, output_dim, std::move(options))) {}
Variable Embedding::embeddings() const { return static_cast<const EmbeddingBody&>(body()).table; }

Layer Embedding::from_config(const Config& c) {
  return Embedding(c.at("input_dim").integer(), c.at("output_dim").integer(),
                   {.embeddings_initializer = detail::initializer_from(c, "embeddings_initializer", "uniform"),
                    .embeddings_regularizer = Regularizer::from_config(c.find("embeddings_regularizer")),
                    .dtype = detail::config_dtype(c),
                    .name = detail::config_name(c)});
}

}  // namespace candor
