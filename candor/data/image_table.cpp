// Pictures named by a table: a column of paths and a column of labels.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/data/csv_table.h"
#include "candor/data/images.h"

namespace candor::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t rows_looked_at = 20;

std::vector<std::string> cells_of(const detail::CsvTable& table, std::size_t row) {
  std::vector<std::string> cells;
  std::string_view rest = table.rows[row].text, cell;
  std::string buffer;
  for (bool more = true; more;) {
    if (!detail::next_cell(rest, table.separator, cell, buffer, more)) fail(ErrorKind::corrupt, table.name + ": " + table.row_text(row) + ": a quote is not closed");
    cells.emplace_back(cell);
  }
  return cells;
}

/// The column all of whose first cells name pictures.
std::optional<std::size_t> path_column(const detail::CsvTable& table) {
  std::optional<std::size_t> found;
  const std::size_t rows = std::min(rows_looked_at, table.rows.size());
  std::vector<std::size_t> named(table.columns.size(), 0);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::vector<std::string> cells = cells_of(table, r);
    for (std::size_t c = 0; c < std::min(cells.size(), named.size()); ++c) named[c] += is_picture_name(cells[c]);
  }
  for (std::size_t c = 0; c < named.size() && !found; ++c)
    if (rows > 0 && named[c] == rows) found = c;
  return found;
}

/// A table without a header has one when its first line names a picture.
detail::CsvTable scan(std::string_view text, const std::string& path) {
  CsvOptions options;
  detail::CsvTable table = detail::scan_csv(text, options, path);
  if (!table.has_header) return table;
  for (const std::string& name : table.columns)
    if (is_picture_name(name)) {
      options.header = Header::no;
      return detail::scan_csv(text, options, path);
    }
  return table;
}

/// By name, or by number from 1.
std::size_t column_named(const detail::CsvTable& table, const std::string& name) {
  const auto& names = table.columns;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const auto number = parse_integer(name);
  if (number && *number >= 1 && *number <= static_cast<std::int64_t>(names.size())) return static_cast<std::size_t>(*number - 1);
  fail(ErrorKind::invalid_argument, table.name + ": no column " + candor::quoted(name) + did_you_mean(name, names) + "; there are " + name_list(names));
}

std::size_t target_column(const detail::CsvTable& table, std::size_t paths, const std::string& target) {
  const auto& names = table.columns;
  if (!target.empty()) return column_named(table, target);
  for (const char* usual : {"label", "class", "target", "category"})
    for (std::size_t c = 0; c < names.size(); ++c)
      if (c != paths && lower_case(names[c]) == usual) return c;
  for (std::size_t c = names.size(); c-- > 0;)
    if (c != paths) return c;
  fail(ErrorKind::invalid_argument, table.name + ": the column " + candor::quoted(names[paths]) + " names pictures, and there is no second one with their labels");
}

std::size_t required_path_column(const detail::CsvTable& table) {
  const auto paths = path_column(table);
  if (!paths) fail(ErrorKind::invalid_argument, table.name + ": no column names pictures (paths that end as .jpg, .png ... do)");
  return *paths;
}

/// The cells of a row, as many as there are columns, with the path of its picture: as it stands, or from the table's folder.
std::vector<std::string> row_with_path(const detail::CsvTable& table, std::size_t row, std::size_t paths) {
  std::vector<std::string> cells = cells_of(table, row);
  if (cells.size() != table.columns.size())
    fail(ErrorKind::corrupt, table.name + ": " + table.row_text(row) + ": " + std::to_string(cells.size()) + " cells, and the others have " + std::to_string(table.columns.size()));
  std::string& picture = cells[paths];
  if (picture.empty()) fail(ErrorKind::corrupt, table.name + ": " + table.row_text(row) + ": the path of the picture is missing");
  if (!fs::path(picture).is_absolute()) picture = (fs::path(table.name).parent_path() / picture).string();
  return cells;
}

}  // namespace

std::map<std::string, std::string> image_table_cells(const std::string& path, const std::string& column) {
  const MappedFile file(path);
  const detail::CsvTable table = scan(file.text(), path);
  const std::size_t paths = required_path_column(table), wanted = column_named(table, column);
  std::map<std::string, std::string> cells;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    std::vector<std::string> row = row_with_path(table, r, paths);
    std::string cell = row[wanted];
    cells.insert_or_assign(std::move(row[paths]), std::move(cell));
  }
  return cells;
}

bool is_image_table(const std::string& path) {
  try {
    const MappedFile file(path);
    const std::string_view start = file.text().substr(0, std::size_t{1} << 16);
    const std::size_t end = start.size() < file.size() ? start.rfind('\n') : start.size();  // whole lines only
    return end != std::string_view::npos && path_column(scan(start.substr(0, end), path)).has_value();
  } catch (const Error&) {
    return false;  // whoever reads it as a table says what is wrong with it
  }
}

ImageList list_image_table(const std::string& path, const std::string& target, const ImageOptions& options) {
  const MappedFile file(path);
  const detail::CsvTable table = scan(file.text(), path);
  const std::size_t paths = required_path_column(table);
  ImageList list;
  list.folder = path;
  list.labelled = options.labelled;
  const std::size_t labels = options.labelled ? target_column(table, paths, target) : paths;
  if (options.labelled) list.target_name = table.has_header ? table.columns[labels] : "";

  std::vector<std::string> words;
  std::set<std::string> different;
  bool numbers = true, whole = true;
  std::vector<float> values;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const std::vector<std::string> cells = row_with_path(table, r, paths);
    list.files.emplace_back(cells[paths], 0);
    if (!options.labelled) continue;
    const std::string& word = cells[labels];
    if (word.empty()) fail(ErrorKind::corrupt, path + ": " + table.row_text(r) + ": the label in " + table.column_text(labels) + " is missing");
    const auto value = parse_number(word);
    numbers = numbers && value.has_value();
    whole = whole && value && *value == std::trunc(*value);
    values.push_back(value ? static_cast<float>(*value) : 0.f);
    words.push_back(word);
    different.insert(word);
  }
  if (list.files.empty()) fail(ErrorKind::not_found, path + ": no rows");
  if (!options.labelled) return list;
  const bool few = whole && different.size() <= 20 && 2 * different.size() <= words.size();
  if (options.class_names.empty() && numbers && !few) {
    list.values = std::move(values);
    return list;
  }
  list.class_names = options.class_names;
  if (list.class_names.empty()) list.class_names.assign(different.begin(), different.end());
  std::map<std::string, std::int32_t> number;
  for (std::size_t c = 0; c < list.class_names.size(); ++c) number.emplace(list.class_names[c], static_cast<std::int32_t>(c));
  for (std::size_t r = 0; r < words.size(); ++r) {
    const auto found = number.find(words[r]);
    if (found == number.end())
      fail(ErrorKind::invalid_argument, path + ": " + table.row_text(r) + ": class " + candor::quoted(words[r]) + " is unknown; the classes are " + name_list(list.class_names, 20));
    list.files[r].second = found->second;
  }
  return list;
}

}  // namespace candor::data
