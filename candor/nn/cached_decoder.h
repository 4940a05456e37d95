// A causal language model step by step: keys and values of the steps that were are kept, so that each further token costs one step.
#pragma once

#include <cstdint>

#include "candor/base/shared.h"
#include "candor/nn/model.h"

namespace candor {

struct CachedDecoderOptions {
  std::int64_t batch = 1;      ///< rows that go on side by side
  std::int64_t capacity = 0;   ///< steps that are kept; 0: as many as the model's input has, which is also the most
  /// What weights of products are read as: f32, or bf16 or i8 copies made when the decoder is (i8 by rows, see narrow_rows; sums stay in f32). One token at a
  /// time takes as long as it takes to read all weights: these are a half and a quarter of the bytes.
  DType weights = DType::f32;
  std::int64_t chunk = 64;     ///< steps of a prompt that are taken in together, at least 1
};

/// Goes through a sequence with a model that takes tokens [batch, context] and gives scores [batch, context, vocabulary] (causal_language_model, or any model of
/// layers that treat each step by itself but for causal self-attention):
///     CachedDecoder decoder{model};
///     Tensor scores = decoder(prompt);             // [1, steps] -> [1, vocabulary], those of the token after the prompt
///     scores = decoder(Tensor::from(chosen, {1, 1}));  // one step on
/// The scores are those of the model itself up to rounding. With f32 weights a change of the model's weights is seen at the next step, though what is kept of the
/// steps before came from the old ones. Copies share what they keep. Not to be called from two threads at once.
class CachedDecoder {
 public:
  /// Throws Error: unsupported for a model with a layer that may look at other steps in another way (a convolution, a recurrent layer, attention that is not causal,
  /// masks), shape for another kind of model, invalid_argument for options out of range, dtype for other weights.
  explicit CachedDecoder(const Model& model, const CachedDecoderOptions& options = {});

  /// Takes in tokens [batch, steps] (whole numbers, at least one step) behind those it has seen: f32 scores of the next token [batch, vocabulary]. Throws Error
  /// (shape, dtype), and (invalid_argument) when they do not fit into what is left or are not in the vocabulary; what was seen then stays as it is.
  Tensor operator()(const Tensor& tokens) const;

  /// Steps seen, and the most that can be.
  std::int64_t length() const;
  std::int64_t capacity() const;
  /// Forgets all steps but the first `length`. Throws Error (invalid_argument) unless so many were seen.
  void rewind(std::int64_t length = 0) const;
  /// Bytes of keys and values, and of weights made for this decoder (0 for f32).
  std::size_t cache_bytes() const;
  std::size_t weight_bytes() const;
  /// Names and times of what runs for one step: Program::rows. Made when it is not there yet.
  const class Program& step_program() const;

 private:
  struct State;
  Shared<State> state_;
};

}  // namespace candor
