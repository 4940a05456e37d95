// How many changes make one text of another: for spelling, speech, translation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::candid {

/// The characters of UTF-8 text, each as its bytes; a byte that is no UTF-8 is a character of its own.
std::vector<std::string> characters_of(std::string_view text);
/// The words between blanks.
std::vector<std::string> words_of(std::string_view text);

/// Insertions, deletions and replacements of items that make `b` of `a`, the fewest there are (V. Levenshtein, 1966).
std::int64_t edit_distance(const std::vector<std::string>& a, const std::vector<std::string>& b);
/// The same by characters.
std::int64_t edit_distance(std::string_view a, std::string_view b);
/// By characters, where two neighbours that change places count once, and no part is changed twice (optimal string alignment).
std::int64_t edit_distance_with_swaps(std::string_view a, std::string_view b);

/// Changes in words, or characters, as a share of the reference's; above 1 for a much longer hypothesis. 0 for two empty texts, infinite for an empty reference alone.
double word_error_rate(std::string_view reference, std::string_view hypothesis);
double character_error_rate(std::string_view reference, std::string_view hypothesis);

/// Translation edit rate in percent: words that are inserted, deleted, replaced, or moved in a block, of those of the references (M. Snover and others, 2006). Without regard to case;
/// of several references the nearest counts, and their mean length. `references[r][i]` belongs to hypothesis i. Moves are searched for as Tercom does:
/// blocks of at most 10 words, 50 words far, 1000 candidates. Throws Error (shape) for references of another number.
double translation_edit_rate(const std::vector<std::string>& hypotheses, const std::vector<std::vector<std::string>>& references);

}  // namespace candor::candid
