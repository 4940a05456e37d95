#include "candor/nn/layers/image_layout.h"

#include "candor/ops/manipulate.h"

namespace candor::detail {

void require_data_format(const char* layer, const std::string& value) { require_one_of(layer, "data_format", value, {"channels_last", "channels_first"}); }

Tensor channels_to_last(const Tensor& x) {
  std::vector<int> order{0};
  for (int axis = 2; axis < x.rank(); ++axis) order.push_back(axis);
  order.push_back(1);
  return x.rank() < 3 ? x : transpose(x, order);
}

Tensor channels_to_first(const Tensor& x) {
  std::vector<int> order{0, x.rank() - 1};
  for (int axis = 1; axis + 1 < x.rank(); ++axis) order.push_back(axis);
  return x.rank() < 3 ? x : transpose(x, order);
}

Shape channels_to_last(const Shape& x) {
  std::vector<std::int64_t> out{x[0]};
  for (int axis = 2; axis < x.rank(); ++axis) out.push_back(x[axis]);
  out.push_back(x[1]);
  return Shape(out);
}

std::string layout_text(int axes, const std::string& data_format) {
  const std::string places = axes == 1 ? "length" : axes == 2 ? "height, width" : "depth, height, width";
  return channels_first(data_format) ? "[batch, channels, " + places + "]" : "[batch, " + places + ", channels]";
}

Ints spatial_extents(const Shape& x) { return {x.begin() + 1, x.end() - 1}; }

SpatialBody::SpatialBody(std::string name, int axes, std::string data_format, const std::string& layer)
    : SimpleLayerBody(std::move(name)), axes_(axes), data_format_(std::move(data_format)) {
  require_data_format(layer.c_str(), data_format_);
}

Shape SpatialBody::checked(const Shape& x) const {
  if (x.rank() != axes_ + 2) complain(ErrorKind::shape, "takes " + layout_text(axes_, data_format_) + "; the input is " + to_string(x));
  return channels_first(data_format_) ? channels_to_last(x) : x;
}

Tensor SpatialBody::apply_one(const Tensor& x, Mode mode) {
  checked(x.shape());
  if (!channels_first(data_format_)) return apply_last(x, mode);
  const Tensor y = apply_last(channels_to_last(x), mode);
  return keeps_places() ? channels_to_first(y) : y;
}

}  // namespace candor::detail
