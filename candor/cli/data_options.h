// The options that say how DATA is read, the same for every command that takes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "candor/data/load.h"

namespace candor::cli {

struct DataOptions {
  std::string data, target, task = "auto", separator, size, fit;
  std::vector<std::string> ignore;
  std::int64_t rows = 0;
  int channels = 0;
  bool skip_bad = false, no_header = false;
};

/// Adds the positional DATA and the options. `target` false leaves --target and --task out (a model knows its own).
void add_data_options(CLI::App& command, DataOptions& options, bool target);

/// What data::load is to be told. Throws Error (invalid_argument) for options that make no sense.
data::LoadOptions load_options(const DataOptions& options, std::uint64_t seed);

}  // namespace candor::cli
