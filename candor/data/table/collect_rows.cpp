#include "candor/data/table/collect_rows.h"

#include <limits>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::data {
namespace {

void add_numbers(Column& to, const Column& from, std::span<const std::int64_t> rows) {
  for (const std::int64_t row : rows) to.numbers.push_back(from.numbers[static_cast<std::size_t>(row)]);
}

void add_words(Column& to, const Column& from, std::span<const std::int64_t> rows, std::unordered_map<std::string, std::int32_t>& known) {
  constexpr std::int32_t not_met = -2;
  std::vector<std::int32_t> code_of(from.words.size(), not_met);
  for (const std::int64_t row : rows) {
    const std::int32_t code = from.codes[static_cast<std::size_t>(row)];
    if (code == missing_word) {
      to.codes.push_back(missing_word);
      continue;
    }
    std::int32_t& here = code_of[static_cast<std::size_t>(code)];
    if (here == not_met) {
      const std::string& word = from.words[static_cast<std::size_t>(code)];
      const auto [entry, fresh] = known.emplace(word, static_cast<std::int32_t>(to.words.size()));
      if (fresh) to.words.push_back(word);
      here = entry->second;
    }
    to.codes.push_back(here);
  }
}

}  // namespace

void RowCollector::add(const Table& from, std::span<const std::int64_t> rows) {
  if (table_.columns.empty()) {
    table_.source = from.source;
    const std::vector<std::string> names = wanted_ ? *wanted_ : from.names();
    for (const std::string& name : names) table_.columns.push_back({.name = name, .kind = from.at(name).kind});
    codes_.resize(table_.columns.size());
  }
  for (std::size_t c = 0; c < table_.columns.size(); ++c) {
    Column& to = table_.columns[c];
    const Column& column = from.at(to.name);
    if (column.kind != to.kind) {
      const auto all = static_cast<std::size_t>(rows.size());
      if (column.missing() == column.rows()) {
        if (to.kind == Column::Kind::number) to.numbers.resize(to.numbers.size() + all, std::numeric_limits<double>::quiet_NaN());
        else to.codes.resize(to.codes.size() + all, missing_word);
        continue;
      }
      if (to.missing() < to.rows()) fail(ErrorKind::corrupt, from.source + ": column " + quoted(to.name) + " holds " + (to.kind == Column::Kind::number ? "numbers and later words" : "words and later numbers"));
      to.kind = column.kind;
      to.numbers.assign(to.kind == Column::Kind::number ? static_cast<std::size_t>(rows_) : 0, std::numeric_limits<double>::quiet_NaN());
      to.codes.assign(to.kind == Column::Kind::text ? static_cast<std::size_t>(rows_) : 0, missing_word);
    }
    if (to.kind == Column::Kind::number) add_numbers(to, column, rows);
    else add_words(to, column, rows, codes_[c]);
  }
  rows_ += static_cast<std::int64_t>(rows.size());
}

void RowCollector::keep(std::span<const std::int64_t> rows) {
  RowCollector kept(wanted_);
  kept.table_.source = table_.source;
  if (!table_.columns.empty()) kept.add(table_, rows);
  kept.rows_ = static_cast<std::int64_t>(rows.size());
  *this = std::move(kept);
}

}  // namespace candor::data
