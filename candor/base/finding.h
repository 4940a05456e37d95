// What Candor says unasked: an id that stays, how bad it is, what was seen, why it matters and what to do.
#pragma once

#include <string>
#include <vector>

namespace candor {

enum class Severity { note, warning, error };
/// "note", "warning", "error".
std::string to_string(Severity severity);

/// A number (or a word) that a finding rests on: {"accuracy of the column alone", 0.998}.
struct Evidence {
  std::string name = {};
  double number = 0;
  std::string text = {};  ///< not empty: it stands in place of the number
};

/// Something that a person should know about data, a model, its training or its scores. It is printed, stands in the report, in report.json and in
/// the model file, and History::findings and candid::Checkup hold it.
struct Finding {
  std::string id = {};                   ///< "data.constant"; never renamed; docs/checks has a page of that name
  Severity severity = Severity::note;
  std::string message = {};              ///< what was seen, with the numbers, why it matters and what to do: one or two sentences
  std::string where = {};                ///< rows, columns, layer, epoch, file; empty when it is about everything
  std::vector<Evidence> evidence = {};   ///< the numbers of the message, for programs
};

/// A check that was not done, and why: "too few rows for a verdict (n = 12, needs 30)".
struct SkippedCheck {
  std::string id = {}, why = {};
};

}  // namespace candor
