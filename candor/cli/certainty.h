// How sure an answer is, as columns beside it: sets of classes, rows that a person should look at.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "candor/candid/uncertainty/uncertainty.h"
#include "candor/cli/command.h"
#include "candor/formats/model_file.h"

namespace candor::cli {

/// What the user asked for beside the answers.
struct CertaintyOptions {
  std::optional<double> coverage, reject_below;
  std::string sets = "lac";
  bool distance = false;
};
void add_certainty_options(CLI::App& command, CertaintyOptions& options);

/// A further column: its cells as CSV has them, and as JSON does.
struct ExtraColumn {
  std::string name;
  std::vector<std::string> cells;
  std::vector<Json> values;
};

/// Answers of one piece of the rows with what the model keeps. Made once, so that what cannot be said is refused before anything is written.
class Certainty {
 public:
  /// Throws Error (invalid_argument) for a coverage that the model's held-out rows cannot give, and for options that do not fit its task.
  Certainty(const formats::ModelFile& file, const CertaintyOptions& options);

  /// Half the width of a value's interval at the coverage asked for, else at .95; NaN when it is not known.
  double distance() const { return distance_; }
  /// The columns for these answers to rows of features, and counts what is rejected and what lies far out.
  std::vector<ExtraColumn> columns(const Tensor& outputs, const Tensor& features);
  /// A sentence about all rows, on standard error; nothing when nothing was asked for.
  void say() const;

 private:
  const formats::ModelFile& file_;
  CertaintyOptions options_;
  candid::SetMethod method_ = candid::SetMethod::lac;
  double distance_ = 0, threshold_ = 0;
  std::int64_t rows_ = 0, rejected_ = 0, in_sets_ = 0;
  candid::TrainingDistance training_;
  std::vector<double> distances_;  // of the rows that were looked at
};

/// The text of answers, line by line, with these columns behind the others.
std::string with_columns(const std::string& text, const std::vector<ExtraColumn>& columns, bool json, bool heading);

/// A cell that any CSV reader takes back: quoted when it must be.
std::string csv_cell(const std::string& text);

}  // namespace candor::cli
