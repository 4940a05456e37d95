// data.label-conflict: equal rows with different labels, and rows whose label contradicts everything that is like them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <unordered_map>

#include "candor/base/text.h"
#include "candor/candid/baselines/kernel.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/label_noise.h"
#include "candor/candid/data/picture_twins.h"
#include "candor/candid/data/quick_model.h"
#include "candor/candid/data/row_codes.h"
#include "candor/candid/metrics/label_errors.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t least_rows = 120, most_rows = 3000, most_pictures = 1000, most_for_both = 1000;

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

std::string row_name(const Subject& s, std::int64_t row) { return s.is_table() ? "row " + with_thousands(row + 1) : picture_name(s, 0, row); }

/// The first rows or pictures of a list.
std::string where_text(const Subject& s, const std::vector<std::int64_t>& rows) {
  if (s.is_table()) return s.parts[0].name + ": " + row_list(rows);
  std::vector<std::string> names;
  for (const std::int64_t row : rows) names.push_back(picture_name(s, 0, row));
  return s.parts[0].name + ": " + name_list(names, 8);
}

std::string label_text(const Subject& s, std::int32_t label) { return candor::quoted(s.class_names[static_cast<std::size_t>(label)], 30); }

/// What each row looks like, by a judge that did not learn from it.
Matrix judged(const Matrix& x, std::span<const std::int32_t> labels, int classes, bool pictures) {
  Matrix p = out_of_fold(x, labels, classes, 3, pictures);
  // Few rows: trees alone follow every wrong label, so a second judge of another kind has half a say.
  if (!pictures && x.rows <= most_for_both) {
    const Matrix other = as_shares(KernelClassifier(Scaling::fit(x).apply(x), labels, classes, .3).left_out());
    for (std::size_t i = 0; i < p.values.size(); ++i) p.values[i] = .5 * (p.values[i] + other.values[i]);
  }
  return p;
}

/// How often the surer half of the answers is wrong, of so many rows asked of what was learned on the others.
double wrong_among_surest(const Subject& s, const QuickInputs& inputs, std::int64_t most, int classes) {
  const std::vector<std::int64_t> rows = labelled_rows(s, 0, most);
  const std::vector<std::int32_t> labels = labels_of(s, 0, rows);
  return disagreement(judged(inputs.rows(0, rows), labels, classes, false), labels).sure;
}

/// Changed labels stay wrong however many rows are learned from. A border that is merely hard to learn is learned better with more of them.
bool learns_on(const Subject& s, const QuickInputs& inputs, std::int64_t asked, double error_sure, int classes) {
  constexpr double better = 1.2;
  const std::int64_t more = std::min<std::int64_t>(s.rows(), 3 * asked);
  if (more >= asked + asked / 2) return error_sure > better * wrong_among_surest(s, inputs, more, classes);
  return wrong_among_surest(s, inputs, asked / 2, classes) > better * 1.1 * error_sure;
}

enum class Verdict { nothing, look, plain };

/// What the disagreements with trees learned on a table mean.
Verdict of_table(const Subject& s, const QuickInputs& inputs, const Disagreement& d, std::int64_t asked, int classes) {
  // Where classes overlap by nature, errors lie among the unsure rows. Where labels were changed, the surest answers are wrong about as often as the others.
  // The harder the task, the more alike the two must be.
  const bool like_changed = (d.error < .42 * d.guess && d.sure >= .5 * d.error) || (d.error < .62 * d.guess && d.sure >= .8 * d.error);
  // Less plain: even the surest answers are often wrong, which overlap alone seldom does. Worth a look, and a note.
  const bool unsure = d.error < .7 * d.guess && d.sure >= .4 * d.error && d.sure - 2 * d.sure_noise >= .04 && d.surest - .5 * d.surest_noise >= .3 * d.error;
  if (!unsure && (!like_changed || d.sure - 2 * d.sure_noise < .015)) return Verdict::nothing;
  // Classes whose overlap is uneven look a little like changed labels: what is not plain is a note.
  const bool even = asked >= 400 && d.error < .6 * d.guess && d.sure >= .8 * d.error && d.surest - .5 * d.surest_noise >= .7 * d.error;
  const bool plain = like_changed && (d.error < .42 * d.guess || even) && (d.sure >= (d.error < .15 * d.guess ? .6 : .8) * d.error || (asked >= 400 && d.sure >= .6 * d.error && d.surest - .5 * d.surest_noise >= .5 * d.error)) && !learns_on(s, inputs, asked, d.sure, classes);
  return plain ? Verdict::plain : Verdict::look;
}

/// What the disagreements with a judge of pictures mean. It knows most pictures well: where it does not, nothing is said of the labels.
Verdict of_pictures(const Disagreement& d) {
  if (d.looks_changed(.45, .2)) return Verdict::plain;
  return (d.error < .45 * d.guess && d.sure - 2 * d.sure_noise >= .015 && d.surest >= .25 * d.error) || (d.looks_changed(.8, .5) && d.surest >= .7 * d.error) ? Verdict::look : Verdict::nothing;
}

/// Rows of one class under the label of another, where the labels on the whole are right. A note: weather that is told as often "sun" as "fog" looks the same.
void mixed_up_class(const Subject& s, const Disagreement& d, std::span<const std::int64_t> rows, std::span<const std::int32_t> labels, int classes, std::vector<Finding>& findings) {
  const ChangedClass c = changed_class(d, labels, classes);
  if (c.looks < 0) return;
  std::vector<std::int64_t> where;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (d.said[i] == c.looks && labels[i] == c.says) where.push_back(rows[i]);
  findings.push_back({"data.label-conflict", Severity::note,
                      "of " + with_thousands(c.rows) + (s.is_table() ? " rows" : " pictures") + " that look like " + label_text(s, c.looks) + ", " + with_thousands(c.others) + " carry another label, mostly " + label_text(s, c.says) + ", the plainest of them as often as the others: look whether one was put under the other by mistake, or the two cannot be told apart",
                      where_text(s, where), {{"rows that look so", static_cast<double>(c.rows)}, {"of these with another label", static_cast<double>(c.others)}}});
}

/// The least share of wrong answers that one column of at most 12 different values makes, when the commonest class of each value is said. 1 without such a column.
double error_by_few_values(const Subject& s, std::span<const std::int64_t> rows, std::span<const std::int32_t> labels, int classes) {
  constexpr std::size_t few = 12;
  double least = 1;
  for (const CheckColumn& column : s.columns) {
    if (!column.is_input()) continue;
    std::unordered_map<double, std::vector<std::int64_t>> counts;
    for (std::size_t i = 0; i < rows.size() && counts.size() <= few; ++i) {
      const auto at = static_cast<std::size_t>(rows[i]);
      const double cell = column.is_missing(0, rows[i]) ? -HUGE_VAL : column.numeric ? column.parts[0].numbers[at] : static_cast<double>(column.parts[0].codes[at]);
      ++counts.try_emplace(cell, static_cast<std::size_t>(classes), 0).first->second[static_cast<std::size_t>(labels[i])];
    }
    if (counts.size() > few) continue;
    std::int64_t hits = 0;
    for (const auto& [value, of] : counts) hits += *std::max_element(of.begin(), of.end());
    least = std::min(least, 1 - static_cast<double>(hits) / static_cast<double>(rows.size()));
  }
  return least;
}

void unlikely_labels(const Subject& s, std::vector<Finding>& findings) {
  const QuickInputs inputs(s);
  const auto classes = static_cast<int>(s.class_names.size());
  const std::vector<std::int64_t> rows = labelled_rows(s, 0, s.is_table() ? most_rows : most_pictures);
  if (inputs.columns() == 0 || classes < 2 || classes > 40) return;
  const std::vector<std::int32_t> labels = labels_of(s, 0, rows);
  const Matrix p = judged(inputs.rows(0, rows), labels, classes, !s.is_table());
  const auto n = static_cast<std::int64_t>(rows.size());
  const Disagreement d = disagreement(p, labels);
  Verdict verdict = s.is_table() ? of_table(s, inputs, d, n, classes) : of_pictures(d);
  // A judge that goes by a column of few values is equally sure of all rows with one of them: what it misses may be all that the column does not tell.
  if (verdict == Verdict::plain && s.is_table() && error_by_few_values(s, rows, labels, classes) < d.error + d.sure_noise) verdict = Verdict::look;
  if (verdict != Verdict::plain) mixed_up_class(s, d, rows, labels, classes, findings);
  if (verdict == Verdict::nothing || !findings.empty()) return;
  const LabelErrors found = find_label_errors(p, labels);
  std::vector<std::size_t> order;
  for (const std::int64_t i : found.flagged_and_argmax) order.push_back(static_cast<std::size_t>(i));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return found.margin[a] < found.margin[b]; });
  if (order.size() < 3) return;
  // How many labels are wrong the surest answers say: among the others are the judge's own mistakes.
  const bool plain = verdict == Verdict::plain;
  std::vector<std::int64_t> where;
  std::vector<std::string> examples;
  for (std::size_t i = 0; i < order.size(); ++i) {
    where.push_back(rows[order[i]]);
    if (examples.size() >= 4) continue;
    char text[40];
    std::snprintf(text, sizeof text, " (%.0f %% sure)", 100 * p.at(static_cast<std::int64_t>(order[i]), d.said[order[i]]));
    examples.push_back(row_name(s, rows[order[i]]) + " says " + label_text(s, labels[order[i]]) + " and looks like " + label_text(s, d.said[order[i]]) + text);
  }
  findings.push_back({"data.label-conflict", plain ? Severity::warning : Severity::note,
                      "about " + percent(d.sure) + (plain ? " of the labels look wrong: " : " of the labels look wrong, or the classes overlap: ") + with_thousands(static_cast<std::int64_t>(order.size())) + (n < s.rows() ? " of a sample of " : " of ") + with_thousands(n) + (s.is_table() ? " rows" : " pictures") + " contradict what others like them say, and where that is surest no fewer do (" + percent(d.sure) +
                          "); look at these first: " + name_list(examples, 4),
                      where_text(s, where), {{"rows", static_cast<double>(order.size())}, {"estimated share of wrong labels", d.sure}, {"by confident learning", found.estimated_noise}, {"error of the surest half", d.sure}, {"error of the surest quarter", d.surest}, {"error of all", d.error}, {"error of guessing", d.guess}}});
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
