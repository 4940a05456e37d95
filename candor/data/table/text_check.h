// Is this text at all? And if not, what is it, so that the error can say what to do.
#pragma once

#include <string>
#include <string_view>

namespace candor::data::detail {

/// " (it looks like a PNG image)", judged by the first bytes; empty when they say nothing.
std::string guess_format(std::string_view bytes);

/// Throws Error (corrupt) when the first bytes are not those of a text table: a NUL anywhere in `text`, other control characters in its
/// first 4096 bytes.
void check_no_binary(std::string_view text, const std::string& name);

}  // namespace candor::data::detail
