#include "candor/nn/layers/preprocessing/image_layer.h"

#include <algorithm>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/image_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/op.h"
#include "candor/ops/random.h"

namespace candor {
namespace {

detail::ImageBody& body_of(const Layer& layer) {
  auto* body = dynamic_cast<detail::ImageBody*>(&layer.body());
  if (!body) fail(ErrorKind::invalid_argument, layer.kind() + ": is no layer of images");
  return *body;
}

const std::vector<int> to_last = {0, 2, 3, 1}, to_first = {0, 3, 1, 2};

}  // namespace

const Tensor* Transformation::find(const std::string& name) const {
  for (const auto& [key, value] : values)
    if (key == name) return &value;
  return nullptr;
}
const Tensor& Transformation::at(const std::string& name) const {
  if (const Tensor* value = find(name)) return *value;
  std::string there;
  for (const auto& value : values) there += (there.empty() ? "" : ", ") + value.first;
  fail(ErrorKind::invalid_argument, "the transformation has no \"" + name + "\"; it has: " + (there.empty() ? "nothing" : there));
}
Transformation Transformation::inner(const std::string& prefix) const {
  Transformation part;
  for (const auto& [key, value] : values)
    if (key.starts_with(prefix + ".")) part.values.emplace_back(key.substr(prefix.size() + 1), value);
  for (const auto& [key, word] : words)
    if (key.starts_with(prefix + ".")) part.words.emplace_back(key.substr(prefix.size() + 1), word);
  return part;
}
void Transformation::add(const std::string& prefix, const Transformation& inner) {
  for (const auto& [key, value] : inner.values) values.emplace_back(prefix + "." + key, value);
  for (const auto& [key, word] : inner.words) words.emplace_back(prefix + "." + key, word);
}

ImageLayer ImageLayer::from(const Layer& layer) {
  body_of(layer);
  return ImageLayer(layer.handle());
}
Transformation ImageLayer::get_random_transformation(const TensorType& images) const { return body_of(*this).draw_for(images); }
Tensor ImageLayer::transform_images(const Tensor& images, const Transformation& t) const { return body_of(*this).transformed(images, t); }
Tensor ImageLayer::transform_labels(const Tensor& labels, const Transformation& t) const { return body_of(*this).transform_labels(labels, t); }

namespace detail {

ImageBody::ImageBody(std::string name, std::string data_format, std::optional<std::uint64_t> seed)
    : LayerBody(std::move(name)), channels_first_(data_format == "channels_first"), seed_(seed) {
  require_one_of("image layer", "data_format", data_format, {"channels_last", "channels_first"});
}

Transformation ImageBody::draw_for(const TensorType& images) const {
  Shape shape = images.shape;
  if (shape.rank() != 3 && shape.rank() != 4) complain(ErrorKind::shape, "takes images of three axes, or batches of four, and was given " + to_string(shape));
  if (shape.rank() == 3) shape = shape.inserted(0, 1);
  return draw(channels_first_ ? Shape{shape[0], shape[2], shape[3], shape[1]} : shape);
}

Tensor ImageBody::transformed(const Tensor& images, const Transformation& t) const {
  if (images.rank() != 3 && images.rank() != 4)
    complain(ErrorKind::shape, "takes images of three axes, [H, W, C], or batches of four, and was given " + to_string(images.shape()));
  const bool single = images.rank() == 3;
  Tensor x = to_dtype(images, compute_dtype(images.dtype()));
  if (single) x = expand_dims(x, 0);
  if (channels_first_) x = transpose(x, to_last);
  x = transform(x, t);
  if (channels_first_) x = transpose(x, to_first);
  if (single) x = squeeze(x, 0);
  if (!keeps_dtype() || is_floating(images.dtype())) return x;
  const double least = images.dtype() == DType::i8 ? -128 : images.dtype() == DType::u8 ? 0 : -2147483648.0;
  const double most = images.dtype() == DType::i8 ? 127 : images.dtype() == DType::u8 ? 255 : 2147483520.0;  // the largest float below 2^31
  return cast(clip(round(x), least, most), images.dtype());
}

std::vector<Tensor> ImageBody::apply(std::span<const Tensor> xs, Mode mode) {
  if (mixes_labels() && xs.size() == 2) {
    if (mode == inference) return {xs[0], xs[1]};
    const Transformation t = draw_for(xs[0].type());
    return {transformed(xs[0], t), transform_labels(xs[1], t)};
  }
  const Tensor& images = only(xs);
  if (mode == inference && !always()) return {to_dtype(images, compute_dtype(images.dtype()))};
  return {transformed(images, draw_for(images.type()))};
}

Config& ImageBody::describe(Config& c) const { return c.set("data_format", channels_first_ ? "channels_first" : "channels_last"); }

// A seed of the layer's own moves the stream that its random ops draw from; the run's seed and step count all the same.
template <class Draw>
Tensor ImageBody::seeded(Draw draw) const {
  if (!seed_) return draw();
  const std::int64_t id = detail::next_op_id();
  const RandomStream own = RandomStream{static_cast<std::uint64_t>(*seed_), 0x5eed}.derived(static_cast<std::uint64_t>(id));
  detail::set_next_op_id(static_cast<std::int64_t>((static_cast<std::uint64_t>(own.bits(0)) << 30 | own.bits(1)) >> 1));
  const Tensor out = draw();
  detail::set_next_op_id(id + 1);
  return out;
}
Tensor ImageBody::uniform(const Shape& shape, double low, double high) const {
  return seeded([&] { return ops::uniform(shape, low, high); });
}
Tensor ImageBody::normal(const Shape& shape) const {
  return seeded([&] { return ops::normal(shape); });
}
Tensor ImageBody::permutation(std::int64_t n) const {
  return seeded([&] { return ops::permutation(n); });
}
Tensor ImageBody::beta(const Tensor& alpha, const Tensor& other) const {
  return seeded([&] { return ops::beta(alpha, other); });
}
Tensor ImageBody::gamma(const Tensor& alpha) const {
  return seeded([&] { return ops::gamma(alpha); });
}
Tensor ImageBody::chance(std::int64_t images, const Factor& range) const {
  const Tensor probability = uniform({images}, range.low, range.high);
  return less(uniform({images}, 0, 1), probability);
}
Tensor ImageBody::as_images(const Tensor& value) const {
  const Tensor x = value.rank() == 3 ? expand_dims(value, 0) : value;
  return channels_first_ && x.rank() == 4 ? transpose(x, to_last) : x;
}

}  // namespace detail
}  // namespace candor
