// A model judged on rows that need not fit into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/score.h"
#include "candor/data/table/table_stream.h"
#include "candor/pipeline/model_rows.h"

namespace candor::pipeline {

/// What is kept in memory at a time. The score is of all rows; its checks look at so many at the most, with so many bytes of cells.
struct JudgeLimits {
  std::int64_t checked_rows = std::int64_t{1} << 18;
  std::int64_t cell_bytes = std::int64_t{1} << 26;
  std::size_t piece_bytes = data::TableStream::usual_piece;  ///< of the table that are read at a time
};

/// A score with what stands beside it. Of a table that came in pieces there are left 13 bytes for each row, 21 where the target is a number; and for the checks all rows, or of more
/// than the limits an even share of them, drawn by their numbers.
struct JudgedRows {
  candid::Score score;
  data::TableDifferences differences = {};
  std::string seen_text = {};             ///< of rows that the model was trained on; empty when all are new
  std::string digest = {}, mark = {};     ///< Dataset::digest and test_rows_mark of all rows
  data::Dataset set;                      ///< all rows: targets, names and source; of a table no features ([rows, 0])
  data::Dataset checked;                  ///< the rows that the checks look at
  Tensor outputs;                         ///< the answers for those
  data::Table cells = {};                 ///< tables: their cells in the columns to cut by
  std::vector<std::string> columns = {};  ///< tables: those columns
};

/// Reads DATA as load_for_model does and judges the model on it. Tables are read, answered and forgotten piece by piece; one that cannot be read so (a column of numbers turns out to hold
/// words far below) is read whole. The same score to the last bit. Errors as of load_for_model.
JudgedRows judge_rows(const std::string& name, const formats::ModelFile& file, const ModelRowsOptions& options, std::uint64_t seed, const JudgeLimits& limits = {});

/// Columns that were numbers in training (`with_unit` false), or that had a unit: what a table in pieces must be told from the start.
std::vector<std::string> known_columns(const data::Schema& schema, bool with_unit);

}  // namespace candor::pipeline
