// Strict numbers from text, numbers for people, and "did you mean".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace candor {

/// The number that is all of `text` (decimal point, no blanks, no locale); also "nan" and "inf". Nothing when it is not one.
std::optional<double> parse_number(std::string_view text);
/// The same for whole numbers.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// `text` without the blanks (space, tab, CR, LF) at both ends.
std::string_view trimmed(std::string_view text);
/// The pieces between separators; "a,,b" has three.
std::vector<std::string_view> split_text(std::string_view text, char separator);
std::string lower_case(std::string_view text);

/// 1234567 -> "1,234,567".
std::string with_thousands(std::int64_t value);
/// `text` in double quotes, cut to `limit` characters, with control and non-ASCII bytes made visible: safe to print.
std::string quoted(std::string_view text, std::size_t limit = 60);
/// "a, b, c", the end left out beyond `limit` names: "a, b, ... (12 in all)".
std::string name_list(std::span<const std::string> names, std::size_t limit = 8);

/// Edits (insert, delete, replace, swap of neighbours) from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The name nearest to `word`, ignoring case, or nothing when none is near enough to be meant.
std::optional<std::string> closest_name(std::string_view word, std::span<const std::string> names);
/// `; did you mean "x"?` or an empty string.
std::string did_you_mean(std::string_view word, std::span<const std::string> names);

}  // namespace candor
