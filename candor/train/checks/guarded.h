// How a check of train/ runs: one that fails stops nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "candor/base/finding.h"
#include "candor/base/function.h"

namespace candor {

/// What a set of checks said.
struct CheckNotes {
  std::vector<Finding> findings = {};
  std::vector<SkippedCheck> skipped = {};
  std::vector<std::string> checked = {};  ///< came to a verdict
};

namespace detail {

/// Runs a check. One that throws becomes a note that names it; Ctrl-C and lack of memory go on.
void guarded(CheckNotes& into, std::string_view id, const Function<void(CheckNotes&)>& check);

/// Throws Error (invalid_argument) for an id of model.* or train.* that is no check, naming the nearest.
void check_silence(const std::string& who, const std::vector<std::string>& silence);

/// "0.0312", "1.2e-07": a number as findings write it.
std::string number_text(double value);
/// "12 %", "0.4 %".
std::string percent_text(double share);

}  // namespace detail
}  // namespace candor
