// Where a step stands, as numbers that are added to it: for layers that see a sequence as a set.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct PositionEmbeddingOptions {
  Initializer initializer = "glorot_uniform";
  std::string name{};
};
/// A learned row for each step: x [batch, T, features] gives [batch, T, features], the rows of steps start_index..start_index + T - 1, to be added
/// to x. T + start_index must not exceed sequence_length. Call argument: start_index (0). Weight: embeddings [sequence_length, features]. As in
/// KerasHub.
class PositionEmbedding : public Layer {
 public:
  /// Throws Error (invalid_argument) unless sequence_length >= 1.
  explicit PositionEmbedding(std::int64_t sequence_length, PositionEmbeddingOptions options = {});
  static Layer from_config(const Config& options);
};

struct SinePositionEncodingOptions {
  double max_wavelength = 10000;  ///< of the slowest wave, over 2 pi; positive
  std::string name{};
};
/// Sines at even and cosines at odd features of waves of growing length (Vaswani et al. 2017), shaped like x [batch, T, features], to be added to
/// x: feature i of step t is sin or cos of t max_wavelength^(-2 floor(i / 2) / features). Call argument: start_index (0), the first step's t.
class SinePositionEncoding : public Layer {
 public:
  /// Throws Error (invalid_argument) for a max_wavelength that is not positive.
  explicit SinePositionEncoding(SinePositionEncodingOptions options = {});
  static Layer from_config(const Config& options);
};

struct TokenAndPositionEmbeddingOptions {
  bool tie_weights = true;  ///< the way back by the same table, else by token_embedding/reverse_embeddings [embedding_dim, vocabulary_size]
  Initializer embeddings_initializer = "uniform";
  bool mask_zero = false;  ///< token 0 fills up: the output's mask is false there
  DType dtype = DType::f32;
  std::string name{};
};
/// Tokens [batch, T] -> [batch, T, embedding_dim]: a row for the token plus a row for its place; T at most sequence_length. Call arguments: start_index
/// (0), and reverse (false): then the call leads back, as that of ReversibleEmbedding, from [..., embedding_dim] to the scores of all tokens
/// [..., vocabulary_size]; so one layer is the first and the last of a language model. Weights: token_embedding/embeddings [vocabulary_size, embedding_dim] and position_embedding/embeddings [sequence_length, embedding_dim]. As in
/// KerasHub.
class TokenAndPositionEmbedding : public Layer {
 public:
  /// Throws Error (invalid_argument) for sizes below 1.
  TokenAndPositionEmbedding(std::int64_t vocabulary_size, std::int64_t sequence_length, std::int64_t embedding_dim, TokenAndPositionEmbeddingOptions options = {});
  /// The scores: the call with {"reverse", true}.
  Tensor reverse(const Tensor& x) const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
