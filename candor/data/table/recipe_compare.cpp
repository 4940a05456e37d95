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

struct Recipe::Comparison::State {
  const Recipe& recipe;
  Table columns = {};  // of the first piece, without its rows
  std::vector<detail::ColumnSeen> seen = {};
};

Recipe::Comparison::Comparison(const Recipe& recipe) : state_(std::make_unique<State>(State{recipe})) { state_->seen.resize(recipe.parts_.size()); }
Recipe::Comparison::~Comparison() = default;

void Recipe::Comparison::add(const Table& piece) {
  if (state_->columns.columns.empty())
    for (const Column& column : piece.columns) state_->columns.columns.push_back({.name = column.name, .kind = column.kind});
  for (std::size_t i = 0; i < state_->seen.size(); ++i) {
    const detail::ColumnPart& part = *state_->recipe.parts_[i];
    if (const Column* column = part.features().empty() ? nullptr : piece.find(part.column())) part.look(*column, state_->seen[i]);
  }
}

TableDifferences Recipe::Comparison::differences() const {
  const Schema& schema = state_->recipe.schema_;
  const Table& table = state_->columns;
  TableDifferences differences;
  std::vector<std::string> extra;
  for (const Column& column : table.columns)
    if (!schema.find(column.name)) extra.push_back(column.name);
  std::vector<std::string> renamed;
  for (std::size_t i = 0; i < state_->seen.size(); ++i) {
    const detail::ColumnPart& part = *state_->recipe.parts_[i];
    if (part.features().empty()) continue;
    if (table.find(part.column())) {
      if (!state_->seen[i].retyped.empty()) differences.retyped.push_back(state_->seen[i].retyped);
      part.tell(state_->seen[i], differences);
      continue;
    }
    const std::string likely = likely_name(part.column(), extra);
    if (likely.empty()) {
      differences.missing.push_back("column " + quoted(part.column()) + " is missing");
    } else {
      differences.renamed.push_back("column " + quoted(part.column()) + " is missing; " + quoted(likely) + " may be meant: rename it if so");
      renamed.push_back(likely);
    }
  }
  for (const std::string& name : extra)
    if (std::find(renamed.begin(), renamed.end(), name) == renamed.end()) differences.extra.push_back("column " + quoted(name) + " was not there in training and is not used");
  // The order of the columns that both have.
  std::vector<std::string> before, now;
  for (const ColumnRole& column : schema.columns)
    if (table.find(column.name)) before.push_back(column.name);
  for (const Column& column : table.columns)
    if (schema.find(column.name)) now.push_back(column.name);
  differences.reordered = before != now;
  return differences;
}

TableDifferences Recipe::compare(const Table& table) const {
  Comparison all(*this);
  all.add(table);
  return all.differences();
}

}  // namespace candor::data
