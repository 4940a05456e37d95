#include "candor/data/table/schema.h"

#include <algorithm>
#include <array>
#include <utility>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/column_dates.h"

namespace candor::data {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 10> role_names{{{Role::number, "number"},
                                                                        {Role::category, "category"},
                                                                        {Role::date, "date"},
                                                                        {Role::text, "text"},
                                                                        {Role::id, "id"},
                                                                        {Role::target, "target"},
                                                                        {Role::group, "group"},
                                                                        {Role::weight, "weight"},
                                                                        {Role::order, "order"},
                                                                        {Role::ignore, "ignore"}}};

std::string_view task_name(TaskKind task) {
  if (task == TaskKind::classification) return "classification";
  return task == TaskKind::regression ? "regression" : "automatic";
}

}  // namespace

std::string_view to_string(Role role) {
  for (const auto& [is, name] : role_names)
    if (is == role) return name;
  return "number";
}

Role role_from(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [role, known] : role_names) {
    if (known == name) return role;
    names.emplace_back(known);
  }
  fail(ErrorKind::invalid_argument, quoted(name) + " is no role of a column" + did_you_mean(name, names) + "; the roles are " + name_list(names, 20));
}

std::vector<std::string> Schema::names(Role role) const {
  std::vector<std::string> found;
  for (const ColumnRole& column : columns)
    if (column.role == role) found.push_back(column.name);
  return found;
}

std::vector<std::string> Schema::targets() const { return names(Role::target); }

const ColumnRole* Schema::find(std::string_view name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const ColumnRole& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::int64_t> rows_with_targets(const Table& table, const Schema& schema) {
  std::vector<const Column*> targets;
  for (const std::string& name : schema.targets()) targets.push_back(&table.at(name));
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < table.rows(); ++row)
    if (std::none_of(targets.begin(), targets.end(), [&](const Column* column) { return column->is_missing(row); })) rows.push_back(row);
  return rows;
}

std::string to_string(const Schema& schema) {
  std::size_t width = 0;
  for (const ColumnRole& column : schema.columns) width = std::max(width, std::min<std::size_t>(column.name.size(), 32));
  std::string text;
  for (const ColumnRole& column : schema.columns) {
    std::string line = "  " + column.name;
    line.resize(std::max(line.size() + 2, width + 4), ' ');
    line += to_string(column.role);
    line.resize(line.size() + (10 - to_string(column.role).size()), ' ');
    text += line + column.why + (column.date_format.empty() ? "" : " (" + column.date_format + ")") + (column.unit.empty() ? "" : ", in " + column.unit) + "\n";
  }
  if (schema.task != TaskKind::automatic) text += "  task: " + std::string(task_name(schema.task)) + "\n";
  return text;
}

Config to_config(const Schema& schema) {
  Config config = Config::map();
  Config::List columns;
  for (const ColumnRole& column : schema.columns) {
    Config entry{{"name", column.name}, {"role", to_string(column.role)}, {"why", column.why}};
    if (!column.date_format.empty()) entry.set("format", column.date_format);
    if (!column.unit.empty()) entry.set("unit", column.unit);
    columns.push_back(std::move(entry));
  }
  config.set("columns", std::move(columns));
  config.set("task", task_name(schema.task));
  Config::List remarks;
  for (const Remark& remark : schema.remarks) remarks.push_back(Config{{"id", remark.id}, {"message", remark.message}});
  config.set("remarks", std::move(remarks));
  return config;
}

Schema schema_from_config(const Config& config) {
  Schema schema;
  for (const Config& entry : config.at("columns").items()) {
    ColumnRole column{entry.at("name").text(), Role::number, entry.get("why", ""), entry.get("format", ""), entry.get("unit", "")};
    try {
      column.role = role_from(entry.at("role").text());
      if (!column.date_format.empty()) detail::check_date_format(column.date_format);
    } catch (const Error& error) {
      fail(ErrorKind::corrupt, "schema: column " + quoted(column.name) + ": " + error.message());
    }
    if ((column.role == Role::date) && column.date_format.empty()) fail(ErrorKind::corrupt, "schema: column " + quoted(column.name) + " is a date without a format");
    if (schema.find(column.name)) fail(ErrorKind::corrupt, "schema: two columns are named " + quoted(column.name));
    schema.columns.push_back(std::move(column));
  }
  const std::string task = config.get("task", "automatic");
  if (task != "automatic" && task != "classification" && task != "regression")
    fail(ErrorKind::corrupt, "schema: the task is " + quoted(task) + ", not classification, regression or automatic");
  schema.task = task == "automatic" ? TaskKind::automatic : task == "regression" ? TaskKind::regression : TaskKind::classification;
  if (const Config* remarks = config.find("remarks"))
    for (const Config& entry : remarks->items()) schema.remarks.push_back({entry.at("id").text(), entry.at("message").text()});
  return schema;
}

}  // namespace candor::data
