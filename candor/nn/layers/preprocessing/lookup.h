// Words and whole numbers to indices of a vocabulary, and back.
#pragma once

#include <optional>

#include "candor/base/maybe.h"
#include "candor/nn/layers/preprocessing/preprocessing_layer.h"

namespace candor {

struct StringLookupOptions {
  std::optional<std::int64_t> max_tokens{};  ///< largest vocabulary, special tokens included
  std::int64_t num_oov_indices = 1;             ///< indices for words that are not in the vocabulary; 0: such a word is an error
  Maybe<std::string> mask_token{};   ///< gets index 0 with output_mode "int" and is dropped otherwise
  std::string oov_token = "[UNK]";
  std::vector<std::string> vocabulary{};  ///< empty: learned by adapt()
  std::vector<double> idf_weights{};      ///< of the vocabulary, for "tf_idf"
  bool invert = false;                       ///< indices to words
  std::string output_mode = "int";           ///< "int", "one_hot", "multi_hot", "count" or "tf_idf"
  bool pad_to_max_tokens = false;
  bool sparse = false;  ///< true is refused
  std::string encoding = "utf-8";
  std::vector<std::int64_t> salt{};  ///< one or two integers: SipHash spreads unknown words over several oov indices
  std::string name{};
};

/// Texts to i64 indices (output_mode "int") or to counts over the vocabulary (i64; "tf_idf" f32). Index 0 is the mask token where there is one,
/// then come the oov indices, then the vocabulary. adapt() orders words by frequency, equal ones by text backwards. With `invert`,
/// apply() takes i64 indices and gives Texts; an index without a word gives oov_token. Keras's StringLookup; idf is log(1 + documents / (1 +
/// documents with the word)).
class StringLookup : public PreprocessingLayer {
 public:
  /// Throws Error (invalid_argument): repeated or empty vocabulary entries at wrong places, unknown modes, sizes out of range.
  explicit StringLookup(StringLookupOptions options = {});
  /// With "[UNK]" and the mask token at their indices, or the vocabulary alone.
  std::vector<std::string> get_vocabulary(bool include_special_tokens = true) const;
  std::int64_t vocabulary_size() const;
  /// Throws Error (invalid_argument) for no or repeated tokens, or more than max_tokens.
  void set_vocabulary(const std::vector<std::string>& vocabulary, const std::vector<double>& idf_weights = {}) const;
  /// One weight an index, for output_mode "tf_idf".
  std::vector<double> idf_weights() const;
  /// Words of indices, for a layer with invert.
  Texts words(const Tensor& indices) const;
  static Layer from_config(const Config& options);
};

struct IntegerLookupOptions {
  std::optional<std::int64_t> max_tokens{};
  std::int64_t num_oov_indices = 1;
  std::optional<std::int64_t> mask_token{};
  std::int64_t oov_token = -1;
  std::vector<std::int64_t> vocabulary{};
  std::string vocabulary_dtype = "int64";  ///< the only one
  std::vector<double> idf_weights{};
  bool invert = false;
  std::string output_mode = "int";
  bool sparse = false;
  bool pad_to_max_tokens = false;
  std::string oov_method = "floormod";  ///< where an unknown number goes among several oov indices; or "farmhash", of its decimal text
  std::vector<std::int64_t> salt{};  ///< for "farmhash"
  std::string name{};
};

/// The same for whole numbers. Works on traced tensors, so it can be a layer of a model.
class IntegerLookup : public PreprocessingLayer {
 public:
  explicit IntegerLookup(IntegerLookupOptions options = {});
  std::vector<std::int64_t> get_vocabulary(bool include_special_tokens = true) const;
  std::int64_t vocabulary_size() const;
  void set_vocabulary(const std::vector<std::int64_t>& vocabulary, const std::vector<double>& idf_weights = {}) const;
  std::vector<double> idf_weights() const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
