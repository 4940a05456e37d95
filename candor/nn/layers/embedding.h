// Rows of a table by number.
#pragma once

#include <optional>

#include "candor/base/maybe.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"
#include "candor/nn/layers/lora.h"

namespace candor {

struct EmbeddingOptions {
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer{};
  Constraint embeddings_constraint{};
  bool mask_zero = false;  ///< number 0 fills up sequences: the output's mask is false there
  Tensor weights{};     ///< what the table starts as, [input_dim, output_dim], instead of the initializer
  std::optional<std::int64_t> lora_rank{};  ///< adapts the table from the start, see enable_lora
  std::optional<double> lora_alpha{};       ///< none: lora_rank
  DType dtype = DType::f32;
  std::string name{};
};
/// Whole numbers in [0, input_dim) of any shape -> one more axis of output_dim. An index outside is an error that names it; floating-point ones
/// are cut to whole numbers, as in Keras. Weight: embeddings [input_dim, output_dim], and with LoRA lora_embeddings_a [input_dim, rank],
/// lora_embeddings_b [rank, output_dim].
class Embedding : public Layer {
 public:
  Embedding(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options = {});
  Variable embeddings() const;  ///< undefined until built
  /// As Dense::enable_lora.
  void enable_lora(std::int64_t rank, LoraOptions options = {}) const;
  static Layer from_config(const Config& options);
};

struct ReversibleEmbeddingOptions {
  bool tie_weights = true;  ///< backwards by the same table, else by reverse_embeddings
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer{};
  Constraint embeddings_constraint{};
  bool mask_zero = false;
  Maybe<DType> reverse_dtype{};    ///< the product backwards is computed in; none: that of its input
  std::optional<double> logit_soft_cap{};  ///< backwards gives cap * tanh(y / cap)
  DType dtype = DType::f32;
  std::string name{};
};
/// An Embedding that also leads back (Press, Wolf 2016): called with the option {"reverse", true} it takes [..., output_dim] to the scores of all
/// numbers, [..., input_dim]. Weights: embeddings [input_dim, output_dim], and reverse_embeddings [output_dim, input_dim] unless tied.
class ReversibleEmbedding : public Layer {
 public:
  ReversibleEmbedding(std::int64_t input_dim, std::int64_t output_dim, ReversibleEmbeddingOptions options = {});
  Variable embeddings() const;
  /// The scores: the call with {"reverse", true}.
  Tensor reverse(const Tensor& x) const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
