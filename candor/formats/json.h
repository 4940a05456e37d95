// Reading JSON that nobody vouches for: bounded depth, no duplicate names, one clear error. For .cpp files of this folder and above.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace candor::formats {

/// Parses `text`. Throws Error (corrupt) that begins with `what` when it nests deeper than `depth` (checked before anything is built, so no
/// input can exhaust the stack), holds a name twice in one object, or is not JSON.
nlohmann::json parse_json(std::string_view text, const std::string& what, int depth = 64);

}  // namespace candor::formats
