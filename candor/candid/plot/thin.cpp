#include "candor/candid/plot/thin.h"

#include <algorithm>
#include <cmath>

namespace candor::candid::plot {

Curve thinned(const Curve& curve, std::size_t limit) {
  const std::size_t n = std::min(curve.x.size(), curve.y.size());
  const bool band = curve.low.size() >= n && curve.high.size() >= n && n > 0;
  std::vector<std::size_t> kept;
  if (n <= limit) {
    for (std::size_t i = 0; i < n; ++i) kept.push_back(i);
  } else {
    const std::size_t stretches = std::max<std::size_t>(limit / 2, 2);
    for (std::size_t s = 0; s < stretches; ++s) {
      const std::size_t begin = s * n / stretches, end = (s + 1) * n / stretches;
      std::size_t lowest = begin, highest = begin;
      for (std::size_t i = begin; i < end; ++i) {
        if (curve.y[i] < curve.y[lowest] || !std::isfinite(curve.y[lowest])) lowest = i;
        if (curve.y[i] > curve.y[highest] || !std::isfinite(curve.y[highest])) highest = i;
      }
      for (const std::size_t i : {s == 0 ? begin : std::min(lowest, highest), s + 1 == stretches ? end - 1 : std::max(lowest, highest)}) {
        if (kept.empty() || i > kept.back()) kept.push_back(i);
      }
    }
  }
  Curve out{curve.name, {}, {}, {}, {}};
  for (const std::size_t i : kept) {
    out.x.push_back(curve.x[i]);
    out.y.push_back(curve.y[i]);
    if (!band) continue;
    out.low.push_back(curve.low[i]);
    out.high.push_back(curve.high[i]);
  }
  return out;
}

std::vector<std::size_t> sampled(std::size_t n, std::size_t limit) {
  std::vector<std::size_t> out;
  const std::size_t count = std::min(n, limit);
  for (std::size_t i = 0; i < count; ++i) out.push_back(n <= limit ? i : i * (n / limit) + i * (n % limit) / limit);
  return out;
}

}  // namespace candor::candid::plot
