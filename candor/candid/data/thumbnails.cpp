#include "candor/candid/data/thumbnails.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "candor/base/threads.h"

namespace candor::candid::detail {
namespace {

/// How much of source pixel c the target pixel t of `side` covers, along one axis.
struct Cover {
  std::vector<std::int64_t> first;
  std::vector<std::vector<double>> share;
};
Cover cover(std::int64_t size, std::int64_t side) {
  Cover out;
  for (std::int64_t t = 0; t < side; ++t) {
    const double from = static_cast<double>(t * size) / static_cast<double>(side), to = static_cast<double>((t + 1) * size) / static_cast<double>(side);
    const auto begin = static_cast<std::int64_t>(from);
    std::vector<double> share;
    for (std::int64_t c = begin; c < size && static_cast<double>(c) < to; ++c) share.push_back((std::min(to, static_cast<double>(c + 1)) - std::max(from, static_cast<double>(c))) / (to - from));
    out.first.push_back(begin);
    out.share.push_back(std::move(share));
  }
  return out;
}

template <typename T>
void shrink(const T* pixels, std::int64_t height, std::int64_t width, std::int64_t channels, std::int64_t channel, std::int64_t side, const Cover& down, const Cover& across, double* out) {
  std::vector<double> grey(static_cast<std::size_t>(height * width));
  for (std::int64_t i = 0; i < height * width; ++i) {
    const T* p = pixels + i * channels;
    grey[static_cast<std::size_t>(i)] = channel >= 0 ? static_cast<double>(p[channel]) : channels >= 3 ? .299 * static_cast<double>(p[0]) + .587 * static_cast<double>(p[1]) + .114 * static_cast<double>(p[2]) : static_cast<double>(p[0]);
  }
  for (std::int64_t r = 0; r < side; ++r)
    for (std::int64_t c = 0; c < side; ++c) {
      const auto &rows = down.share[static_cast<std::size_t>(r)], &columns = across.share[static_cast<std::size_t>(c)];
      double sum = 0;
      for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = 0; j < columns.size(); ++j)
          sum += rows[i] * columns[j] * grey[static_cast<std::size_t>((down.first[static_cast<std::size_t>(r)] + static_cast<std::int64_t>(i)) * width + across.first[static_cast<std::size_t>(c)] + static_cast<std::int64_t>(j))];
      out[r * side + c] = sum;
    }
}

}  // namespace

Matrix thumbnails(const Tensor& pictures, std::span<const std::int64_t> rows, std::int64_t side, std::int64_t channel) {
  Matrix out = Matrix::zeros(static_cast<std::int64_t>(rows.size()), side * side);
  if (pictures.rank() < 3 || pictures.rank() > 4 || pictures.shape(0) == 0) return out;
  const std::int64_t height = pictures.shape(1), width = pictures.shape(2), channels = pictures.rank() == 4 ? pictures.shape(3) : 1, size = height * width * channels;
  if (size == 0) return out;
  const Cover down = cover(height, side), across = cover(width, side);
  const Tensor dense = pictures.dtype() == DType::u8 ? pictures.contiguous() : pictures.to(DType::f32).contiguous();
  parallel_for(static_cast<std::int64_t>(rows.size()), [&](std::int64_t i) {
    const std::int64_t at = rows[static_cast<std::size_t>(i)] * size;
    double* to = out.values.data() + i * side * side;
    if (dense.dtype() == DType::u8) shrink(dense.data<std::uint8_t>() + at, height, width, channels, channel, side, down, across, to);
    else shrink(dense.data<float>() + at, height, width, channels, channel, side, down, across, to);
  });
  return out;
}

void normalise(Matrix& rows) {
  for (std::int64_t i = 0; i < rows.rows; ++i) {
    const auto row = rows.row(i);
    double mean = 0, length = 0;
    for (const double x : row) mean += x / static_cast<double>(row.size());
    for (double& x : row) x -= mean, length += x * x;
    length = std::sqrt(length);
    for (double& x : row) x = length > 1e-6 ? x / length : 0;
  }
}

Matrix mirrored(const Matrix& rows, std::int64_t side) {
  Matrix out = rows;
  for (std::int64_t i = 0; i < rows.rows; ++i)
    for (std::int64_t r = 0; r < side; ++r)
      for (std::int64_t c = 0; c < side; ++c) out.at(i, r * side + c) = rows.at(i, r * side + side - 1 - c);
  return out;
}

}  // namespace candor::candid::detail
