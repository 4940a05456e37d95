// What the columns of a table mean: found by looking, corrected by flags or a schema file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/table.h"
#include "candor/nn/config.h"

namespace candor::data {

/// What a column is for.
enum class Role { number, category, date, text, id, target, group, weight, order, ignore };
/// "number", "category", ...
std::string_view to_string(Role role);
/// Throws Error (invalid_argument) with the roles and the nearest spelling.
Role role_from(std::string_view name);

enum class TaskKind { automatic, classification, regression };

/// One column's part in it.
struct ColumnRole {
  std::string name;
  Role role = Role::number;
  std::string why;          ///< for people: "3 different words", "as asked", "every cell different and counted up"
  std::string date_format;  ///< role date (or order): strptime's letters, "%Y-%m-%d"; several with | between them, %s and %Q for seconds and milliseconds since 1970
  std::string unit = {};    ///< what stood beside each number: "kg", "$"; empty: nothing
};

/// What the user said; the rest is found.
struct SchemaOptions {
  std::vector<std::string> targets = {};        ///< names or 1-based numbers; empty: a column named "target" or "label", else the last one that holds numbers or categories
  bool has_target = true;                       ///< false: rows to predict
  TaskKind task = TaskKind::automatic;
  std::map<std::string, Role> roles = {};       ///< by column name or 1-based number; goes before what is found
  std::map<std::string, std::string> date_formats = {};  ///< by column; makes it a date unless a role says otherwise
  std::vector<std::string> ignore = {};         ///< names or 1-based numbers
};

/// The columns in the table's order with their roles, and the task that follows from the target.
struct Schema {
  std::vector<ColumnRole> columns = {};
  TaskKind task = TaskKind::automatic;          ///< classification or regression once inferred; automatic without a target
  std::vector<Remark> remarks = {};             ///< what a person should know: two date formats, spellings of one word, rows without a target
  std::vector<std::string> targets() const;
  std::vector<std::string> names(Role role) const;
  const ColumnRole* find(std::string_view name) const;
};

/// Looks at the whole table. Throws Error: not_found for names that are no columns (with the nearest), invalid_argument for roles that do not
/// fit (a date that no cell can be read as, two orders, a target that is missing everywhere).
Schema infer_schema(const Table& table, const SchemaOptions& options = {});

/// The rows that have every target: those that can be learned from. All rows when the schema has no target.
std::vector<std::int64_t> rows_with_targets(const Table& table, const Schema& schema);

/// A schema file, YAML or JSON: {target: price, task: regression, columns: {id: id, sold: {role: date, format: "%d.%m.%Y"}}, ignore: [note]}.
/// Adds to `options`: what is set there already, as by flags, goes before the file. Throws Error: not_found, corrupt naming the line, invalid_argument for unknown keys and roles.
SchemaOptions read_schema_file(const std::string& path, SchemaOptions options = {});
/// The same for text in memory; `name` stands in errors, and its ending (.yaml, .yml) says that JSON is not meant.
SchemaOptions parse_schema(std::string_view text, SchemaOptions options = {}, const std::string& name = "schema");

/// Column, role and reason, a line each, for the terminal.
std::string to_string(const Schema& schema);

Config to_config(const Schema& schema);
/// Throws Error (corrupt) for what is no schema.
Schema schema_from_config(const Config& config);

}  // namespace candor::data
