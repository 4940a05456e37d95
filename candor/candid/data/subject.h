// What the checks on data look at: a training part, and whatever else is there (a test part, served rows), as columns side by side or as pictures.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/data/dataset.h"
#include "candor/data/table/schema.h"

namespace candor::candid {

/// What a part is for: rows to learn from, rows to judge by, rows that came once the model was in use.
enum class PartKind { train, test, served };

/// Numbers of a column in order, for all checks that ask (columns.h).
struct SortedNumbers;
std::shared_ptr<SortedNumbers> nothing_sorted();

/// One column in one part. Missing cells are NaN in `numbers` and -1 in `codes`.
struct CheckCells {
  bool present = false;                  ///< false: the part has no such column
  bool words = false;                    ///< it was read as words
  std::int64_t unread = 0;               ///< cells that are no number, in a column of numbers
  std::string unread_cell = {};          ///< the first of them
  std::vector<double> numbers = {};      ///< columns of numbers; seconds since 1970 of dates
  std::vector<std::int32_t> codes = {};  ///< other columns: into CheckColumn::words
  std::shared_ptr<SortedNumbers> sorted = nothing_sorted();  ///< `numbers` in order, made once for all checks
};

/// One column in all parts.
struct CheckColumn {
  std::string name = {};
  data::Role role = data::Role::number;
  bool numeric = true;                    ///< `numbers` are filled, else `codes`
  bool asked = false;                     ///< its role is what the user said
  std::string date_format = {};           ///< dates
  std::vector<std::string> words = {};    ///< what codes stand for, in all parts together
  std::vector<CheckCells> parts = {};     ///< one for each part of the subject

  /// A column that a model would learn from.
  bool is_input() const { return role == data::Role::number || role == data::Role::category || role == data::Role::date || role == data::Role::text; }
  bool is_missing(std::size_t part, std::int64_t row) const {
    const auto at = static_cast<std::size_t>(row);
    return numeric ? parts[part].numbers[at] != parts[part].numbers[at] : parts[part].codes[at] < 0;
  }
  std::int64_t missing(std::size_t part) const;
};

/// Rows of one source.
struct CheckPart {
  PartKind kind = PartKind::train;
  std::string name = {};                  ///< for people: "train.csv"
  std::int64_t rows = 0;                  ///< that are looked at
  std::int64_t all_rows = 0;              ///< that there are
  std::vector<std::string> columns = {};  ///< tables: in the order of the file
  std::vector<data::Remark> remarks = {}; ///< tables: what was noticed while reading
  data::Dataset set = {};                 ///< pictures
};

/// Everything that is known before a model is trained. parts[0] is the training part. The checks read it and change nothing.
struct Subject {
  std::vector<CheckPart> parts = {};
  std::vector<CheckColumn> columns = {};        ///< tables: those of the training part, in its order
  int target = -1;                              ///< number of the target's column; -1: none, several, or pictures
  data::TaskKind task = data::TaskKind::automatic;
  data::Schema schema = {};
  std::vector<std::string> class_names = {};    ///< classes of all parts
  std::vector<std::vector<std::int32_t>> labels = {};  ///< classes: one list a part; -1 where not known; empty for a part without labels
  std::vector<std::string> model_classes = {};  ///< the classes of a saved model, in its order; empty without one
  std::vector<std::vector<std::int32_t>> model_answers = {};  ///< what it answers, into model_classes; one list a part; may be empty

  bool is_table() const { return !columns.empty(); }
  bool is_classification() const { return task == data::TaskKind::classification; }
  std::int64_t rows(std::size_t part = 0) const { return parts[part].rows; }
  bool has_labels(std::size_t part) const { return part < labels.size() && !labels[part].empty(); }
  const CheckColumn* target_column() const { return target < 0 ? nullptr : &columns[static_cast<std::size_t>(target)]; }
};

/// A table with what it is for.
struct NamedTable {
  PartKind kind = PartKind::train;
  std::string name = {};
  data::Table table = {};
};
/// The first is the training part. Columns are matched by name. At most `most_rows` rows of each are kept, evenly spread. A training part whose target cannot be found has none.
/// Throws Error (invalid_argument) for no table or one without columns, and the errors of infer_schema for what the user said.
Subject table_subject(std::vector<NamedTable> tables, const data::SchemaOptions& options, std::int64_t most_rows = 200000);
/// The same when the columns are known already.
Subject table_subject(std::vector<NamedTable> tables, const data::Schema& schema, std::int64_t most_rows = 200000);

/// Examples with what they are for: rows of numbers become columns, everything else is pictures.
struct NamedSet {
  PartKind kind = PartKind::train;
  std::string name = {};
  data::Dataset set = {};
};
/// Throws Error (invalid_argument) for no set.
Subject set_subject(std::vector<NamedSet> sets, std::int64_t most_rows = 200000);

}  // namespace candor::candid
