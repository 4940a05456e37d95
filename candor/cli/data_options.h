// The options that say how DATA is read, the same for every command that takes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "candor/data/load.h"
#include "candor/data/table/read_table.h"
#include "candor/data/table/schema.h"
#include "candor/pipeline/prepare.h"

namespace candor::cli {

struct DataOptions {
  std::string data, target, task = "auto", separator, size, fit;
  bool keep_units = false;
  std::vector<std::string> ignore, roles, missing, group;
  std::string query, schema, order, decimal, encoding, split = "automatic";
  std::int64_t rows = 0;
  int channels = 0;
  bool skip_bad = false, no_header = false, no_quotes = false;
};

/// Adds the positional DATA (required; that is what is given back) and the options. `target` false leaves --target and --task out (a model knows its own).
CLI::Option* add_data_options(CLI::App& command, DataOptions& options, bool target);

/// What data::load is to be told. Throws Error (invalid_argument) for options that make no sense.
data::LoadOptions load_options(const DataOptions& options, std::uint64_t seed);

/// How a table is to be read, and what its columns are.
data::TableOptions table_options(const DataOptions& options);
data::SchemaOptions schema_options(const DataOptions& options);

/// How `candor train` prepares DATA where nothing is said of a test part.
pipeline::PrepareOptions prepare_options(const DataOptions& options, std::uint64_t seed);

}  // namespace candor::cli
