// Numeric tables as text: a row a line, cells parted by , ; or tab. Text is allowed in target columns that hold classes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "candor/data/dataset.h"

namespace candor::data {

/// What the target columns hold.
enum class TargetKind {
  automatic,       ///< classes when the cells are text or few whole numbers (at most 20 different, each twice on average), else numbers
  classification,
  regression,
};

enum class Header { automatic, yes, no };

struct CsvOptions {
  std::vector<std::string> targets = {};      ///< names or 1-based numbers of the target columns; empty means the last one
  bool has_targets = true;               ///< false: every column is a feature, e.g. rows to predict
  std::vector<std::string> features = {};     ///< names of the feature columns in the order wanted; empty means all others
  std::vector<std::string> ignore = {};       ///< columns to leave out
  TargetKind kind = TargetKind::automatic;
  std::vector<std::string> class_names = {};  ///< known classes (of a trained model), in order; empty: found in the file and sorted
  char separator = 0;                    ///< 0: found from the first lines
  Header header = Header::automatic;     ///< automatic: the first line holds names when none of its cells is a number
};

/// Reads a table, plain or .gz: features f32 [rows, columns]; targets i32 [rows] (classes) or f32 [rows] ([rows, k] for several
/// columns). Quotes ("a ""b"""), CRLF and a UTF-8 byte order mark are understood, blank lines skipped. Throws Error: not_found,
/// io; corrupt for what is not such a table (binary, ragged rows, text, empty, NaN or infinite cells), naming row and column;
/// invalid_argument for columns or separators asked for that do not fit.
Dataset read_csv(const std::string& path, const CsvOptions& options = {});

/// The same for text in memory; `name` stands in errors.
Dataset parse_csv(std::string_view text, const CsvOptions& options, const std::string& name);

/// The column names of a table (column_1, column_2, ... without a header line).
std::vector<std::string> csv_columns(const std::string& path, const CsvOptions& options = {});

}  // namespace candor::data
