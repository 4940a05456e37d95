#include "candor/nn/layers/merging.h"

#include <algorithm>

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

using Binary = Tensor (*)(const Tensor&, const Tensor&);

/// x with axes of extent 1 between the batch and the sample.
Tensor with_rank(const Tensor& x, int rank) {
  std::vector<std::int64_t> shape = x.shape().to_vector();
  shape.insert(shape.begin() + 1, static_cast<std::size_t>(rank - x.rank()), 1);
  return x.rank() == rank ? x : reshape(x, shape);
}

class MergeBody final : public detail::LayerBody {
 public:
  MergeBody(const char* kind, Binary merge, MergeOptions options) : LayerBody(options.name), kind_(kind), merge_(merge) {}
  std::string kind() const override { return kind_; }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override {
    if (xs.size() < 2) complain(ErrorKind::shape, "takes at least two inputs");
    if (kind_ == "Subtract" && xs.size() != 2) complain(ErrorKind::shape, "takes two inputs, " + std::to_string(xs.size()) + " were given");
    int rank = 0;
    for (const Tensor& x : xs) rank = std::max(rank, x.rank());
    Tensor y = with_rank(xs[0], rank);
    for (const Tensor& x : xs.subspan(1)) {
      const Tensor next = with_rank(x, rank);
      for (int axis = 0; axis < rank; ++axis) {
        const std::int64_t a = y.shape(axis), b = next.shape(axis);
        if (a != b && (axis == 0 || (a != 1 && b != 1))) complain(ErrorKind::shape, "shapes do not fit: " + to_string(xs[0].shape()) + " and " + to_string(x.shape()));
      }
      y = merge_(y, next);
    }
    if (kind_ == "Average") y = y * Tensor::full({}, 1.0 / static_cast<double>(xs.size()), y.dtype());
    return {y};
  }

 private:
  std::string kind_;
  Binary merge_;
};

class ConcatenateBody final : public detail::LayerBody {
 public:
  ConcatenateBody(int axis, MergeOptions options) : LayerBody(options.name), axis_(axis) {}
  std::string kind() const override { return "Concatenate"; }
  Config options() const override {
    Config c = Config::map();
    return c.set("axis", axis_);
  }
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override {
    if (xs.size() < 2) complain(ErrorKind::shape, "takes at least two inputs");
    const int rank = xs[0].rank(), axis = axis_ < 0 ? axis_ + rank : axis_;
    if (axis < 1 || axis >= rank) complain(ErrorKind::shape, "axis " + std::to_string(axis_) + " is no axis of a sample of " + to_string(xs[0].shape()));
    for (const Tensor& x : xs) {
      if (x.rank() != rank || !(x.shape().with(axis, 0) == xs[0].shape().with(axis, 0))) {
        complain(ErrorKind::shape, "shapes differ outside axis " + std::to_string(axis_) + ": " + to_string(xs[0].shape()) + " and " + to_string(x.shape()));
      }
    }
    return {concatenate({xs.begin(), xs.end()}, axis)};
  }

 private:
  int axis_;
};

Layer merge(const char* kind, Binary function, MergeOptions options) { return Layer(std::make_shared<MergeBody>(kind, function, std::move(options))); }
MergeOptions named(const Config& c) { return {.name = detail::config_name(c)}; }

}  // namespace

Add::Add(MergeOptions o) : Layer(merge("Add", &add, std::move(o))) {}
Subtract::Subtract(MergeOptions o) : Layer(merge("Subtract", &subtract, std::move(o))) {}
Multiply::Multiply(MergeOptions o) : Layer(merge("Multiply", &multiply, std::move(o))) {}
Average::Average(MergeOptions o) : Layer(merge("Average", &add, std::move(o))) {}
Maximum::Maximum(MergeOptions o) : Layer(merge("Maximum", &maximum, std::move(o))) {}
Minimum::Minimum(MergeOptions o) : Layer(merge("Minimum", &minimum, std::move(o))) {}
Layer Add::from_config(const Config& c) { return Add(named(c)); }
Layer Subtract::from_config(const Config& c) { return Subtract(named(c)); }
Layer Multiply::from_config(const Config& c) { return Multiply(named(c)); }
Layer Average::from_config(const Config& c) { return Average(named(c)); }
Layer Maximum::from_config(const Config& c) { return Maximum(named(c)); }
Layer Minimum::from_config(const Config& c) { return Minimum(named(c)); }

Concatenate::Concatenate(int axis, MergeOptions options) : Layer(std::make_shared<ConcatenateBody>(axis, std::move(options))) {}
Layer Concatenate::from_config(const Config& c) { return Concatenate(static_cast<int>(c.get("axis", -1)), named(c)); }

}  // namespace candor
