// Files of settings that people write: YAML or JSON as a tree.
#pragma once

#include <string>
#include <string_view>

#include "candor/nn/config.h"

namespace candor::data {

/// The text of a settings file. Words, and in YAML numbers too, are text. Throws Error: corrupt for what is neither, nests too deep or has a key twice; unsupported for YAML in a
/// build without yaml-cpp. `path` stands in messages.
Config parse_settings(std::string_view text, const std::string& path);

}  // namespace candor::data
