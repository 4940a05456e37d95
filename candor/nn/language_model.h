// Causal language models: GPT put together from the layers, and text from them, token by token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "candor/nn/layers/transformer.h"
#include "candor/nn/model.h"

namespace candor {

struct CausalLanguageModelOptions {
  std::int64_t vocabulary_size = 0;   ///< number of tokens; required
  std::int64_t sequence_length = 128; ///< of the input, at least 1: the longest context
  std::int64_t hidden_dim = 128;      ///< features of a step, a multiple of num_heads
  std::int64_t num_layers = 4;
  std::int64_t num_heads = 4;
  std::int64_t intermediate_dim = 0;  ///< of the feed-forward parts; 0: 4 hidden_dim
  bool tie_weights = true;            ///< the scores come by the table of the tokens, else by a table of their own
  TransformerOptions block = {.activation = "gelu_tanh", .normalize_first = true};  ///< of each TransformerDecoder but for the name
  std::string name{};
};
/// Tokens [batch, sequence_length] (i32) -> the scores of the next token at each step [batch, sequence_length, vocabulary_size]: GPT-2 (Radford et al.
/// 2019) by default. Tokens have a learned position embedding, unless `block` is rotary. Train it with SparseCategoricalCrossentropy{.from_logits = true}
/// on tokens and the same one step on. Throws Error (invalid_argument, shape) as the layers do.
Model causal_language_model(const CausalLanguageModelOptions& options);

struct GenerateOptions {
  std::int64_t max_new_tokens = 30;
  double temperature = 0;                  ///< scores are divided by it before a token is drawn; 0: always the best one
  std::int64_t top_k = 0;                  ///< only so many of the best are drawn from; 0: all
  double top_p = 1;                        ///< only the fewest best that together have this share, in (0, 1] (Holtzman et al. 2020)
  std::optional<std::int64_t> end_token{};  ///< a row ends with it and is filled up with it; when all rows have ended it is over
  std::uint64_t seed = 0;                  ///< of what is drawn: the same seed gives the same tokens
  bool use_cache = true;                   ///< within the context keys and values of earlier steps are kept (CachedDecoder) where the model's layers allow it
  DType weights = DType::f32;              ///< as in CachedDecoderOptions; bf16 and i8 need the cache and a text that stays within the context
};
/// The prompt [batch, steps] (whole numbers, at least one step) with what the model puts behind it, i32 [batch, steps + new tokens]. The model takes tokens
/// [batch, context] and gives scores [batch, context, vocabulary], and is causal: what stands behind a step changes nothing. Beyond the context the
/// latest tokens are what it sees. Throws Error (invalid_argument, shape, dtype) for options out of range and what is no such model or prompt, and (unsupported) for
/// bf16 or i8 weights of a model that cannot go step by step.
Tensor generate(const Model& model, const Tensor& prompt, const GenerateOptions& options = {});

}  // namespace candor
