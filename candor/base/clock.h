// The time of day as text.
#pragma once

#include <string>

namespace candor {

/// Now in UTC, ISO 8601: "2026-11-21T21:04:09Z".
std::string utc_now();

}  // namespace candor
