// The two halves of `candor explain`.
#pragma once

#include <string>
#include <vector>

#include "candor/cli/model_data.h"
#include "candor/cli/score.h"

namespace candor::cli {

struct ExplainOptions {
  std::string model, row, want, out;
  std::vector<std::string> keep;
  std::int64_t size = 0;  ///< side of the square that covers a part of a picture; 0: an eighth of the picture
  DataOptions data;
};

/// A row of a table: contributions, counterfactuals, importances.
int explain_row(const ExplainOptions& options, const formats::ModelFile& file, const Common& common);
/// A picture: maps of what matters, drawn over it.
int explain_picture(const ExplainOptions& options, const formats::ModelFile& file, const Common& common);

}  // namespace candor::cli
