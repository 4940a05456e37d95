// Rows for a model that exists, as the options of the command line say.
#pragma once

#include "candor/cli/data_options.h"
#include "candor/pipeline/model_rows.h"

namespace candor::cli {

using pipeline::answers;

pipeline::ModelRowsOptions model_rows_options(const DataOptions& options, bool targets, std::uint64_t seed);
/// What pipeline::load_for_model gives for these options.
pipeline::ModelRows load_model_rows(const DataOptions& options, const formats::ModelFile& file, bool targets, std::uint64_t seed);
/// The rows alone.
data::Dataset load_for_model(const DataOptions& options, const formats::ModelFile& file, bool targets, std::uint64_t seed);

/// What differs between the table and the one the model learned from, a line each on standard error; nothing when nothing does.
void print_differences(const data::TableDifferences& differences);

}  // namespace candor::cli
