#include "candor/pipeline/prepare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/split.h"
#include "candor/data/table/column_dates.h"
#include "candor/tensor/random.h"

namespace candor::pipeline {
namespace {

using data::Column;
using data::Role;
using data::Table;

// A column of numbers with a few cells that are none is a column with mistakes in it, not a column of categories: reading on would throw
// its order away and keep the mistakes as categories. Names and codes that happen to be numbers have more than a few.
void refuse_stray_words(const Table& table, const data::Schema& schema, const data::SchemaOptions& options) {
  for (const Column& column : table.columns) {
    const data::ColumnRole* role = schema.find(column.name);
    if (column.kind != Column::Kind::text || !role || role->role == Role::ignore || options.roles.contains(column.name)) continue;
    std::vector<char> numeric;
    for (const std::string& word : column.words) numeric.push_back(parse_number(word).has_value());
    std::int64_t numbers = 0, words = 0, first = -1;
    for (std::int64_t row = 0; row < column.rows(); ++row) {
      const std::int32_t code = column.codes[static_cast<std::size_t>(row)];
      if (code == data::missing_word) continue;
      if (numeric[static_cast<std::size_t>(code)]) ++numbers;
      else if (words++ == 0) first = row;
    }
    if (first < 0 || numbers <= words || (words > 1 + numbers / 50)) continue;
    fail(ErrorKind::corrupt, table.source + ": row " + with_thousands(first + 1) + ", column " + candor::quoted(column.name) + ": " + candor::quoted(column.cell(first)) +
                                 " is not a number, and " + with_thousands(numbers) + " other cells of the column are; mend it, or say --missing " +
                                 candor::quoted(column.cell(first)) + " if it stands for a missing cell, or --role " + column.name + "=category to take the cells as words");
  }
}

void refuse_infinities(const Table& table, const data::Schema& schema) {
  for (const Column& column : table.columns) {
    const data::ColumnRole* role = schema.find(column.name);
    if (column.kind != Column::Kind::number || !role || role->role == Role::ignore) continue;
    const auto bad = std::find_if(column.numbers.begin(), column.numbers.end(), [](double x) { return std::isinf(x); });
    if (bad == column.numbers.end()) continue;
    fail(ErrorKind::corrupt, table.source + ": row " + with_thousands(bad - column.numbers.begin() + 1) + ", column " + candor::quoted(column.name) +
                                 ": an infinite number; mend it, or empty the cell if the value is not known");
  }
}

std::vector<std::int64_t> all_rows(std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

// Whole groups go to the test part until it has its share; which ones is drawn by the seed.
std::vector<char> test_groups(const std::vector<std::string>& groups, double share, std::uint64_t seed) {
  std::vector<std::string> names = groups;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() < 2) fail(ErrorKind::invalid_argument, "split by group: there is one group only (" + names.front() + "), and it cannot be parted into training and test rows");
  std::vector<std::int64_t> counts(names.size());
  for (const std::string& group : groups) ++counts[static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), group) - names.begin())];
  const Permutation order(names.size(), RandomStream{seed, 0x67726F757073});
  std::vector<char> chosen(names.size());
  std::int64_t taken = 0;
  for (std::uint64_t i = 0; i + 1 < order.size() && (taken == 0 || static_cast<double>(taken) < share * static_cast<double>(groups.size())); ++i) {
    const auto group = static_cast<std::size_t>(order.at(i));
    chosen[group] = 1;
    taken += counts[group];
  }
  std::vector<char> rows(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) rows[i] = chosen[static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), groups[i]) - names.begin())];
  return rows;
}

std::vector<std::string> cells_of(const Table& table, const std::string& name) {
  const Column& column = table.at(name);
  std::vector<std::string> cells;
  for (std::int64_t row = 0; row < column.rows(); ++row) cells.push_back(column.cell(row));
  return cells;
}

// Rows in the order of a column of times or numbers; rows without one come first.
std::vector<std::int64_t> rows_by(const Table& table, const data::ColumnRole& role) {
  const Column& column = table.at(role.name);
  std::vector<std::int64_t> rows = all_rows(table.rows());
  constexpr double first = -std::numeric_limits<double>::infinity();
  std::vector<double> times;
  if (column.kind == Column::Kind::number) {
    for (const double x : column.numbers) times.push_back(std::isnan(x) ? first : x);
  } else {
    std::vector<double> moments;
    for (std::size_t i = 0; i < column.words.size(); ++i) {
      // Words that are no dates are put in order as words.
      moments.push_back(role.date_format.empty() ? parse_number(column.words[i]).value_or(static_cast<double>(i))
                                                 : data::detail::read_date(column.words[i], role.date_format).value_or(first));
    }
    for (const std::int32_t code : column.codes) times.push_back(code == data::missing_word ? first : moments[static_cast<std::size_t>(code)]);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](std::int64_t a, std::int64_t b) { return times[static_cast<std::size_t>(a)] < times[static_cast<std::size_t>(b)]; });
  return rows;
}

std::string percent(double share) {
  const double value = std::round(1000 * share) / 10;
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " %";
}

void part_rows(Prepared& p, const Table& table, const data::Schema& schema, const PrepareOptions& o) {
  const std::vector<std::string> order = schema.names(Role::order), group = schema.names(Role::group);
  if (!order.empty()) {
    const std::vector<std::int64_t> rows = rows_by(table, *schema.find(order.front()));
    const auto tests = static_cast<std::int64_t>(std::max(1.0, std::round(o.test * static_cast<double>(rows.size()))));
    if (tests >= table.rows()) fail(ErrorKind::invalid_argument, table.source + ": " + with_thousands(table.rows()) + " rows cannot be parted into training and test rows");
    p.train_rows.assign(rows.begin(), rows.end() - tests);
    p.test_rows.assign(rows.end() - tests, rows.end());
    p.ordered = true;
    p.split = "the last " + percent(o.test) + " of the rows by " + order.front() + " are the test part";
    return;
  }
  if (!group.empty()) {
    const std::vector<std::string> groups = cells_of(table, group.front());
    const std::vector<char> test = test_groups(groups, o.test, o.seed);
    for (std::int64_t row = 0; row < table.rows(); ++row) {
      (test[static_cast<std::size_t>(row)] ? p.test_rows : p.train_rows).push_back(row);
      if (!test[static_cast<std::size_t>(row)]) p.groups.push_back(groups[static_cast<std::size_t>(row)]);
    }
    p.split = "whole groups of " + group.front() + ", about " + percent(o.test) + " of the rows, are the test part";
    return;
  }
  // The rows' numbers are parted as a dataset would be, so that a table and its arrays are cut alike.
  data::Dataset numbers;
  const std::vector<std::int64_t> rows = all_rows(table.rows());
  numbers.features = Tensor::from(rows, Shape{table.rows(), 1});
  data::Recipe targets = data::Recipe::fit(table, schema, o.recipe);
  numbers.targets = targets.targets(table);
  numbers.class_names = targets.class_names();
  numbers.source = table.source;
  const data::Split parts = data::split(numbers, {.test = o.test, .seed = o.seed});
  p.train_rows = parts.train.features.to_vector<std::int64_t>();
  p.test_rows = parts.test.features.to_vector<std::int64_t>();
  p.split = percent(o.test) + " of the rows, drawn by seed " + std::to_string(o.seed) + (numbers.class_names.empty() ? "" : " within each class") + ", are the test part";
}

Prepared prepare_table(const std::string& name, const PrepareOptions& o) {
  Prepared p;
  Table table = data::read_table(name, o.table);
  data::Schema schema = data::infer_schema(table, o.schema);
  refuse_stray_words(table, schema, o.schema);
  refuse_infinities(table, schema);
  const std::vector<std::int64_t> useful = data::rows_with_targets(table, schema);
  for (const data::Remark& remark : table.remarks) p.remarks.push_back(remark.message);
  for (const data::Remark& remark : schema.remarks) p.remarks.push_back(remark.message);
  if (static_cast<std::int64_t>(useful.size()) < table.rows()) table = table.take(useful);
  if (table.rows() < 2) fail(ErrorKind::invalid_argument, table.source + ": " + std::to_string(table.rows()) + " rows with a target are too few to learn from");
  if (o.test_data.empty()) {
    part_rows(p, table, schema, o);
    p.train_cells = table.take(p.train_rows);
    p.test_cells = table.take(p.test_rows);
  } else {
    p.train_cells = table;
    p.test_cells = data::read_table(o.test_data, o.table);
    const std::vector<std::int64_t> judged = data::rows_with_targets(p.test_cells, schema);
    if (static_cast<std::int64_t>(judged.size()) < p.test_cells.rows()) p.test_cells = p.test_cells.take(judged);
    p.split = "the rows of " + p.test_cells.source + " are the test part";
  }
  p.recipe = data::Recipe::fit(p.train_cells, schema, o.recipe);
  p.train = p.recipe->training_dataset(p.train_cells);
  p.test = p.recipe->dataset(p.test_cells);
  data::require_trainable(p.train);
  p.preprocessing.set("kind", "csv").set("recipe", p.recipe->config());
  return p;
}

Prepared prepare_arrays(const std::string& name, const PrepareOptions& o) {
  Prepared p;
  data::Loaded loaded = data::load(name, o.load);
  data::require_trainable(loaded.train);
  p.kind = loaded.kind;
  p.train = loaded.train;
  p.test = loaded.test;
  if (!o.test_data.empty()) {
    data::LoadOptions load = o.load;
    load.images.class_names = p.train.class_names;
    if (p.train.row_shape().rank() == 3) load.images.height = p.train.row_shape()[0], load.images.width = p.train.row_shape()[1];
    const data::Loaded tests = data::load(o.test_data, load);
    p.test = tests.has_test() ? tests.test : tests.train;
    p.split = "the rows of " + p.test.source + " are the test part";
  } else if (loaded.has_test()) {
    p.split = "the source's own test part";
  } else {
    data::Dataset numbers = loaded.train;
    numbers.features = Tensor::from(all_rows(loaded.train.rows()), Shape{loaded.train.rows(), 1});
    const data::Split rows = data::split(numbers, {.test = o.test, .seed = o.seed});
    p.train_rows = rows.train.features.to_vector<std::int64_t>();
    p.test_rows = rows.test.features.to_vector<std::int64_t>();
    p.train = loaded.train.take(p.train_rows);
    p.test = loaded.train.take(p.test_rows);
    p.split = percent(o.test) + " of the rows, drawn by seed " + std::to_string(o.seed) + (p.train.is_classification() ? " within each class" : "") + ", are the test part";
  }
  for (const std::string& note : loaded.train.notes) p.remarks.push_back(note);
  if (loaded.train.skipped > 0) p.remarks.push_back(with_thousands(loaded.train.skipped) + " left out: they cannot be read");
  p.preprocessing.set("kind", data::to_string(p.kind));
  if (p.kind == data::SourceKind::images) {
    const Shape shape = p.train.row_shape();
    p.preprocessing.set("height", shape[0]).set("width", shape[1]).set("channels", shape[2]).set("fit", data::to_string(o.load.images.fit));
  }
  return p;
}

}  // namespace

Prepared prepare(const std::string& name, const PrepareOptions& options) {
  return data::kind_of(name) == data::SourceKind::csv ? prepare_table(name, options) : prepare_arrays(name, options);
}

}  // namespace candor::pipeline
