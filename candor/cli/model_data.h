// Rows for a model that exists: DATA read as the model's own columns, classes and picture size say.
#pragma once

#include "candor/cli/data_options.h"
#include "candor/formats/model_file.h"

namespace candor::cli {

/// The rows to judge or to answer: DATA's test part when it has one, else all. With `targets` false none are needed, and those that are there are
/// left out. Throws the errors of data::load, and Error (shape) naming both shapes and the first layer when rows do not fit the model.
data::Dataset load_for_model(const DataOptions& options, const formats::ModelFile& file, bool targets, std::uint64_t seed);

/// Outputs for all rows: probabilities when the model gives logits for classes, else what it gives.
Tensor answers(const formats::ModelFile& file, const data::Dataset& set);

}  // namespace candor::cli
