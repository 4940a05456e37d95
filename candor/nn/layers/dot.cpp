#include "candor/nn/layers/from_config.h"
#include "candor/nn/layers/merging.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

class DotBody final : public detail::LayerBody {
 public:
  DotBody(std::vector<int> axes, DotOptions options) : LayerBody(std::move(options.name)), axes_(std::move(axes)), normalize_(options.normalize) {
    if (axes_.size() != 1 && axes_.size() != 2) fail(ErrorKind::invalid_argument, "Dot: axes must be one axis or two, not " + std::to_string(axes_.size()));
    for (int axis : axes_) {
      if (axis == 0) fail(ErrorKind::invalid_argument, "Dot: axis 0 is the batch and cannot be summed over");
    }
  }
  std::string kind() const override { return "Dot"; }
  Config options() const override { return Config::map().set("axes", detail::axes_config(axes_)).set("normalize", normalize_); }
  std::vector<Tensor> compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) override { return std::vector<Tensor>(outputs.size()); }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override {
    if (xs.size() != 2) complain(ErrorKind::shape, "takes two inputs, " + std::to_string(xs.size()) + " were given");
    if (xs[0].dtype() != xs[1].dtype()) complain(ErrorKind::dtype, "inputs must have one dtype, not " + to_string(xs[0].type()) + " and " + to_string(xs[1].type()));
    const int a = axis_of(xs[0], axes_.front()), b = axis_of(xs[1], axes_.back());
    if (xs[0].shape(a) != xs[1].shape(b) || xs[0].shape(0) != xs[1].shape(0)) {
      complain(ErrorKind::shape, "shapes do not fit: " + to_string(xs[0].shape()) + " along axis " + std::to_string(a) + " and " + to_string(xs[1].shape()) + " along axis " +
                                     std::to_string(b) + "; both axes and the batch must be equal");
    }
    const Tensor left = normalize_ ? unit(xs[0], a) : xs[0], right = normalize_ ? unit(xs[1], b) : xs[1];
    // Letters: z the batch, y the summed axis, the others from both ends of the rest of the alphabet.
    std::string first, second, out = "z";
    char next = 'a';
    for (int axis = 0; axis < left.rank(); ++axis) {
      first += axis == 0 ? 'z' : axis == a ? 'y' : next++;
      if (axis != 0 && axis != a) out += first.back();
    }
    for (int axis = 0; axis < right.rank(); ++axis) {
      second += axis == 0 ? 'z' : axis == b ? 'y' : next++;
      if (axis != 0 && axis != b) out += second.back();
    }
    const Tensor y = einsum(first + "," + second + "->" + out, {left, right});
    return {y.rank() == 1 ? expand_dims(y, 1) : y};
  }

 private:
  int axis_of(const Tensor& x, int axis) const {
    const int at = axis < 0 ? axis + x.rank() : axis;
    if (at < 1 || at >= x.rank()) complain(ErrorKind::shape, "axis " + std::to_string(axis) + " is no axis of a sample of " + to_string(x.shape()));
    return at;
  }
  /// Keras bounds the norm from below by 1e-7.
  static Tensor unit(const Tensor& x, int axis) { return x * rsqrt(maximum(sum(square(x), {axis}, true), Tensor::full({}, x.dtype() == DType::f16 ? 1e-7 : 1e-14, x.dtype()))); }

  std::vector<int> axes_;
  bool normalize_;
};

}  // namespace

Dot::Dot(int axes, DotOptions options) : Dot(std::vector<int>{axes}, std::move(options)) {}
Dot::Dot(std::vector<int> axes, DotOptions options) : Layer(std::make_shared<DotBody>(std::move(axes), std::move(options))) {}
Layer Dot::from_config(const Config& c) {
  c.at("axes");
  return Dot(detail::axes_from(c, "axes", {}), {.normalize = c.get("normalize", false), .name = detail::config_name(c)});
}

}  // namespace candor
