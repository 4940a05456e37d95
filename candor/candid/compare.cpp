#include "candor/candid/compare.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/candid/metrics/tests.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

std::vector<char> right(const Tensor& outputs, const data::Dataset& set) {
  const auto classes = static_cast<std::int64_t>(set.class_names.size());
  if (outputs.rank() != 2 || outputs.shape(0) != set.rows() || outputs.shape(1) != classes) {
    fail(ErrorKind::shape, "compare: a model gives " + to_string(outputs.shape()) + " for " + std::to_string(set.rows()) + " rows of " + std::to_string(classes) + " classes");
  }
  const std::vector<float> p = outputs.to_vector();
  const std::vector<std::int32_t> truth = set.targets.to_vector<std::int32_t>();
  std::vector<char> hits;
  for (std::int64_t i = 0; i < set.rows(); ++i) {
    const auto row = p.begin() + i * classes;
    hits.push_back(std::max_element(row, row + classes) - row == truth[static_cast<std::size_t>(i)]);
  }
  return hits;
}

Comparison compare_classes(const Tensor& a, const Tensor& b, const data::Dataset& set) {
  const std::vector<char> hits_a = right(a, set), hits_b = right(b, set);
  Comparison c;
  c.metric = "accuracy";
  c.test = "McNemar, mid-p";
  c.n = set.rows();
  std::int64_t both = 0;
  for (std::size_t i = 0; i < hits_a.size(); ++i) {
    c.only_a += hits_a[i] && !hits_b[i];
    c.only_b += hits_b[i] && !hits_a[i];
    both += hits_a[i] && hits_b[i];
  }
  const double n = static_cast<double>(std::max<std::int64_t>(1, c.n));
  c.a = static_cast<double>(both + c.only_a) / n;
  c.b = static_cast<double>(both + c.only_b) / n;
  c.difference = c.a - c.b;
  c.p = mcnemar(c.only_a, c.only_b).midp;
  // Bonett and Price: one row added to each kind of difference.
  const double first = static_cast<double>(c.only_a + 1) / (n + 2), second = static_cast<double>(c.only_b + 1) / (n + 2);
  const double half = normal_quantile(.975) * std::sqrt(std::max(0., (first + second - (first - second) * (first - second)) / (n + 2)));
  c.interval = {std::max(-1., first - second - half), std::min(1., first - second + half)};
  return c;
}

// What a draw of rows adds up. Of very many rows, groups are drawn in place of rows, as for the interval of R2 (interval.cpp): every 16,384th row makes one.
struct Sums {
  double rows = 0, target = 0, squares = 0, error_a = 0, error_b = 0;  ///< of targets less the first; of errors squared
  void add(const Sums& other) { rows += other.rows, target += other.target, squares += other.squares, error_a += other.error_a, error_b += other.error_b; }
  double difference() const {
    const double sst = squares - target * target / rows;
    return sst > 0 ? (error_b - error_a) / sst : 0;
  }
};
constexpr std::size_t most_drawn = 16384;

std::vector<Sums> sums_of(const std::vector<float>& truth, const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<Sums> sums(truth.size() > 2 * most_drawn ? most_drawn : truth.size());
  const double shift = truth[0];
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double y = truth[i], d = y - shift;
    sums[i % sums.size()].add({1, d, d * d, (y - a[i]) * (y - a[i]), (y - b[i]) * (y - b[i])});
  }
  return sums;
}

Comparison compare_values(const Tensor& a, const Tensor& b, const data::Dataset& set, std::uint64_t seed) {
  const std::vector<float> truth = set.targets.to_vector(), one = a.to_vector(), other = b.to_vector();
  if (one.size() != truth.size() || other.size() != truth.size()) fail(ErrorKind::shape, "compare: the models give " + to_string(a.shape()) + " and " + to_string(b.shape()) + " for targets " + to_string(set.targets.shape()));
  Comparison c;
  c.metric = "r2";
  c.test = "paired bootstrap";
  c.n = set.rows();
  c.a = r2(truth, one);
  c.b = r2(truth, other);
  c.difference = c.a - c.b;
  const std::size_t n = truth.size();
  if (n == 0) return c;
  const std::vector<Sums> rows = sums_of(truth, one, other);
  const auto resamples = static_cast<std::int64_t>(std::clamp(2e7 / static_cast<double>(rows.size()), 400., 2000.));
  std::vector<double> draws(static_cast<std::size_t>(resamples));
  parallel_for(resamples, [&](std::int64_t r) {
    const RandomStream stream = RandomStream{seed, 0x70616972}.derived(static_cast<std::uint64_t>(r));
    Sums drawn;
    for (std::size_t i = 0; i < rows.size(); ++i) drawn.add(rows[static_cast<std::size_t>(stream.below(i, rows.size()))]);
    draws[static_cast<std::size_t>(r)] = drawn.difference();
  });
  std::sort(draws.begin(), draws.end());
  c.interval = {sorted_quantile(draws, .025), sorted_quantile(draws, .975)};
  const auto below = static_cast<double>(std::lower_bound(draws.begin(), draws.end(), 0.) - draws.begin());
  const auto above = static_cast<double>(draws.end() - std::upper_bound(draws.begin(), draws.end(), 0.));
  c.p = std::min(1., 2 * (1 + std::min(below, above)) / (1 + static_cast<double>(resamples)));
  if (below + above == 0) c.p = 1;
  return c;
}

std::string digits(double v) {
  char text[40];
  std::snprintf(text, sizeof text, "%.4f", v);
  std::string s = text;
  if (const auto zero = s.find("0."); zero == 0 || (zero == 1 && s[0] == '-')) s.erase(zero, 1);
  return s;
}

}  // namespace

Comparison compare(const Tensor& a, const Tensor& b, const data::Dataset& set, std::uint64_t seed) {
  Comparison c = set.is_classification() ? compare_classes(a, b, set) : compare_values(a, b, set, seed);
  if (c.p <= .05) c.verdict = c.interval.low > 0 ? 1 : c.interval.high < 0 ? -1 : 0;
  return c;
}

Interval difference_interval(const Tensor& model, const Tensor& baseline, const data::Dataset& set, std::uint64_t seed) { return compare(model, baseline, set, seed).interval; }

std::string to_string(const Comparison& c, const std::string& a, const std::string& b) {
  const std::string interval = "95 % interval " + digits(c.interval.low) + " to " + digits(c.interval.high);
  const std::string rows = with_thousands(c.n) + (c.n == 1 ? " row" : " rows");
  if (c.verdict != 0) {
    const bool first = c.verdict > 0;
    const std::string span = first ? interval : "95 % interval " + digits(-c.interval.high) + " to " + digits(-c.interval.low);
    return (first ? a : b) + " is better than " + (first ? b : a) + " by " + digits(std::abs(c.difference)) + " in " + c.metric + " (" + span + ", " + rows + ")";
  }
  return "no difference shown: " + a + " less " + b + " is " + digits(c.difference) + " in " + c.metric + " (" + interval + ", " + rows + ")";
}

}  // namespace candor::candid
