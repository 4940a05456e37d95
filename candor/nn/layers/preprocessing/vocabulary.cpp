#include "candor/nn/layers/preprocessing/vocabulary.h"

#include "candor/base/text.h"
#include "candor/nn/layers/check.h"

namespace candor::detail {

void LookupRules::check(bool idf_given) const {
  const std::string who = std::string(layer) + ": ";
  if (max_tokens && *max_tokens < 2) fail(ErrorKind::invalid_argument, who + "max_tokens must be at least 2, not " + std::to_string(*max_tokens));
  if (pad && !max_tokens) fail(ErrorKind::invalid_argument, who + "pad_to_max_tokens needs max_tokens");
  if (num_oov > largest_size || max_tokens.value_or(0) > largest_size) fail(ErrorKind::invalid_argument, who + "num_oov_indices and max_tokens must be at most " + std::to_string(largest_size));
  if (num_oov < 0) fail(ErrorKind::invalid_argument, who + "num_oov_indices must not be negative, and is " + std::to_string(num_oov));
  require_one_of(layer, "output_mode", mode, {"int", "one_hot", "multi_hot", "count", "tf_idf"});
  if (invert && mode != "int") fail(ErrorKind::invalid_argument, who + "invert gives tokens; output_mode must stay \"int\", not \"" + mode + "\"");
  if (idf_given && mode != "tf_idf") fail(ErrorKind::invalid_argument, who + "idf_weights belong to output_mode \"tf_idf\", not \"" + mode + "\"");
}

std::string shown(const std::string& token) { return quoted(token); }
std::string shown(std::int64_t token) { return std::to_string(token); }
std::size_t hash_of(const std::string& token) { return std::hash<std::string>{}(token); }
std::size_t hash_of(std::int64_t token) { return std::hash<std::int64_t>{}(token); }

}  // namespace candor::detail
