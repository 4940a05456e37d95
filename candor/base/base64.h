// Bytes as text that any page or file takes (RFC 4648).
#pragma once

#include <string>
#include <string_view>

namespace candor {

std::string base64(std::string_view bytes);

}  // namespace candor
