// data.leak: a column, or a few together, that know the answer.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "candor/base/text.h"
#include "candor/candid/baselines/tree.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/owners.h"
#include "candor/candid/metrics/values.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t least_rows = 50, least_for_copies = 25, most_rows = 10000;
constexpr double almost = .99;
constexpr double easy = .9;             // what a second column reaches where the task is easy
constexpr double almost_by_order = .985;  // of the ranks; a column of ten equal bins of the target reaches .99

/// Rows of the training part that have a target, in an order that has nothing to do with the file's; the first half and the second take turns to be learned from.
std::vector<std::int64_t> mixed_rows(const Subject& s) {
  const CheckColumn& target = *s.target_column();
  const std::int64_t step = row_step(s.rows(), most_rows);
  std::vector<std::pair<std::uint64_t, std::int64_t>> keyed;
  for (std::int64_t row = 0; row < s.rows(); row += step) {
    if (target.is_missing(0, row)) continue;
    std::uint64_t x = static_cast<std::uint64_t>(row + 1) * 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9ULL;
    keyed.emplace_back(x ^ (x >> 32), row);
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::int64_t> rows;
  for (const auto& [key, row] : keyed) rows.push_back(row);
  return rows;
}

/// What is to be predicted, for the rows above.
struct Answers {
  bool classes = true;
  int count = 0;                      ///< of classes
  std::vector<std::int32_t> labels;
  std::vector<double> values;
  std::size_t size() const { return classes ? labels.size() : values.size(); }
};

double score(const Answers& y, const std::vector<double>& said) {
  const auto n = static_cast<double>(said.size());
  if (y.classes) {
    double hits = 0;
    for (std::size_t i = 0; i < said.size(); ++i) hits += said[i] == y.labels[i];
    return hits / n;
  }
  double mean = 0, error = 0, spread = 0, known = 0;
  for (const double v : y.values) mean += v / n;
  // A word that came in one half alone says nothing either way.
  for (const double v : said) known += v == v;
  if (known < .95 * n) return 0;
  for (std::size_t i = 0; i < said.size(); ++i) if (said[i] == said[i]) error += (said[i] - y.values[i]) * (said[i] - y.values[i]), spread += (y.values[i] - mean) * (y.values[i] - mean);
  return spread > 0 ? 1 - error / spread : 0;
}

// Each half predicted by a tree on the other; a missing cell is a value of its own below all others.
std::vector<double> said_by_numbers(const std::vector<double>& cells, const Answers& y) {
  double low = 0, high = 0;
  for (const double x : cells)
    if (std::isfinite(x)) low = std::min(low, x), high = std::max(high, x);
  Matrix x = Matrix::zeros(static_cast<std::int64_t>(cells.size()), 1);
  for (std::size_t i = 0; i < cells.size(); ++i) x.values[i] = std::isfinite(cells[i]) ? cells[i] : low - (high - low) - 1;
  const std::size_t half = cells.size() / 2;
  std::vector<double> said(cells.size());
  for (const bool second : {false, true}) {
    const std::size_t from = second ? half : 0, to = second ? cells.size() : half, ask_from = second ? 0 : half, ask_to = second ? half : cells.size();
    const auto part = [&](std::size_t a, std::size_t b) { return Matrix{static_cast<std::int64_t>(b - a), 1, {x.values.begin() + static_cast<std::ptrdiff_t>(a), x.values.begin() + static_cast<std::ptrdiff_t>(b)}}; };
    const Matrix asked = part(ask_from, ask_to);
    Matrix answer;
    if (y.classes) answer = Tree::fit_classes(part(from, to), std::span(y.labels).subspan(from, to - from), y.count, {.depth = y.count > 4 ? 10 : 6, .leaf_rows = 2}).predict(asked);
    else answer = Tree::fit_values(part(from, to), std::span(y.values).subspan(from, to - from), {.depth = 9, .leaf_rows = 3}).predict(asked);
    for (std::int64_t i = 0; i < answer.rows; ++i) {
      const auto row = answer.row(i);
      said[ask_from + static_cast<std::size_t>(i)] = y.classes ? static_cast<double>(std::max_element(row.begin(), row.end()) - row.begin()) : row[0];
    }
  }
  return said;
}

std::vector<double> said_by_words(const std::vector<std::int32_t>& cells, const Answers& y) {
  const std::size_t half = cells.size() / 2;
  std::vector<double> said(cells.size());
  for (const bool second : {false, true}) {
    const std::size_t from = second ? half : 0, to = second ? cells.size() : half, ask_from = second ? 0 : half, ask_to = second ? half : cells.size();
    std::unordered_map<std::int32_t, std::vector<double>> seen;  // counts of the classes, or {sum, count}
    const auto width = static_cast<std::size_t>(y.classes ? y.count : 2);
    std::vector<double> all(width, 0);
    for (std::size_t i = from; i < to; ++i) {
      std::vector<double>& of = seen.try_emplace(cells[i], width, 0).first->second;
      for (std::vector<double>* into : {&of, &all}) {
        if (y.classes) (*into)[static_cast<std::size_t>(y.labels[i])] += 1;
        else (*into)[0] += y.values[i], (*into)[1] += 1;
      }
    }
    const auto answer = [&](const std::vector<double>& of) { return y.classes ? static_cast<double>(std::max_element(of.begin(), of.end()) - of.begin()) : of[0] / std::max(of[1], 1.0); };
    for (std::size_t i = ask_from; i < ask_to; ++i) {
      const auto found = seen.find(cells[i]);
      said[i] = found == seen.end() && !y.classes ? std::nan("") : answer(found == seen.end() ? all : found->second);
    }
  }
  return said;
}

double column_score(const CheckColumn& column, const std::vector<std::int64_t>& rows, const Answers& y) {
  if (column.numeric) {
    std::vector<double> cells;
    for (const std::int64_t row : rows) cells.push_back(column.parts[0].numbers[static_cast<std::size_t>(row)]);
    return score(y, said_by_numbers(cells, y));
  }
  std::vector<std::int32_t> cells;
  for (const std::int64_t row : rows) cells.push_back(column.parts[0].codes[static_cast<std::size_t>(row)]);
  return score(y, said_by_words(cells, y));
}

/// Places in order, from 0 to 1; equal values share theirs. A few huge values say little about the rest, and a copy of the target in bins is one all the same.
Answers ranks_of(const Answers& y) {
  std::vector<std::size_t> order(y.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return y.values[a] < y.values[b]; });
  Answers out = y;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && y.values[order[end]] == y.values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) out.values[order[k]] = .5 * static_cast<double>(i + end - 1) / static_cast<double>(order.size());
    i = end;
  }
  return out;
}

/// How well "is missing" alone predicts.
double missing_score(const CheckColumn& column, const std::vector<std::int64_t>& rows, const Answers& y) {
  std::vector<std::int32_t> cells;
  for (const std::int64_t row : rows) cells.push_back(column.is_missing(0, row) ? 1 : 0);
  return score(y, said_by_words(cells, y));
}

/// The class for whose rows, and no others, a column is filled (or empty); -1 for none.
int filled_for(const CheckColumn& column, const std::vector<std::int64_t>& rows, const Answers& y) {
  const auto width = static_cast<std::size_t>(y.count);
  std::vector<double> filled(width, 0), empty(width, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) (column.is_missing(0, rows[i]) ? empty : filled)[static_cast<std::size_t>(y.labels[i])] += 1;
  for (const std::vector<double>* of : {&filled, &empty}) {
    double here = 0;
    for (const double n : *of) here += n;
    for (std::size_t k = 0; k < width; ++k)
      if ((*of)[k] >= 10 && static_cast<double>(rows.size()) - here >= 10 && 2 * (*of)[k] / (here + filled[k] + empty[k]) >= almost) return static_cast<int>(k);
  }
  return -1;
}

/// Columns of two values, one for each class (or all but one), that are the classes written next to each other.
std::vector<std::string> marks_of_classes(const Subject& s, const std::vector<std::int64_t>& rows, const Answers& y) {
  std::vector<std::string> found;
  if (!y.classes || y.count < 3 || y.count > 64) return found;
  std::vector<char> covered(static_cast<std::size_t>(y.count), 0);
  for (const CheckColumn& column : s.columns) {
    if (!column.is_input()) continue;
    std::unordered_map<std::int64_t, std::vector<double>> counts;
    bool many = false;
    for (std::size_t i = 0; i < rows.size() && !many; ++i) {
      const auto at = static_cast<std::size_t>(rows[i]);
      const double cell = column.numeric ? column.parts[0].numbers[at] : column.parts[0].codes[at];
      counts.try_emplace(std::isfinite(cell) ? static_cast<std::int64_t>(std::llround(std::clamp(cell, -1e12, 1e12) * 1000)) : -1, static_cast<std::size_t>(y.count), 0).first->second[static_cast<std::size_t>(y.labels[i])] += 1;
      many = counts.size() > 2;
    }
    if (many || counts.size() != 2) continue;
    std::vector<double> total(static_cast<std::size_t>(y.count), 0);
    for (const auto& [value, of] : counts)
      for (std::size_t k = 0; k < of.size(); ++k) total[k] += of[k];
    for (const auto& [value, of] : counts) {
      const auto k = static_cast<std::size_t>(std::max_element(of.begin(), of.end()) - of.begin());
      double here = 0;
      for (const double n : of) here += n;
      if (total[k] < 5 || 2 * of[k] / (here + total[k]) < almost || covered[k]) continue;
      covered[k] = 1;
      found.push_back(column.name);
      break;
    }
  }
  if (std::count(covered.begin(), covered.end(), 1) + 1 < y.count) found.clear();
  return found;
}

/// "a + b" when two columns make the target by one sum, difference, product or quotient.
std::string formula(const Subject& s, const std::vector<std::int64_t>& rows, const Answers& y) {
  if (y.classes) return {};
  std::vector<const CheckColumn*> numbers;
  for (const CheckColumn& column : s.columns)
    if (column.numeric && column.role == data::Role::number && numbers.size() < 60) numbers.push_back(&column);
  static constexpr const char* signs[] = {" + ", " - ", " * ", " / "};
  const auto made = [](int sign, double a, double b) { return sign == 0 ? a + b : sign == 1 ? a - b : sign == 2 ? a * b : a / b; };
  for (const CheckColumn* a : numbers)
    for (const CheckColumn* b : numbers)
      for (int sign = 0; a != b && sign < 4; ++sign) {
        std::size_t right = 0, wrong = 0;
        for (std::size_t i = 0; i < rows.size() && wrong <= right / 200; ++i) {
          const auto at = static_cast<std::size_t>(rows[i]);
          const double value = made(sign, a->parts[0].numbers[at], b->parts[0].numbers[at]);
          if (a->parts[0].numbers[at] == 0 || b->parts[0].numbers[at] == 0 || value != value) continue;  // 0 + y says nothing
          ++(std::abs(value - y.values[i]) <= 1e-6 * std::max(std::abs(value), 1e-9) ? right : wrong);
        }
        if (wrong <= right / 200 && right >= static_cast<std::size_t>(least_rows) && right * 2 > rows.size()) return candor::quoted(a->name) + signs[sign] + candor::quoted(b->name);
      }
  return {};
}

/// Rows that lie by class in the file.
bool in_order_of_target(const Subject& s) {
  if (!s.is_classification() || s.labels.empty() || s.labels[0].empty()) return false;
  const std::vector<std::int32_t>& labels = s.labels[0];
  std::vector<double> counts(s.class_names.size() + 1, 0);
  double changes = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) counts[static_cast<std::size_t>(labels[i] + 1)] += 1, changes += i > 0 && labels[i] != labels[i - 1];
  double same = 0;
  const auto n = static_cast<double>(labels.size());
  for (const double c : counts) same += c * c / (n * n);
  return changes < .1 * (1 - same) * n;
}

/// Values that come in blocks of the file, each several times: the name of a person, a machine or a place that was measured again and again, which has one answer by nature.
bool names_blocks(const Subject& s, const CheckColumn& column) {
  const auto n = static_cast<std::size_t>(s.rows());
  const auto value = [&](std::size_t i) { return column.numeric ? column.parts[0].numbers[i] : static_cast<double>(column.parts[0].codes[i]); };
  if (column.missing(0) > 0 || n == 0) return false;
  std::unordered_set<double> different;
  std::size_t changes = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (column.numeric && value(i) != std::floor(value(i))) return false;
    different.insert(value(i)), changes += i > 0 && value(i) != value(i - 1);
  }
  const std::size_t many = std::max<std::size_t>(10, s.is_classification() ? 3 * s.class_names.size() : 10);
  return different.size() >= many && n >= 3 * different.size() && changes * 5 <= different.size() * 6;
}

/// Persons and machines with several rows each, however these lie in the file: far more of them than there are classes, so that they are no answer in other words.
bool names_owners(const Subject& s, const CheckColumn& column) {
  if (column.numeric || !(says_whose(column, s) || seems_to_say_whose(column, s))) return false;
  const std::vector<std::int64_t> counts = count_codes(column, 0).counts;
  const auto different = static_cast<std::size_t>(std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }));
  return different >= std::max<std::size_t>(10, s.is_classification() ? 3 * s.class_names.size() : 10);
}

/// 1, 2, 3 ... in the order of the file.
bool counts_rows(const Subject& s, const CheckColumn& column) {
  if (!column.numeric) return false;
  const std::vector<double>& x = column.parts[0].numbers;
  for (std::size_t i = 1; i < x.size(); ++i)
    if (!(x[i] > x[i - 1])) return false;
  return s.rows() > 1;
}

/// A measurement two of whose classes touch: along its values one follows the other at a distance that is small beside the width of a class. A copy of the target has gaps there.
bool classes_touch(const CheckColumn& column, const std::vector<std::int64_t>& rows, const Answers& y) {
  if (!column.numeric || !y.classes) return false;
  std::vector<std::pair<double, std::int32_t>> cells;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const double x = column.parts[0].numbers[static_cast<std::size_t>(rows[i])]; std::isfinite(x)) cells.emplace_back(x, y.labels[i]);
  std::sort(cells.begin(), cells.end());
  std::vector<double> steps, widths;
  std::unordered_map<std::int32_t, std::pair<double, double>> ends;
  for (const auto& [x, label] : cells) ends.try_emplace(label, x, x).first->second.second = x;
  for (const auto& [label, end] : ends) widths.push_back(end.second - end.first);
  std::nth_element(widths.begin(), widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2), widths.end());
  double narrowest = HUGE_VAL;
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const double step = cells[i].first - cells[i - 1].first;
    if (cells[i].second != cells[i - 1].second) narrowest = std::min(narrowest, step);
    else if (step > 0) steps.push_back(step);
  }
  if (steps.size() < 8) return false;
  std::sort(steps.begin(), steps.end());
  return narrowest <= std::max(2 * steps[steps.size() * 9 / 10], .5 * widths[widths.size() / 2]);
}

/// R2 of a straight line through values or their order, where that is nearly 1; else `reached`. Too few rows for a tree tell a copy on another scale all the same.
double copied(const CheckColumn& column, const std::vector<std::int64_t>& rows, const Answers& y, double reached) {
  constexpr double along = .999, follows = .98, in_order = .9995;
  std::vector<double> cells;
  for (const std::int64_t row : rows) cells.push_back(column.parts[0].numbers[static_cast<std::size_t>(row)]);
  if (cells.empty() || std::any_of(cells.begin(), cells.end(), [](double x) { return !std::isfinite(x); })) return reached;
  // One huge row makes a line of any two columns: the others must follow as well.
  const double by_value = pearson(cells, y.values), by_order = spearman(cells, y.values), straight = by_value * by_value, ordered = by_order * by_order;
  return straight >= along && ordered >= follows ? straight : ordered >= in_order ? ordered : reached;  // a constant column gives NaN
}

}  // namespace

std::vector<Finding> leak(const Subject& s) {
  const CheckColumn* target = s.target_column();
  if (!target) skip("needs a target");
  const std::vector<std::int64_t> rows = mixed_rows(s);
  const auto n = static_cast<std::int64_t>(rows.size());
  // Copies of a number on another scale are known in fewer rows than trees need.
  const bool few = n < least_rows;
  if (few && (s.is_classification() || n < least_for_copies)) skip(too_few(n, least_rows));
  Answers y;
  y.classes = s.is_classification();
  y.count = static_cast<int>(s.class_names.size());
  double commonest = 0;
  if (y.classes) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(y.count), 0);
    for (const std::int64_t row : rows) y.labels.push_back(s.labels[0][static_cast<std::size_t>(row)]), ++counts[static_cast<std::size_t>(y.labels.back())];
    commonest = static_cast<double>(*std::max_element(counts.begin(), counts.end())) / static_cast<double>(n);
    if (n - *std::max_element(counts.begin(), counts.end()) < 5) skip("nearly all rows are of one class");
  } else {
    for (const std::int64_t row : rows) y.values.push_back(target->parts[0].numbers[static_cast<std::size_t>(row)]);
  }
  // With many rows of one class, 99 % of the rows are no feat: so must be 90 % of what the commonest class leaves.
  const double enough = std::max(almost, 1 - .1 * (1 - commonest));
  const Answers ranks = y.classes ? Answers{} : ranks_of(y);
  std::vector<Finding> findings;
  std::size_t inputs = 0;
  std::vector<std::string> knowing;
  double first = 0, second = 0;           // the best scores of single columns
  std::vector<std::size_t> measured;      // findings about measurements whose classes touch
  for (const CheckColumn& column : s.columns) {
    const bool time = column.role == data::Role::date || column.role == data::Role::order;
    const bool other = column.role == data::Role::id || column.role == data::Role::group;
    // A column of one value, or empty: it is not learned from, and may still be filled for one class alone.
    const bool set_aside = column.role == data::Role::ignore && !column.asked && y.classes && column.missing(0) > 0;
    if (!column.is_input() && !other && !set_aside) continue;
    inputs += column.is_input();
    if (column.role == data::Role::text || (!y.classes && (time || column.role == data::Role::id))) continue;
    double reached = few || set_aside ? 0 : column_score(column, rows, y);
    bool by_order = false;
    if (column.is_input()) second = std::max(second, std::min(first, reached)), first = std::max(first, reached);
    if (!y.classes && column.numeric && !(reached >= enough))
      reached = copied(column, rows, y, reached);
    if (!few && !y.classes && !(reached >= enough)) {
      if (const double r = column_score(column, rows, ranks); r >= almost_by_order) reached = r, by_order = true;
    }
    if (!(reached >= enough) && !by_order) {
      if (!y.classes || column.missing(0) == 0) continue;
      if (const int k = filled_for(column, rows, y); k >= 0) {
        const std::string name = candor::quoted(s.class_names[static_cast<std::size_t>(k)]);
        findings.push_back({"data.leak", Severity::error, "whether " + column_text(column) + " is empty tells the rows of class " + name + " from all others: it is written down because of the answer; leave it out with --ignore " + column.name, column.name, {{"class", 0, name}, {"rows", static_cast<double>(n)}}});
        knowing.push_back(column.name);
      }
      continue;
    }
    const std::int64_t missing = column.missing(0);
    const bool by_gaps = missing > 0 && missing < s.rows() && missing_score(column, rows, y) >= enough;
    char number[32];
    std::snprintf(number, sizeof number, "%.4g", reached);
    const std::string what = y.classes ? std::string("accuracy ") + number : std::string(by_order ? "R2 of the order " : "R2 ") + number;
    const bool blocks = names_blocks(s, column);
    if (blocks || names_owners(s, column)) {
      findings.push_back({"data.leak", Severity::note, column_text(column) + " tells the target (" + what + "), because its rows come in " + (blocks ? "blocks" : "groups that are alike") + ", each with one answer, as of a person or machine that was measured several times: do not learn from it (--ignore " + column.name + "), and keep those of one together when rows are parted (--group " + column.name + ")", column.name,
                          {{y.classes ? "accuracy of the column alone" : "R2 of the column alone", reached}, {"rows", static_cast<double>(n)}}});
      knowing.push_back(column.name);
      continue;
    }
    // The file lies in the order of the answer and its rows are numbered: no wonder, and a column that is not learned from.
    Finding f{"data.leak", !other ? Severity::error : counts_rows(s, column) ? Severity::note : Severity::warning};
    f.where = column.name;
    f.evidence = {{y.classes ? "accuracy of the column alone" : "R2 of the column alone", reached}, {"rows", static_cast<double>(n)}};
    if (other) {
      f.message = column_text(column) + ", an id or group, tells the target (" + what + "): rows were numbered by the answer; never learn from it, and look how rows were collected";
    } else {
      knowing.push_back(column.name);
      f.message = (by_gaps ? "whether " + column_text(column) + " is empty predicts the target almost perfectly (" : column_text(column) + " alone predicts the target almost perfectly (") + what +
                  ", rows that were not learned from): it may be written down after the answer is known, or be the answer in other words; if it is not known when the model is used, leave it out with --ignore " + column.name;
    }
    if (!other && !by_gaps && classes_touch(column, rows, y)) measured.push_back(findings.size());
    findings.push_back(std::move(f));
  }
  // Flowers that one measurement tells apart are told apart nearly as well by another: an easy task, and no column that knows the answer.
  if (second >= easy)
    for (const std::size_t i : measured) findings[i].severity = Severity::note, findings[i].message += "; another column does nearly as well, so the task may just be easy";
  if (inputs < 3) {
    // With one or two columns it is no wonder when one tells much.
    for (Finding& f : findings) f.severity = Severity::note;
  } else if (knowing.size() * 2 >= inputs) {
    findings.clear();
    findings.push_back({"data.leak", Severity::note, with_thousands(static_cast<std::int64_t>(knowing.size())) + " of " + with_thousands(static_cast<std::int64_t>(inputs)) + " columns predict the target almost perfectly, each alone: either the task is very easy, or all of them were made from the answer", name_list(knowing)});
  }
  if (findings.empty()) {
    if (const std::vector<std::string> marks = marks_of_classes(s, rows, y); !marks.empty()) {
      findings.push_back({"data.leak", Severity::error, "columns " + name_list(marks) + " are the target in other words: each marks one class; leave them out with --ignore", name_list(marks), {{"columns", static_cast<double>(marks.size())}}});
    }
    if (const std::string made = formula(s, rows, y); !made.empty())
      findings.push_back({"data.leak", Severity::warning, "the target is " + made + " in nearly every row: if both are known when the model is used, no model is needed; if they are not, leave them out with --ignore", made});
  }
  if (in_order_of_target(s))
    findings.push_back({"data.leak", Severity::note, "the rows of " + s.parts[0].name + " lie in the order of the target: a split or batches that follow the file see one class after the other; candor train mixes them", "order of rows"});
  return findings;
}

}  // namespace candor::candid::detail
