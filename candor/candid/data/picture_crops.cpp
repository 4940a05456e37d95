#include "candor/candid/data/picture_crops.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace candor::candid::detail {
namespace {

constexpr double least_part = .7;

void centre(std::vector<double>& x) {
  double mean = 0, length = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (double& v : x) v -= mean, length += v * v;
  length = std::sqrt(length);
  for (double& v : x) v = length > 1e-6 ? v / length : 0;
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Each pixel less the mean of the nine around it, without the rim, bounded by the median of its size.
std::vector<double> grain(const std::vector<double>& x) {
  std::vector<double> out;
  for (std::int64_t r = 1; r + 1 < crop_side; ++r)
    for (std::int64_t c = 1; c + 1 < crop_side; ++c) {
      double around = 0;
      for (std::int64_t i = r - 1; i <= r + 1; ++i)
        for (std::int64_t j = c - 1; j <= c + 1; ++j) around += x[static_cast<std::size_t>(i * crop_side + j)];
      out.push_back(x[static_cast<std::size_t>(r * crop_side + c)] - around / 9);
    }
  std::vector<double> sizes = out;
  for (double& v : sizes) v = std::abs(v);
  std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2), sizes.end());
  for (double& v : out) v = std::clamp(v, -sizes[sizes.size() / 2], sizes[sizes.size() / 2]);
  centre(out);
  return out;
}

}  // namespace

CropView::CropView(std::span<const double> fine) : sums_(static_cast<std::size_t>((crop_fine + 1) * (crop_fine + 1))) {
  for (std::int64_t r = 0; r < crop_fine; ++r) {
    double row = 0;
    for (std::int64_t c = 0; c < crop_fine; ++c) {
      row += fine[static_cast<std::size_t>(r * crop_fine + c)];
      sums_[static_cast<std::size_t>((r + 1) * (crop_fine + 1) + c + 1)] = sums_[static_cast<std::size_t>(r * (crop_fine + 1) + c + 1)] + row;
    }
  }
  window(0, 0, 1, 1, small_);
  centre(small_);
}

void CropView::window(double left, double top, double width, double height, std::vector<double>& out) const {
  constexpr std::size_t corners = crop_side + 1;
  struct Place {
    std::size_t at;
    double beyond;
  };
  std::array<Place, corners> across{}, down{};
  const auto place = [](double share) {
    const double x = std::clamp(share, 0.0, 1.0) * static_cast<double>(crop_fine);
    const auto at = std::min(static_cast<std::size_t>(x), static_cast<std::size_t>(crop_fine - 1));
    return Place{at, x - static_cast<double>(at)};
  };
  for (std::size_t i = 0; i < corners; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(crop_side);
    across[i] = place(left + width * share), down[i] = place(top + height * share);
  }
  const auto sum = [&](const Place& y, const Place& x) {
    const double* row = sums_.data() + y.at * static_cast<std::size_t>(crop_fine + 1) + x.at;
    const double* below = row + crop_fine + 1;
    return (1 - y.beyond) * ((1 - x.beyond) * row[0] + x.beyond * row[1]) + y.beyond * ((1 - x.beyond) * below[0] + x.beyond * below[1]);
  };
  std::array<double, corners> above{}, here{};
  for (std::size_t i = 0; i < corners; ++i) above[i] = sum(down[0], across[i]);
  out.resize(static_cast<std::size_t>(crop_side * crop_side));
  for (std::size_t r = 0; r < static_cast<std::size_t>(crop_side); ++r) {
    for (std::size_t i = 0; i < corners; ++i) here[i] = sum(down[r + 1], across[i]);
    for (std::size_t c = 0; c < static_cast<std::size_t>(crop_side); ++c) out[r * static_cast<std::size_t>(crop_side) + c] = here[c + 1] - here[c] - above[c + 1] + above[c];
    above = here;
  }
}

double CropView::match(double left, double top, double width, double height, const CropView& other, std::vector<double>& room) const {
  if (width < least_part || height < least_part || width > 1 || height > 1 || left < 0 || top < 0 || left + width > 1 + 1e-9 || top + height > 1 + 1e-9) return -1;
  window(left, top, width, height, room);
  centre(room);
  return product(room, other.small_);
}

double CropView::likeness(const CropView& other) const { return product(small_, other.small_); }

double CropView::detail(const CropView& other) const { return product(grain(small_), grain(other.small_)); }

CropMatch CropView::best_window(const CropView& other) const {
  std::vector<double> room;
  std::array<double, 4> best{0, 0, 1, 1};
  double top = likeness(other);
  for (const double size : {.95, .9, .85, .8, .75})
    for (const double x : {0.0, .5, 1.0})
      for (const double y : {0.0, .5, 1.0}) {
        const double r = match(x * (1 - size), y * (1 - size), size, size, other, room);
        if (r > top) top = r, best = {x * (1 - size), y * (1 - size), size, size};
      }
  if (top < .8) return {top, 0};  // nothing to come closer to
  // Then each side by itself, in smaller and smaller steps.
  for (double step = .04; step > .004; step *= .5)
    for (bool better = true; better;) {
      better = false;
      for (std::size_t side = 0; side < 4; ++side)
        for (const double sign : {-1.0, 1.0}) {
          // Moving the left or the upper edge leaves the opposite one where it is.
          std::array<double, 4> next = best;
          next[side] += sign * step;
          if (side < 2) next[side + 2] -= sign * step;
          const double r = match(next[0], next[1], next[2], next[3], other, room);
          if (r > top + 1e-6) top = r, best = next, better = true;
        }
    }
  window(best[0], best[1], best[2], best[3], room);
  return {top, product(grain(room), grain(other.small_))};
}

CropMatch crop_match(const CropView& a, const CropView& b) {
  const CropMatch one = a.best_window(b), other = b.best_window(a);
  return one.likeness < other.likeness ? other : one;
}

}  // namespace candor::candid::detail
