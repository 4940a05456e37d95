// Text and coordinates for HTML and SVG: whatever a file called its columns, it is shown as text and never obeyed.
#pragma once

#include <string>
#include <string_view>

namespace candor::candid::plot {

/// `text` for HTML and SVG, between tags or in quotes. Markup is escaped; bytes that are not UTF-8, control characters and those that turn the
/// direction of writing become U+FFFD; line ends and tabs become blanks. Beyond `limit` letters it ends in an ellipsis.
std::string escaped(std::string_view text, std::size_t limit = 160);
/// `text` cut to `limit` letters, not escaped; still UTF-8 when it was.
std::string shortened(std::string_view text, std::size_t limit);
/// How many letters: what a text needs room for.
std::size_t letters(std::string_view text);
/// A coordinate with at most two decimals; what is not finite becomes 0.
std::string place(double value);
/// True for what base64 is made of, padded to a multiple of four; false for an empty text.
bool is_base64(std::string_view text);

}  // namespace candor::candid::plot
