#include "candor/base/finding.h"

namespace candor {

std::string to_string(Severity severity) {
  return severity == Severity::note ? "note" : severity == Severity::warning ? "warning" : "error";
}

}  // namespace candor
