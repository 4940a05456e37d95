// Data made ready for a network: read, its columns understood, parted into training and test rows, and turned into numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "candor/data/load.h"
#include "candor/data/table/read_table.h"
#include "candor/data/table/recipe.h"
#include "candor/data/table/row_split.h"
#include "candor/nn/config.h"

namespace candor::pipeline {

struct PrepareOptions {
  data::LoadOptions load = {};       ///< pictures, IDX files, generators
  data::TableOptions table = {};
  data::SchemaOptions schema = {};
  data::RecipeOptions recipe = {};
  bool units = true;                 ///< tables: columns whose cells are numbers with one unit ("12 kg") are numbers
  std::string test_data = {};        ///< rows of a source of their own to test on; empty: a share of DATA
  double test = 0.2;                 ///< that share
  bool test_given = false;           ///< somebody asked for it: refused where the source has a test part of its own
  std::uint64_t seed = 0;            ///< draws the test rows
  data::SplitWay split = data::SplitWay::automatic;  ///< tables: how
  std::string split_column = {};     ///< tables: what grouped, ordered and hashed go by
};

/// Rows to train on and rows to test on, with what made them.
struct Prepared {
  data::SourceKind kind = data::SourceKind::csv;
  data::Dataset train, test;
  std::optional<data::Recipe> recipe;               ///< tables
  data::Table train_cells, test_cells;              ///< tables: the same rows as they came
  std::vector<std::int64_t> train_rows, test_rows;  ///< their numbers in the source; empty when the source came in two parts
  std::string split;                                ///< how rows were parted, a sentence
  std::vector<std::string> remarks;                 ///< what was noticed while reading
  std::vector<std::string> groups;                  ///< not empty: the group of each training row, which must not be parted further
  bool ordered = false;                             ///< rows are in the order of time
  Config preprocessing = Config::map();             ///< what a model file keeps of all this

  bool is_table() const { return recipe.has_value(); }
};

/// Reads and prepares DATA. Throws the errors of the readers, of infer_schema and of Recipe::fit; Error (invalid_argument) when there is
/// nothing to learn; Error (corrupt) naming row and column for the few cells of a column of numbers that are none.
Prepared prepare(const std::string& name, const PrepareOptions& options);

}  // namespace candor::pipeline
