// Bytes back from base64 (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace candor {

/// The bytes that base64() wrote; nothing when it is no such text (another letter, a wrong length, padding inside).
std::optional<std::string> from_base64(std::string_view text);

}  // namespace candor
