#include "candor/data/table/telling_edges.h"

#include <algorithm>
#include <cmath>
#include <queue>

namespace candor::data::detail {
namespace {

/// A run of the rows in the order of the number, and the cut that gains most in it.
struct Piece {
  std::size_t begin = 0, end = 0, cut = 0;
  double gain = 0;
  bool operator<(const Piece& other) const { return gain != other.gain ? gain < other.gain : begin > other.begin; }
};

/// Sums of the targets up to each row: differences are sums of any run.
struct Sums {
  std::size_t width = 0;
  std::vector<double> before;  // [rows + 1, width]
  double squared(std::size_t begin, std::size_t end) const {
    double sum = 0;
    for (std::size_t j = 0; j < width; ++j) {
      const double part = before[end * width + j] - before[begin * width + j];
      sum += part * part;
    }
    return sum / static_cast<double>(end - begin);
  }
};

Piece best_cut(const std::vector<double>& x, const Sums& sums, std::size_t begin, std::size_t end, std::size_t least) {
  Piece piece{begin, end, begin, 0};
  if (end - begin < 2 * least) return piece;
  const double whole = sums.squared(begin, end);
  for (std::size_t cut = begin + least; cut + least <= end; ++cut) {
    if (x[cut] == x[cut - 1]) continue;
    const double gain = sums.squared(begin, cut) + sums.squared(cut, end) - whole;
    if (gain > piece.gain) piece.gain = gain, piece.cut = cut;
  }
  return piece;
}

}  // namespace

std::vector<double> telling_edges(const std::vector<double>& numbers, const TargetNumbers& targets, std::int64_t pieces) {
  std::vector<std::size_t> order;
  for (std::size_t r = 0; r < numbers.size(); ++r)
    if (numbers[r] == numbers[r]) order.push_back(r);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return numbers[a] < numbers[b]; });
  if (order.size() < 2 || pieces < 2 || targets.width == 0) return {};
  Sums sums{static_cast<std::size_t>(targets.width), {}};
  std::vector<double> x, scale(sums.width, 0.), mean(sums.width, 0.);
  const auto n = static_cast<double>(order.size());
  for (std::size_t r : order)
    for (std::size_t j = 0; j < sums.width; ++j) mean[j] += targets.values[r * sums.width + j] / n;
  for (std::size_t r : order)
    for (std::size_t j = 0; j < sums.width; ++j) {
      const double d = targets.values[r * sums.width + j] - mean[j];
      scale[j] += d * d / n;
    }
  // Each target counts alike, less its mean, so that no sum of squares loses its digits.
  sums.before.assign((order.size() + 1) * sums.width, 0.);
  for (std::size_t i = 0; i < order.size(); ++i) {
    x.push_back(numbers[order[i]]);
    for (std::size_t j = 0; j < sums.width; ++j)
      sums.before[(i + 1) * sums.width + j] = sums.before[i * sums.width + j] + (scale[j] > 0 ? (targets.values[order[i] * sums.width + j] - mean[j]) / std::sqrt(scale[j]) : 0.);
  }
  const std::size_t least = std::max<std::size_t>(16, order.size() / 1000);
  std::priority_queue<Piece> open;
  std::vector<std::size_t> cuts;
  open.push(best_cut(x, sums, 0, order.size(), least));
  while (!open.empty() && static_cast<std::int64_t>(cuts.size()) + 1 < pieces) {
    const Piece piece = open.top();
    open.pop();
    if (piece.gain <= 1e-9 * n) break;  // rounding of the sums; the targets have deviation 1
    cuts.push_back(piece.cut);
    open.push(best_cut(x, sums, piece.begin, piece.cut, least));
    open.push(best_cut(x, sums, piece.cut, piece.end, least));
  }
  if (cuts.empty()) return {};
  std::sort(cuts.begin(), cuts.end());
  std::vector<double> edges{x.front()};
  for (std::size_t cut : cuts)
    if (const double edge = x[cut - 1] / 2 + x[cut] / 2; edge > edges.back() && edge < x.back()) edges.push_back(edge);
  edges.push_back(x.back());
  if (edges.size() < 3) edges.clear();
  return edges;
}

}  // namespace candor::data::detail
