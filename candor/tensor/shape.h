// Extents of a tensor: up to eight axes, held inline so that shapes cost no allocation.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace candor {
/// Extents of a tensor, outermost first: at most max_rank axes, none negative, product at most 2^59. The default is a scalar.
class Shape {
 public:
  static constexpr int max_rank = 8;

  Shape() = default;  ///< a scalar
  Shape(std::initializer_list<std::int64_t> extents);
  /// Throws Error (shape) for more than eight axes, a negative extent, or a product beyond 2^59 (of which no size in bytes overflows).
  explicit Shape(std::span<const std::int64_t> extents);
  explicit Shape(const std::vector<std::int64_t>& extents);

  int rank() const { return rank_; }
  /// Extent of an axis; negative axes count from the end. Throws Error (shape) when there is no such axis.
  std::int64_t operator[](int axis) const { return extents_[static_cast<std::size_t>(normalize(axis))]; }
  /// Throws Error (shape) as the constructor does.
  void set(int axis, std::int64_t extent);
  /// Number of elements; 1 for a scalar.
  std::int64_t size() const;
  /// `axis` made non-negative. Throws Error (shape) when out of range.
  int normalize(int axis) const;

  const std::int64_t* begin() const { return extents_.data(); }
  const std::int64_t* end() const { return extents_.data() + rank_; }
  std::vector<std::int64_t> to_vector() const;
  Shape with(int axis, std::int64_t extent) const;
  Shape without(int axis) const;
  Shape inserted(int axis, std::int64_t extent) const;  ///< axis in [0, rank]

  bool operator==(const Shape& other) const;

 private:
  void check() const;
  std::array<std::int64_t, max_rank> extents_{};
  int rank_ = 0;
};

/// "[32, 784]"; "[]" for a scalar.
std::string to_string(const Shape& shape);

/// The shape both broadcast to by NumPy's rule. Throws Error (shape) that names `what` and both shapes.
Shape broadcast(const Shape& a, const Shape& b, const std::string& what);

/// Row-major strides in elements.
std::array<std::int64_t, Shape::max_rank> row_major_strides(const Shape& shape);

}  // namespace candor
