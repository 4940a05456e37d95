#include "candor/data/table/number_text.h"

#include <cmath>
#include <cstdio>

namespace candor::data::detail {

std::string number_text(double value) {
  char text[40];
  const bool whole = value == std::floor(value) && std::fabs(value) < 1e12;
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.6g", value);
  return text;
}

}  // namespace candor::data::detail
