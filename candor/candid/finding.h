// What Candor says unasked: an id that stays, how bad it is, and what was seen, why it matters and what to do.
#pragma once

#include <string>
#include <vector>

#include "candor/candid/baseline.h"
#include "candor/candid/interval.h"
#include "candor/data/dataset.h"

namespace candor::candid {

enum class Severity { note, warning, error };
/// "note", "warning", "error".
std::string to_string(Severity severity);
/// Something that a person should know about data, a model or its scores: what `candor train` prints and a report keeps.
struct Finding {
  std::string id;  ///< "data.constant"; never renamed
  Severity severity = Severity::note;
  std::string message;
};

/// Looks at the training rows: data.constant (a column with one value), data.few (a class with fewer than ten rows), data.skipped
/// (files or rows that were left out).
std::vector<Finding> check_data(const data::Dataset& train);

/// "0.8033": a score as findings write it.
std::string score_text(double value);

/// data.constant for these columns.
Finding constant_finding(const std::vector<std::string>& columns);

/// result.baseline: the baseline lies inside the score's interval or above the score.
std::vector<Finding> check_result(double score, const Interval& interval, const Baseline& baseline);

}  // namespace candor::candid
