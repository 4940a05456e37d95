// Whether bytes are text in UTF-8.
#pragma once

#include <string_view>

namespace candor {

/// True for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace candor
