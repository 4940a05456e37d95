// What the training rows of a program say by themselves: data.constant, data.leak, data.scale, and train.spike for rows that stand in the order of their classes.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string_view>
#include <type_traits>
#include <vector>

#include "candor/base/text.h"
#include "candor/tensor/dtype.h"
#include "candor/tensor/tensor.h"
#include "candor/train/checks/check_model.h"
#include "candor/train/checks/layer_calls.h"
#include "candor/train/checks/targets.h"

namespace candor::detail {
namespace {

constexpr std::int64_t least_rows = 50;
constexpr const char* inputs_where = "inputs of the training rows";

double number_at(const Tensor& t, std::int64_t at) {
  return visit_dtype(t.dtype(), [&](auto zero) -> double {
    using T = decltype(zero);
    const T value = static_cast<const T*>(t.raw())[at];
    if constexpr (std::is_same_v<T, bf16_t> || std::is_same_v<T, f16_t>) return static_cast<double>(static_cast<float>(value));
    else return static_cast<double>(value);
  });
}

/// The targets as classes, or as numbers, one for each row.
struct Answers {
  std::vector<double> of = {};
  std::int64_t classes = 0;  // 0: numbers
  bool known() const { return !of.empty(); }
};

Answers answers_of(const ModelUnderCheck& m) {
  Answers a;
  if (m.y.size() != 1 || m.model.compile_options().loss.size() != 1) return a;
  const Loss& loss = m.model.compile_options().loss[0];
  const std::string kind = loss.stored() ? loss.config().get("class_name", "") : std::string();
  const Tensor& y = m.y.front();
  const TargetSummary t = summarize_targets(y, m.rows);
  const std::int64_t each = y.shape(0) > 0 ? y.size() / y.shape(0) : 0;
  if (!t.finite || t.rows < least_rows) return a;
  if (each == 1) {
    const bool counted = (kind == "SparseCategoricalCrossentropy" || kind == "BinaryCrossentropy") && t.counts.size() >= 2 && t.counts.size() <= 64;
    if (!counted && (kind.find("Crossentropy") != std::string::npos || !(t.variance > 0))) return a;
    a.classes = counted ? static_cast<std::int64_t>(t.counts.size()) : 0;
    for (std::int64_t row = 0; row < m.rows; ++row) a.of.push_back(number_at(y, row));
    // Of very many rows only some were summarised.
    if (counted && std::any_of(a.of.begin(), a.of.end(), [&](double v) { return !(v >= 0 && v < static_cast<double>(a.classes)) || v != std::floor(v); })) return {};
  } else if (t.one_hot && y.rank() == 2 && each <= 64) {
    a.classes = each;
    for (std::int64_t row = 0; row < m.rows; ++row) {
      std::int64_t k = 0;
      while (k + 1 < each && number_at(y, row * each + k) == 0) ++k;
      a.of.push_back(static_cast<double>(k));
    }
  }
  return a;
}

std::vector<std::int64_t> some_of(std::int64_t all, std::int64_t most) {
  std::vector<std::int64_t> some(static_cast<std::size_t>(std::min(all, most)));
  for (std::size_t i = 0; i < some.size(); ++i) some[i] = all <= most ? static_cast<std::int64_t>(i) : static_cast<std::int64_t>(i) * all / most;
  return some;
}

void constant_columns(const ModelUnderCheck& m, const Tensor& x, CheckNotes& notes) {
  constexpr std::int64_t few_columns = 64, most_columns = 256, rows_of_wide = 256;
  const std::int64_t width = x.size() / x.shape(0);
  if (m.rows < 10 || x.size() == 0) return;
  const std::size_t size = static_cast<std::size_t>(x.type().bytes()) / static_cast<std::size_t>(x.size()), row = static_cast<std::size_t>(width) * size;
  const char* data = static_cast<const char*>(x.raw());
  bool all = true;
  for (std::int64_t i = 1; i < m.rows && all; ++i) all = std::memcmp(data, data + static_cast<std::size_t>(i) * row, row) == 0;
  if (all) {
    notes.findings.push_back({"data.constant", Severity::warning, "all " + with_thousands(m.rows) + " training rows have the same inputs: nothing can be learned from them. Look how they were made", inputs_where, {{"rows", static_cast<double>(m.rows)}}});
    return;
  }
  if (x.rank() != 2) return;
  std::int64_t same = 0;
  std::vector<std::string> names;
  const std::vector<std::int64_t> columns = some_of(width, most_columns);
  // Reading whole columns of wide rows costs as much as a step of training; half of the columns being constant shows in some rows, too.
  const std::vector<std::int64_t> rows = some_of(m.rows, width > few_columns ? rows_of_wide : m.rows);
  for (const std::int64_t column : columns) {
    const char* first = data + static_cast<std::size_t>(column) * size;
    bool constant = true;
    for (std::size_t i = 1; i < rows.size() && constant; ++i) constant = std::memcmp(first, first + static_cast<std::size_t>(rows[i]) * row, size) == 0;
    if (!constant) continue;
    ++same;
    if (names.size() < 8) names.push_back(std::to_string(column));
  }
  // The margins of pictures and words that no row has are constant in wide inputs by nature.
  if (same == 0 || (width > few_columns && 2 * same < static_cast<std::int64_t>(columns.size()))) return;
  notes.findings.push_back({"data.constant", Severity::note, (width > most_columns ? "of 256 columns of the inputs that were looked at " : "of " + with_thousands(width) + " columns of the inputs ") + with_thousands(same) + (same == 1 ? " holds" : " hold") + " one value in every training row (" +
      name_list(names, 8) + ", counted from 0): nothing can be learned from " + (same == 1 ? "it" : "them") + ". Leave " + (same == 1 ? "it" : "them") + " out, or look how the inputs were made", inputs_where, {{"constant columns", static_cast<double>(same)}}});
}

/// How well the order of a column tells the targets: the share of classes that its runs get right, or the square of the correlation. `kinds`: different values in it.
double told(const std::vector<double>& column, const std::vector<double>& y, std::int64_t classes, double& common, std::int64_t& kinds) {
  const std::size_t n = column.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return column[a] != column[b] ? column[a] < column[b] : y[a] < y[b]; });
  kinds = 1;
  for (std::size_t i = 1; i < n; ++i) kinds += column[order[i]] != column[order[i - 1]];
  if (classes == 0) {
    const auto squared = [&](const std::vector<double>& a, const std::vector<double>& b) {
      double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
      for (std::size_t i = 0; i < n; ++i) ma += a[i] / static_cast<double>(n), mb += b[i] / static_cast<double>(n);
      for (std::size_t i = 0; i < n; ++i) aa += (a[i] - ma) * (a[i] - ma), bb += (b[i] - mb) * (b[i] - mb), ab += (a[i] - ma) * (b[i] - mb);
      return aa > 0 && bb > 0 ? ab * ab / (aa * bb) : 0;
    };
    return squared(column, y);
  }
  std::vector<double> all(static_cast<std::size_t>(classes), 0), here;
  double wrong = 0, changes = 0;
  std::size_t before = 0;
  for (std::size_t i = 0; i < n;) {
    here.assign(static_cast<std::size_t>(classes), 0);
    std::size_t end = i;
    for (; end < n && column[order[end]] == column[order[i]]; ++end) here[static_cast<std::size_t>(y[order[end]])] += 1, all[static_cast<std::size_t>(y[order[end]])] += 1;
    const auto top = static_cast<std::size_t>(std::max_element(here.begin(), here.end()) - here.begin());
    wrong += static_cast<double>(end - i) - here[top];
    changes += i > 0 && top != before;
    before = top, i = end;
  }
  common = *std::max_element(all.begin(), all.end()) / static_cast<double>(n);
  // Each class may have one run of its own; what changes oftener is taken for wrong.
  return 1 - (wrong + std::max(0.0, changes - static_cast<double>(classes - 1))) / static_cast<double>(n);
}

void one_column_knows(const ModelUnderCheck& m, const Tensor& x, const Answers& y, CheckNotes& notes) {
  constexpr std::int64_t most_rows = 1024, most_columns = 256, least_columns = 3, few_rows = 96;
  constexpr double almost = .99, line = .999, easy = .9;
  const std::int64_t width = x.shape(1);
  if (!y.known() || m.rows < least_rows || width < least_columns) return;
  const std::vector<std::int64_t> rows = some_of(m.rows, most_rows), first = some_of(m.rows, few_rows);
  std::vector<double> target, of_first, cells;
  for (const std::int64_t row : rows) target.push_back(y.of[static_cast<std::size_t>(row)]);
  for (const std::int64_t row : first) of_first.push_back(y.of[static_cast<std::size_t>(row)]);
  std::int64_t knows = -1, others = 0, kinds = 0, of_best = 0;
  double best = 0, common = 0;
  for (const std::int64_t column : some_of(width, most_columns)) {
    const auto read = [&](const std::vector<std::int64_t>& of) {
      cells.clear();
      for (const std::int64_t row : of) cells.push_back(number_at(x, row * width + column));
    };
    // A few rows are enough to pass over most columns.
    read(first);
    if (!std::all_of(cells.begin(), cells.end(), [](double v) { return std::isfinite(v); }) || told(cells, of_first, y.classes, common, kinds) < .8) continue;
    read(rows);
    if (!std::all_of(cells.begin(), cells.end(), [](double v) { return std::isfinite(v); })) continue;
    const double score = told(cells, target, y.classes, common, kinds);
    others += score >= easy + (y.classes ? .1 * std::max(0.0, 10 * common - 9) : 0);
    if (score > best) best = score, knows = column, of_best = kinds;
  }
  // With one common class nine tenths of what it leaves must be explained, too.
  if (knows < 0 || best < (y.classes ? std::max(almost, 1 - .1 * (1 - common)) : line)) return;
  // Where several columns tell nearly as much the task is easy, or they are the same measure at neighbouring times. Values that come several times each, more of them than
  // classes, are persons or places that were seen again, or a mean of the targets that was put in a word's place.
  const bool again = y.classes > 0 && of_best > y.classes && 2 * of_best < static_cast<std::int64_t>(rows.size());
  notes.findings.push_back({"data.leak", others > 1 || again ? Severity::note : Severity::warning, "column " + std::to_string(knows) + " of the inputs (counted from 0) tells the target almost perfectly by itself (" + (y.classes ? "accuracy " : "squared correlation ") + number_text(best) + " in " + with_thousands(static_cast<std::int64_t>(rows.size())) +
      " training rows): it may be written down after the answer is known, or be the answer in other words. If it is not known when the model is used, leave it out", std::string(inputs_where) + ": column " + std::to_string(knows), {{"column", static_cast<double>(knows)}, {y.classes ? "accuracy" : "squared correlation", best}}});
}

/// Large numbers into a layer that takes them as they are.
void large_inputs(const ModelUnderCheck& m, const Tensor& x, CheckNotes& notes) {
  constexpr std::int64_t most_columns = 64, most_cells = 256;
  constexpr double large = 50;
  const LayerCalls calls = layer_calls(m.model);
  const bool as_they_are = std::any_of(calls.calls.begin(), calls.calls.end(), [&](const LayerCall& c) {
    const bool learns = is_linear_map(c.kind) || c.kind == "GRU" || c.kind == "LSTM" || c.kind == "SimpleRNN" || c.kind == "Bidirectional";
    return learns && std::any_of(c.from.begin(), c.from.end(), [&](int from) { return source_of(calls, from) < 0; });
  });
  if (!as_they_are || m.rows < 10) return;
  const std::int64_t width = x.shape()[-1], columns = x.rank() == 2 || width <= most_columns ? width : 1, cells = m.rows * (x.size() / x.shape(0)) / columns;
  std::int64_t beyond = 0;
  double top = 0;
  const std::vector<std::int64_t> looked = some_of(columns, most_columns);
  for (const std::int64_t column : looked) {
    std::vector<double> values;
    for (const std::int64_t i : some_of(cells, most_cells))
      if (const double v = std::abs(number_at(x, i * columns + column)); std::isfinite(v)) values.push_back(v);
    if (values.empty()) continue;
    std::sort(values.begin(), values.end());
    const double most = values[static_cast<std::size_t>(.9 * static_cast<double>(values.size() - 1))];
    if (most <= large) continue;
    ++beyond;
    top = std::max(top, most);
  }
  if (beyond == 0) return;
  notes.findings.push_back({"data.scale", Severity::note, (columns == 1 ? std::string("the inputs") : with_thousands(beyond) + " of " + with_thousands(static_cast<std::int64_t>(looked.size())) + " columns of the inputs that were looked at") + " hold numbers as large as " + number_text(top) +
      ", and the first layer takes them as they are: networks learn best from numbers around 1. Bring columns to mean 0 and deviation 1, pixels to 0..1, or put a Normalization layer in front", inputs_where, {{"columns", static_cast<double>(beyond)}, {"size", top}}});
}

/// Rows that are not shuffled and stand in the order of their classes: each batch knows one class.
void order_of_classes(const ModelUnderCheck& m, const Answers& y, CheckNotes& notes) {
  if (m.shuffled || y.classes < 2 || m.rows < least_rows || m.batch >= m.rows) return;
  std::vector<double> counts(static_cast<std::size_t>(y.classes), 0);
  double changes = 0, same = 0, present = 0;
  const auto n = static_cast<double>(m.rows);
  for (std::size_t i = 0; i < y.of.size(); ++i) counts[static_cast<std::size_t>(y.of[i])] += 1, changes += i > 0 && y.of[i] != y.of[i - 1];
  for (const double c : counts) same += c * c / (n * n), present += c > 0;
  if (present < 2 || changes > .1 * (1 - same) * n) return;
  const bool sorted = changes <= present - 1;
  notes.findings.push_back({"train.spike", sorted ? Severity::warning : Severity::note, std::string("the training rows stand in ") + (sorted ? "the order of their classes" : "long runs of one class") + " (" + with_thousands(static_cast<std::int64_t>(changes)) + " changes of class in " + with_thousands(m.rows) +
      " rows), and shuffle = false: most batches hold one class, so that each teaches to answer it always, and the loss jumps where the next begins. Say shuffle = true, or mix the rows once" + (sorted ? "" : " (rows in order of time for a network that keeps its state are the exception)"), "training rows", {{"changes of class", changes}, {"rows", n}}});
}

}  // namespace

void check_rows(const ModelUnderCheck& m, CheckNotes& notes) {
  if (m.x.size() != 1 || m.rows < 1) return;
  const Tensor& x = m.x.front();
  if (x.rank() < 2 || x.size() == 0) return;
  guarded(notes, "data.constant", [&](CheckNotes& n) { constant_columns(m, x, n); });
  Answers y;
  guarded(notes, "train.spike", [&](CheckNotes& n) { y = answers_of(m), order_of_classes(m, y, n); });
  if (x.rank() == 2) guarded(notes, "data.leak", [&](CheckNotes& n) { one_column_knows(m, x, y, n); });
  // Whole numbers of more than a byte are words or codes.
  if (is_floating(x.dtype()) || x.dtype() == DType::u8) guarded(notes, "data.scale", [&](CheckNotes& n) { large_inputs(m, x, n); });
}

}  // namespace candor::detail
