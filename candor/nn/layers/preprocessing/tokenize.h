// How texts are cleaned and cut into tokens, byte for byte as TensorFlow does it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace candor::detail {

/// ASCII letters to small ones; other bytes stay.
std::string lower_ascii(std::string text);
/// Without the 32 punctuation signs of ASCII.
std::string strip_punctuation(std::string text);
/// Pieces between runs of ASCII white space.
std::vector<std::string> split_whitespace(std::string_view text);
/// The characters of UTF-8; what is no UTF-8 becomes U+FFFD.
std::vector<std::string> split_characters(std::string_view text);
/// For each size in order, every run of that many tokens, joined by a blank.
std::vector<std::string> ngrams(const std::vector<std::string>& tokens, std::span<const std::int64_t> sizes);

}  // namespace candor::detail
