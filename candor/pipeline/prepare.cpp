#include "candor/pipeline/prepare.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <map>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/archive.h"
#include "candor/data/locate.h"
#include "candor/data/split.h"
#include "candor/data/table/split_record.h"
#include "candor/data/table/units.h"
#include "candor/pipeline/choose_split.h"

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

// "nan" and "inf" come from a computation that went wrong more often than from a value that was not taken down: they are accepted when that is said.
void refuse_infinities(const Table& table) {
  for (const data::Remark& remark : table.remarks) {
    if (remark.id == "csv.infinite")
      fail(ErrorKind::corrupt, table.source + ": " + remark.message + "; mend them, empty the cells, or say --missing nan (or inf, -inf) if they stand for missing ones");
  }
  for (const Column& column : table.columns) {
    const auto bad = std::find_if(column.numbers.begin(), column.numbers.end(), [](double x) { return std::isinf(x); });
    if (bad == column.numbers.end()) continue;
    fail(ErrorKind::corrupt, table.source + ": row " + with_thousands(bad - column.numbers.begin() + 1) + ", column " + candor::quoted(column.name) +
                                 ": an infinite number; mend it, or empty the cell if the value is not known");
  }
}

// One class is nothing to learn, whatever the columns are.
void refuse_one_class(const Table& table, const data::Schema& schema) {
  if (schema.task != data::TaskKind::classification) return;
  for (const std::string& name : schema.targets()) {
    const Column& column = table.at(name);
    std::string first;
    bool different = false;
    for (std::int64_t row = 0; row < table.rows() && !different; ++row) {
      if (column.is_missing(row)) continue;
      const std::string cell = column.cell(row);
      different = !first.empty() && cell != first;
      first = cell;
    }
    if (!different) fail(ErrorKind::invalid_argument, table.source + ": column " + candor::quoted(name) + " holds one class only (" + candor::quoted(first) + "); there is nothing to tell apart");
  }
}

bool is_input(Role role) { return role == Role::number || role == Role::category || role == Role::date || role == Role::text; }

// A column that counts up is taken for an id, unless it is all there is to learn from: then it is the x of a curve.
void keep_a_feature(const Table& table, data::Schema& schema) {
  using enum Role;
  for (const data::ColumnRole& column : schema.columns)
    if (is_input(column.role)) return;
  for (data::ColumnRole& column : schema.columns) {
    if (column.role != id || table.at(column.name).kind != Column::Kind::number) continue;
    column.role = number;
    column.why = "numbers that could be an id, and all there is to learn from";
    return;
  }
  std::string hint;
  if (const Column& last = table.columns.back(); schema.columns.back().role == ignore && last.rows() > 0) {
    hint = "; if " + candor::quoted(last.name) + " is to be predicted: it holds one class only (" + candor::quoted(last.cell(0)) + "), and there is nothing to tell apart";
  }
  fail(ErrorKind::invalid_argument, table.source + ": no column is left to learn from; the columns are:\n" + data::to_string(schema) + "say --role COLUMN=number or category to use one" + hint);
}

std::vector<std::int64_t> all_rows(std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

std::vector<std::string> cells_of(const Table& table, const std::string& name) {
  const Column& column = table.at(name);
  std::vector<std::string> cells;
  for (std::int64_t row = 0; row < column.rows(); ++row) cells.push_back(column.cell(row));
  return cells;
}

std::string percent(double share) {
  const double value = std::round(1000 * share) / 10;
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " %";
}

void part_rows(Prepared& p, const Table& table, data::Schema& schema, const PrepareOptions& o) {
  const data::RowSplit split = choose_split(table, schema, {.way = o.split, .validation = 0, .test = o.test, .seed = o.seed, .column = o.split_column});
  p.train_rows = split.train;
  p.test_rows = split.test;
  p.ordered = split.way == data::SplitWay::ordered;
  p.split = split.how;
  for (const data::Remark& remark : split.remarks) p.remarks.push_back(remark.message);
  if (split.way == data::SplitWay::grouped) {
    // Whose row it is says nothing of new ones.
    const auto owner = std::find_if(schema.columns.begin(), schema.columns.end(), [&](const data::ColumnRole& c) { return c.name == split.column; });
    const auto others = std::count_if(schema.columns.begin(), schema.columns.end(), [&](const data::ColumnRole& c) { return c.name != split.column && is_input(c.role); });
    if (owner != schema.columns.end() && owner->role != Role::group && !o.schema.roles.contains(split.column) && others > 0) owner->role = Role::group, owner->why = "says whose row it is; rows of one stay together";
    const std::vector<std::string> groups = cells_of(table, split.column);
    for (const std::int64_t row : p.train_rows) p.groups.push_back(groups[static_cast<std::size_t>(row)]);
  }
  p.preprocessing.set("split", data::SplitRecord(table, schema, split).config());
}

// Columns of which somebody said that they are words.
std::vector<std::string> said_words(const data::SchemaOptions& schema) {
  std::vector<std::string> names;
  for (const auto& [name, role] : schema.roles)
    if (role == Role::category || role == Role::text || role == Role::id || role == Role::date) names.push_back(name);
  return names;
}

// Whoever parts by group or in time, or says how cells are written, believes that it was done: what says nothing of these data is not taken in silence.
struct Asked {
  bool said;
  const char* option;
};
void refuse_asked(const std::string& name, std::initializer_list<Asked> all, const char* why) {
  for (const Asked& one : all)
    if (one.said) fail(ErrorKind::invalid_argument, data::without_password(name) + ": " + one.option + " " + why);
}

void refuse_picture_options(const std::string& name, const data::ImageOptions& o, const char* why) {
  refuse_asked(name, {{o.height > 0, "--size"}, {o.channels > 0, "--channels"}, {o.fit != data::Fit::stretch, "--fit"}, {o.skip_bad, "--skip-bad"}}, why);
}

Prepared prepare_table(const std::string& name, const PrepareOptions& o) {
  Prepared p;
  refuse_picture_options(name, o.load.images, "is for pictures, and this is a table");
  refuse_asked(name, {{o.load.rows > 0, "--rows"}}, "is for generators; a table is taken with all its rows");
  data::TableOptions how = o.table;
  how.nan_is_missing = std::any_of(how.missing.begin(), how.missing.end(), [](const std::string& word) { return lower_case(word) == "nan"; });
  Table table = data::read_table(name, how);
  refuse_infinities(table);
  const std::vector<data::ColumnUnit> units = o.units ? data::read_units(table, said_words(o.schema)) : std::vector<data::ColumnUnit>{};
  data::Schema schema = data::infer_schema(table, o.schema);
  for (data::ColumnRole& column : schema.columns)
    for (const data::ColumnUnit& unit : units)
      if (unit.column == column.name) column.unit = unit.unit;
  refuse_stray_words(table, schema, o.schema);
  refuse_one_class(table, schema);
  keep_a_feature(table, schema);
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
    data::read_units(p.test_cells, schema);
    const std::vector<std::int64_t> judged = data::rows_with_targets(p.test_cells, schema);
    if (static_cast<std::int64_t>(judged.size()) < p.test_cells.rows()) p.test_cells = p.test_cells.take(judged);
    p.split = "the rows of " + p.test_cells.source + " are the test part";
    p.preprocessing.set("split", data::SplitRecord(p.train_cells, p.test_cells, schema, p.split).config());
  }
  p.recipe = data::Recipe::fit(p.train_cells, schema, o.recipe);
  p.train = p.recipe->training_dataset(p.train_cells);
  p.test = p.recipe->dataset(p.test_cells);
  data::require_trainable(p.train);
  p.preprocessing.set("kind", "csv").set("recipe", p.recipe->config());
  return p;
}

bool names_pictures(const std::string& name) {
  const std::optional<std::string> path = data::locate(name);
  return path && !data::is_archive_name(*path) && !data::is_picture_name(*path) && data::is_image_table(*path);
}

// The columns that say which pictures belong together, as asked.
std::vector<std::string> asked_groups(const PrepareOptions& o) {
  std::vector<std::string> names;
  for (const auto& [name, role] : o.schema.roles)
    if (role == Role::group) names.push_back(name);
  return names;
}

void refuse_table_options(const std::string& name, data::SourceKind kind, const PrepareOptions& o) {
  const bool table_of_pictures = kind == data::SourceKind::images && names_pictures(name);
  const std::vector<std::string> groups = asked_groups(o);
  const data::TableOptions& t = o.table;
  refuse_asked(name, {{!t.query.empty(), "--query"}, {t.separator != 0, "--separator"}, {t.decimal != 0, "--decimal"}, {!t.encoding.empty(), "--encoding"}, {t.header == data::Header::no, "--no-header"},
                      {t.quotes == data::Quotes::text, "--no-quotes"}, {!t.missing.empty(), "--missing"}, {!o.units, "--keep-units"}},
               "is about the cells of tables, and this is none");
  refuse_asked(name, {{!o.schema.targets.empty() && !table_of_pictures, "--target"}, {!o.schema.ignore.empty(), "--ignore"}, {o.schema.task != data::TaskKind::automatic, "--task"}},
               table_of_pictures ? "is about tables whose columns are learned from; here pictures are" : "is about the columns of tables, and this is none");
  if (!groups.empty() && !table_of_pictures)
    fail(ErrorKind::invalid_argument, name + ": --group names a column, and there are none here; for pictures that belong together (of one person, one machine) name a table of paths, labels and groups instead");
  refuse_asked(name, {{o.schema.roles.size() > groups.size() || !o.schema.date_formats.empty(), "--role, --order or a schema"}}, "is about the columns of tables that are learned from");
  if (groups.size() > 1) fail(ErrorKind::invalid_argument, name + ": --group takes one column for pictures, and " + std::to_string(groups.size()) + " came: " + name_list(groups));
  using enum data::SplitWay;
  if (o.split != automatic && !(o.split == grouped && !groups.empty()) && !((o.split == stratified || o.split == random) && groups.empty()))
    fail(ErrorKind::invalid_argument, name + ": --split " + std::string(data::to_string(o.split)) + " is for tables" + (o.split == grouped ? ", and for tables of pictures with --group" : ""));
}

// Pictures that belong together come to one side. The split sees two columns: what is predicted, and the group.
data::RowSplit part_by_group(const data::Dataset& pictures, const std::vector<std::string>& groups, const std::string& column, const PrepareOptions& o) {
  const auto words = [](const std::string& name, const std::vector<std::string>& cells) {
    Column c{.name = name, .kind = Column::Kind::text};
    std::map<std::string, std::int32_t> numbers;
    for (const std::string& cell : cells) {
      const auto [at, fresh] = numbers.emplace(cell, static_cast<std::int32_t>(c.words.size()));
      if (fresh) c.words.push_back(cell);
      c.codes.push_back(at->second);
    }
    return c;
  };
  const std::string target = "predicted for " + column;  // a name that the other column cannot have
  Table table{.source = pictures.source};
  if (pictures.is_classification()) {
    std::vector<std::string> classes;
    for (const std::int64_t c : pictures.targets.to_vector<std::int64_t>()) classes.push_back(pictures.class_names[static_cast<std::size_t>(c)]);
    table.columns.push_back(words(target, classes));
  } else {
    table.columns.push_back({.name = target, .numbers = pictures.targets.to_vector<double>()});
  }
  table.columns.push_back(words(column, groups));
  const data::Schema schema = data::infer_schema(table, {.targets = {target}, .task = pictures.is_classification() ? data::TaskKind::classification : data::TaskKind::regression, .roles = {{column, Role::group}}});
  return data::split_rows(table, schema, {.way = data::SplitWay::grouped, .test = o.test, .seed = o.seed, .column = column});
}

// The group of each picture; of none where no column was asked for.
std::vector<std::string> groups_of(const std::string& name, const data::Dataset& pictures, const PrepareOptions& o) {
  const std::vector<std::string> column = asked_groups(o);
  std::vector<std::string> groups;
  if (column.empty()) return groups;
  const std::map<std::string, std::string> cells = data::image_table_cells(data::locate(name).value_or(name), column[0]);
  for (const std::string& row : pictures.row_names) {
    groups.push_back(cells.at(row));
    if (groups.back().empty()) fail(ErrorKind::corrupt, name + ": column " + candor::quoted(column[0]) + " is empty for " + row + ", so nobody knows which pictures it belongs to");
  }
  return groups;
}

Prepared prepare_arrays(const std::string& name, const PrepareOptions& o) {
  Prepared p;
  const data::SourceKind kind = data::kind_of(name);
  refuse_table_options(name, kind, o);
  if (kind != data::SourceKind::images) refuse_picture_options(name, o.load.images, "is for files of pictures (JPEG, PNG ...), and this is none");
  if (kind != data::SourceKind::generator) refuse_asked(name, {{o.load.rows > 0, "--rows"}}, "is for generators; here all rows there are are taken");
  data::Loaded loaded = data::load(name, o.load);
  data::require_trainable(loaded.train);
  p.kind = loaded.kind;
  p.train = loaded.train;
  p.test = loaded.test;
  p.groups = groups_of(name, p.train, o);
  if (!o.test_data.empty()) {
    data::LoadOptions load = o.load;
    load.images.class_names = p.train.class_names;
    if (p.train.row_shape().rank() == 3) load.images.height = p.train.row_shape()[0], load.images.width = p.train.row_shape()[1];
    const data::Loaded tests = data::load(o.test_data, load);
    p.test = tests.has_test() ? tests.test : tests.train;
    p.split = "the rows of " + p.test.source + " are the test part";
  } else if (loaded.has_test()) {
    refuse_asked(name, {{o.test_given, "--test"}, {o.split != data::SplitWay::automatic, "--split"}}, "says how a test part is drawn, and these data come with one of their own");
    p.split = "the source's own test part";
  } else if (!p.groups.empty()) {
    const data::RowSplit rows = part_by_group(loaded.train, p.groups, asked_groups(o)[0], o);
    p.train_rows = rows.train;
    p.test_rows = rows.test;
    p.train = loaded.train.take(p.train_rows);
    p.test = loaded.train.take(p.test_rows);
    p.split = rows.how;
    std::vector<std::string> kept;
    for (const std::int64_t row : p.train_rows) kept.push_back(std::move(p.groups[static_cast<std::size_t>(row)]));
    p.groups = std::move(kept);
  } else {
    data::Dataset numbers = loaded.train;
    numbers.features = Tensor::from(all_rows(loaded.train.rows()), Shape{loaded.train.rows(), 1});
    const data::Split rows = data::split(numbers, {.test = o.test, .seed = o.seed, .stratified = o.split != data::SplitWay::random});
    p.train_rows = rows.train.features.to_vector<std::int64_t>();
    p.test_rows = rows.test.features.to_vector<std::int64_t>();
    p.train = loaded.train.take(p.train_rows);
    p.test = loaded.train.take(p.test_rows);
    p.split = percent(o.test) + " of the rows, drawn by seed " + std::to_string(o.seed) + (p.train.is_classification() && o.split != data::SplitWay::random ? " within each class" : "") + ", are the test part";
  }
  for (const std::string& note : loaded.train.notes) p.remarks.push_back(note);
  if (loaded.train.skipped > 0) p.remarks.push_back(with_thousands(loaded.train.skipped) + " left out: they cannot be read");
  p.preprocessing.set("kind", data::to_string(p.kind)).set("split", data::SplitRecord(p.train, p.test, p.split).config());
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
