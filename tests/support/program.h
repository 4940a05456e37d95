// Runs the program `candor` as a person would and keeps what it said.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace candor::testing {

struct Finished {
  int code = -1;  ///< exit code; 128 + signal when it was killed
  std::string out, err;
};

/// Where the built program is.
std::string program_path();

/// Runs the built program with these arguments in `folder` (empty: here). `environment` holds NAME=value to add.
Finished run_candor(const std::vector<std::string>& arguments, const std::string& folder = {}, const std::vector<std::string>& environment = {});

/// The same, but sends `signal_number` once `after` stands on its standard error or output.
Finished signal_candor(const std::vector<std::string>& arguments, const std::string& after, int signal_number);

/// The same, but sends it once `when` says so; it is asked every fifth of a millisecond.
Finished signal_candor(const std::vector<std::string>& arguments, const std::function<bool()>& when, int signal_number);

/// The same with any program: the first word is its path.
Finished signal_program(const std::vector<std::string>& words, const std::vector<std::string>& environment, const std::function<bool()>& when, int signal_number);

/// This test program itself, to run one of its tests in a process of its own.
std::string own_program();

}  // namespace candor::testing
