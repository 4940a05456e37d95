// Text of other encodings as UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace candor::data::detail {

/// Windows-1252, of which Latin-1's printable characters are a part; the five bytes it has no character for become U+FFFD.
std::string from_windows_1252(std::string_view bytes);

/// UTF-16; half a surrogate pair becomes U+FFFD.
std::string from_utf16(std::string_view bytes, bool big_endian);

/// 'l' or 'b' (little, big) when the beginning of a file looks like UTF-16, with or without a byte order mark; 0 otherwise.
char looks_like_utf16(std::string_view beginning);

}  // namespace candor::data::detail
