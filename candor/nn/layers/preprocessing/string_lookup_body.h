// Behind StringLookup; TextVectorization holds one for its words.
#pragma once

#include "candor/nn/layers/preprocessing/lookup.h"
#include "candor/nn/layers/preprocessing/vocabulary.h"

namespace candor::detail {

class StringLookupBody final : public PreprocessingBody {
 public:
  StringLookupBody(StringLookupOptions options, const char* layer);
  std::string kind() const override { return "StringLookup"; }
  Config options() const override;
  std::vector<Column> transform(std::span<const Column> inputs) override;
  void adapt(std::span<const Column> batches) override;
  bool adapts() const override { return true; }
  std::int64_t cardinality() const override { return vocabulary_.size(); }

  Vocabulary<std::string>& vocabulary() { return vocabulary_; }
  const Vocabulary<std::string>& vocabulary() const { return vocabulary_; }
  /// i64 of the same shape; what is dropped is the vocabulary's depth. Throws Error (invalid_argument) that names word and place.
  Tensor indices(const Texts& texts) const;
  Texts words(const Tensor& indices) const;

 private:
  static LookupRules rules(const StringLookupOptions& options, const char* layer);
  StringLookupOptions options_;
  Vocabulary<std::string> vocabulary_;
};

/// Weights of the tokens alone, as Keras's configuration has them; null when there are none.
Config idf_config(const std::vector<double>& idf, const LookupRules& rules, std::size_t tokens);

}  // namespace candor::detail
