#include "candor/candid/series/block_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// What a row adds to sums that a score is made of.
struct Sums {
  double n = 0, target = 0, target_squares = 0, error_squares = 0, error = 0;
  void add(const Sums& o) { n += o.n, target += o.target, target_squares += o.target_squares, error_squares += o.error_squares, error += o.error; }
};

std::vector<Sums> sums_of_rows(std::span<const float> target, std::span<const float> prediction, std::int64_t width) {
  if (width < 1 || target.size() != prediction.size() || target.size() % static_cast<std::size_t>(width)) {
    fail(ErrorKind::shape, "block bootstrap: " + std::to_string(target.size()) + " targets, " + std::to_string(prediction.size()) + " predictions, " + std::to_string(width) + " a row");
  }
  // Around the mean, so that squares of large values do not swallow the differences.
  double mean = 0;
  for (const float v : target) mean += static_cast<double>(v);
  mean /= std::max<double>(1, static_cast<double>(target.size()));
  std::vector<Sums> rows(target.size() / static_cast<std::size_t>(width));
  for (std::size_t i = 0; i < target.size(); ++i) {
    const double y = static_cast<double>(target[i]) - mean, e = static_cast<double>(prediction[i]) - static_cast<double>(target[i]);
    rows[i / static_cast<std::size_t>(width)].add({1, y, y * y, e * e, std::abs(e)});
  }
  return rows;
}

template <class Score>
Interval bootstrap(const std::vector<Sums>& rows, const BlockOptions& o, Score score) {
  if (!(o.level > 0 && o.level < 1)) fail(ErrorKind::invalid_argument, "interval: level must be between 0 and 1, and is " + std::to_string(o.level));
  if (o.block < 0 || o.reach < 1) fail(ErrorKind::invalid_argument, "block bootstrap: a block of " + std::to_string(o.block) + " rows with a reach of " + std::to_string(o.reach));
  const auto n = static_cast<std::int64_t>(rows.size());
  if (n == 0 || o.resamples < 1) return {nan, nan};
  const auto usual = static_cast<std::int64_t>(std::ceil(std::cbrt(static_cast<double>(n))));
  const std::int64_t block = std::min(o.block ? o.block : std::max(usual, o.reach), std::max<std::int64_t>(n / 2, 1)), blocks = (n + block - 1) / block;
  // Sums up to each row, twice around: a block is one difference.
  std::vector<Sums> until(static_cast<std::size_t>(2 * n + 1));
  for (std::int64_t i = 0; i < 2 * n; ++i) {
    until[static_cast<std::size_t>(i + 1)] = until[static_cast<std::size_t>(i)];
    until[static_cast<std::size_t>(i + 1)].add(rows[static_cast<std::size_t>(i % n)]);
  }
  std::vector<double> scores(static_cast<std::size_t>(o.resamples));
  parallel_for(o.resamples, [&](std::int64_t r) {
    const RandomStream draw = RandomStream{o.seed, 0x626c6f636b}.derived(static_cast<std::uint64_t>(r));
    Sums all;
    for (std::int64_t b = 0; b < blocks; ++b) {
      const auto from = static_cast<std::size_t>(draw.below(static_cast<std::uint64_t>(b), static_cast<std::uint64_t>(n)));
      const auto length = static_cast<std::size_t>(std::min(block, n - b * block));
      const Sums &low = until[from], &high = until[from + length];
      all.add({high.n - low.n, high.target - low.target, high.target_squares - low.target_squares, high.error_squares - low.error_squares, high.error - low.error});
    }
    scores[static_cast<std::size_t>(r)] = score(all);
  });
  return percentile_interval(std::move(scores), o.level);
}

}  // namespace

Interval block_bootstrap_r2(std::span<const float> target, std::span<const float> prediction, std::int64_t width, const BlockOptions& options) {
  return bootstrap(sums_of_rows(target, prediction, width), options, [](const Sums& s) {
    const double spread = s.target_squares - s.target * s.target / s.n;
    return spread > 1e-12 * s.target_squares ? 1 - s.error_squares / spread : nan;
  });
}

Interval block_bootstrap_mean_absolute_error(std::span<const float> target, std::span<const float> prediction, std::int64_t width, const BlockOptions& options) {
  return bootstrap(sums_of_rows(target, prediction, width), options, [](const Sums& s) { return s.error / s.n; });
}

Interval block_bootstrap_difference(std::span<const float> target, std::span<const float> a, std::span<const float> b, std::int64_t width, const BlockOptions& options) {
  std::vector<Sums> rows = sums_of_rows(target, a, width);
  const std::vector<Sums> other = sums_of_rows(target, b, width);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].error -= other[i].error;
  return bootstrap(rows, options, [](const Sums& s) { return s.error / s.n; });
}

Interval block_bootstrap_r2_difference(std::span<const float> target, std::span<const float> a, std::span<const float> b, std::int64_t width, const BlockOptions& options) {
  std::vector<Sums> rows = sums_of_rows(target, a, width);
  const std::vector<Sums> other = sums_of_rows(target, b, width);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].error_squares -= other[i].error_squares;
  return bootstrap(rows, options, [](const Sums& s) {
    const double spread = s.target_squares - s.target * s.target / s.n;
    return spread > 1e-12 * s.target_squares ? -s.error_squares / spread : nan;
  });
}

}  // namespace candor::candid
