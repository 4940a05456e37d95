// Texts as rows of word numbers of one length: what an Embedding and a recurrent network take.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "candor/data/table/text_tokens.h"
#include "candor/nn/config.h"
#include "candor/tensor/tensor.h"

namespace candor::data {

struct TextSequenceOptions {
  TokenOptions tokens = {.least_letters = 1};
  std::int64_t max_words = 20000;  ///< with a number of their own, the most frequent ones
  std::int64_t min_texts = 2;      ///< words that fewer texts have count as unknown
  std::int64_t length = 0;         ///< of each row; 0: as long as 95 in 100 of the fitted texts, at most 1,000
  bool pad_before = false;         ///< where the zeros go
  bool cut_before = false;         ///< which end of a longer text is lost
};

/// Fitted on training texts; a value. 0 is padding, 1 an unknown word, words are numbered from 2 by how often they come.
class TextSequences {
 public:
  TextSequences() = default;
  /// Throws Error (invalid_argument) for options out of range.
  static TextSequences fit(std::span<const std::string> texts, const TextSequenceOptions& options = {});

  /// i32 [texts, length].
  Tensor transform(std::span<const std::string> texts) const;
  /// How many different numbers there are: the input size of an Embedding.
  std::int64_t vocabulary_size() const { return static_cast<std::int64_t>(words_.size()) + 2; }
  std::int64_t length() const { return options_.length; }
  /// words()[i] has number i + 2.
  const std::vector<std::string>& words() const { return words_; }

  Config config() const;
  /// Throws Error (corrupt).
  static TextSequences from_config(const Config& config);

 private:
  void index();
  TextSequenceOptions options_;
  std::vector<std::string> words_;
  std::unordered_map<std::string, std::int32_t> numbers_;
};

}  // namespace candor::data
