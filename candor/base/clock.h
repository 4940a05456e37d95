// The time of day as text, and seconds for differences.
#pragma once

#include <chrono>
#include <string>

namespace candor {

/// Now in UTC, ISO 8601: "2026-11-21T21:04:09Z".
std::string utc_now();

/// Seconds since some moment in the past, by a clock that only goes forward: for differences.
inline double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace candor
