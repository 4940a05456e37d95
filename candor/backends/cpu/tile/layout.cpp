#include "candor/backends/cpu/tile/layout.h"

#include <algorithm>
#include <numeric>

namespace candor::cpu::tile {
namespace {

constexpr std::int64_t long_row = 256;          // rows from here on are walked one at a time
constexpr std::int64_t longest_tile = 1024, shortest_tile = 256;
constexpr std::size_t tile_budget = 24 << 10;   // of a first-level cache of 32 KiB
constexpr double least_parallel = 64 << 10;     // simple operations below which one thread is quicker
constexpr double chunk_work = 32 << 10;

using Strides = std::array<std::int64_t, Shape::max_rank>;

Strides broadcast_strides(const Shape& from, const Shape& to) {
  const Strides own = row_major_strides(from);
  Strides strides{};
  for (int i = 1; i <= from.rank(); ++i)
    if (from[-i] != 1) strides[static_cast<std::size_t>(to.rank() - i)] = own[static_cast<std::size_t>(from.rank() - i)];
  return strides;
}

Reach reach_of(const Program& p, const Strides& stride) {
  const auto inner = static_cast<std::size_t>(p.rank - 1);
  bool outer_zero = true, whole = true;
  std::int64_t expected = 1;
  for (std::size_t a = inner + 1; a-- > 0;) {
    whole &= stride[a] == expected || p.extent[a] == 1;
    expected *= p.extent[a];
    if (a != inner) outer_zero &= stride[a] == 0;
  }
  if (outer_zero && stride[inner] == 0) return Reach::scalar;
  if (whole) return Reach::whole;
  if (outer_zero) return Reach::row;
  return stride[inner] == 0 ? Reach::column : Reach::gather;
}

}  // namespace

std::vector<Reach> lay_out(Program& p, const Shape& shape, std::span<const Shape> shapes) {
  std::vector<Strides> all, merged(shapes.size());
  for (const Shape& s : shapes) all.push_back(broadcast_strides(s, shape));
  int rank = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t extent = shape[axis];
    if (extent == 1) continue;
    const auto a = static_cast<std::size_t>(axis);
    bool merges = rank > 0;
    for (std::size_t i = 0; merges && i < all.size(); ++i) merges = merged[i][static_cast<std::size_t>(rank - 1)] == all[i][a] * extent;
    const auto at = static_cast<std::size_t>(merges ? rank - 1 : rank++);
    p.extent[at] = merges ? p.extent[at] * extent : extent;
    for (std::size_t i = 0; i < all.size(); ++i) merged[i][at] = all[i][a];
  }
  if (rank == 0) p.extent[0] = 1, rank = 1;
  p.rank = rank;
  p.total = shape.size();
  p.row_length = p.extent[static_cast<std::size_t>(rank - 1)];
  p.by_rows = rank > 1 && p.row_length >= long_row;
  std::vector<Reach> reach;
  for (const Strides& stride : merged) reach.push_back(reach_of(p, stride));
  for (std::size_t i = 0; i < p.inputs.size(); ++i) p.inputs[i].stride = merged[i];
  return reach;
}

void choose_tile(Program& p, std::size_t bytes_per_element) {
  std::int64_t length = longest_tile;
  while (length > shortest_tile && static_cast<std::size_t>(length) * bytes_per_element > tile_budget) length /= 2;
  if (p.rank > 1 && !p.by_rows && p.row_length > 0) {
    const std::int64_t groups_of_rows = std::lcm(p.row_length, static_cast<std::int64_t>(group));
    length = groups_of_rows <= length ? length / groups_of_rows * groups_of_rows : std::max<std::int64_t>(1, length / p.row_length) * p.row_length;
  }
  p.tile_length = std::clamp<std::int64_t>(p.by_rows ? p.row_length : p.total, 1, length);
}

void choose_chunks(Program& p, double cost) {
  const std::int64_t units = p.by_rows ? p.total / p.row_length : p.total;
  p.chunk = std::max<std::int64_t>(1, units);
  if (static_cast<double>(p.total) * cost >= least_parallel) {
    const auto elements = static_cast<std::int64_t>(chunk_work / cost);
    if (p.by_rows) p.chunk = std::max<std::int64_t>(1, elements / p.row_length);
    else p.chunk = std::max<std::int64_t>(1, elements / p.tile_length) * p.tile_length;
  }
  p.chunks = std::max<std::int64_t>(1, (units + p.chunk - 1) / p.chunk);
}

}  // namespace candor::cpu::tile
