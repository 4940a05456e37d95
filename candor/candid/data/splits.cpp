// data.time-split and data.group-split: test rows that lie among training rows in time, or belong to the same persons and machines.
#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/owners.h"
#include "candor/data/table/infer_column.h"

namespace candor::candid::detail {
namespace {

bool contains(const std::vector<std::string>& words, std::initializer_list<std::string_view> some) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& w) { return std::find(some.begin(), some.end(), w) != some.end(); });
}

/// A column that says when: a date, the order, or numbers named like a time that are nearly all different.
bool is_time(const CheckColumn& column) {
  if (!column.numeric) return false;
  if (column.role == data::Role::date || column.role == data::Role::order) return true;
  if (column.role == data::Role::target || (column.role == data::Role::ignore && column.asked)) return false;
  const std::vector<std::string> words = data::detail::name_words(column.name);
  if (words.empty()) return false;
  const bool named = contains(words, {"time", "timestamp", "date", "datetime", "epoch", "period"}) || (words.size() == 1 && contains(words, {"t", "day", "month", "week", "hour", "step", "ts", "year", "quarter", "minute", "second", "index", "tick"}));
  return named && !contains(words, {"mean", "total", "since", "duration", "per", "lag", "spent"});
}

struct Timed {
  std::vector<std::pair<double, std::size_t>> rows;  ///< moment and part
  std::vector<double> target;
};

/// Both parts by time.
Timed in_time(const Subject& s, const CheckColumn& time, std::size_t part) {
  std::vector<std::array<double, 3>> all;
  const CheckColumn* target = s.target_column();
  for (const std::size_t p : {std::size_t{0}, part}) {
    for (std::int64_t row = 0; row < s.rows(p); row += row_step(s.rows(p))) {
      if (time.is_missing(p, row)) continue;
      double value = std::nan("");
      if (target && target->parts[p].present && !target->is_missing(p, row)) value = target->numeric ? target->parts[p].numbers[static_cast<std::size_t>(row)] : target->parts[p].codes[static_cast<std::size_t>(row)];
      all.push_back({time.parts[p].numbers[static_cast<std::size_t>(row)], static_cast<double>(p), value});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a[0] < b[0]; });
  Timed t;
  for (const auto& row : all) t.rows.emplace_back(row[0], static_cast<std::size_t>(row[1])), t.target.push_back(row[2]);
  return t;
}

/// How much a value says of the next one: correlation of neighbours, NaN left out.
double neighbours_agree(const std::vector<double>& values) {
  double mean = 0, n = 0;
  for (const double v : values)
    if (v == v) mean += v, ++n;
  if (n < 20) return 0;
  mean /= n;
  double together = 0, alone = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != values[i]) continue;
    alone += (values[i] - mean) * (values[i] - mean);
    if (i > 0 && values[i - 1] == values[i - 1]) together += (values[i] - mean) * (values[i - 1] - mean);
  }
  return alone > 0 ? together / alone : 0;
}

/// Share of the moments that come once, and of the steps between them that are the commonest one.
std::pair<double, double> regularity(const Timed& t) {
  std::unordered_map<double, std::int64_t> steps;
  std::int64_t moments = 1, most = 0;
  for (std::size_t i = 1; i < t.rows.size(); ++i) {
    const double step = t.rows[i].first - t.rows[i - 1].first;
    if (!(step > 0)) continue;
    ++moments;
    most = std::max(most, ++steps[std::round(step * 1e6) / 1e6]);
  }
  return {static_cast<double>(moments) / static_cast<double>(t.rows.size()), moments > 1 ? static_cast<double>(most) / static_cast<double>(moments - 1) : 0};
}

/// Rows of the part that are no earlier than the one before them in the file, as they come from a log.
double in_order_of_file(const Subject& s, const CheckColumn& column, std::size_t part) {
  const std::vector<double>& x = column.parts[part].numbers;
  double up = 0;
  for (std::size_t i = 1; i < x.size(); ++i) up += x[i] >= x[i - 1];
  return s.rows(part) > 1 ? up / static_cast<double>(s.rows(part) - 1) : 0;
}

/// A number named like a time may be how long something took, or how much day there was. Moments come at even steps, or one after the other in the file, or say outright what they are.
bool holds_moments(const Subject& s, const CheckColumn& column, std::size_t part, double once, double regular) {
  if (once < .5) return false;
  return contains(data::detail::name_words(column.name), {"timestamp", "datetime", "date", "epoch"}) || regular > .3 || std::max(in_order_of_file(s, column, 0), in_order_of_file(s, column, part)) > .9;
}

}  // namespace

std::vector<Finding> time_split(const Subject& s) {
  std::vector<Finding> findings;
  bool looked = false;
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    if (s.parts[part].kind != PartKind::test) continue;
    for (const CheckColumn& column : s.columns) {
      if (!column.parts[part].present || !is_time(column) || s.rows() < 30 || s.rows(part) < 5) continue;
      const Timed t = in_time(s, column, part);
      if (t.rows.size() < 30 || !(t.rows.front().first < t.rows.back().first)) continue;
      looked = true;
      const auto [once, regular] = regularity(t);
      const bool date = column.role == data::Role::date || column.role == data::Role::order;
      if (!date && !holds_moments(s, column, part, once, regular)) continue;
      double last_train = -HUGE_VAL, before = 0, tests = 0;
      for (const auto& [moment, p] : t.rows)
        if (p == 0) last_train = std::max(last_train, moment);
      for (const auto& [moment, p] : t.rows)
        if (p != 0) ++tests, before += moment < last_train;
      const double share = before / tests, agree = neighbours_agree(t.target);
      if (share < .1) continue;
      // Rows in a shuffled split change sides as often as chance says; blocks of time do so seldom.
      double changes = 0;
      for (std::size_t i = 1; i < t.rows.size(); ++i) changes += t.rows[i].second != t.rows[i - 1].second;
      const double of = tests / static_cast<double>(t.rows.size()), expected = 2 * of * (1 - of) * static_cast<double>(t.rows.size() - 1);
      if (changes < .3 * expected) continue;
      const double noise = 3 / std::sqrt(static_cast<double>(t.rows.size()));
      const bool depends = agree > std::max(.2, noise), series = once > .9 && regular > .5;
      Finding f{"data.time-split", depends && (series || once > .6) ? Severity::error : depends || series ? Severity::warning : Severity::note};
      f.where = s.parts[part].name + ": " + column.name;
      f.evidence = {{"share of test rows before the last training row", share}, {"correlation of the target with that of the row before in time", agree}, {"share of rows with a moment of their own", once}};
      f.message = percent(share) + " of the test rows lie in time (" + column_text(column) + ") before the last training row: rows were shuffled between the parts" +
                  (depends ? ", and neighbours in time have much the same target (correlation " + value_text(agree) + "), so that the test asks what the training rows on both sides tell" : "") + "; a model will be asked about later rows, so take the last rows by time for the test (--split ordered)";
      findings.push_back(std::move(f));
      break;
    }
  }
  if (!looked) skip(s.parts.size() < 2 ? "needs a test part" : "no column says when a row was taken");
  return findings;
}

std::vector<Finding> group_split(const Subject& s) {
  std::vector<Finding> findings;
  bool looked = false;
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    if (s.parts[part].kind != PartKind::test) continue;
    for (const CheckColumn& column : s.columns) {
      if (!column.parts[part].present || s.rows(part) < 5) continue;
      const bool named = says_whose(column, s);
      if (!named && !seems_to_say_whose(column, s)) continue;
      looked = true;
      const auto cell = [&](std::size_t p, std::int64_t row) { return column.numeric ? column.parts[p].numbers[static_cast<std::size_t>(row)] : static_cast<double>(column.parts[p].codes[static_cast<std::size_t>(row)]); };
      std::unordered_map<double, std::int64_t> train, test;
      for (std::int64_t row = 0; row < s.rows(); ++row)
        if (!column.is_missing(0, row)) ++train[cell(0, row)];
      std::int64_t shared = 0, rows = 0;
      for (std::int64_t row = 0; row < s.rows(part); ++row) {
        if (column.is_missing(part, row)) continue;
        ++rows, shared += train.contains(cell(part, row));
        ++test[cell(part, row)];
      }
      const auto groups = std::count_if(test.begin(), test.end(), [&](const auto& g) { return train.contains(g.first); });
      if (rows == 0 || shared * 20 < rows || shared < 3) continue;
      Finding f{"data.group-split", named ? Severity::error : Severity::note};
      f.where = s.parts[part].name + ": " + column.name;
      f.evidence = {{"groups on both sides", static_cast<double>(groups)}, {"groups in the test part", static_cast<double>(test.size())}, {"test rows of such groups", static_cast<double>(shared)}, {"share of the test rows", static_cast<double>(shared) / static_cast<double>(rows)}};
      f.message = with_thousands(groups) + " of " + with_thousands(static_cast<std::int64_t>(test.size())) + " values of " + column_text(column) + " in the test part stand in the training part, too (" + percent(shared, rows) + " of the test rows)" + (named ? "" : ", and rows of one value are much alike in the other columns, as those of one person or machine are: if that is what it names,") + (named ? ": a" : " a") + " model can know a " +
                  lower_case(column.name) + " again instead of learning the task, so the score says nothing about new ones; split by " + column.name + " (--group " + column.name + ")";
      findings.push_back(std::move(f));
    }
  }
  if (!looked) skip(s.parts.size() < 2 ? "needs a test part" : "no column says whose row it is");
  return findings;
}

}  // namespace candor::candid::detail
