// Rows of a table by number.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct EmbeddingOptions {
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer = {};
  DType dtype = DType::f32;
  std::string name = {};
};
/// Whole numbers in [0, input_dim) of any shape -> one more axis of output_dim. An index outside is an error that names it. Weight:
/// embeddings [input_dim, output_dim].
class Embedding : public Layer {
 public:
  Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options = {});
  Variable embeddings() const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
