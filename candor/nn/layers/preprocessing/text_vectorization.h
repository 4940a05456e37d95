// Sentences to sequences of word indices, or to bags of words.
#pragma once

#include <optional>

#include "candor/base/function.h"
#include "candor/nn/layers/preprocessing/preprocessing_layer.h"

namespace candor {

/// A text changed before it is split, and a text split into tokens: for functions of one's own.
using StandardizeText = Function<std::string(const std::string&)>;
using SplitText = Function<std::vector<std::string>(const std::string&)>;

struct TextVectorizationOptions {
  std::optional<std::int64_t> max_tokens{};
  std::string standardize = "lower_and_strip_punctuation";  ///< or "lower", "strip_punctuation", "" for none. ASCII letters and signs, as in Keras
  std::string split = "whitespace";                         ///< or "character" (of UTF-8), "" for none
  std::vector<std::int64_t> ngrams{};  ///< sizes of the runs of tokens that become tokens, joined by a blank; {1, 2} is Keras's ngrams = 2
  std::string output_mode = "int";        ///< "int", "one_hot", "multi_hot", "count" or "tf_idf"
  std::optional<std::int64_t> output_sequence_length{};  ///< for "int": longer texts are cut, shorter ones padded with 0; none: the longest's
  bool pad_to_max_tokens = false;
  std::vector<std::string> vocabulary{};
  std::vector<double> idf_weights{};
  bool sparse = false;  ///< true is refused
  bool ragged = false;  ///< true is refused
  std::string encoding = "utf-8";
  StandardizeText standardize_function{};  ///< in place of `standardize`; such a layer has no configuration
  SplitText split_function{};
  std::string name{};
};

/// Texts [N] or [N, 1] to i64 [N, length] (mode "int": 0 is padding, 1 an unknown word), or to [N, vocabulary]. Split at ASCII blanks.
/// Keras's TextVectorization.
class TextVectorization : public PreprocessingLayer {
 public:
  /// Throws Error (invalid_argument) for unknown words, (unsupported) for ragged or sparse.
  explicit TextVectorization(TextVectorizationOptions options = {});
  std::vector<std::string> get_vocabulary(bool include_special_tokens = true) const;
  std::int64_t vocabulary_size() const;
  void set_vocabulary(const std::vector<std::string>& vocabulary, const std::vector<double>& idf_weights = {}) const;
  std::vector<double> idf_weights() const;
  /// The tokens of each text, as they are looked up.
  std::vector<std::vector<std::string>> tokens(const Texts& texts) const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
