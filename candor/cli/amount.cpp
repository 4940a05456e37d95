#include "candor/cli/amount.h"

#include <cstdio>

namespace candor::cli {

std::string amount(double value, const char* unit) {
  const char* prefixes[] = {"", "k", "M", "G", "T", "P"};
  int prefix = 0;
  while (value >= 1000 && prefix < 5) value /= 1000, ++prefix;
  char text[40];
  std::snprintf(text, sizeof text, prefix ? "%.2f %s%s" : "%.0f %s%s", value, prefixes[prefix], unit);
  return text;
}

std::string time_text(double seconds) {
  char text[32];
  if (seconds < 1e-3) std::snprintf(text, sizeof text, "%.2f us", seconds * 1e6);
  else if (seconds < 1) std::snprintf(text, sizeof text, "%.2f ms", seconds * 1e3);
  else std::snprintf(text, sizeof text, "%.2f s", seconds);
  return text;
}

}  // namespace candor::cli
