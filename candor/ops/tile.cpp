// tile and repeat, written with broadcast_to and take.
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/rules.h"

namespace candor {

using Ints = std::vector<std::int64_t>;

Tensor tile(const Tensor& x, const Ints& repeats) {
  Ints extents = x.shape().to_vector(), counts = repeats;
  extents.insert(extents.begin(), counts.size() > extents.size() ? counts.size() - extents.size() : 0, 1);
  counts.insert(counts.begin(), extents.size() - counts.size(), 1);
  Shape whole(extents);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < 0) fail(ErrorKind::invalid_argument, "tile: repeats must not be negative, got " + std::to_string(counts[i]) + " for axis " + std::to_string(i));
    if (extents[i] > 0 && counts[i] > (std::int64_t{1} << 62) / extents[i])
      fail(ErrorKind::invalid_argument, "tile: " + std::to_string(counts[i]) + " repeats of axis " + std::to_string(i) + " of " + to_string(x.shape()) + " are too many");
    whole.set(static_cast<int>(i), extents[i] * counts[i]);
  }
  (void)Shape(whole.to_vector());  // too many elements are an error before anything is copied
  Tensor result = reshape(x, Shape(extents));
  for (std::size_t i = 0; i < counts.size(); ++i) {  // one axis at a time, so that rank 8 is enough
    if (counts[i] == 1) continue;
    std::int64_t outer = 1, inner = 1;
    for (int a = 0; a < result.rank(); ++a) (a < static_cast<int>(i) ? outer : inner) *= result.shape(a);
    const Shape next = result.shape().with(static_cast<int>(i), extents[i] * counts[i]);
    result = reshape(broadcast_to(reshape(result, Shape{outer, 1, inner}), Shape{outer, counts[i], inner}), next);
  }
  return result;
}

Tensor repeat(const Tensor& x, std::int64_t repeats, int axis) {
  const int at = rules::normalize_axis(axis, x.shape(), "repeat");
  if (repeats < 0) fail(ErrorKind::invalid_argument, "repeat: repeats must not be negative, got " + std::to_string(repeats));
  std::int64_t outer = 1, inner = 1;
  for (int a = 0; a < x.rank(); ++a) (a <= at ? outer : inner) *= x.shape(a);
  return reshape(broadcast_to(reshape(x, Shape{outer, 1, inner}), Shape{outer, repeats, inner}), x.shape().with(at, x.shape(at) * repeats));
}

Tensor repeat(const Tensor& x, const Ints& repeats, int axis) {
  const int at = rules::normalize_axis(axis, x.shape(), "repeat");
  if (static_cast<std::int64_t>(repeats.size()) != x.shape(at))
    fail(ErrorKind::shape, "repeat: " + std::to_string(repeats.size()) + " counts for axis " + std::to_string(at) + " of " + to_string(x.shape()));
  Ints index;
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    if (repeats[i] < 0) fail(ErrorKind::invalid_argument, "repeat: counts must not be negative, got " + std::to_string(repeats[i]) + " at place " + std::to_string(i));
    index.insert(index.end(), static_cast<std::size_t>(repeats[i]), static_cast<std::int64_t>(i));
  }
  return take(x, Tensor::from(index), at);
}

}  // namespace candor
