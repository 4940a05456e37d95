#include "candor/train/checks/targets.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace candor::detail {
namespace {

constexpr std::int64_t most_classes = 4096;

template <class T>
double number(T value) {
  if constexpr (std::is_same_v<T, bf16_t> || std::is_same_v<T, f16_t>) return static_cast<double>(static_cast<float>(value));
  else return static_cast<double>(value);
}

struct Sums {
  double sum = 0, squares = 0, shift = 0;
};

template <class T>
void look(const T* data, TargetSummary& s, std::int64_t step) {
  s.low = std::numeric_limits<double>::infinity();
  s.high = -s.low;
  s.whole = true;
  bool countable = true;
  std::vector<std::int64_t> counts;
  Sums sums;
  sums.shift = number(data[0]);
  if (!std::isfinite(sums.shift)) sums.shift = 0;
  std::int64_t below = 0, above = 0, beyond = 0, hot = 0, whole_rows = 0, rows_seen = 0;
  for (std::int64_t row = 0; row < s.rows; row += step) {
    double total = 0;
    std::int64_t ones = 0, zeros = 0;
    for (std::int64_t j = 0; j < s.width; ++j) {
      const double v = number(data[row * s.width + j]);
      if (!std::isfinite(v)) {
        s.finite = false;
        continue;
      }
      ++s.values;
      s.low = std::min(s.low, v), s.high = std::max(s.high, v);
      const double d = v - sums.shift;
      sums.sum += d, sums.squares += d * d;
      below += v < 0, above += v > 1, beyond += std::abs(v) > 1;
      total += v, ones += v == 1, zeros += v == 0;
      if (s.whole && v != std::floor(v)) s.whole = false;
      if (countable && s.whole && v >= 0 && v < static_cast<double>(most_classes)) {
        const auto at = static_cast<std::size_t>(v);
        if (at >= counts.size()) counts.resize(at + 1, 0);
        ++counts[at];
      } else {
        countable = false;
      }
    }
    ++rows_seen;
    hot += ones == 1 && zeros == s.width - 1;
    whole_rows += std::abs(total - 1) < 1e-3;
  }
  if (s.values == 0) return;
  const auto n = static_cast<double>(s.values);
  s.mean = sums.shift + sums.sum / n;
  s.variance = std::max(0.0, sums.squares / n - (sums.sum / n) * (sums.sum / n));
  s.below_0 = static_cast<double>(below) / n, s.above_1 = static_cast<double>(above) / n, s.beyond_1 = static_cast<double>(beyond) / n;
  s.one_hot = s.width > 1 && hot == rows_seen;
  s.sums_to_1 = s.width > 1 && whole_rows == rows_seen && s.low >= 0;
  if (countable && s.whole && s.finite) s.counts = std::move(counts);
  double distance = 0;
  for (std::int64_t row = 0; row < s.rows; row += step)
    for (std::int64_t j = 0; j < s.width; ++j)
      if (const double v = number(data[row * s.width + j]); std::isfinite(v)) distance += std::abs(v - s.mean);
  s.absolute_deviation = distance / n;
}

}  // namespace

double TargetSummary::entropy() const {
  if (counts.empty() || values == 0) return 0;
  double sum = 0;
  for (const std::int64_t count : counts)
    if (count > 0) sum -= static_cast<double>(count) / static_cast<double>(values) * std::log(static_cast<double>(count) / static_cast<double>(values));
  return sum;
}

TargetSummary summarize_targets(const Tensor& y, std::int64_t rows, std::int64_t most) {
  TargetSummary s;
  s.rows = std::min(rows, y.shape(0));
  const std::int64_t each = y.shape(0) > 0 ? y.size() / y.shape(0) : 0;
  s.width = each;
  if (s.rows < 1 || each < 1) return s;
  const std::int64_t step = std::max<std::int64_t>(1, s.rows * each / most);
  const Tensor values = y.contiguous();
  visit_dtype(values.dtype(), [&](auto zero) { look(values.data<decltype(zero)>(), s, step); });
  if (y.rank() > 2) {
    s.one_hot = s.sums_to_1 = false;
    s.width = y.shape(-1);
  }
  return s;
}

}  // namespace candor::detail
