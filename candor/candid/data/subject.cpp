#include "candor/candid/data/subject.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/column_dates.h"
#include "candor/data/table/infer_column.h"
#include "candor/data/table/number_text.h"

namespace candor::candid {
namespace {

using data::Column;
using data::Role;
using data::Table;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::int64_t> spread(std::int64_t rows, std::int64_t most) {
  std::vector<std::int64_t> kept(static_cast<std::size_t>(most));
  for (std::int64_t i = 0; i < most; ++i) kept[static_cast<std::size_t>(i)] = i * rows / most;
  return kept;
}

/// Numbers for the words of a column in all parts.
class Dictionary {
 public:
  explicit Dictionary(std::vector<std::string>& words) : words_(words) {}

  std::int32_t code(const std::string& word) {
    const auto [found, fresh] = codes_.try_emplace(word, static_cast<std::int32_t>(words_.size()));
    if (fresh) words_.push_back(word);
    return found->second;
  }
  std::int32_t code(double number) {
    if (number != number) return -1;
    const auto known = numbers_.find(number);
    if (known != numbers_.end()) return known->second;
    return numbers_[number] = code(data::detail::number_text(number));
  }

 private:
  std::vector<std::string>& words_;
  std::unordered_map<std::string, std::int32_t> codes_;
  std::unordered_map<double, std::int32_t> numbers_;
};

void fill_numbers(CheckCells& cells, const Column& column) {
  cells.numbers = data::detail::as_numbers(column, &cells.unread);
  if (cells.unread == 0) return;
  for (std::int64_t row = 0; row < column.rows(); ++row) {
    if (column.is_missing(row) || cells.numbers[static_cast<std::size_t>(row)] == cells.numbers[static_cast<std::size_t>(row)]) continue;
    cells.unread_cell = column.cell(row);
    return;
  }
}

void fill_dates(CheckCells& cells, const Column& column, const std::string& format) {
  if (column.kind == Column::Kind::number && (format.empty() || format == "%s")) {
    cells.numbers = column.numbers;
    return;
  }
  std::vector<double> by_word;
  const auto read = [&](const std::string& text) { return data::detail::read_date(text, format).value_or(nan); };
  for (const std::string& word : column.words) by_word.push_back(read(word));
  for (std::int64_t row = 0; row < column.rows(); ++row) {
    const auto at = static_cast<std::size_t>(row);
    if (column.kind == Column::Kind::number) cells.numbers.push_back(column.is_missing(row) ? nan : read(column.cell(row)));
    else cells.numbers.push_back(column.codes[at] < 0 ? nan : by_word[static_cast<std::size_t>(column.codes[at])]);
    if (column.is_missing(row) || cells.numbers.back() == cells.numbers.back()) continue;
    if (cells.unread++ == 0) cells.unread_cell = column.cell(row);
  }
}

void fill_codes(CheckCells& cells, const Column& column, Dictionary& dictionary) {
  cells.codes.reserve(static_cast<std::size_t>(column.rows()));
  if (column.kind == Column::Kind::number) {
    for (const double x : column.numbers) cells.codes.push_back(dictionary.code(x));
    return;
  }
  std::vector<std::int32_t> by_word(column.words.size(), -2);
  for (const std::int32_t code : column.codes) {
    if (code < 0) {
      cells.codes.push_back(-1);
      continue;
    }
    std::int32_t& known = by_word[static_cast<std::size_t>(code)];
    // "3" among words is the number 3 of a part whose cells are all numbers; blanks around a word stay: they are a fault that is looked for.
    if (known == -2) {
      const std::string& word = column.words[static_cast<std::size_t>(code)];
      const auto number = parse_number(word);
      known = number && std::isfinite(*number) ? dictionary.code(*number) : dictionary.code(word);
    }
    cells.codes.push_back(known);
  }
}

bool holds_numbers(const data::ColumnRole& role, const Column& column, const data::Schema& schema) {
  switch (role.role) {
    case Role::number: case Role::date: case Role::weight: return true;
    case Role::order: return column.kind == Column::Kind::number || !role.date_format.empty();
    case Role::target: return schema.task != data::TaskKind::classification;
    case Role::id: case Role::group: case Role::ignore: return column.kind == Column::Kind::number;
    case Role::category: case Role::text: return false;
  }
  return false;
}

void label(Subject& s) {
  const CheckColumn* target = s.target_column();
  if (!target || !s.is_classification()) return;
  s.class_names = target->words;
  for (const CheckCells& cells : target->parts) s.labels.push_back(cells.codes);
}

}  // namespace

std::int64_t CheckColumn::missing(std::size_t part) const {
  const CheckCells& cells = parts[part];
  return numeric ? std::count_if(cells.numbers.begin(), cells.numbers.end(), [](double x) { return x != x; }) : std::count(cells.codes.begin(), cells.codes.end(), -1);
}

Subject table_subject(std::vector<NamedTable> tables, const data::Schema& schema, std::int64_t most_rows) {
  if (tables.empty() || tables.front().table.columns.empty()) fail(ErrorKind::invalid_argument, "a table with at least one column is expected");
  Subject s;
  s.schema = schema;
  s.task = schema.task;
  for (NamedTable& t : tables) {
    CheckPart part{t.kind, t.name, t.table.rows(), t.table.rows(), t.table.names(), t.table.remarks, {}};
    if (part.rows > most_rows) {
      t.table = t.table.take(spread(part.rows, most_rows));
      part.rows = most_rows;
    }
    s.parts.push_back(std::move(part));
  }
  const std::vector<std::string> targets = schema.targets();
  for (const Column& first : tables.front().table.columns) {
    const data::ColumnRole* role = schema.find(first.name);
    if (!role) continue;
    CheckColumn column{first.name, role->role, holds_numbers(*role, first, schema), role->why == "as asked", role->date_format, {}, {}};
    Dictionary dictionary(column.words);
    for (const NamedTable& t : tables) {
      CheckCells cells;
      const Column* found = t.table.find(first.name);
      cells.present = found != nullptr;
      if (found) {
        cells.words = found->kind == Column::Kind::text;
        if (!column.numeric) fill_codes(cells, *found, dictionary);
        else if (!column.date_format.empty()) fill_dates(cells, *found, column.date_format);
        else fill_numbers(cells, *found);
      }
      column.parts.push_back(std::move(cells));
    }
    if (targets.size() == 1 && targets.front() == first.name) s.target = static_cast<int>(s.columns.size());
    s.columns.push_back(std::move(column));
  }
  label(s);
  return s;
}

Subject table_subject(std::vector<NamedTable> tables, const data::SchemaOptions& options, std::int64_t most_rows) {
  if (tables.empty() || tables.front().table.columns.empty()) fail(ErrorKind::invalid_argument, "a table with at least one column is expected");
  data::Schema schema;
  try {
    schema = data::infer_schema(tables.front().table, options);
  } catch (const Error&) {
    if (!options.targets.empty() || !options.has_target) throw;
    data::SchemaOptions without = options;
    without.has_target = false;
    schema = data::infer_schema(tables.front().table, without);
  }
  return table_subject(std::move(tables), schema, most_rows);
}

Subject set_subject(std::vector<NamedSet> sets, std::int64_t most_rows) {
  if (sets.empty()) fail(ErrorKind::invalid_argument, "a set of examples is expected");
  Subject s;
  const data::Dataset first = sets.front().set;
  s.task = first.is_classification() ? data::TaskKind::classification : first.has_targets() ? data::TaskKind::regression : data::TaskKind::automatic;
  s.class_names = first.class_names;
  for (NamedSet& named : sets) {
    const std::int64_t all = named.set.rows();
    if (all > most_rows) named.set = named.set.take(spread(all, most_rows));
    std::vector<std::int32_t> known;
    if (named.set.is_classification() && first.is_classification()) {
      std::vector<std::int32_t> moved;
      for (const std::string& name : named.set.class_names) {
        const auto at = std::find(s.class_names.begin(), s.class_names.end(), name);
        moved.push_back(static_cast<std::int32_t>(at - s.class_names.begin()));
        if (at == s.class_names.end()) s.class_names.push_back(name);
      }
      for (const std::int32_t label : named.set.targets.to_vector<std::int32_t>()) known.push_back(label >= 0 && static_cast<std::size_t>(label) < moved.size() ? moved[static_cast<std::size_t>(label)] : -1);
    }
    s.labels.push_back(std::move(known));
    s.parts.push_back({named.kind, named.name, named.set.rows(), all, {}, {}, named.set});
  }
  if (first.features.rank() != 2) return s;
  // Rows of numbers are columns.
  for (std::int64_t j = 0; j < first.features.shape(1); ++j) {
    const auto at = static_cast<std::size_t>(j);
    CheckColumn column;
    column.name = at < first.feature_names.size() ? first.feature_names[at] : "column_" + std::to_string(j + 1);
    column.parts.resize(s.parts.size());
    s.columns.push_back(std::move(column));
  }
  for (std::size_t part = 0; part < s.parts.size(); ++part) {
    const Tensor& features = s.parts[part].set.features;
    const std::vector<float> x = features.to(DType::f32).to_vector();
    const std::int64_t width = features.rank() == 2 ? features.shape(1) : 0;
    for (std::int64_t j = 0; j < static_cast<std::int64_t>(s.columns.size()) && j < width; ++j) {
      CheckCells& cells = s.columns[static_cast<std::size_t>(j)].parts[part];
      cells.present = true;
      cells.numbers.resize(static_cast<std::size_t>(s.parts[part].rows));
      for (std::size_t i = 0; i < cells.numbers.size(); ++i) cells.numbers[i] = static_cast<double>(x[i * static_cast<std::size_t>(width) + static_cast<std::size_t>(j)]);
    }
  }
  for (CheckColumn& column : s.columns) {
    s.schema.columns.push_back({column.name, column.role, "", ""});
    for (CheckPart& part : s.parts) part.columns.push_back(column.name);
  }
  if (first.has_targets() && (first.is_classification() || first.targets.rank() == 1)) {
    CheckColumn target;
    target.name = first.target_names.size() == 1 ? first.target_names.front() : "target";
    target.role = Role::target;
    target.numeric = !s.is_classification();
    target.words = s.class_names;
    for (std::size_t part = 0; part < s.parts.size(); ++part) {
      const data::Dataset& set = s.parts[part].set;
      CheckCells cells;
      cells.present = set.has_targets();
      if (cells.present && target.numeric && set.targets.rank() == 1) for (const float y : set.targets.to(DType::f32).to_vector()) cells.numbers.push_back(static_cast<double>(y));
      else if (!target.numeric) cells.codes = s.labels[part], cells.present = !cells.codes.empty();
      else cells.present = false;
      target.parts.push_back(std::move(cells));
    }
    s.target = static_cast<int>(s.columns.size());
    s.schema.columns.push_back({target.name, target.role, "", ""});
    s.columns.push_back(std::move(target));
  }
  s.schema.task = s.task;
  for (CheckPart& part : s.parts) part.set = {};
  return s;
}

}  // namespace candor::candid
