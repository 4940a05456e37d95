// What each way of parting rows needs to know of the table.
#include "candor/data/table/split_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "candor/base/error.h"
#include "candor/base/fingerprint.h"
#include "candor/base/text.h"
#include "candor/data/table/column_part.h"
#include "candor/data/table/infer_column.h"

namespace candor::data::detail {
namespace {

/// Numbers the different cells of a column; every missing cell is one of its own.
std::vector<std::int32_t> number_cells(const Column& column, std::int32_t& count) {
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(column.rows()));
  if (column.kind == Column::Kind::text) {
    std::vector<std::int32_t> by_word(column.words.size(), -1);
    for (std::size_t r = 0; r < numbers.size(); ++r) {
      const std::int32_t code = column.codes[r];
      if (code < 0) numbers[r] = count++;
      else numbers[r] = by_word[static_cast<std::size_t>(code)] >= 0 ? by_word[static_cast<std::size_t>(code)] : (by_word[static_cast<std::size_t>(code)] = count++);
    }
    return numbers;
  }
  std::unordered_map<double, std::int32_t> seen;
  for (std::size_t r = 0; r < numbers.size(); ++r) {
    const double x = column.numbers[r];
    if (x != x) {
      numbers[r] = count++;
      continue;
    }
    const auto [at, fresh] = seen.emplace(x, count);
    count += fresh;
    numbers[r] = at->second;
  }
  return numbers;
}

/// Classes of the target; of a number its tenths.
void set_classes(const Table& table, const Schema& schema, SplitPlan& plan) {
  const std::vector<std::string> targets = schema.targets();
  if (targets.empty()) return;
  const Column* target = table.find(targets[0]);
  if (!target) return;
  if (schema.task == TaskKind::classification) {
    plan.class_of = number_cells(*target, plan.classes);
    return;
  }
  const std::vector<double> values = as_numbers(*target);
  std::vector<std::int64_t> by_value(values.size());
  std::iota(by_value.begin(), by_value.end(), 0);
  std::stable_sort(by_value.begin(), by_value.end(), [&](std::int64_t a, std::int64_t b) {
    const double x = values[static_cast<std::size_t>(a)], y = values[static_cast<std::size_t>(b)];
    return y != y ? x == x : x < y;  // missing ones last
  });
  plan.classes = static_cast<std::int32_t>(std::min<std::size_t>(10, std::max<std::size_t>(1, values.size() / 20)));
  plan.class_of.resize(values.size());
  for (std::size_t i = 0; i < by_value.size(); ++i)
    plan.class_of[static_cast<std::size_t>(by_value[i])] = static_cast<std::int32_t>(i * static_cast<std::size_t>(plan.classes) / by_value.size());
}

std::string first_of(const Schema& schema, std::initializer_list<Role> roles) {
  for (Role role : roles)
    if (const auto names = schema.names(role); !names.empty()) return names[0];
  return "";
}

/// The moment of each row; missing ones before all others.
std::vector<double> moments(const Column& column, const Schema& schema) {
  const ColumnRole* role = schema.find(column.name);
  std::vector<double> values = role && !role->date_format.empty() ? need_dates(column, role->date_format, true) : as_numbers(column);
  if (std::all_of(values.begin(), values.end(), [](double x) { return x != x; }))
    fail(ErrorKind::invalid_argument, "split: column " + quoted(column.name) + " gives the rows no order: no cell is a number or a date that its schema names");
  for (double& x : values)
    if (x != x) x = -INFINITY;
  return values;
}

void plan_order(const Table& table, const Schema& schema, SplitPlan& plan) {
  const std::vector<double> at = moments(table.at(plan.column), schema);
  std::stable_sort(plan.order.begin(), plan.order.end(), [&](std::int64_t a, std::int64_t b) { return at[static_cast<std::size_t>(a)] < at[static_cast<std::size_t>(b)]; });
  plan.unit_of.resize(at.size());
  std::int32_t unit = -1;
  double before = NAN;
  for (std::int64_t row : plan.order) {
    if (const double now = at[static_cast<std::size_t>(row)]; !(now == before)) ++unit, before = now;
    plan.unit_of[static_cast<std::size_t>(row)] = unit;
  }
  plan.units = unit + 1;
}

void plan_hash(const Table& table, SplitPlan& plan, std::uint64_t seed) {
  const std::array<std::uint64_t, 2> key{seed, 0x73706c6974};
  if (plan.column.empty()) {
    plan.hash_of = table.row_identities();
    for (std::uint64_t& hash : plan.hash_of) hash = siphash(key, {reinterpret_cast<const char*>(&hash), sizeof hash});
    return;
  }
  const Column& column = table.at(plan.column);
  if (column.missing() > 0) fail(ErrorKind::invalid_argument, "split: " + with_thousands(column.missing()) + " rows have no " + quoted(plan.column) + ", which the rows are to be parted by");
  if (column.kind == Column::Kind::text) {
    std::vector<std::uint64_t> by_word;
    for (const std::string& word : column.words) by_word.push_back(siphash(key, word));
    for (std::int32_t code : column.codes) plan.hash_of.push_back(by_word[static_cast<std::size_t>(code)]);
  } else {
    for (std::int64_t r = 0; r < column.rows(); ++r) plan.hash_of.push_back(siphash(key, column.cell(r)));
  }
}

}  // namespace

SplitPlan plan_split(const Table& table, const Schema& schema, const RowSplitOptions& options) {
  SplitPlan plan;
  plan.order.resize(static_cast<std::size_t>(table.rows()));
  std::iota(plan.order.begin(), plan.order.end(), 0);
  plan.way = options.way;
  const std::string order = first_of(schema, {Role::order}), group = first_of(schema, {Role::group});
  if (plan.way == SplitWay::automatic) plan.way = !order.empty() ? SplitWay::ordered : !group.empty() ? SplitWay::grouped : schema.targets().empty() ? SplitWay::random : SplitWay::stratified;
  const bool by_column = plan.way == SplitWay::grouped || plan.way == SplitWay::ordered || plan.way == SplitWay::hashed;
  if (!by_column && !options.column.empty())
    fail(ErrorKind::invalid_argument, "split: a column (" + quoted(options.column) + ") is for grouped, ordered and hashed splits, not for one that is " + std::string(to_string(plan.way)));
  plan.column = options.column;
  if (plan.column.empty() && plan.way == SplitWay::grouped) plan.column = group;
  if (plan.column.empty() && plan.way == SplitWay::ordered) plan.column = first_of(schema, {Role::order, Role::date});
  if (plan.column.empty() && plan.way == SplitWay::hashed) plan.column = first_of(schema, {Role::id});
  if (plan.column.empty() && (plan.way == SplitWay::grouped || plan.way == SplitWay::ordered))
    fail(ErrorKind::invalid_argument, "split: " + table.source + ": no column has the role " + (plan.way == SplitWay::grouped ? "group" : "order or date") + "; name the column that rows are to be " +
                                          (plan.way == SplitWay::grouped ? "grouped by" : "put in order by"));
  if (!plan.column.empty()) table.at(plan.column);  // an error that names the nearest
  if (plan.way == SplitWay::stratified || plan.way == SplitWay::grouped) set_classes(table, schema, plan);
  if (plan.way == SplitWay::stratified && plan.class_of.empty()) fail(ErrorKind::invalid_argument, "split: " + table.source + " has no target whose classes could be spread; part it at random");
  plan.units = table.rows();
  if (plan.way == SplitWay::grouped) {
    std::int32_t groups = 0;
    plan.unit_of = number_cells(table.at(plan.column), groups);
    plan.units = groups;
  } else if (plan.way == SplitWay::ordered) {
    plan_order(table, schema, plan);
  } else if (plan.way == SplitWay::hashed) {
    plan_hash(table, plan, options.seed);
  }
  return plan;
}

void add_split_remarks(const Table& table, const Schema& schema, const SplitPlan& plan, const std::vector<int>& part_of, std::vector<Remark>& remarks) {
  const std::string group = first_of(schema, {Role::group}), time = first_of(schema, {Role::order, Role::date});
  if (!group.empty() && plan.column != group && table.find(group)) {
    std::int32_t groups = 0;
    const std::vector<std::int32_t> of = number_cells(table.at(group), groups);
    std::vector<std::array<bool, 2>> sides(static_cast<std::size_t>(groups), {false, false});
    for (std::size_t r = 0; r < of.size(); ++r)
      if (part_of[r] >= 0) sides[static_cast<std::size_t>(of[r])][part_of[r] == 0 ? 0 : 1] = true;
    const auto both = std::count_if(sides.begin(), sides.end(), [](const auto& side) { return side[0] && side[1]; });
    if (both)
      remarks.push_back({"split.group", "rows of " + with_thousands(both) + " of " + with_thousands(groups) + " different " + quoted(group) + " stand on both sides of the split, so the score flatters for new ones; part them by group"});
  }
  if (!time.empty() && plan.way != SplitWay::ordered)
    remarks.push_back({"split.time", "the rows have a time (" + quoted(time) + ") but were not parted in its order: if later rows are to be predicted from earlier ones, ask for an ordered split"});
  if (plan.way == SplitWay::stratified && schema.task == TaskKind::classification) {
    std::vector<std::int64_t> train(static_cast<std::size_t>(plan.classes), 0), all = train;
    for (std::size_t r = 0; r < part_of.size(); ++r) {
      const auto c = static_cast<std::size_t>(plan.class_of[r]);
      ++all[c], train[c] += part_of[r] == 0;
    }
    std::vector<std::string> rare;
    std::vector<bool> named(all.size(), false);
    const Column& target = table.at(schema.targets()[0]);
    for (std::size_t r = 0; r < part_of.size(); ++r) {
      const auto c = static_cast<std::size_t>(plan.class_of[r]);
      if (train[c] == all[c] && !named[c] && std::any_of(part_of.begin(), part_of.end(), [](int part) { return part > 0; })) {
        named[c] = true;
        rare.push_back(quoted(target.cell(static_cast<std::int64_t>(r)), 30) + " (" + with_thousands(all[c]) + (all[c] == 1 ? " row)" : " rows)"));
      }
    }
    if (!rare.empty()) remarks.push_back({"split.rare-class", "too few rows to be tested: class " + name_list(rare, 5)});
  }
}

}  // namespace candor::data::detail
