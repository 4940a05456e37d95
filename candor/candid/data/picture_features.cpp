#include "candor/candid/data/picture_features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "candor/base/threads.h"
#include "candor/candid/data/thumbnails.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t side = 24, cell = 4, cells = side / cell, directions = 8, edges = cells * cells * directions, greys = 12 * 12, patches = 4 * 4, colours = 3 * patches;

/// Brings numbers to length `length`; nothing but zeros stays so.
void to_length(std::span<double> values, double length) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  if (sum <= 1e-12) return std::fill(values.begin(), values.end(), 0.0);
  const double factor = length / std::sqrt(sum);
  for (double& v : values) v *= factor;
}

/// Histograms of gradients of one picture of `side` x `side` greys, into `edges` numbers.
void histograms(std::span<const double> grey, std::span<double> out) {
  const auto at = [&](std::int64_t r, std::int64_t c) { return grey[static_cast<std::size_t>(r * side + c)]; };
  for (std::int64_t r = 1; r + 1 < side; ++r)
    for (std::int64_t c = 1; c + 1 < side; ++c) {
      const double across = at(r, c + 1) - at(r, c - 1), down = at(r + 1, c) - at(r - 1, c), strength = std::hypot(across, down);
      if (strength <= 0) continue;
      double turn = std::atan2(down, across) / (2 * std::numbers::pi) * directions;
      if (turn < 0) turn += directions;
      const auto first = static_cast<std::int64_t>(turn) % directions;
      const double part = turn - std::floor(turn);
      const std::int64_t base = ((r / cell) * cells + c / cell) * directions;
      out[static_cast<std::size_t>(base + first)] += strength * (1 - part);
      out[static_cast<std::size_t>(base + (first + 1) % directions)] += strength * part;
    }
  // Each cell beside its neighbours: a shadow over one corner does not hide what is in it.
  std::array<double, static_cast<std::size_t>(cells * cells)> energy{}, around{};
  double mean = 0;
  for (std::int64_t k = 0; k < edges; ++k) energy[static_cast<std::size_t>(k / directions)] += out[static_cast<std::size_t>(k)] * out[static_cast<std::size_t>(k)];
  for (const double e : energy) mean += e / static_cast<double>(energy.size());
  for (std::int64_t r = 0; r < cells; ++r)
    for (std::int64_t c = 0; c < cells; ++c)
      for (std::int64_t nr = std::max<std::int64_t>(r - 1, 0); nr <= std::min(r + 1, cells - 1); ++nr)
        for (std::int64_t nc = std::max<std::int64_t>(c - 1, 0); nc <= std::min(c + 1, cells - 1); ++nc) around[static_cast<std::size_t>(r * cells + c)] += energy[static_cast<std::size_t>(nr * cells + nc)];
  for (std::int64_t k = 0; k < edges; ++k) {
    double& v = out[static_cast<std::size_t>(k)];
    v = mean > 0 ? std::sqrt(v / std::sqrt(around[static_cast<std::size_t>(k / directions)] + .1 * mean)) : 0;
  }
}

}  // namespace

Matrix picture_features(const Tensor& pictures, std::span<const std::int64_t> rows) {
  const auto n = static_cast<std::int64_t>(rows.size());
  Matrix out = Matrix::zeros(n, edges + greys + colours);
  const Matrix fine = thumbnails(pictures, rows, side);
  Matrix coarse = thumbnails(pictures, rows, 12);
  normalise(coarse);
  const bool colour = pictures.rank() == 4 && pictures.shape(3) >= 3;
  std::array<Matrix, 3> planes;
  for (std::int64_t k = 0; k < 3; ++k) planes[static_cast<std::size_t>(k)] = thumbnails(pictures, rows, 4, colour ? k : -1);
  parallel_for(n, [&](std::int64_t i) {
    const std::span<double> row = out.row(i);
    histograms(fine.row(i), row.first(edges));
    to_length(row.first(edges), std::sqrt(.8));
    for (std::int64_t k = 0; k < greys; ++k) row[static_cast<std::size_t>(edges + k)] = coarse.at(i, k) * std::sqrt(.1);
    for (std::int64_t k = 0; k < colours; ++k) row[static_cast<std::size_t>(edges + greys + k)] = planes[static_cast<std::size_t>(k % 3)].at(i, k / 3);
    to_length(row.subspan(edges + greys), std::sqrt(.1));
  });
  return out;
}

}  // namespace candor::candid::detail
