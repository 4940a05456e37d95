#include "candor/explain/importance.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/metrics/distributions.h"
#include "candor/candid/score.h"
#include "candor/tensor/random.h"

namespace candor::explain {
namespace {

std::size_t number_of(const data::Table& table, const std::string& name) {
  std::vector<std::string> names;
  for (const data::Column& column : table.columns) names.push_back(column.name);
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) fail(ErrorKind::not_found, "explain: no column " + quoted(name) + did_you_mean(name, names) + "; there are " + name_list(names));
  return static_cast<std::size_t>(at - names.begin());
}

// The score alone: judge() would draw a bootstrap for each.
double score(const Tensor& answer, const data::Dataset& truth) {
  if (!truth.is_classification()) return candid::r2(truth.targets.to_vector(), answer.to_vector());
  const std::vector<float> p = answer.to_vector();
  const std::vector<std::int32_t> labels = truth.targets.to_vector<std::int32_t>();
  const auto classes = static_cast<std::ptrdiff_t>(truth.class_names.size());
  if (static_cast<std::ptrdiff_t>(p.size()) != classes * static_cast<std::ptrdiff_t>(labels.size())) fail(ErrorKind::shape, "explain: the model answers " + to_string(answer.shape()) + " for " + std::to_string(labels.size()) + " rows of " + std::to_string(classes) + " classes");
  double hits = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = p.begin() + static_cast<std::ptrdiff_t>(i) * classes;
    hits += std::max_element(row, row + classes) - row == labels[i];
  }
  return hits / static_cast<double>(labels.size());
}

void shuffle(data::Column& column, const RandomStream& stream) {
  const auto n = static_cast<std::uint64_t>(column.rows());
  for (std::uint64_t i = n; i > 1; --i) {
    const auto j = static_cast<std::size_t>(stream.below(i, i)), last = static_cast<std::size_t>(i - 1);
    if (column.kind == data::Column::Kind::number) std::swap(column.numbers[last], column.numbers[j]);
    else std::swap(column.codes[last], column.codes[j]);
  }
}

// The values a column is set to: quantiles of its numbers, or its commonest words.
std::vector<double> grid(const data::Column& column, const DependenceOptions& options) {
  if (column.kind == data::Column::Kind::number) {
    std::vector<double> sorted;
    for (const double v : column.numbers) if (std::isfinite(v)) sorted.push_back(v);
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> values;
    for (int k = 0; k < options.points && !sorted.empty(); ++k) {
      const double v = sorted[static_cast<std::size_t>(std::llround(static_cast<double>(k) / std::max(1, options.points - 1) * static_cast<double>(sorted.size() - 1)))];
      if (values.empty() || v > values.back()) values.push_back(v);
    }
    return values;
  }
  std::vector<std::int64_t> counts(column.words.size());
  for (const std::int32_t code : column.codes) if (code >= 0) ++counts[static_cast<std::size_t>(code)];
  std::vector<double> codes(column.words.size());
  std::iota(codes.begin(), codes.end(), 0.);
  std::stable_sort(codes.begin(), codes.end(), [&](double a, double b) { return counts[static_cast<std::size_t>(a)] > counts[static_cast<std::size_t>(b)]; });
  if (static_cast<std::int64_t>(codes.size()) > options.words) codes.resize(static_cast<std::size_t>(options.words));
  return codes;
}

void set_all(data::Column& column, double value) {
  std::fill(column.numbers.begin(), column.numbers.end(), value);
  std::fill(column.codes.begin(), column.codes.end(), static_cast<std::int32_t>(value));
}

double quantile(std::vector<double>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[std::min(below + 1, sorted.size() - 1)] - sorted[below]);
}

}  // namespace

std::vector<candid::Importance> importances(const TableAnswer& answer, const data::Table& table, const data::Dataset& truth, const ImportanceOptions& options) {
  if (table.rows() != truth.rows() || !truth.has_targets()) fail(ErrorKind::shape, "explain: " + std::to_string(table.rows()) + " rows with " + std::to_string(truth.has_targets() ? truth.rows() : 0) + " targets");
  if (options.repeats < 2) fail(ErrorKind::invalid_argument, "explain: an interval needs at least 2 repeats");
  if (table.rows() == 0) return {};
  const std::vector<std::int64_t> rows = some_rows(table.rows(), options.rows, options.seed);
  data::Table asked = rows_of(table, rows);
  const data::Dataset known = truth.take(rows);
  const double before = score(answer(asked), known), n = options.repeats, t = candid::student_quantile(.975, n - 1);
  std::vector<std::string> names = options.columns;
  if (names.empty()) for (const data::Column& column : table.columns) names.push_back(column.name);
  std::vector<candid::Importance> found;
  for (const std::string& name : names) {
    const std::size_t at = number_of(asked, name);
    const data::Column kept = asked.columns[at];
    std::vector<double> falls;
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
      asked.columns[at] = kept;
      shuffle(asked.columns[at], RandomStream{options.seed, 0x73687566}.derived(at).derived(static_cast<std::uint64_t>(repeat)));
      falls.push_back(before - score(answer(asked), known));
    }
    asked.columns[at] = kept;
    const double mean = std::accumulate(falls.begin(), falls.end(), 0.) / n;
    double squares = 0;
    for (const double f : falls) squares += (f - mean) * (f - mean);
    const double half = t * std::sqrt(squares / (n - 1) / n);
    found.push_back({name, mean, mean - half, mean + half});
  }
  std::stable_sort(found.begin(), found.end(), [](const candid::Importance& a, const candid::Importance& b) { return a.value > b.value; });
  return found;
}

std::vector<candid::Dependence> dependences(const TableAnswer& answer, const data::Table& table, const std::vector<std::string>& columns,
                                            const std::vector<std::string>& class_names, const DependenceOptions& options) {
  std::vector<candid::Dependence> found;
  if (table.rows() == 0) return found;
  data::Table asked = rows_of(table, some_rows(table.rows(), options.rows, options.seed));
  const auto rows = static_cast<std::size_t>(asked.rows());
  for (const std::string& name : columns) {
    const std::size_t at = number_of(asked, name);
    const data::Column kept = asked.columns[at];
    const std::vector<double> values = grid(table.columns[at], options);
    candid::Dependence one;
    one.column = name;
    const bool is_text = kept.kind == data::Column::Kind::text;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (is_text) one.words.push_back(kept.words[static_cast<std::size_t>(values[k])]);
      set_all(asked.columns[at], values[k]);
      const std::vector<double> got = answer(asked).to_vector<double>();
      const std::size_t width = got.size() / rows;
      std::vector<std::size_t> outputs;
      if (width == 2 && class_names.size() == 2) outputs = {1};
      else for (std::size_t c = 0; c < std::min(width, options.curves); ++c) outputs.push_back(c);
      if (k == 0) for (const std::size_t c : outputs) one.curves.push_back({c < class_names.size() ? class_names[c] : width > 1 ? "output " + std::to_string(c + 1) : "prediction", {}, {}});
      for (std::size_t o = 0; o < outputs.size(); ++o) {
        std::vector<double> sorted;
        for (std::size_t i = 0; i < rows; ++i) sorted.push_back(got[i * width + outputs[o]]);
        candid::Curve& curve = one.curves[o];
        curve.x.push_back(is_text ? static_cast<double>(k) : values[k]);
        curve.y.push_back(std::accumulate(sorted.begin(), sorted.end(), 0.) / static_cast<double>(rows));
        std::sort(sorted.begin(), sorted.end());
        curve.low.push_back(quantile(sorted, .1));
        curve.high.push_back(quantile(sorted, .9));
      }
    }
    asked.columns[at] = kept;
    if (!one.curves.empty()) found.push_back(std::move(one));
  }
  return found;
}

candid::DecisionMap decision_map(const TableAnswer& answer, const data::Table& table, const data::Dataset& truth, const std::string& x, const std::string& y, std::int64_t side) {
  const std::size_t across = number_of(table, x), up = number_of(table, y);
  for (const std::size_t at : {across, up}) {
    if (table.columns[at].kind != data::Column::Kind::number) fail(ErrorKind::invalid_argument, "explain: a map needs two columns of numbers, and \"" + table.columns[at].name + "\" holds words");
  }
  if (table.rows() == 0 || side < 2) fail(ErrorKind::invalid_argument, "explain: a map needs rows, and at least 2 points on a side");
  // The row in the middle: each column's median or commonest word.
  data::Table middle = rows_of(table, {0});
  for (std::size_t j = 0; j < table.columns.size(); ++j) {
    if (table.columns[j].kind == data::Column::Kind::number) {
      std::vector<double> sorted;
      for (const double v : table.columns[j].numbers) if (std::isfinite(v)) sorted.push_back(v);
      std::sort(sorted.begin(), sorted.end());
      middle.columns[j].numbers[0] = sorted.empty() ? std::nan("") : sorted[sorted.size() / 2];
    } else if (const std::vector<double> codes = grid(table.columns[j], {}); !codes.empty()) {
      middle.columns[j].codes[0] = static_cast<std::int32_t>(codes[0]);
    }
  }
  candid::DecisionMap map;
  map.x = x;
  map.y = y;
  map.columns = map.rows = side;
  const auto range = [&](std::size_t at, double& low, double& high) {
    low = HUGE_VAL, high = -HUGE_VAL;
    for (const double v : table.columns[at].numbers) if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
    if (!(low <= high)) low = 0, high = 1;
    const double margin = high > low ? .03 * (high - low) : 1;
    low -= margin, high += margin;
  };
  range(across, map.x_low, map.x_high);
  range(up, map.y_low, map.y_high);
  data::Table points = repeated(middle, side * side);
  for (std::int64_t r = 0; r < side; ++r) {
    for (std::int64_t c = 0; c < side; ++c) {
      const auto i = static_cast<std::size_t>(r * side + c);
      points.columns[across].numbers[i] = map.x_low + (map.x_high - map.x_low) * (static_cast<double>(c) + .5) / static_cast<double>(side);
      points.columns[up].numbers[i] = map.y_low + (map.y_high - map.y_low) * (static_cast<double>(r) + .5) / static_cast<double>(side);
    }
  }
  const std::vector<double> got = answer(points).to_vector<double>();
  const std::size_t width = got.size() / static_cast<std::size_t>(side * side);
  for (std::size_t i = 0; i < static_cast<std::size_t>(side * side); ++i) {
    const auto row = got.begin() + static_cast<std::ptrdiff_t>(i * width);
    map.values.push_back(truth.is_classification() ? static_cast<double>(std::max_element(row, row + static_cast<std::ptrdiff_t>(width)) - row) : *row);
  }
  const std::vector<double> targets = truth.has_targets() && truth.rows() == table.rows() ? truth.targets.to_vector<double>() : std::vector<double>{};
  const std::size_t targets_each = targets.empty() ? 0 : targets.size() / static_cast<std::size_t>(table.rows());
  for (const std::int64_t i : targets.empty() ? std::vector<std::int64_t>{} : some_rows(table.rows(), 500, 0)) {
    const auto row = static_cast<std::size_t>(i);
    map.points.push_back({table.columns[across].numbers[row], table.columns[up].numbers[row], targets[row * targets_each]});
  }
  return map;
}

}  // namespace candor::explain
