#include "candor/nn/layers/normalization_body.h"

#include <algorithm>

namespace candor::detail {

void require_epsilon(const char* layer, double epsilon) {
  if (!(epsilon > 0)) fail(ErrorKind::invalid_argument, std::string(layer) + ": epsilon must be positive, not " + to_string(Config(epsilon)));
}

SampleAxesBody::SampleAxesBody(std::string name, Axes axes, const char* layer) : SimpleLayerBody(std::move(name)), axes_(std::move(axes)) {
  if (axes_.empty()) fail(ErrorKind::invalid_argument, std::string(layer) + ": axis must name at least one axis");
}

Axes SampleAxesBody::positive(const Shape& x) const {
  Axes axes;
  for (int axis : axes_) {
    const int from_start = axis < 0 ? axis + x.rank() : axis;
    if (from_start < 1 || from_start >= x.rank()) complain(ErrorKind::shape, "axis " + std::to_string(axis) + " is no axis of a sample of the input " + to_string(x));
    axes.push_back(from_start);
  }
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) complain(ErrorKind::invalid_argument, "axis names the same axis twice for the input " + to_string(x));
  return axes;
}

Shape SampleAxesBody::extents(const Shape& x) const {
  std::vector<std::int64_t> out;
  for (int axis : positive(x)) out.push_back(x[axis]);
  return Shape(out);
}

}  // namespace candor::detail
