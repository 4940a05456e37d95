// What differs between the table a model learned from and one it is given.
#include <algorithm>

#include "candor/base/text.h"
#include "candor/data/table/column_part.h"
#include "candor/data/table/infer_column.h"

namespace candor::data {
namespace {

/// A name without case, blanks and punctuation.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const std::string& word : detail::name_words(name)) plain += word;
  return plain;
}

/// The extra column that is most likely meant; empty when none is near enough.
std::string likely_name(const std::string& missing, const std::vector<std::string>& extra) {
  for (const std::string& name : extra)
    if (plain_name(name) == plain_name(missing)) return name;
  return closest_name(missing, extra).value_or("");
}

}  // namespace

TableDifferences Recipe::compare(const Table& table) const {
  TableDifferences differences;
  std::vector<std::string> extra;
  for (const Column& column : table.columns)
    if (!schema_.find(column.name)) extra.push_back(column.name);
  std::vector<std::string> renamed;
  for (const auto& part : parts_) {
    if (part->features().empty()) continue;
    const Column* column = table.find(part->column());
    if (column) {
      part->compare(*column, differences);
      continue;
    }
    const std::string likely = likely_name(part->column(), extra);
    if (likely.empty()) {
      differences.missing.push_back("column " + quoted(part->column()) + " is missing");
    } else {
      differences.renamed.push_back("column " + quoted(part->column()) + " is missing; " + quoted(likely) + " may be meant: rename it if so");
      renamed.push_back(likely);
    }
  }
  for (const std::string& name : extra)
    if (std::find(renamed.begin(), renamed.end(), name) == renamed.end()) differences.extra.push_back("column " + quoted(name) + " was not there in training and is not used");
  // The order of the columns that both have.
  std::vector<std::string> before, now;
  for (const ColumnRole& column : schema_.columns)
    if (table.find(column.name)) before.push_back(column.name);
  for (const Column& column : table.columns)
    if (schema_.find(column.name)) now.push_back(column.name);
  differences.reordered = before != now;
  return differences;
}

}  // namespace candor::data
