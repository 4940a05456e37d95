// The roles of all columns: each by itself, then what was asked, then the target and the task.
#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/utf8.h"
#include "candor/data/table/column_dates.h"
#include "candor/data/table/infer_column.h"
#include "candor/data/table/schema.h"

namespace candor::data {
namespace {

using detail::as_numbers;

/// Columns by name, then by 1-based number.
class Places {
 public:
  explicit Places(const Table& table) : table_(table) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const std::string& name = table.columns[c].name;
      // A model finds its columns by name: one that cannot be told from another could never be found again.
      if (!places_.emplace(name, c).second)
        fail(ErrorKind::invalid_argument, table.source + ": several columns are named " + quoted(name) + " (one of them is column " + std::to_string(c + 1) + "); give them different names");
      if (!is_utf8(name)) fail(ErrorKind::corrupt, table.source + ": the name of column " + std::to_string(c + 1) + ", " + quoted(name) + ", is not UTF-8; save the table as UTF-8");
      if (table.columns[c].rows() != table.rows())
        fail(ErrorKind::shape, table.source + ": column " + quoted(name) + " has " + std::to_string(table.columns[c].rows()) + " rows, the first column " + std::to_string(table.rows()));
    }
  }
  std::size_t find(const std::string& wanted, const std::string& what) const {
    if (const auto found = places_.find(wanted); found != places_.end()) return found->second;
    if (const auto number = parse_integer(wanted); number && *number >= 1 && *number <= static_cast<std::int64_t>(table_.columns.size()))
      return static_cast<std::size_t>(*number - 1);
    std::vector<std::string> names;
    for (const Column& column : table_.columns) names.push_back(column.name);
    fail(ErrorKind::not_found, table_.source + ": " + what + " " + quoted(wanted) + ": no such column; the columns are " + name_list(names, 20) + did_you_mean(wanted, names));
  }

 private:
  const Table& table_;
  std::unordered_map<std::string, std::size_t> places_;
};

[[noreturn]] void unfit(const Table& table, const Column& column, const std::string& role, const std::string& why) {
  fail(ErrorKind::invalid_argument, table.source + ": column " + quoted(column.name) + " cannot be " + role + ": " + why);
}

/// A word of the column that is no number, for messages.
std::string example_word(const Column& column) {
  for (std::size_t i = 0; i < column.words.size(); ++i)
    if (!parse_number(trimmed(column.words[i]))) return quoted(column.words[i], 30);
  return "\"\"";
}

/// The format of a date column that was asked for.
std::string find_format(const Table& table, const Column& column, std::string format, const std::string& role) {
  if (column.missing() == column.rows()) unfit(table, column, role, "every cell is missing");
  if (column.kind == Column::Kind::number) {
    double low = INFINITY, high = -INFINITY;
    for (double x : column.numbers)
      if (x == x) low = std::min(low, x), high = std::max(high, x);
    if (format.empty()) {
      if (low >= 1000 && high < 3000) format = "%Y";
      else if (low >= 18000101 && high <= 29991231) format = "%Y%m%d";
      else if (low >= 1e8 && high < 1e11) format = "%s";
      else if (low >= 1e11 && high < 1e14) format = "%Q";
      else unfit(table, column, role, "it holds " + detail::describe_numbers(column) + ", which are no years, days (20251224) or seconds since 1970; name the format in the schema file");
    }
  } else if (format.empty()) {
    const auto guess = detail::guess_dates(column);
    if (!guess) unfit(table, column, role, "no known format reads its cells, as " + quoted(column.words.front(), 30) + "; name the format in the schema file, as \"%d.%m.%Y\"");
    format = guess->formats;
  }
  detail::check_date_format(format);
  for (std::int64_t row = 0; row < column.rows(); ++row)
    if (!column.is_missing(row) && detail::read_date(column.cell(row), format)) return format;
  unfit(table, column, role, "no cell is a date written as " + quoted(format) + "; the first rows hold " + quoted(column.cell(0), 30));
}

/// Gives a column the role that was asked for and checks that it can have it.
void set_role(const Table& table, const Column& column, ColumnRole& role, Role asked, const std::string& format, std::vector<Remark>& remarks) {
  role.role = asked;
  role.why = "as asked";
  role.date_format.clear();
  const std::string name(to_string(asked));
  std::int64_t unread = 0;
  switch (asked) {
    case Role::date: role.date_format = find_format(table, column, format, "a date"); break;
    case Role::order:
      if (column.kind == Column::Kind::text || !format.empty()) role.date_format = find_format(table, column, format, "the order of the rows");
      if (column.missing() > 0) role.why += "; rows without it come first";
      break;
    case Role::number: {
      const std::vector<double> numbers = as_numbers(column, &unread);
      if (std::none_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); })) unfit(table, column, "a number", column.missing() == column.rows() ? "every cell is missing" : "no cell is one; they hold words as " + example_word(column));
      if (unread) remarks.push_back({"schema.no-number", "column " + quoted(role.name) + ": " + with_thousands(unread) + " cells are no numbers and count as missing, as " + example_word(column)});
      break;
    }
    case Role::weight: {
      const std::vector<double> numbers = as_numbers(column, &unread);
      if (unread) unfit(table, column, "the weight of rows", "it holds words as " + example_word(column));
      if (std::any_of(numbers.begin(), numbers.end(), [](double x) { return x < 0 || std::isinf(x); })) unfit(table, column, "the weight of rows", "it holds negative or infinite numbers");
      if (std::none_of(numbers.begin(), numbers.end(), [](double x) { return x > 0; })) unfit(table, column, "the weight of rows", "no row has a weight above zero");
      break;
    }
    case Role::category: detail::remark_spellings(column, remarks); break;
    default: break;
  }
}

/// Whole numbers, at most 20 different (10 when they have gaps, as counts do), each twice on average; or words.
bool holds_classes(const Column& column) {
  if (column.kind == Column::Kind::text) {
    std::int64_t unread = 0;
    as_numbers(column, &unread);
    return unread > 0;
  }
  std::set<double> values;
  std::int64_t rows = 0;
  for (double x : column.numbers) {
    if (x != x) continue;
    if (x != std::floor(x)) return false;
    ++rows;
    values.insert(x);
    if (values.size() > 20) return false;
  }
  if (values.size() > 10 && *values.rbegin() - *values.begin() + 1 > static_cast<double>(values.size())) return false;
  return static_cast<std::int64_t>(values.size()) * 2 <= rows;
}

std::size_t distinct(const Column& column) {
  if (column.kind == Column::Kind::number) {
    std::set<double> values;
    for (double x : column.numbers)
      if (x == x) values.insert(x);
    return values.size();
  }
  const std::vector<std::int64_t> counts = detail::count_words(column);
  return static_cast<std::size_t>(std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }));
}

void check_target(const Table& table, const Column& column) {
  const std::string where = table.source + ": the target " + quoted(column.name);
  if (column.missing() == column.rows()) fail(ErrorKind::invalid_argument, where + " is missing in every row; name another target");
  if (const std::size_t different = column.rows() > 1 ? distinct(column) : 2; different < 2)
    fail(ErrorKind::invalid_argument, where + " is the same in every row, so there is nothing to learn; name another target");
}

/// Which column is predicted when nobody said.
std::size_t choose_target(const Table& table, const Schema& schema) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const std::string name = lower_case(table.columns[c].name);
    const Role role = schema.columns[c].role;
    if ((name == "target" || name == "label") && (role == Role::number || role == Role::category)) return c;
  }
  for (std::size_t c = table.columns.size(); c-- > 0;)
    if (schema.columns[c].role == Role::number || schema.columns[c].role == Role::category) return c;
  fail(ErrorKind::invalid_argument, table.source + ": no column can be the target; name it (--target). The columns are:\n" + to_string(schema));
}

void set_task(const Table& table, const SchemaOptions& options, Schema& schema, const std::vector<std::size_t>& targets) {
  bool classes = options.task == TaskKind::classification;
  if (options.task == TaskKind::automatic) {
    classes = targets.size() == 1 && holds_classes(table.columns[targets[0]]);
  }
  for (std::size_t c : targets) {
    const Column& column = table.columns[c];
    check_target(table, column);
    const std::size_t different = distinct(column);
    ColumnRole& role = schema.columns[c];
    role.role = Role::target;
    role.date_format.clear();
    if (classes) {
      if (targets.size() > 1) fail(ErrorKind::invalid_argument, table.source + ": classes need one target column, " + std::to_string(targets.size()) + " are named");
      if (different > 20 && static_cast<std::int64_t>(different) * 2 > column.rows())
        fail(ErrorKind::invalid_argument, table.source + ": the target " + quoted(column.name) + " has " + with_thousands(static_cast<std::int64_t>(different)) + " different words in " +
                                              with_thousands(column.rows()) + " rows, too many for classes: most stand in one row alone; name another target");
      if (const auto dates = detail::guess_dates(column))
        schema.remarks.push_back({"schema.target-date", "the target " + quoted(column.name) + " holds dates (" + dates->formats + "), and each of them is taken for a class of its own: to predict when "
                                                                                                   "something is, write down the days until then as a number"});
      role.why += "; " + with_thousands(static_cast<std::int64_t>(different)) + " classes";
      detail::remark_spellings(column, schema.remarks);
    } else {
      std::int64_t unread = 0;
      as_numbers(column, &unread);
      if (unread) fail(ErrorKind::invalid_argument, table.source + ": the target " + quoted(column.name) + " holds words as " + example_word(column) + ", so it cannot be predicted as a number; is it a class?");
      role.why += "; numbers";
    }
    if (const std::int64_t missing = column.missing())
      schema.remarks.push_back({"schema.target-missing", with_thousands(missing) + " of " + with_thousands(table.rows()) + " rows have no " + quoted(column.name) + ": nothing can be learned from them"});
  }
  schema.task = classes ? TaskKind::classification : TaskKind::regression;
}

void check_single(const Table& table, const Schema& schema, Role role) {
  const std::vector<std::string> names = schema.names(role);
  if (names.size() > 1)
    fail(ErrorKind::invalid_argument, table.source + ": one column can have the role " + std::string(to_string(role)) + ", " + std::to_string(names.size()) + " have it (" + name_list(names) + ")");
}

}  // namespace

Schema infer_schema(const Table& table, const SchemaOptions& options) {
  if (table.columns.empty()) fail(ErrorKind::invalid_argument, table.source + ": the table has no columns");
  if (table.rows() == 0) fail(ErrorKind::invalid_argument, table.source + ": the table has no rows");
  const Places places(table);
  const std::size_t columns = table.columns.size();
  std::vector<const Role*> asked(columns, nullptr);
  std::vector<std::string> formats(columns);
  static constexpr Role ignore = Role::ignore, date = Role::date;
  for (const auto& [name, format] : options.date_formats) {
    const std::size_t c = places.find(name, "date column");
    detail::check_date_format(format);
    formats[c] = format;
    asked[c] = &date;
  }
  for (const auto& [name, role] : options.roles) asked[places.find(name, "column")] = &role;
  for (const std::string& name : options.ignore) asked[places.find(name, "column to ignore")] = &ignore;
  std::vector<std::size_t> targets;
  if (options.has_target) {
    for (const std::string& name : options.targets) {
      const std::size_t c = places.find(name, "target");
      if (std::find(targets.begin(), targets.end(), c) != targets.end() || asked[c] == &ignore)
        fail(ErrorKind::invalid_argument, table.source + ": target " + quoted(table.columns[c].name) + " is named twice or ignored");
      targets.push_back(c);
    }
    for (std::size_t c = 0; c < columns && options.targets.empty(); ++c)
      if (asked[c] && *asked[c] == Role::target) targets.push_back(c);
  }
  const bool named = !targets.empty();
  for (const Role*& role : asked)
    if (role && *role == Role::target) role = options.has_target ? nullptr : &ignore;  // a target named by a flag goes before the file's
  Schema schema;
  schema.columns.resize(columns);
  const auto is_target = [&](std::size_t c) { return std::find(targets.begin(), targets.end(), c) != targets.end(); };
  for (std::size_t c = 0; c < columns; ++c) {
    ColumnRole& role = schema.columns[c];
    role.name = table.columns[c].name;
    if (is_target(c)) role.role = Role::target, role.why = "as asked";
    else if (asked[c]) set_role(table, table.columns[c], role, *asked[c], formats[c], schema.remarks);
  }
  // What is the only input left is one, whatever it looks like.
  const std::size_t open = static_cast<std::size_t>(std::count_if(schema.columns.begin(), schema.columns.end(), [](const ColumnRole& role) { return role.why.empty(); }));
  const bool alone = open <= (options.has_target && !named ? 2u : 1u);
  std::vector<std::vector<Remark>> remarks(columns);
  for (std::size_t c = 0; c < columns; ++c)
    if (schema.columns[c].why.empty()) schema.columns[c] = detail::infer_column(table.columns[c], alone, remarks[c]);
  if (options.has_target && !named) {
    const std::size_t c = choose_target(table, schema);
    const bool by_name = c + 1 < columns && (lower_case(table.columns[c].name) == "target" || lower_case(table.columns[c].name) == "label");
    schema.columns[c].why = by_name ? "named so" : c + 1 == columns ? "the last column, as no target was named" : "the last column that can be predicted, as no target was named";
    targets = {c};
    remarks[c].clear();
  }
  for (std::vector<Remark>& of_column : remarks) schema.remarks.insert(schema.remarks.end(), of_column.begin(), of_column.end());
  for (Role role : {Role::order, Role::weight, Role::group}) check_single(table, schema, role);
  if (options.has_target) set_task(table, options, schema, targets);
  return schema;
}

}  // namespace candor::data
