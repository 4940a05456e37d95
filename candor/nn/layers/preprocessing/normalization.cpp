#include "candor/nn/layers/preprocessing/normalization.h"

#include <algorithm>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/preprocessing_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

constexpr double epsilon = 1e-7;  // Keras's backend epsilon

class NormalizationBody final : public detail::PreprocessingBody {
 public:
  explicit NormalizationBody(NormalizationOptions options) : PreprocessingBody(options.name), options_(std::move(options)) {
    if (options_.mean.defined() != options_.variance.defined()) fail(ErrorKind::invalid_argument, "Normalization: give mean and variance both, or neither and call adapt()");
    if (!options_.mean.defined()) return;
    if (options_.mean.shape() != options_.variance.shape())
      fail(ErrorKind::shape, "Normalization: mean has the shape " + to_string(options_.mean.shape()) + " and variance " + to_string(options_.variance.shape()));
    if (options_.mean.rank() > static_cast<int>(options_.axis.size()))
      fail(ErrorKind::shape, "Normalization: mean has " + std::to_string(options_.mean.rank()) + " axes and `axis` names " + std::to_string(options_.axis.size()));
    for (const double v : options_.variance.to_vector<double>())
      if (!(v >= 0)) fail(ErrorKind::invalid_argument, "Normalization: a variance must not be negative, and one is " + std::to_string(v));
  }
  std::string kind() const override { return "Normalization"; }
  Config options() const override {
    Config c = Config::map();
    c.set("axis", Config::integers({options_.axis.begin(), options_.axis.end()}));
    c.set("mean", nested(options_.mean)).set("variance", nested(options_.variance));
    return c.set("invert", options_.invert);
  }

  void build(std::span<const TensorType> in) override {
    const Shape& shape = in[0].shape;
    std::vector<bool> kept(static_cast<std::size_t>(shape.rank()), false);
    for (const int axis : options_.axis) {
      if (axis < -shape.rank() || axis >= shape.rank())
        complain(ErrorKind::shape, "axis " + std::to_string(axis) + " does not exist in the input " + to_string(shape));
      const auto at = static_cast<std::size_t>(axis < 0 ? axis + shape.rank() : axis);
      if (kept[at]) complain(ErrorKind::invalid_argument, "axis " + std::to_string(axis) + " is named twice");
      kept[at] = true;
    }
    std::vector<std::int64_t> own;
    for (int i = 0; i < shape.rank(); ++i) {
      const bool keep = kept[static_cast<std::size_t>(i)];
      wide_.push_back(keep ? shape[i] : 1);
      if (keep) own.push_back(shape[i]);
      else reduced_.push_back(i);
    }
    if (options_.mean.defined()) {
      if (broadcast(options_.mean.shape(), Shape(own), "Normalization: mean and the kept axes") != Shape(own))
        complain(ErrorKind::shape, "mean " + to_string(options_.mean.shape()) + " does not broadcast to the kept axes " + to_string(Shape(own)));
      return;
    }
    const DType dtype = detail::compute_dtype(in[0].dtype);
    mean_ = add_weight("mean", Shape(own), Zeros{}, dtype, false);
    variance_ = add_weight("variance", Shape(own), Ones{}, dtype, false);
    count_ = add_weight("count", {}, Zeros{}, DType::i64, false);
  }

  std::vector<Column> transform(std::span<const Column> inputs) override {
    const Tensor& raw = only_column(inputs).numbers();
    const Tensor x = detail::to_dtype(raw, detail::compute_dtype(raw.dtype()));
    bool fits = x.rank() == static_cast<int>(wide_.size());
    for (int i = 0; fits && i < x.rank(); ++i) fits = wide_[static_cast<std::size_t>(i)] == 1 || wide_[static_cast<std::size_t>(i)] == x.shape(i);
    if (!fits) complain(ErrorKind::shape, "has statistics of the shape " + to_string(Shape(wide_)) + "; the input " + to_string(x.shape()) + " does not fit them");
    const Tensor mean = statistic(options_.mean.defined() ? options_.mean : mean_.value(), x.dtype());
    const Tensor variance = statistic(options_.mean.defined() ? options_.variance : variance_.value(), x.dtype());
    const Tensor deviation = maximum(sqrt(variance), Tensor::full({}, epsilon, x.dtype()));
    return {Column(options_.invert ? mean + x * deviation : (x - mean) / deviation)};
  }

  void adapt(std::span<const Column> batches) override {
    if (options_.mean.defined()) complain(ErrorKind::invalid_argument, "was given mean and variance and learns none");
    const TensorType first = batches.front().numbers().type();
    build_once(std::span(&first, 1));
    Tensor mean, variance;
    double count = 0;
    for (const Column& batch : batches) {
      const Tensor x = batch.numbers().to(DType::f64);
      bool fits = x.rank() == static_cast<int>(wide_.size());
      for (int i = 0; fits && i < x.rank(); ++i) fits = wide_[static_cast<std::size_t>(i)] == 1 || wide_[static_cast<std::size_t>(i)] == x.shape(i);
      if (!fits) complain(ErrorKind::shape, "adapts to the shape " + to_string(Shape(wide_)) + " and was given " + to_string(x.shape()));
      // The mean and variance of everything so far, by the parallel formula of Chan, Golub and LeVeque (1979).
      const Tensor m = reduced_.empty() ? x : candor::mean(x, reduced_), v = reduced_.empty() ? x - x : var(x, reduced_);
      const double n = reduced_.empty() ? 1 : static_cast<double>(x.size()) / static_cast<double>(m.size());
      const auto scalar = [](double value) { return Tensor::full({}, value, DType::f64); };
      if (count == 0) {
        mean = m, variance = v;
      } else {
        const double share = n / (count + n);
        const Tensor delta = m - mean;
        variance = variance * scalar(1 - share) + v * scalar(share) + square(delta) * scalar(share * (1 - share));
        mean = mean + delta * scalar(share);
      }
      count += n;
    }
    mean_.tensor().copy_from(mean.to(mean_.type().dtype).contiguous());
    variance_.tensor().copy_from(variance.to(variance_.type().dtype).contiguous());
  }
  bool adapts() const override { return !options_.mean.defined(); }

 private:
  Tensor statistic(const Tensor& value, DType dtype) const {
    const Tensor x = detail::to_dtype(value, dtype);
    if (!options_.mean.defined()) return reshape(x, Shape(wide_));
    // Given statistics: their axes are the last kept ones.
    std::vector<std::int64_t> shape(wide_.size(), 1);
    int from = x.rank();
    for (std::size_t i = wide_.size(); i-- > 0 && from > 0;)
      if (std::find(reduced_.begin(), reduced_.end(), static_cast<int>(i)) == reduced_.end()) shape[i] = x.shape(--from);
    return reshape(x, Shape(shape));
  }
  static Config nested(const Tensor& x) {
    if (!x.defined()) return {};
    if (x.rank() == 0) return x.item<double>();
    if (x.rank() == 1) return Config::numbers(x.to_vector<double>());
    Config::List list;
    for (std::int64_t i = 0; i < x.shape(0); ++i) list.push_back(nested(x.view_slice(0, i, i + 1).contiguous().view_reshape(x.shape().without(0))));
    return list;
  }
  NormalizationOptions options_;
  std::vector<std::int64_t> wide_;
  std::vector<int> reduced_;
  Variable mean_, variance_, count_;
};

// Numbers in nested lists, f32 as Keras keeps them.
void collect(const Config& value, std::vector<std::int64_t>& shape, std::vector<float>& numbers, std::size_t depth) {
  if (!value.is_list()) return numbers.push_back(static_cast<float>(value.number()));
  if (depth == shape.size()) shape.push_back(static_cast<std::int64_t>(value.items().size()));
  for (const Config& item : value.items()) collect(item, shape, numbers, depth + 1);
}
Tensor tensor_from(const Config* value) {
  if (!value || value->is_null()) return {};
  std::vector<std::int64_t> shape;
  std::vector<float> numbers;
  collect(*value, shape, numbers, 0);
  return Tensor::from(numbers, Shape(shape));
}

}  // namespace

Normalization::Normalization(NormalizationOptions options) : PreprocessingLayer(std::make_shared<NormalizationBody>(std::move(options))) {}

Layer Normalization::from_config(const Config& c) {
  NormalizationOptions o;
  const Config* axis = c.find("axis");
  if (axis && axis->is_null()) o.axis.clear();
  if (axis && axis->is_integer()) o.axis = {static_cast<int>(axis->integer())};
  if (axis && axis->is_list()) {
    o.axis.clear();
    for (const std::int64_t a : axis->to_integers()) o.axis.push_back(static_cast<int>(a));
  }
  o.mean = tensor_from(c.find("mean")), o.variance = tensor_from(c.find("variance"));
  o.invert = c.get("invert", false), o.name = detail::config_name(c);
  return Normalization(std::move(o));
}

}  // namespace candor
