#include "candor/pipeline/choose_split.h"

#include <optional>
#include <set>
#include <string>

#include "candor/base/error.h"
#include "candor/candid/data/checks.h"

namespace candor::pipeline {
namespace {

using candid::PartKind;
using data::SplitWay;

const std::string test_name = "test";

/// The column that a check warns of; empty when it is content.
std::string blamed(const candid::Subject& subject, const char* id, std::vector<Finding> (*check)(const candid::Subject&)) {
  candid::Checkup checkup;
  candid::run_check(checkup, id, [&] { return check(subject); });
  for (const Finding& f : checkup.findings)
    if (f.severity > Severity::note && f.where.starts_with(test_name + ": ")) return f.where.substr(test_name.size() + 2);
  return "";
}

/// Every class that is tested was learned, and more than one is tested.
bool keeps_classes(const data::Table& table, const data::Schema& schema, const data::RowSplit& split) {
  if (schema.task != data::TaskKind::classification) return true;
  for (const std::string& name : schema.targets()) {
    const data::Column& target = table.at(name);
    std::set<std::string> learned, tested;
    for (const std::int64_t row : split.train) learned.insert(target.cell(row));
    for (const std::int64_t row : split.test) tested.insert(target.cell(row));
    for (const std::string& cell : tested)
      if (!learned.contains(cell)) return false;
    if (tested.size() < 2) return false;
  }
  return true;
}

/// The same parted by `column`; nothing where that leaves too little on a side.
std::optional<data::RowSplit> parted_by(const data::Table& table, const data::Schema& schema, data::RowSplitOptions options, SplitWay way, const std::string& column) {
  options.way = way, options.column = column;
  try {
    data::RowSplit split = data::split_rows(table, schema, options);
    const auto test = static_cast<double>(split.test.size()), asked = options.test * static_cast<double>(table.rows());
    if (test < .5 * asked || test > 2 * asked || !keeps_classes(table, schema, split)) return std::nullopt;
    return split;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid_argument) throw;
    return std::nullopt;
  }
}

}  // namespace

data::RowSplit choose_split(const data::Table& table, const data::Schema& schema, const data::RowSplitOptions& options) {
  constexpr std::int64_t most_rows = 20000;  // that are looked at
  data::RowSplit split = data::split_rows(table, schema, options);
  if (options.way != SplitWay::automatic || split.way == SplitWay::ordered || split.way == SplitWay::grouped || split.test.empty() || !options.column.empty()) return split;
  const candid::Subject subject = candid::table_subject({{PartKind::train, "train", table.take(split.train)}, {PartKind::test, test_name, table.take(split.test)}}, schema, most_rows);
  if (const std::string group = blamed(subject, "data.group-split", candid::detail::group_split); !group.empty()) {
    if (std::optional<data::RowSplit> by = parted_by(table, schema, options, SplitWay::grouped, group)) {
      by->how += ", since a random part would ask for ones that are known (--split random draws one all the same)";
      return *by;
    }
  }
  if (const std::string time = blamed(subject, "data.time-split", candid::detail::time_split); !time.empty()) {
    if (std::optional<data::RowSplit> by = parted_by(table, schema, options, SplitWay::ordered, time)) {
      by->how += ", since a random part would lie between rows that are known (--split random draws one all the same)";
      return *by;
    }
  }
  return split;
}

}  // namespace candor::pipeline
