// data.label-conflict: equal rows with different labels, and rows whose label contradicts everything that is like them.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/quick_model.h"
#include "candor/candid/data/row_codes.h"
#include "candor/candid/metrics/label_errors.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t least_rows = 120, most_rows = 3000;

/// Rows of all parts with the same inputs and different labels.
void equal_rows(const Subject& s, std::vector<Finding>& findings) {
  for (std::size_t part = 0; part < s.parts.size(); ++part) {
    if (!s.has_labels(part)) continue;
    const RowCodes codes(s, 0, part, false);
    if (codes.columns() == 0) continue;
    std::unordered_map<std::uint64_t, std::int32_t> known;  // label; -2 for several
    const std::vector<std::uint64_t> train = codes.hashes(0);
    std::int64_t twins = 0;
    for (std::size_t i = 0; i < train.size(); ++i) {
      const std::int32_t label = s.labels[0][i];
      if (label < 0) continue;
      const auto [found, fresh] = known.try_emplace(train[i], label);
      if (!fresh && found->second != label) found->second = -2;
    }
    const std::vector<std::uint64_t>& rows = part == 0 ? train : codes.hashes(part);
    std::vector<std::int64_t> conflicts;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto found = known.find(rows[i]);
      if (found == known.end() || s.labels[part][i] < 0) continue;
      ++twins;
      if (found->second != s.labels[part][i]) conflicts.push_back(static_cast<std::int64_t>(i));
    }
    if (conflicts.empty()) continue;
    const double pairs = (part == 0 ? .5 : 1) * static_cast<double>(train.size()) * static_cast<double>(rows.size());
    const bool few_values = codes.bits() < std::log2(pairs) + 8;
    const double share = static_cast<double>(conflicts.size()) / static_cast<double>(rows.size());
    Finding f{"data.label-conflict"};
    f.severity = few_values || conflicts.size() < 3 ? Severity::note : share >= .01 ? Severity::error : Severity::warning;
    if (few_values && share < .01) continue;
    f.where = s.parts[part].name + ": " + row_list(conflicts);
    f.evidence = {{"rows with equal inputs and another label", static_cast<double>(conflicts.size())}, {"share", share}};
    f.message = rows_text(static_cast<std::int64_t>(conflicts.size())) + " of " + s.parts[part].name + " (" + percent(share) + ") " + (conflicts.size() == 1 ? "has" : "have") + (part == 0 ? " the same inputs as another row and a different label" : " the same inputs as a training row and a different label") +
                (few_values ? ": the columns do not tell these cases apart, so no model can be right on all of them; a further column may" : ": one of the two labels must be wrong, and no model can be right on both; look at them and mend the labels");
    findings.push_back(std::move(f));
  }
}

std::string label_text(const Subject& s, std::int32_t label) { return candor::quoted(s.class_names[static_cast<std::size_t>(label)], 30); }

/// How often the surer half of the answers is wrong, of so many rows asked of what was learned on the others.
double wrong_among_surest(const Subject& s, const QuickInputs& inputs, std::int64_t most, int classes) {
  const std::vector<std::int64_t> rows = labelled_rows(s, 0, most);
  const std::vector<std::int32_t> labels = labels_of(s, 0, rows);
  const Matrix p = out_of_fold(inputs.rows(0, rows), labels, classes, 3, false);
  const std::vector<std::int32_t> said = most_probable(p);
  std::vector<std::pair<double, std::size_t>> sure;
  for (std::size_t i = 0; i < said.size(); ++i) {
    std::vector<double> sorted(p.row(static_cast<std::int64_t>(i)).begin(), p.row(static_cast<std::int64_t>(i)).end());
    std::sort(sorted.rbegin(), sorted.rend());
    sure.emplace_back(sorted[1] - sorted[0], i);
  }
  std::stable_sort(sure.begin(), sure.end());
  double wrong = 0;
  const std::size_t half = sure.size() / 2;
  for (std::size_t i = 0; i < half; ++i) wrong += said[sure[i].second] != labels[sure[i].second];
  return wrong / static_cast<double>(std::max<std::size_t>(half, 1));
}

/// Changed labels stay wrong however many rows are learned from. A border that is merely hard to learn is learned better with more of them.
bool learns_on(const Subject& s, const QuickInputs& inputs, std::int64_t asked, double error_sure, int classes) {
  constexpr double better = 1.2;
  const std::int64_t more = std::min<std::int64_t>(s.rows(), 3 * asked);
  if (more >= asked + asked / 2) return error_sure > better * wrong_among_surest(s, inputs, more, classes);
  return wrong_among_surest(s, inputs, asked / 2, classes) > better * 1.1 * error_sure;
}

void unlikely_labels(const Subject& s, std::vector<Finding>& findings) {
  const QuickInputs inputs(s);
  const auto classes = static_cast<int>(s.class_names.size());
  std::vector<std::int64_t> rows = labelled_rows(s, 0, s.is_table() ? most_rows : 2000);
  if (inputs.columns() == 0 || classes < 2 || classes > 40) return;
  std::vector<std::int32_t> labels = labels_of(s, 0, rows);
  const Matrix p = out_of_fold(inputs.rows(0, rows), labels, classes, s.is_table() ? 3 : 4, !s.is_table());
  std::vector<double> counts(static_cast<std::size_t>(classes), 0);
  for (const std::int32_t label : labels) ++counts[static_cast<std::size_t>(label)];
  const auto n = static_cast<double>(rows.size());
  const double guess = 1 - *std::max_element(counts.begin(), counts.end()) / n;
  const std::vector<std::int32_t> said = most_probable(p);
  // Rows from the surest answer down, by the difference of the two most probable classes.
  std::vector<std::pair<double, std::size_t>> sure;
  double wrong = 0;
  for (std::size_t i = 0; i < said.size(); ++i) {
    std::vector<double> sorted(p.row(static_cast<std::int64_t>(i)).begin(), p.row(static_cast<std::int64_t>(i)).end());
    std::sort(sorted.rbegin(), sorted.rend());
    sure.emplace_back(sorted[0] - sorted[1], i);
    wrong += said[i] != labels[i];
  }
  std::stable_sort(sure.begin(), sure.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const std::size_t half = sure.size() / 2;
  double wrong_sure = 0;
  for (std::size_t i = 0; i < half; ++i) wrong_sure += said[sure[i].second] != labels[sure[i].second];
  const double error = wrong / n, error_sure = wrong_sure / static_cast<double>(std::max<std::size_t>(half, 1));
  // Where classes overlap by nature, errors lie among the unsure rows. Where labels were changed, the surest answers are wrong about as often as the others.
  // The harder the task, the more alike the two must be.
  const bool like_changed = (error < .42 * guess && error_sure >= .5 * error) || (s.is_table() && error < .62 * guess && error_sure >= .8 * error);
  const double noise = 2 * std::sqrt(error_sure * (1 - error_sure) / static_cast<double>(std::max<std::size_t>(half, 1)));
  // Less plain: even the surest answers are often wrong, which overlap alone seldom does. Worth a look, and a note.
  const bool unsure = error < .8 * guess && error_sure >= .4 * error && error_sure - noise >= .04;
  if (!unsure && (!like_changed || error_sure - noise < .015)) return;
  const LabelErrors found = find_label_errors(p, labels);
  std::vector<std::size_t> order;
  for (const std::int64_t i : found.flagged_and_argmax) order.push_back(static_cast<std::size_t>(i));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return found.margin[a] < found.margin[b]; });
  if (order.size() < 3) return;
  std::vector<std::int64_t> where;
  std::vector<std::string> examples;
  for (std::size_t i = 0; i < order.size(); ++i) {
    where.push_back(rows[order[i]]);
    if (examples.size() >= 4) continue;
    char text[40];
    std::snprintf(text, sizeof text, " (%.0f %% sure)", 100 * p.at(static_cast<std::int64_t>(order[i]), said[order[i]]));
    examples.push_back("row " + with_thousands(rows[order[i]] + 1) + " says " + label_text(s, labels[order[i]]) + " and looks like " + label_text(s, said[order[i]]) + text);
  }
  // Classes whose overlap is uneven look a little like changed labels: what is not plain is a note.
  const bool plain = like_changed && error < .42 * guess && error_sure >= (error < .15 * guess ? .6 : .8) * error &&
                     !(s.is_table() && learns_on(s, inputs, static_cast<std::int64_t>(rows.size()), error_sure, classes));
  findings.push_back({"data.label-conflict", plain ? Severity::warning : Severity::note,
                      "about " + percent(static_cast<double>(order.size()) / n) + (plain ? " of the labels look wrong: " : " of the labels look wrong, or the classes overlap: ") + rows_text(static_cast<std::int64_t>(order.size())) + (static_cast<std::int64_t>(rows.size()) < s.rows() ? " of a sample of " + with_thousands(static_cast<std::int64_t>(rows.size())) : "") +
                          " contradict what rows like them say, and even the surest answers are wrong in " + percent(error_sure) + "; look at these first: " + name_list(examples, 4),
                      s.parts[0].name + ": " + row_list(where), {{"rows", static_cast<double>(order.size())}, {"estimated share of wrong labels", found.estimated_noise}, {"error of the surest half", error_sure}, {"error of all", error}}});
}

}  // namespace

std::vector<Finding> label_conflict(const Subject& s) {
  if (!s.is_classification() || !s.has_labels(0)) skip("needs classes");
  std::vector<Finding> findings;
  if (s.is_table()) equal_rows(s, findings);
  if (s.rows() < least_rows) {
    if (findings.empty()) skip(too_few(s.rows(), least_rows));
    return findings;
  }
  if (std::none_of(findings.begin(), findings.end(), [](const Finding& f) { return f.severity == Severity::error; })) unlikely_labels(s, findings);
  return findings;
}

}  // namespace candor::candid::detail
