// Configurations as JSON text and back.
#pragma once

#include <string>
#include <string_view>

#include "candor/nn/config.h"

namespace candor::formats {

/// JSON in one line, keys in the order in which they were set. Numbers come back as the same bits; those that are not finite become null.
std::string to_json(const Config& config);

/// The inverse. Throws Error (corrupt) that begins with `what`.
Config config_from_json(std::string_view text, const std::string& what);

}  // namespace candor::formats
