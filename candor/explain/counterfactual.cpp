#include "candor/explain/counterfactual.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/error.h"

namespace candor::explain {
namespace {

using data::Column;
using data::Table;

// How a table's columns are measured, and what may be put into them.
struct Space {
  std::vector<double> spreads;
  std::vector<std::vector<double>> values;  // candidates; codes for words
  std::vector<char> fixed;

  Space(const Table& table, const Table& row, const CounterfactualOptions& options) {
    for (const Column& column : table.columns) {
      spreads.push_back(column.kind == Column::Kind::number ? spread(column) : 1);
      fixed.push_back(std::find(options.keep.begin(), options.keep.end(), column.name) != options.keep.end());
      std::vector<double> seen = column.numbers;
      if (column.kind == Column::Kind::text) seen.assign(column.codes.begin(), column.codes.end());
      std::erase_if(seen, [&](double v) { return !std::isfinite(v) || (column.kind == Column::Kind::text && v < 0); });
      std::sort(seen.begin(), seen.end());
      std::vector<double> few;
      const std::size_t most = static_cast<std::size_t>(std::max<std::int64_t>(2, options.values));
      std::vector<double> distinct = seen;
      distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
      if (distinct.size() <= most) few = distinct;
      else for (std::size_t k = 0; k < most; ++k) few.push_back(seen[k * (seen.size() - 1) / (most - 1)]);
      few.erase(std::unique(few.begin(), few.end()), few.end());
      values.push_back(few);
    }
    (void)row;
  }
};

double cell(const Column& column, std::int64_t row) {
  return column.kind == Column::Kind::number ? column.numbers[static_cast<std::size_t>(row)] : column.codes[static_cast<std::size_t>(row)];
}
void put(Column& column, std::int64_t row, double value) {
  if (column.kind == Column::Kind::number) column.numbers[static_cast<std::size_t>(row)] = value;
  else column.codes[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(value);
}
bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
double distance_of(const Space& space, const Column& column, std::size_t j, double from, double to) {
  if (same(from, to)) return 0;
  return column.kind == Column::Kind::number && !std::isnan(from) && !std::isnan(to) ? std::abs(to - from) / space.spreads[j] : 1;
}

// How near each row's answer is to the wanted one: above 0 when it is there.
std::vector<double> reached(const Tensor& answer, std::int64_t rows, const Wanted& wanted) {
  const std::vector<double> got = answer.to_vector<double>();
  const std::size_t width = rows ? got.size() / static_cast<std::size_t>(rows) : 0, at = static_cast<std::size_t>(wanted.output);
  if (rows && at >= width) fail(ErrorKind::invalid_argument, "explain: output " + std::to_string(wanted.output) + " of a model with " + std::to_string(width));
  std::vector<double> margins;
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
    const double* p = got.data() + i * width;
    if (!wanted.is_class) {
      margins.push_back(wanted.below ? wanted.at_least - p[at] : p[at] - wanted.at_least);
      continue;
    }
    double other = -1;
    for (std::size_t c = 0; c < width; ++c) if (c != at) other = std::max(other, p[c]);
    margins.push_back(p[at] - other);
  }
  return margins;
}
bool there(double margin, const Wanted& wanted) { return wanted.is_class ? margin > 0 : margin >= 0; }

std::string cell_text(const Column& column, double value) {
  if (column.kind == Column::Kind::text) return value < 0 ? "" : column.words[static_cast<std::size_t>(value)];
  if (std::isnan(value)) return "";
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// The words of `row` in the table's numbering, so that cells can be compared; unknown words are kept at the end.
Table aligned(const Table& row, const Table& table) {
  if (row.rows() != 1) fail(ErrorKind::invalid_argument, "explain: one row is wanted, and there are " + std::to_string(row.rows()));
  Table out = rows_of(table, table.rows() ? std::vector<std::int64_t>{0} : std::vector<std::int64_t>{});
  for (Column& column : out.columns) {
    const auto from = std::find_if(row.columns.begin(), row.columns.end(), [&](const Column& c) { return c.name == column.name; });
    if (from == row.columns.end()) fail(ErrorKind::not_found, "explain: the row has no column \"" + column.name + "\"");
    if (from->kind != column.kind) fail(ErrorKind::invalid_argument, "explain: column \"" + column.name + "\" holds numbers in one of row and table and words in the other");
    if (column.kind == Column::Kind::number) {
      column.numbers = from->numbers;
      continue;
    }
    if (from->codes[0] < 0) {
      column.codes = {data::missing_word};
      continue;
    }
    const std::string& word = from->words[static_cast<std::size_t>(from->codes[0])];
    auto at = std::find(column.words.begin(), column.words.end(), word);
    if (at == column.words.end()) at = column.words.insert(column.words.end(), word);
    column.codes = {static_cast<std::int32_t>(at - column.words.begin())};
  }
  return out;
}

Counterfactual described(const TableAnswer& answer, const Space& space, const Table& row, const Table& changed) {
  Counterfactual found;
  for (std::size_t j = 0; j < row.columns.size(); ++j) {
    const double from = cell(row.columns[j], 0), to = cell(changed.columns[j], 0);
    if (same(from, to)) continue;
    const double d = distance_of(space, row.columns[j], j, from, to);
    found.changes.push_back({row.columns[j].name, cell_text(row.columns[j], from), cell_text(row.columns[j], to), d});
    found.distance += d;
  }
  found.answer = answer(changed).to_vector<double>();
  found.row = changed;
  return found;
}

bool is_there(const TableAnswer& answer, const Table& row, const Wanted& wanted) { return there(reached(answer(row), 1, wanted)[0], wanted); }

// Moves each changed number back towards the row as far as the answer allows.
Table pulled_back(const TableAnswer& answer, const Table& row, Table changed, const Wanted& wanted) {
  for (std::size_t j = 0; j < row.columns.size(); ++j) {
    const double from = cell(row.columns[j], 0), to = cell(changed.columns[j], 0);
    if (same(from, to)) continue;
    Table trial = changed;
    put(trial.columns[j], 0, from);
    if (is_there(answer, trial, wanted)) {
      changed = trial;
      continue;
    }
    if (row.columns[j].kind != Column::Kind::number || std::isnan(from)) continue;
    const bool whole = from == std::floor(from) && to == std::floor(to);  // counts stay counts
    double bad = 0, good = 1;
    for (int step = 0; step < 24; ++step) {
      const double share = (bad + good) / 2, value = from + share * (to - from);
      put(trial.columns[j], 0, whole ? (to > from ? std::ceil(value) : std::floor(value)) : value);
      (is_there(answer, trial, wanted) ? good : bad) = share;
    }
    const double value = from + good * (to - from);
    put(trial.columns[j], 0, whole ? (to > from ? std::ceil(value) : std::floor(value)) : value);
    if (is_there(answer, trial, wanted)) changed = trial;
  }
  return changed;
}

}  // namespace

std::vector<Counterfactual> nearest_change(const TableAnswer& answer, const Table& table, const Table& row_asked, const Wanted& wanted, const CounterfactualOptions& options) {
  if (table.rows() == 0) return {};
  const Table seen = rows_of(table, some_rows(table.rows(), options.rows, options.seed)), row = aligned(row_asked, seen);
  const Space space(seen, row, options);
  if (is_there(answer, row, wanted)) return {described(answer, space, row, row)};
  struct State {
    Table row;
    double distance = 0, margin = 0;
  };
  std::vector<State> states{{row, 0, reached(answer(row), 1, wanted)[0]}};
  const double start = states[0].margin;
  for (std::size_t depth = 0; depth < options.changes; ++depth) {
    std::vector<State> next, hits;
    for (const State& state : states) {
      // Every single further change, asked at once.
      std::vector<std::pair<std::size_t, double>> tries;
      for (std::size_t j = 0; j < row.columns.size(); ++j) {
        if (space.fixed[j] || !same(cell(state.row.columns[j], 0), cell(row.columns[j], 0))) continue;
        for (const double value : space.values[j]) if (!same(value, cell(row.columns[j], 0))) tries.push_back({j, value});
      }
      if (tries.empty()) continue;
      Table asked = repeated(state.row, static_cast<std::int64_t>(tries.size()));
      for (std::size_t t = 0; t < tries.size(); ++t) put(asked.columns[tries[t].first], static_cast<std::int64_t>(t), tries[t].second);
      const std::vector<double> margins = reached(answer(asked), asked.rows(), wanted);
      for (std::size_t t = 0; t < tries.size(); ++t) {
        const std::size_t j = tries[t].first;
        State one{{}, state.distance + distance_of(space, row.columns[j], j, cell(row.columns[j], 0), tries[t].second), margins[t]};
        const bool hit = there(margins[t], wanted);
        if (!hit && !(margins[t] > state.margin)) continue;
        one.row = state.row;
        put(one.row.columns[j], 0, tries[t].second);
        (hit ? hits : next).push_back(std::move(one));
      }
    }
    if (!hits.empty()) {
      // The nearest few, pulled back; then the nearest of those.
      std::stable_sort(hits.begin(), hits.end(), [](const State& a, const State& b) { return a.distance < b.distance; });
      if (hits.size() > 8) hits.resize(8);
      std::vector<Counterfactual> found;
      for (const State& hit : hits) found.push_back(described(answer, space, row, pulled_back(answer, row, hit.row, wanted)));
      return {*std::min_element(found.begin(), found.end(), [](const Counterfactual& a, const Counterfactual& b) { return a.distance < b.distance; })};
    }
    // Those that came nearest for their way go on, not more than two with the same columns.
    std::stable_sort(next.begin(), next.end(), [&](const State& a, const State& b) { return (a.margin - start) / (1 + a.distance) > (b.margin - start) / (1 + b.distance); });
    if (next.size() > 12) next.resize(12);
    states = std::move(next);
  }
  return {};
}

std::vector<Counterfactual> nearest_example(const TableAnswer& answer, const Table& table, const Table& row_asked, const Wanted& wanted, const CounterfactualOptions& options) {
  if (table.rows() == 0) return {};
  const Table seen = rows_of(table, some_rows(table.rows(), options.rows, options.seed)), row = aligned(row_asked, seen);
  const Space space(seen, row, options);
  if (is_there(answer, row, wanted)) return {described(answer, space, row, row)};
  const std::vector<double> margins = reached(answer(seen), seen.rows(), wanted);
  std::vector<std::pair<double, std::int64_t>> order;
  for (std::int64_t i = 0; i < seen.rows(); ++i) {
    if (!there(margins[static_cast<std::size_t>(i)], wanted)) continue;
    double distance = 0;
    for (std::size_t j = 0; j < row.columns.size(); ++j) {
      const double d = distance_of(space, row.columns[j], j, cell(row.columns[j], 0), cell(seen.columns[j], i));
      distance += space.fixed[j] && d > 0 ? HUGE_VAL : d;
    }
    if (std::isfinite(distance)) order.push_back({distance, i});
  }
  std::sort(order.begin(), order.end());
  std::vector<Counterfactual> found;
  for (std::size_t k = 0; k < std::min<std::size_t>(5, order.size()); ++k) {
    Table changed = row;
    for (std::size_t j = 0; j < row.columns.size(); ++j) put(changed.columns[j], 0, cell(seen.columns[j], order[k].second));
    // The largest differences are given back first.
    std::vector<std::size_t> columns(row.columns.size());
    std::iota(columns.begin(), columns.end(), std::size_t{0});
    std::stable_sort(columns.begin(), columns.end(), [&](std::size_t a, std::size_t b) {
      const auto far = [&](std::size_t j) { return distance_of(space, row.columns[j], j, cell(row.columns[j], 0), cell(changed.columns[j], 0)); };
      return far(a) > far(b);
    });
    for (const std::size_t j : columns) {
      Table trial = changed;
      put(trial.columns[j], 0, cell(row.columns[j], 0));
      if (is_there(answer, trial, wanted)) changed = std::move(trial);
    }
    found.push_back(described(answer, space, row, changed));
  }
  if (found.empty()) return {};
  return {*std::min_element(found.begin(), found.end(), [](const Counterfactual& a, const Counterfactual& b) { return a.distance < b.distance; })};
}

}  // namespace candor::explain
