#include "candor/tensor/shape.h"

#include <algorithm>

#include "candor/base/error.h"

namespace candor {

Shape::Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}

Shape::Shape(const std::vector<std::int64_t>& extents) : Shape(std::span<const std::int64_t>(extents)) {}

std::vector<std::int64_t> Shape::to_vector() const { return {begin(), end()}; }

Shape::Shape(std::span<const std::int64_t> extents) {
  if (extents.size() > max_rank)
    fail(ErrorKind::shape, "shape: at most 8 axes are supported, got " + std::to_string(extents.size()));
  rank_ = static_cast<int>(extents.size());
  std::copy(extents.begin(), extents.end(), extents_.begin());
  check();
}

void Shape::check() const {
  std::int64_t product = 1;
  for (int i = 0; i < rank_; ++i) {
    const std::int64_t extent = extents_[static_cast<std::size_t>(i)];
    if (extent < 0) fail(ErrorKind::shape, "shape: extent of axis " + std::to_string(i) + " is negative: " + std::to_string(extent));
    if (extent > 0 && product > (std::int64_t{1} << 59) / extent) fail(ErrorKind::shape, "shape: more than 2^59 elements in " + to_string(*this));
    product *= std::max<std::int64_t>(extent, 1);
  }
}

void Shape::set(int axis, std::int64_t extent) {
  extents_[static_cast<std::size_t>(normalize(axis))] = extent;
  check();
}

std::int64_t Shape::size() const {
  std::int64_t product = 1;
  for (std::int64_t extent : *this) product *= extent;
  return product;
}

int Shape::normalize(int axis) const {
  if (axis < -rank_ || axis >= rank_)
    fail(ErrorKind::shape, "axis " + std::to_string(axis) + " is out of range for shape " + to_string(*this));
  return axis < 0 ? axis + rank_ : axis;
}

Shape Shape::with(int axis, std::int64_t extent) const {
  Shape result = *this;
  result.set(axis, extent);
  return result;
}

Shape Shape::without(int axis) const {
  axis = normalize(axis);
  Shape result;
  for (int i = 0; i < rank_; ++i)
    if (i != axis) result.extents_[static_cast<std::size_t>(result.rank_++)] = extents_[static_cast<std::size_t>(i)];
  return result;
}

Shape Shape::inserted(int axis, std::int64_t extent) const {
  if (axis < 0 || axis > rank_)
    fail(ErrorKind::shape, "axis " + std::to_string(axis) + " cannot be inserted into shape " + to_string(*this));
  std::vector<std::int64_t> extents = to_vector();
  extents.insert(extents.begin() + axis, extent);
  return Shape(extents);
}

bool Shape::operator==(const Shape& other) const {
  return rank_ == other.rank_ && std::equal(begin(), end(), other.begin());
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (int i = 0; i < shape.rank(); ++i) {
    if (i) text += ", ";
    text += std::to_string(*(shape.begin() + i));
  }
  return text + "]";
}

Shape broadcast(const Shape& a, const Shape& b, const std::string& what) {
  const int rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> extents(static_cast<std::size_t>(rank));
  for (int i = 1; i <= rank; ++i) {
    const std::int64_t left = i <= a.rank() ? a[-i] : 1, right = i <= b.rank() ? b[-i] : 1;
    if (left != right && left != 1 && right != 1)
      fail(ErrorKind::shape, what + ": shapes do not broadcast: " + to_string(a) + " and " + to_string(b) + " (" +
                                 std::to_string(left) + " vs " + std::to_string(right) + " in axis " + std::to_string(-i) + ")");
    extents[static_cast<std::size_t>(rank - i)] = left == 1 ? right : left;
  }
  return Shape(extents);
}

std::array<std::int64_t, Shape::max_rank> row_major_strides(const Shape& shape) {
  std::array<std::int64_t, Shape::max_rank> strides{};
  std::int64_t stride = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[static_cast<std::size_t>(i)] = stride;
    stride *= shape[i];
  }
  return strides;
}

}  // namespace candor
