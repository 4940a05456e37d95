// Words and characters of a text, and runs of n of them, as scikit-learn's vectorizers count them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data {

enum class TextUnit {
  word,       ///< runs of letters, digits and _
  character,  ///< code points; blanks in a row count as one
  character_in_word,  ///< code points within words that have a blank on both sides ("char_wb")
};

struct TokenOptions {
  TextUnit unit = TextUnit::word;
  int shortest = 1, longest = 1;  ///< how many units make a term
  int least_letters = 2;          ///< shorter words are left out; unit word alone
  bool lower_case = true;
};

/// The terms of a text in order, repeated ones as often as they come. Words of one term are parted by a blank. Bytes that are no UTF-8 count as
/// one character each. Throws Error (invalid_argument) for a range of n that is empty or beyond 1 to 20.
std::vector<std::string> text_terms(std::string_view text, const TokenOptions& options = {});

/// Lower case of Latin, Greek and Cyrillic letters in UTF-8; everything else stays.
std::string lower_case_utf8(std::string_view text);

}  // namespace candor::data
