// Rows for a model that exists: DATA read as the model's own columns, classes and picture size say.
#pragma once

#include <string>
#include <vector>

#include "candor/data/load.h"
#include "candor/data/table/read_table.h"
#include "candor/data/table/recipe.h"
#include "candor/data/table/split_record.h"
#include "candor/formats/model_file.h"

namespace candor::pipeline {

struct ModelRowsOptions {
  data::LoadOptions load = {};
  data::TableOptions table = {};
  bool targets = true;         ///< false: none are needed, and those that are there are left out
  bool size_given = false, channels_given = false, fit_given = false;  ///< `load.images` has what the user said; else the model's own count
};

/// Features as the model learned them, and for tables what stands behind them.
struct ModelRows {
  data::Dataset set;
  data::Table cells = {};                      ///< tables: as they came
  data::TableDifferences differences = {};     ///< tables: from what the model learned from
  std::vector<data::SeenAs> seen = {};         ///< with targets: what the model knows of each row; empty when it kept nothing
  std::string seen_text = {};                  ///< the same as a sentence; empty when all rows are new

  bool is_table() const { return !cells.columns.empty(); }
};

/// The recipe of a model of tables; nothing when it has none.
std::optional<data::Recipe> recipe_of(const formats::ModelFile& file);

/// The rows to judge or to answer: DATA's test part when it has one, else all. Throws the errors of the readers; Error (not_found) naming columns that are
/// missing; Error (shape) naming both shapes and the first layer when rows do not fit the model; Error (invalid_argument) for other classes.
ModelRows load_for_model(const std::string& name, const formats::ModelFile& file, const ModelRowsOptions& options);

/// The same for a table that was read already.
ModelRows rows_for_model(data::Table table, const formats::ModelFile& file, bool targets);

/// Throws Error (not_found) when the table lacks a column that the answers are judged by, with the nearest spelling.
void require_targets(const data::Table& table, const data::Recipe& recipe);
/// Throws Error (shape) naming both shapes when rows do not fit the model.
void require_fit(const formats::ModelFile& file, const data::Dataset& set);

/// Outputs for all rows: for classes probabilities, at the temperature that the model keeps, else what it gives.
Tensor answers(const formats::ModelFile& file, const data::Dataset& set);

}  // namespace candor::pipeline
