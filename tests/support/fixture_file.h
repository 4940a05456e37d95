// A fixture's JSON and the arrays it names, read once in a process however many suites ask, and never taken apart: each test case is a process.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/safetensors.h"

namespace candor::testing {

struct FixtureFile {
  nlohmann::json json;
  std::shared_ptr<const Safetensors> tensors;  ///< none when the JSON names none
};

/// $CANDOR_FIXTURES/path; null when the variable is unset or there is no such file.
const FixtureFile* fixture_file(const std::string& path);

}  // namespace candor::testing
