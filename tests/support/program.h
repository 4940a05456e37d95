// Runs the program `candor` as a person would and keeps what it said.
#pragma once

#include <string>
#include <vector>

namespace candor::testing {

struct Finished {
  int code = -1;  ///< exit code; 128 + signal when it was killed
  std::string out, err;
};

/// Runs the built program with these arguments in `folder` (empty: here). `environment` holds NAME=value to add.
Finished run_candor(const std::vector<std::string>& arguments, const std::string& folder = {}, const std::vector<std::string>& environment = {});

}  // namespace candor::testing
