// Schema files: what the user says about the columns, kept beside the data.
#include <nlohmann/json.hpp>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/data/table/column_dates.h"
#include "candor/data/table/schema.h"
#include "candor/data/table/settings_file.h"

#ifdef CANDOR_YAML
#include <yaml-cpp/yaml.h>
#endif

namespace candor::data {
namespace {

constexpr int deepest = 8;

Config from_json(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_null()) return {};
  if (value.is_array()) {
    Config::List list;
    for (const auto& item : value) list.push_back(from_json(item));
    return list;
  }
  Config map = Config::map();
  for (const auto& [key, item] : value.items()) map.set(key, from_json(item));
  return map;
}

Config parse_json(const std::string& text, const std::string& path) {
  try {
    const auto shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
      if (depth > deepest) fail(ErrorKind::corrupt, path + ": the schema file nests deeper than " + std::to_string(deepest) + " levels");
      return true;
    };
    return from_json(nlohmann::json::parse(text, shallow));
  } catch (const nlohmann::json::exception& error) {
    fail(ErrorKind::corrupt, path + ": not a schema file in JSON: " + error.what());
  }
}

#ifdef CANDOR_YAML
Config from_yaml(const YAML::Node& node, const std::string& path, int depth) {
  if (depth > deepest) fail(ErrorKind::corrupt, path + ": line " + std::to_string(node.Mark().line + 1) + ": the schema file nests deeper than " + std::to_string(deepest) + " levels");
  if (node.IsNull()) return {};
  if (node.IsScalar()) return node.Scalar();
  if (node.IsSequence()) {
    Config::List list;
    for (const auto& item : node) list.push_back(from_yaml(item, path, depth + 1));
    return list;
  }
  Config map = Config::map();
  for (const auto& item : node) {
    if (!item.first.IsScalar()) fail(ErrorKind::corrupt, path + ": line " + std::to_string(item.first.Mark().line + 1) + ": a key must be a word");
    if (map.find(item.first.Scalar())) fail(ErrorKind::corrupt, path + ": line " + std::to_string(item.first.Mark().line + 1) + ": " + candor::quoted(item.first.Scalar()) + " stands there twice");
    map.set(item.first.Scalar(), from_yaml(item.second, path, depth + 1));
  }
  return map;
}

Config parse_yaml(const std::string& text, const std::string& path) {
  // Aliases (*a) can make a small file a huge tree; a schema needs none. Nesting is bounded before the parser recurses.
  int open = 0;
  for (char c : text) {
    open += c == '[' || c == '{';
    open -= c == ']' || c == '}';
    if (open > deepest) fail(ErrorKind::corrupt, path + ": the schema file nests deeper than " + std::to_string(deepest) + " levels");
  }
  for (std::string_view line : split_text(text, '\n')) {
    const std::string_view content = trimmed(line);
    const std::size_t indent = line.find_first_not_of(" -");
    if (indent != std::string_view::npos && indent > 40) fail(ErrorKind::corrupt, path + ": the schema file nests deeper than " + std::to_string(deepest) + " levels");
    for (std::size_t i = 0; i < content.size(); ++i)
      if ((content[i] == '&' || content[i] == '*') && (i == 0 || content[i - 1] == ' ') && content.find('"') > i && content.find('\'') > i && content.find('#') > i)
        fail(ErrorKind::corrupt, path + ": anchors and aliases (" + candor::quoted(content.substr(i), 20) + ") are not allowed in a schema file; put quotes around a word that begins so");
  }
  try {
    return from_yaml(YAML::Load(text), path, 0);
  } catch (const YAML::Exception& error) {
    fail(ErrorKind::corrupt, path + ": line " + std::to_string(error.mark.line + 1) + ": not a schema file in YAML or JSON: " + error.msg);
  }
}
#endif

Config parse(const std::string& text, const std::string& path) {
  const std::string_view content = trimmed(text);
#ifdef CANDOR_YAML
  if (!content.starts_with('{') || path.ends_with(".yaml") || path.ends_with(".yml")) return parse_yaml(text, path);
#endif
  if (!content.starts_with('{')) fail(ErrorKind::unsupported, path + ": this build reads schema files in JSON only (built without yaml-cpp); write {\"target\": \"price\", ...}");
  return parse_json(std::string(content), path);
}

/// The text of a scalar: names may be numbers (column 3).
std::string word(const Config& value, const std::string& path, const std::string& key) {
  if (value.is_text()) return value.text();
  if (value.is_integer()) return std::to_string(value.integer());
  fail(ErrorKind::corrupt, path + ": " + candor::quoted(key) + ": expected a word, got " + to_string(value));
}

std::vector<std::string> words(const Config& value, const std::string& path, const std::string& key) {
  if (!value.is_list()) return {word(value, path, key)};
  std::vector<std::string> list;
  for (const Config& item : value.items()) list.push_back(word(item, path, key));
  return list;
}

[[noreturn]] void unknown_key(const std::string& path, const std::string& key, const std::vector<std::string>& known, const std::string& where) {
  fail(ErrorKind::invalid_argument, path + ": " + where + candor::quoted(key) + " is not known" + did_you_mean(key, known) + "; there are " + name_list(known, 20));
}

Role role_of(const Config& value, const std::string& path, const std::string& column) {
  try {
    return role_from(word(value, path, column));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid_argument) throw;
    fail(ErrorKind::invalid_argument, path + ": column " + candor::quoted(column) + ": " + error.message());
  }
}

void read_column(const std::string& name, const Config& value, const std::string& path, SchemaOptions& options) {
  if (!value.is_map()) return void(options.roles.emplace(name, role_of(value, path, name)));
  const std::vector<std::string> known{"role", "format"};
  for (const auto& [key, item] : value.entries()) {
    if (key == "role") {
      options.roles.emplace(name, role_of(item, path, name));
    } else if (key == "format") {
      const std::string format = word(item, path, "format");
      try {
        detail::check_date_format(format);
      } catch (const Error& error) {
        fail(ErrorKind::invalid_argument, path + ": column " + candor::quoted(name) + ": " + error.message());
      }
      options.date_formats.emplace(name, format);
    } else {
      unknown_key(path, key, known, "column " + candor::quoted(name) + ": ");
    }
  }
}

}  // namespace

Config parse_settings(std::string_view text, const std::string& path) {
  if (trimmed(text).empty()) return Config::map();
  return parse(std::string(text), path);
}

SchemaOptions read_schema_file(const std::string& path, SchemaOptions options) { return parse_schema(read_file(path, 16 << 20), std::move(options), path); }

SchemaOptions parse_schema(std::string_view text, SchemaOptions options, const std::string& path) {
  const Config file = parse(std::string(text), path);
  if (!file.is_map()) fail(ErrorKind::corrupt, path + ": a schema file is a map, as {target: price, columns: {sold: date}}");
  const std::vector<std::string> known{"target", "targets", "task", "columns", "ignore"};
  for (const auto& [key, value] : file.entries()) {
    if (key == "target" || key == "targets") {
      if (options.targets.empty() && !value.is_null()) options.targets = words(value, path, key);
    } else if (key == "task") {
      const std::string task = word(value, path, key);
      if (task != "classification" && task != "regression" && task != "automatic")
        fail(ErrorKind::invalid_argument, path + ": the task is " + candor::quoted(task) + "; there are classification, regression and automatic");
      if (options.task == TaskKind::automatic && task != "automatic") options.task = task == "regression" ? TaskKind::regression : TaskKind::classification;
    } else if (key == "ignore") {
      if (value.is_null()) continue;
      for (const std::string& name : words(value, path, key)) options.ignore.push_back(name);
    } else if (key == "columns") {
      if (value.is_null()) continue;
      if (!value.is_map()) fail(ErrorKind::corrupt, path + ": \"columns\" is a map of names and roles, as {sold: date, note: ignore}");
      for (const auto& [name, role] : value.entries()) read_column(name, role, path, options);
    } else {
      unknown_key(path, key, known, "");
    }
  }
  return options;
}

}  // namespace candor::data
