// MODEL|DATA: a model file, or data that a default network is made for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/cli/data_options.h"
#include "candor/nn/model.h"

namespace candor::cli {

/// Options of the commands that look at a network without running it.
struct SourceOptions {
  DataOptions data;  ///< `data.data` is MODEL or DATA
  std::string model;  ///< empty: what the data ask for
  std::vector<std::int64_t> layers;
};
void add_source_options(CLI::App& command, SourceOptions& options);

/// A model, and the training rows that it was made for: none of a model file.
struct ModelAndRows {
  Model model;  ///< compiled, when it was made for data
  data::Dataset rows;
};
ModelAndRows model_and_rows_from(const SourceOptions& options, std::uint64_t seed);

/// The model of the file, or the network that `candor train` would make for the data.
Model model_from(const SourceOptions& options, std::uint64_t seed);

}  // namespace candor::cli
