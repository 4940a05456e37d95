// Amounts with a prefix, and times in the unit that suits them.
#pragma once

#include <string>

namespace candor::cli {

/// "1.25 MFLOP", "512 B".
std::string amount(double value, const char* unit);
/// "1.62 us", "4.20 ms", "1.30 s".
std::string time_text(double seconds);

}  // namespace candor::cli
