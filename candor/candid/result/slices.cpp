#include "candor/candid/result/slices.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "candor/base/text.h"
#include "candor/candid/check.h"
#include "candor/candid/metrics/proportions.h"
#include "candor/candid/metrics/tests.h"
#include "candor/candid/plot/numbers.h"

namespace candor::candid {
namespace {

constexpr std::int64_t least = 30;
constexpr std::size_t most_columns = 100, most_words = 20;

// What is known of each row.
struct Rows {
  bool classes = false;
  std::vector<double> good;   // 1 for a hit; the absolute error of a value
  std::vector<double> truth;  // class number or value
};

Rows judged_rows(const Tensor& outputs, const data::Dataset& set) {
  Rows rows{set.is_classification(), {}, set.targets.to_vector<double>()};
  const std::vector<double> said = outputs.to_vector<double>();
  const std::size_t width = rows.classes ? set.class_names.size() : 1;
  for (std::size_t i = 0; i < rows.truth.size(); ++i) {
    const auto row = said.begin() + static_cast<std::ptrdiff_t>(i * width);
    rows.good.push_back(rows.classes ? (std::max_element(row, row + static_cast<std::ptrdiff_t>(width)) - row == static_cast<std::ptrdiff_t>(rows.truth[i])) : std::abs(said[i] - rows.truth[i]));
  }
  return rows;
}

// What saying one thing for all of these rows reaches: the share of the commonest class, or the mean distance from the median.
double constant_score(const Rows& rows, const std::vector<std::size_t>& in) {
  std::vector<double> truth;
  for (const std::size_t i : in) truth.push_back(rows.truth[i]);
  std::sort(truth.begin(), truth.end());
  if (rows.classes) {
    std::size_t most = 0, run = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) run = i && truth[i] == truth[i - 1] ? run + 1 : 1, most = std::max(most, run);
    return static_cast<double>(most) / static_cast<double>(truth.size());
  }
  double sum = 0;
  for (const double t : truth) sum += std::abs(t - truth[truth.size() / 2]);
  return sum / static_cast<double>(truth.size());
}

double mean(const std::vector<double>& values) { return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()); }

// The rows in and out of a part, compared.
Slice compared(const Rows& rows, const std::vector<char>& inside, std::string column, std::string group, std::string kind) {
  std::vector<double> in, out;
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    (inside[i] ? in : out).push_back(rows.good[i]);
    if (inside[i]) which.push_back(i);
  }
  Slice s{std::move(column), std::move(group), std::move(kind), static_cast<std::int64_t>(in.size()), mean(in), mean(out)};
  if (rows.classes) {
    const auto n1 = static_cast<std::int64_t>(in.size()), n2 = static_cast<std::int64_t>(out.size());
    const auto k1 = std::llround(s.score * static_cast<double>(n1)), k2 = std::llround(s.rest * static_cast<double>(n2));
    s.interval = wilson(k1, n1);
    if (k1 + k2 == 0 || k1 + k2 == n1 + n2) s.p = 1;
    else if (n1 + n2 <= 2000) s.p = fisher_exact(k1, n1, k2, n2);
    else s.p = chi_square({{static_cast<double>(k1), static_cast<double>(n1 - k1)}, {static_cast<double>(k2), static_cast<double>(n2 - k2)}}).p;
  } else {
    const TwoSampleTests t = two_sample_tests(in, out);
    s.p = std::isfinite(t.p) ? t.p : 1;
    double squares = 0;
    for (const double e : in) squares += (e - s.score) * (e - s.score);
    const double reach = 1.96 * std::sqrt(squares / static_cast<double>(std::max<std::size_t>(in.size() - 1, 1)) / static_cast<double>(in.size()));
    s.interval = {std::max(s.score - reach, 0.0), s.score + reach};
  }
  // Asked is whether it is worse there: half of what a test of both sides says.
  const bool worse = rows.classes ? s.score < s.rest : s.score > s.rest;
  s.p = worse ? s.p / 2 : 1;
  s.constant = constant_score(rows, which);
  return s;
}

void add(std::vector<Slice>& slices, const Rows& rows, const std::vector<char>& inside, const std::string& column, const std::string& group, const std::string& kind) {
  const auto n = static_cast<std::int64_t>(std::count(inside.begin(), inside.end(), char{1}));
  if (n >= least && static_cast<std::int64_t>(inside.size()) - n >= least) slices.push_back(compared(rows, inside, column, group, kind));
}

void add_words(std::vector<Slice>& slices, const Rows& rows, const data::Column& column) {
  std::vector<std::int64_t> counts(column.words.size());
  for (const std::int32_t code : column.codes)
    if (code >= 0) ++counts[static_cast<std::size_t>(code)];
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
  for (std::size_t k = 0; k < std::min(order.size(), most_words) && counts[order[k]] >= least; ++k) {
    std::vector<char> inside(rows.good.size());
    for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = column.codes[i] == static_cast<std::int32_t>(order[k]);
    add(slices, rows, inside, column.name, column.words[order[k]], "group");
  }
}

void add_quarters(std::vector<Slice>& slices, const Rows& rows, const data::Column& column) {
  std::vector<double> sorted;
  for (const double v : column.numbers)
    if (std::isfinite(v)) sorted.push_back(v);
  if (static_cast<std::int64_t>(sorted.size()) < 4 * least) return;
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> edges{sorted.front()};
  for (int q = 1; q <= 4; ++q)
    if (const double edge = sorted_quantile(sorted, q / 4.0); edge > edges.back()) edges.push_back(edge);
  for (std::size_t q = 0; q + 1 < edges.size(); ++q) {
    std::vector<char> inside(rows.good.size());
    for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = column.numbers[i] >= edges[q] && (column.numbers[i] < edges[q + 1] || (q + 2 == edges.size() && column.numbers[i] <= edges[q + 1]));
    add(slices, rows, inside, column.name, plot::number_text(edges[q]) + " to " + plot::number_text(edges[q + 1]), "range");
  }
}

/// Two parts that make up all rows are one comparison: the better of them is none.
bool is_other_side(const std::vector<Slice>& slices, std::size_t at, std::int64_t rows) {
  const Slice& s = slices[at];
  if (s.p < 1 || s.kind == "range") return false;
  return std::any_of(slices.begin(), slices.end(), [&](const Slice& other) { return other.kind == s.kind && other.column == s.column && other.p < 1 && other.rows + s.rows == rows; });
}

/// Holm within classes, within words and within ranges, each with an equal share of the level: thirty columns of numbers give a hundred ranges, and must not drown the one device that writes
/// nonsense.
void adjust(std::vector<Slice>& slices, std::int64_t rows) {
  std::vector<std::vector<std::size_t>> families;
  for (const char* kind : {"class", "group", "range"}) {
    std::vector<std::size_t> of;
    for (std::size_t i = 0; i < slices.size(); ++i)
      if (slices[i].kind == kind && !is_other_side(slices, i, rows)) of.push_back(i);
    if (!of.empty()) families.push_back(std::move(of));
  }
  for (const std::vector<std::size_t>& of : families) {
    std::vector<double> p;
    for (const std::size_t i : of) p.push_back(slices[i].p);
    const std::vector<double> adjusted = holm(p);
    for (std::size_t i = 0; i < of.size(); ++i) slices[of[i]].p = std::min(1.0, adjusted[i] * static_cast<double>(families.size()));
  }
}

std::string name_of(const Slice& s) { return s.kind == "class" ? "class " + quoted(s.group, 30) : s.column + (s.kind == "range" ? " from " : " = ") + s.group; }

// A note: one look in ten without anything behind it may say so, and the difference must be large besides.
bool much_worse(const Slice& s, bool classes) {
  return s.p < .1 && (classes ? s.rest - s.score >= .1 && 1 - s.score >= 1.5 * (1 - s.rest) : s.score >= 1.5 * s.rest);
}

// Worse still, and nothing is known there.
bool lost(const Slice& s, const Score& score, bool classes) {
  if (!(s.p < .001) || s.kind == "range") return false;
  if (!classes) return s.kind == "group" && s.score >= 2 * s.rest && s.interval.high >= s.constant;
  if (s.kind == "class") return s.interval.high < static_cast<double>(s.rows) / static_cast<double>(std::max<std::int64_t>(score.n, 1));
  return s.rest - s.score >= .2 && 1 - s.score >= 2 * (1 - s.rest) && s.interval.low <= s.constant;
}

}  // namespace

SliceTests slice_tests(const Tensor& outputs, const data::Dataset& set, const data::Table& cells, const std::vector<std::string>& columns) {
  SliceTests out;
  if (set.rows() < 2 * least || (!set.is_classification() && (set.targets.size() != set.rows() || outputs.size() != set.rows()))) return out;
  const Rows rows = judged_rows(outputs, set);
  for (std::size_t c = 0; rows.classes && set.class_names.size() > 1 && c < std::min<std::size_t>(set.class_names.size(), 200); ++c) {
    std::vector<char> inside(rows.good.size());
    for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = rows.truth[i] == static_cast<double>(c);
    add(out.slices, rows, inside, "", set.class_names[c], "class");
  }
  std::size_t taken = 0;
  for (const std::string& name : columns) {
    const data::Column* column = cells.find(name);
    if (!column || column->rows() != set.rows() || ++taken > most_columns) continue;
    if (column->kind == data::Column::Kind::text) add_words(out.slices, rows, *column);
    else add_quarters(out.slices, rows, *column);
  }
  adjust(out.slices, set.rows());
  out.compared = static_cast<int>(out.slices.size());
  const auto gap = [&](const Slice& s) { return rows.classes ? s.rest - s.score : s.score / std::max(s.rest, 1e-300); };
  std::stable_sort(out.slices.begin(), out.slices.end(), [&](const Slice& a, const Slice& b) { return gap(a) > gap(b); });
  return out;
}

std::vector<Finding> check_slices(const SliceTests& tests, const Score& score) {
  if (tests.compared == 0) skip("no class, group or range has " + std::to_string(least) + " test rows with as many elsewhere");
  const bool classes = score.metric == "accuracy";
  std::vector<const Slice*> dark, worse;
  for (const Slice& s : tests.slices) {
    if (lost(s, score, classes)) dark.push_back(&s);
    else if (much_worse(s, classes)) worse.push_back(&s);
  }
  const auto said = [&](const std::vector<const Slice*>& list) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 3); ++i)
      text += (i ? "; " : "") + name_of(*list[i]) + ": " + (classes ? "" : "mean absolute error ") + score_text(list[i]->score) + " (" + with_thousands(list[i]->rows) + " rows) against " + score_text(list[i]->rest) + " elsewhere";
    if (list.size() > 3) text += "; and " + std::to_string(list.size() - 3) + " more";
    return text;
  };
  const std::string of = classes ? "accuracy" : "error";
  const bool loose = std::any_of(worse.begin(), worse.end(), [](const Slice* w) { return w->p >= .05; });
  const std::string corrected = " (p below " + std::string(!dark.empty() ? ".001" : loose ? ".1" : ".05") + ", corrected for " + std::to_string(tests.compared) + " parts compared)";
  std::vector<Finding> findings;
  const auto enter = [&](Severity severity, const std::string& message, const std::vector<const Slice*>& list) {
    Finding f{"result.slices", severity, message, name_of(*list.front())};
    f.evidence = {{of + " there", list.front()->score}, {of + " elsewhere", list.front()->rest}, {"rows", static_cast<double>(list.front()->rows)}, {"p", list.front()->p}, {"parts compared", static_cast<double>(tests.compared)}};
    findings.push_back(std::move(f));
  };
  if (!dark.empty())
    enter(Severity::warning, "the model knows nothing about a part of the data: " + said(dark) + corrected + ". Always giving one answer there would do as well: look at these rows and their labels, gather more of them, or do not use the model for them", dark);
  else if (!worse.empty())
    enter(Severity::note, "much worse than elsewhere in a part of the data: " + said(worse) + corrected + ". The score hides it: say so in the card, look at these rows, or gather more of them", worse);
  return findings;
}

}  // namespace candor::candid
