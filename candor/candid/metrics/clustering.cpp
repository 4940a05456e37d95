#include "candor/candid/metrics/clustering.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "candor/base/error.h"

namespace candor::candid {
namespace {

double distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(sum);
}

// Group numbers 0, 1, ... in the order of their names.
std::vector<std::size_t> numbered(std::span<const std::int32_t> names, std::size_t& count) {
  std::map<std::int32_t, std::size_t> numbers;
  for (const std::int32_t name : names) numbers.try_emplace(name, 0);
  count = 0;
  for (auto& [name, number] : numbers) number = count++;
  std::vector<std::size_t> out;
  for (const std::int32_t name : names) out.push_back(numbers[name]);
  return out;
}

double entropy(const std::vector<double>& counts, double n) {
  double sum = 0;
  for (const double c : counts) if (c > 0) sum -= c / n * std::log(c / n);
  return sum;
}

// Expected mutual information of random groupings with these sizes (Vinh, Epps and Bailey, 2010).
double expected_information(const std::vector<double>& a, const std::vector<double>& b, double n) {
  double sum = 0;
  for (const double x : a) {
    for (const double y : b) {
      for (double both = std::max(1., x + y - n); both <= std::min(x, y); ++both) {
        const double log_chance = std::lgamma(x + 1) + std::lgamma(y + 1) + std::lgamma(n - x + 1) + std::lgamma(n - y + 1) - std::lgamma(n + 1) - std::lgamma(both + 1) -
                                  std::lgamma(x - both + 1) - std::lgamma(y - both + 1) - std::lgamma(n - x - y + both + 1);
        sum += both / n * std::log(n * both / (x * y)) * std::exp(log_chance);
      }
    }
  }
  return sum;
}

double pairs(double n) { return n * (n - 1) / 2; }

}  // namespace

GroupingByDistance grouping_by_distance(const Matrix& x, std::span<const std::int32_t> groups) {
  if (static_cast<std::int64_t>(groups.size()) != x.rows) fail(ErrorKind::shape, "grouping: " + std::to_string(groups.size()) + " groups for " + std::to_string(x.rows) + " rows");
  std::size_t k = 0;
  const std::vector<std::size_t> group = numbered(groups, k);
  if (k < 2 || static_cast<std::int64_t>(k) >= x.rows) fail(ErrorKind::invalid_argument, "grouping: at least two groups and more rows than groups are needed");
  std::vector<double> counts(k);
  Matrix centres = Matrix::zeros(static_cast<std::int64_t>(k), x.columns);
  std::vector<double> middle(static_cast<std::size_t>(x.columns));
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::size_t g = group[static_cast<std::size_t>(i)];
    ++counts[g];
    for (std::size_t j = 0; j < middle.size(); ++j) centres.row(static_cast<std::int64_t>(g))[j] += x.row(i)[j], middle[j] += x.row(i)[j] / static_cast<double>(x.rows);
  }
  for (std::size_t g = 0; g < k; ++g) for (double& v : centres.row(static_cast<std::int64_t>(g))) v /= counts[g];
  GroupingByDistance out;
  double within = 0, between = 0;
  std::vector<double> radius(k);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::size_t own = group[static_cast<std::size_t>(i)];
    std::vector<double> sums(k);
    for (std::int64_t j = 0; j < x.rows; ++j) sums[group[static_cast<std::size_t>(j)]] += distance(x.row(i), x.row(j));
    double nearest = HUGE_VAL;
    for (std::size_t g = 0; g < k; ++g) if (g != own) nearest = std::min(nearest, sums[g] / counts[g]);
    const double home = counts[own] > 1 ? sums[own] / (counts[own] - 1) : 0, most = std::max(home, nearest);
    out.silhouettes.push_back(counts[own] > 1 && most > 0 ? (nearest - home) / most : 0);
    out.silhouette += out.silhouettes.back() / static_cast<double>(x.rows);
    const double d = distance(x.row(i), centres.row(static_cast<std::int64_t>(own)));
    within += d * d;
    radius[own] += d / counts[own];
  }
  for (std::size_t g = 0; g < k; ++g) {
    between += counts[g] * std::pow(distance(centres.row(static_cast<std::int64_t>(g)), middle), 2);
    double worst = 0;
    for (std::size_t h = 0; h < k; ++h) {
      if (h != g) worst = std::max(worst, (radius[g] + radius[h]) / distance(centres.row(static_cast<std::int64_t>(g)), centres.row(static_cast<std::int64_t>(h))));
    }
    out.davies_bouldin += worst / static_cast<double>(k);
  }
  out.calinski_harabasz = within > 0 ? between / within * (static_cast<double>(x.rows) - static_cast<double>(k)) / static_cast<double>(k - 1) : 1;
  return out;
}

GroupingAgreement grouping_agreement(std::span<const std::int32_t> classes, std::span<const std::int32_t> groups) {
  if (classes.size() != groups.size() || classes.empty()) fail(ErrorKind::shape, "grouping: " + std::to_string(classes.size()) + " rows against " + std::to_string(groups.size()));
  std::size_t k = 0, m = 0;
  const std::vector<std::size_t> a = numbered(classes, k), b = numbered(groups, m);
  const double n = static_cast<double>(a.size());
  std::vector<double> rows(k), columns(m);
  std::vector<std::vector<double>> table(k, std::vector<double>(m));
  for (std::size_t i = 0; i < a.size(); ++i) ++table[a[i]][b[i]], ++rows[a[i]], ++columns[b[i]];
  double together = 0, in_rows = 0, in_columns = 0;
  GroupingAgreement out;
  for (std::size_t i = 0; i < k; ++i) {
    in_rows += pairs(rows[i]);
    for (std::size_t j = 0; j < m; ++j) {
      together += pairs(table[i][j]);
      if (table[i][j] > 0) out.mutual_info += table[i][j] / n * std::log(n * table[i][j] / (rows[i] * columns[j]));
    }
  }
  for (const double c : columns) in_columns += pairs(c);
  out.mutual_info = std::max(0., out.mutual_info);
  const double all = pairs(n), expected = all > 0 ? in_rows * in_columns / all : 0, most = (in_rows + in_columns) / 2;
  out.rand = all > 0 ? (all + 2 * together - in_rows - in_columns) / all : 1;
  const bool trivial = (k == 1 && m == 1) || (static_cast<double>(k) == n && static_cast<double>(m) == n);
  out.adjusted_rand = trivial ? 1 : most != expected ? (together - expected) / (most - expected) : 1;
  const double ha = entropy(rows, n), hb = entropy(columns, n);
  const auto normalised = [&](double by) { return trivial ? 1 : out.mutual_info < 1e-15 ? 0 : out.mutual_info / by; };
  out.nmi_arithmetic = normalised((ha + hb) / 2);
  out.nmi_geometric = normalised(std::sqrt(ha * hb));
  const double chance = expected_information(rows, columns, n), below = (ha + hb) / 2 - chance;
  out.ami = trivial ? 1 : below != 0 ? (out.mutual_info - chance) / below : 1;
  out.homogeneity = ha > 0 ? out.mutual_info / ha : 1;
  out.completeness = hb > 0 ? out.mutual_info / hb : 1;
  out.v_measure = out.homogeneity + out.completeness > 0 ? 2 * out.homogeneity * out.completeness / (out.homogeneity + out.completeness) : 0;
  out.fowlkes_mallows = together > 0 ? together / std::sqrt(in_rows * in_columns) : 0;
  return out;
}

double trustworthiness(const Matrix& x, const Matrix& embedding, std::int64_t k) {
  if (x.rows != embedding.rows) fail(ErrorKind::shape, "trustworthiness: " + std::to_string(x.rows) + " rows against " + std::to_string(embedding.rows));
  if (k < 1 || 2 * k >= x.rows) fail(ErrorKind::invalid_argument, "trustworthiness: k must be at least 1 and less than half of the rows");
  const auto order = [](const Matrix& m, std::int64_t i) {
    std::vector<double> far;
    for (std::int64_t j = 0; j < m.rows; ++j) far.push_back(j == i ? -1 : distance(m.row(i), m.row(j)));
    std::vector<std::int64_t> rows(static_cast<std::size_t>(m.rows));
    std::iota(rows.begin(), rows.end(), std::int64_t{0});
    std::stable_sort(rows.begin(), rows.end(), [&](std::int64_t a, std::int64_t b) { return far[static_cast<std::size_t>(a)] < far[static_cast<std::size_t>(b)]; });
    return rows;  // the row itself stands first
  };
  double sum = 0;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::vector<std::int64_t> there = order(x, i), here = order(embedding, i);
    std::vector<std::int64_t> rank(there.size());
    for (std::size_t r = 0; r < there.size(); ++r) rank[static_cast<std::size_t>(there[r])] = static_cast<std::int64_t>(r);
    for (std::int64_t n = 1; n <= k; ++n) sum += static_cast<double>(std::max<std::int64_t>(0, rank[static_cast<std::size_t>(here[static_cast<std::size_t>(n)])] - k));
  }
  const double n = static_cast<double>(x.rows), neighbours = static_cast<double>(k);
  return 1 - sum * 2 / (n * neighbours * (2 * n - 3 * neighbours - 1));
}

}  // namespace candor::candid
