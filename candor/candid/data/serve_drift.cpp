// serve.drift: inputs (and the target, where it is known) that are distributed otherwise than in training.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/owners.h"
#include "candor/candid/data/units.h"
#include "candor/candid/metrics/drift.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t least_rows = 30;

/// One column compared.
struct Drift {
  const CheckColumn* column = nullptr;
  double p = 1, distance = 0, psi = 0;
  std::string how = {};
};

/// What the rows of both parts are worth, those of one person being much alike; of one for independent rows.
struct Worth {
  double train = 1, other = 1;
};

Drift numbers(const CheckColumn& column, std::size_t part, const Worth& worth) {
  const std::vector<double>&train = sorted_numbers(column, 0), &other = sorted_numbers(column, part);
  Drift d{&column};
  if (static_cast<std::int64_t>(train.size()) < least_rows || static_cast<std::int64_t>(other.size()) < least_rows) return d;
  d.distance = largest_distance(train, other);
  const double n = static_cast<double>(train.size()), m = static_cast<double>(other.size());
  const double rows = worth.train * n, others = worth.other * m, scaled = d.distance * std::sqrt(rows * others / (rows + others));
  // Kolmogorov's limit; few different values make it careful.
  double sum = 0;
  for (int k = 1; k <= 100; ++k) sum += (k % 2 ? 2 : -2) * std::exp(-2.0 * k * k * scaled * scaled);
  d.p = scaled < .3 ? 1 : std::clamp(sum, 0.0, 1.0);
  std::vector<double> edges;
  for (int k = 1; k < 10; ++k) {
    const double edge = sorted_quantile(train, k / 10.0);
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  std::vector<double> a = bin_counts(train, edges), b = bin_counts(other, edges);
  for (double& x : a) x /= n;
  for (double& x : b) x /= m;
  d.psi = population_stability(a, b, .5 / std::min(n, m));
  const double before = sorted_quantile(train, .5), after = sorted_quantile(other, .5);
  d.how = "median " + value_text(before) + " -> " + value_text(after);
  return d;
}

Drift words(const CheckColumn& column, std::size_t part, const Worth& worth) {
  const CodeCounts train = count_codes(column, 0), other = count_codes(column, part);
  Drift d{&column};
  if (train.present < least_rows || other.present < least_rows) return d;
  // Words too rare to compare are one.
  std::vector<std::vector<double>> counts(2, std::vector<double>{0});
  double most = 0;
  const auto n = static_cast<double>(train.present), m = static_cast<double>(other.present);
  for (std::size_t k = 0; k < train.counts.size(); ++k) {
    const auto a = static_cast<double>(train.counts[k]), b = static_cast<double>(other.counts[k]);
    const bool rare = (a + b) * std::min(n, m) / (n + m) < 5;
    if (rare) {
      counts[0][0] += a, counts[1][0] += b;
      continue;
    }
    counts[0].push_back(a), counts[1].push_back(b);
    if (std::abs(b / m - a / n) > most) most = std::abs(b / m - a / n), d.how = candor::quoted(column.words[k], 30) + " " + percent(a / n) + " -> " + percent(b / m);
  }
  for (double& count : counts[0]) count *= worth.train;
  for (double& count : counts[1]) count *= worth.other;
  d.p = chi_square(counts).p;
  if (!(d.p == d.p)) d.p = 1;
  double total = 0;
  std::vector<double> a = counts[0], b = counts[1];
  for (std::size_t k = 0; k < a.size(); ++k) a[k] /= worth.train * n, b[k] /= worth.other * m, total += std::abs(a[k] - b[k]) / 2;
  d.distance = total;
  d.psi = population_stability(a, b, .5 / std::min(n, m));
  return d;
}

/// Rows in the order of time; empty when no column says it.
std::vector<std::size_t> order_in_time(const Subject& s, std::size_t part) {
  for (const CheckColumn& column : s.columns) {
    if (!column.numeric || !column.parts[part].present || !(column.role == data::Role::date || column.role == data::Role::order)) continue;
    const std::vector<double>& at = column.parts[part].numbers;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < at.size(); ++i)
      if (at[i] == at[i]) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return at[a] < at[b]; });
    return order;
  }
  return {};
}

/// What a row of a series is worth beside an independent one: (1 - r) / (1 + r) with the correlation r of neighbours in time. A summer and a winter differ, and are two rows rather than two hundred.
double worth_in_time(const CheckColumn& column, std::size_t part, const std::vector<std::size_t>& order) {
  std::vector<double> values;
  for (const std::size_t i : order) {
    const double v = column.numeric ? column.parts[part].numbers[i] : static_cast<double>(column.parts[part].codes[i]);
    if (v == v) values.push_back(v);
  }
  if (static_cast<std::int64_t>(values.size()) < least_rows) return 1;
  const auto n = static_cast<double>(values.size());
  double mean = 0, alone = 0, beside = 0;
  for (const double v : values) mean += v / n;
  for (std::size_t i = 0; i < values.size(); ++i) {
    alone += (values[i] - mean) * (values[i] - mean);
    if (i > 0) beside += (values[i] - mean) * (values[i - 1] - mean);
  }
  const double r = alone > 0 ? beside / alone : 0;
  return r < 2 / std::sqrt(n) ? 1 : (1 - r) / (1 + r);
}

}  // namespace

std::vector<Finding> serve_drift(const Subject& s) {
  if (s.parts.size() < 2) skip("needs a second part: test rows or served rows");
  if (!s.is_table()) skip("needs a table");
  std::vector<Finding> findings;
  std::int64_t most = 0;
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    most = std::max(most, s.rows(part));
    if (s.rows() < least_rows || s.rows(part) < least_rows) continue;
    const RowOwners of_train(s, 0), of_other(s, part);
    const std::vector<std::size_t> train_in_time = order_in_time(s, 0), other_in_time = order_in_time(s, part);
    std::vector<Drift> drifts;
    std::vector<double> p;
    for (const CheckColumn& column : s.columns) {
      const bool target = column.role == data::Role::target;
      if (!column.parts[part].present || !(column.role == data::Role::number || column.role == data::Role::category || target)) continue;
      if (has_new_owners(column, s, part)) continue;  // new persons have new names
      const Worth worth{std::min(of_train.effective_rows(column) / static_cast<double>(s.rows()), worth_in_time(column, 0, train_in_time)),
                        std::min(of_other.effective_rows(column) / static_cast<double>(s.rows(part)), worth_in_time(column, part, other_in_time))};
      drifts.push_back(column.numeric ? numbers(column, part, worth) : words(column, part, worth));
      p.push_back(drifts.back().p);
    }
    if (drifts.empty()) continue;
    const std::vector<double> adjusted = holm(p);
    std::vector<std::size_t> moved;
    for (std::size_t i = 0; i < drifts.size(); ++i)
      if (adjusted[i] < .001 && drifts[i].distance >= .08 && drifts[i].psi >= .02) moved.push_back(i);
    if (moved.empty()) continue;
    std::sort(moved.begin(), moved.end(), [&](std::size_t a, std::size_t b) { return drifts[a].distance > drifts[b].distance; });
    const Drift& worst = drifts[moved.front()];
    std::vector<std::string> texts, names;
    for (const std::size_t i : moved) {
      char text[80];
      std::snprintf(text, sizeof text, ", distance %.2f, p %.1e)", drifts[i].distance, adjusted[i]);
      texts.push_back(drifts[i].column->name + " (" + drifts[i].how + text);
      names.push_back(drifts[i].column->name);
    }
    Finding f{"serve.drift", s.parts[part].kind == PartKind::served ? Severity::warning : Severity::note};
    f.where = s.parts[part].name + ": " + name_list(names);
    f.evidence = {{"columns", static_cast<double>(moved.size())}, {"of", static_cast<double>(drifts.size())}, {"largest distance", worst.distance}, {"its population stability index", worst.psi}, {"its p, corrected", adjusted[moved.front()]}, {"farthest column", 0, worst.column->name}};
    f.message = std::string(moved.size() == 1 ? "a column is" : "columns are") + " distributed otherwise in " + s.parts[part].name + " than in training: " + name_list(texts, 4) +
                (s.parts[part].kind == PartKind::served ? "; expect the score to fall before any label tells, and train again on newer rows" : "; the two parts were not drawn alike, so the score holds for the one and not the other");
    findings.push_back(std::move(f));
  }
  if (s.rows() < least_rows || most < least_rows) skip(too_few(std::min(s.rows(), most), least_rows));
  return findings;
}

}  // namespace candor::candid::detail
