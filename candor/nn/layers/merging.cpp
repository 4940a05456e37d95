#include "candor/nn/layers/merging.h"

#include <algorithm>

#include "candor/nn/layers/from_config.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using Binary = Tensor (*)(const Tensor&, const Tensor&);

/// x with axes of extent 1 between the batch and the sample.
Tensor with_rank(const Tensor& x, int rank) {
  std::vector<std::int64_t> shape = x.shape().to_vector();
  shape.insert(shape.begin() + 1, static_cast<std::size_t>(rank - x.rank()), 1);
  return x.rank() == rank ? x : reshape(x, shape);
}

/// The mask as wide as x; undefined where x has none.
Tensor wide_mask(const Tensor& x) {
  Tensor mask = x.mask();
  if (!mask.defined()) return {};
  while (mask.rank() < x.rank()) mask = expand_dims(mask, mask.rank());
  return mask.shape() == x.shape() ? mask : broadcast_to(mask, x.shape());
}

class MergeBody final : public detail::LayerBody {
 public:
  MergeBody(const char* kind, Binary merge, MergeOptions options) : LayerBody(std::move(options.name)), kind_(kind), merge_(merge) {}
  std::string kind() const override { return kind_; }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override {
    check(xs);
    int rank = 0;
    bool one_rank = true;
    for (const Tensor& x : xs) rank = std::max(rank, x.rank()), one_rank = one_rank && x.rank() == xs[0].rank();
    std::vector<Tensor> values, masks;
    for (const Tensor& x : xs) {
      values.push_back(with_rank(x, rank));
      masks.push_back(one_rank ? wide_mask(x) : Tensor());
    }
    if (kind_ == "Multiply") return {product(values, masks)};
    if (kind_ == "Maximum" || kind_ == "Minimum") return {extreme(values, masks)};
    Tensor y = values[0];
    for (std::size_t i = 1; i < values.size(); ++i) y = merge_(y, values[i]);
    if (kind_ == "Average") y = y * Tensor::full({}, 1.0 / static_cast<double>(xs.size()), y.dtype());
    return {y};
  }

  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override {
    Tensor mask;
    for (const Tensor& x : xs) {
      const Tensor next = x.mask();
      if (!next.defined() || (mask.defined() && next.rank() != mask.rank())) return {Tensor()};
      mask = mask.defined() ? logical_or(mask, next) : next;
    }
    for (int axis = 0; axis < mask.rank(); ++axis) {
      if (axis >= outputs[0].rank() || mask.shape(axis) != outputs[0].shape(axis)) return {Tensor()};
    }
    return {mask};
  }

 private:
  void check(std::span<const Tensor> xs) const {
    if (kind_ == "Subtract" && xs.size() != 2) complain(ErrorKind::shape, "takes two inputs, " + std::to_string(xs.size()) + " were given");
    int rank = 0;
    for (const Tensor& x : xs) rank = std::max(rank, x.rank());
    std::vector<std::int64_t> shape(static_cast<std::size_t>(rank), 1);
    for (const Tensor& x : xs) {
      if (x.dtype() != xs[0].dtype()) complain(ErrorKind::dtype, "inputs must have one dtype, not " + to_string(xs[0].type()) + " and " + to_string(x.type()));
      for (int axis = 0; axis < x.rank(); ++axis) {
        const int to = axis == 0 ? 0 : axis + rank - x.rank();
        std::int64_t& extent = shape[static_cast<std::size_t>(to)];
        const bool first = &x == &xs[0];
        const bool fits = first || (to == 0 ? x.shape(axis) == extent : extent == x.shape(axis) || extent == 1 || x.shape(axis) == 1);
        if (!fits) complain(ErrorKind::shape, "shapes do not fit: " + to_string(xs[0].shape()) + " and " + to_string(x.shape()));
        if (first || extent == 1) extent = x.shape(axis);
      }
    }
  }

  /// A step that an input does not count is a factor 1; one that none counts is 0.
  Tensor product(const std::vector<Tensor>& values, const std::vector<Tensor>& masks) const {
    Tensor y, counts;
    const bool all = std::all_of(masks.begin(), masks.end(), [](const Tensor& m) { return m.defined(); });
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Tensor x = masks[i].defined() ? where(masks[i], values[i], Tensor::full({}, 1, values[i].dtype())) : values[i];
      y = y.defined() ? multiply(y, x) : x;
      if (all) counts = counts.defined() ? logical_or(counts, masks[i]) : masks[i];
    }
    return all ? where(counts, y, Tensor::zeros({}, y.dtype())) : y;
  }

  Tensor extreme(const std::vector<Tensor>& values, const std::vector<Tensor>& masks) const {
    Tensor y = values[0], counts = masks[0];
    for (std::size_t i = 1; i < values.size(); ++i) {
      Tensor x = values[i];
      if (masks[i].defined()) x = where(masks[i], x, y);
      if (counts.defined()) y = where(counts, y, x);
      counts = counts.defined() && masks[i].defined() ? logical_or(counts, masks[i]) : Tensor();
      y = merge_(y, x);
    }
    return y;
  }

  std::string kind_;
  Binary merge_;
};

class ConcatenateBody final : public detail::LayerBody {
 public:
  ConcatenateBody(int axis, MergeOptions options) : LayerBody(std::move(options.name)), axis_(axis) {}
  std::string kind() const override { return "Concatenate"; }
  Config options() const override { return Config::map().set("axis", axis_); }
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override {
    const int rank = xs[0].rank(), axis = axis_ < 0 ? axis_ + rank : axis_;
    if (axis < 1 || axis >= rank) complain(ErrorKind::shape, "axis " + std::to_string(axis_) + " is no axis of a sample of " + to_string(xs[0].shape()));
    for (const Tensor& x : xs) {
      if (x.dtype() != xs[0].dtype()) complain(ErrorKind::dtype, "inputs must have one dtype, not " + to_string(xs[0].type()) + " and " + to_string(x.type()));
      if (x.rank() != rank || !(x.shape().with(axis, 0) == xs[0].shape().with(axis, 0))) {
        complain(ErrorKind::shape, "shapes differ outside axis " + std::to_string(axis_) + ": " + to_string(xs[0].shape()) + " and " + to_string(x.shape()));
      }
    }
    return {concatenate({xs.begin(), xs.end()}, axis)};
  }

  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor>) override {
    if (std::none_of(xs.begin(), xs.end(), [](const Tensor& x) { return x.mask().defined(); })) return {Tensor()};
    std::vector<Tensor> masks;
    for (const Tensor& x : xs) {
      const Tensor mask = wide_mask(x);
      masks.push_back(mask.defined() ? mask : broadcast_to(Tensor::full({}, 1, DType::boolean), x.shape()));
    }
    return {any(concatenate(masks, axis_), {-1})};
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
