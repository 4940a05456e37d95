#include "candor/nn/layers/piecewise_linear.h"

#include <algorithm>
#include <cmath>

#include "candor/base/threads.h"
#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

class PiecewiseLinearBody final : public detail::SimpleLayerBody {
 public:
  explicit PiecewiseLinearBody(PiecewiseLinearOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {
    if (options_.columns.empty() || options_.bins < 1) complain(ErrorKind::invalid_argument, "needs columns and at least one bin, and was given none");
    if (static_cast<std::int64_t>(options_.columns.size()) > (std::int64_t{1} << 24) / options_.bins)
      complain(ErrorKind::invalid_argument, "columns times bins lie beyond all bounds: " + std::to_string(options_.columns.size()) + " and " + std::to_string(options_.bins));
  }
  std::string kind() const override { return "PiecewiseLinear"; }
  Config options() const override { return Config::map().set("columns", Config::integers(options_.columns)).set("bins", options_.bins); }

  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() != 2) complain(ErrorKind::shape, "needs a table, [rows, features], and was given " + to_string(in[0].shape));
    features_ = in[0].shape[-1];
    for (const std::int64_t column : options_.columns) {
      if (column < 0 || column >= features_)
        complain(ErrorKind::invalid_argument, "column " + std::to_string(column) + " is not there: the input has " + std::to_string(features_) + " features");
    }
    const Shape shape{static_cast<std::int64_t>(options_.columns.size()), options_.bins};
    const DType dtype = detail::compute_dtype(in[0].dtype);
    low_ = add_weight("low", shape, Zeros{}, dtype, false);
    slope_ = add_weight("slope", shape, Ones{}, dtype, false);
    if (options_.low.defined()) set(low_, options_.low);
    if (options_.slope.defined()) set(slope_, options_.slope);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, low_.type().dtype);
    if (x.rank() != 2 || x.shape(1) != features_) {
      complain(ErrorKind::shape, "features differ: " + to_string(x.shape()) + "; " + detail::built_for(*this, std::to_string(features_) + " features", x));
    }
    const auto count = static_cast<std::int64_t>(options_.columns.size());
    const Tensor chosen = reshape(take(x, Tensor::from(options_.columns), 1), {x.shape(0), count, 1});
    return reshape(clip((chosen - low_.value()) * slope_.value(), 0, 1), {x.shape(0), count * options_.bins});
  }

 private:
  void set(const Variable& weight, const Tensor& value) {
    if (value.shape() != weight.shape())
      complain(ErrorKind::shape, "was fitted to " + to_string(value.shape()) + " columns and bins, and is built for " + to_string(weight.shape()));
    weight.tensor().copy_from(value.to(weight.type().dtype).contiguous());
  }
  PiecewiseLinearOptions options_;
  std::int64_t features_ = 0;
  Variable low_, slope_;
};

// The different ones of count + 1 quantiles of ascending values, from the least to the greatest.
std::vector<float> quantiles(const std::vector<float>& sorted, std::int64_t count) {
  std::vector<float> edges;
  for (std::int64_t t = 0; t <= count; ++t) {
    const double at = static_cast<double>(t) / static_cast<double>(count) * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const double part = at - static_cast<double>(below), high = static_cast<double>(sorted[std::min(below + 1, sorted.size() - 1)]);
    const float edge = static_cast<float>(static_cast<double>(sorted[below]) * (1 - part) + high * part);
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

void require_rows(const Tensor& rows) {
  if (rows.rank() != 2 || rows.size() == 0)
    fail(ErrorKind::invalid_argument, "PiecewiseLinear: needs a table, [rows, features], and was given " + to_string(rows.shape()));
}

}  // namespace

PiecewiseLinear::PiecewiseLinear(PiecewiseLinearOptions options) : Layer(std::make_shared<PiecewiseLinearBody>(std::move(options))) {}

std::vector<std::int64_t> PiecewiseLinear::encodable(const Tensor& rows) {
  require_rows(rows);
  const Tensor values = rows.to(DType::f32).contiguous();
  const float* x = values.data<float>();
  const std::int64_t width = rows.shape(1);
  std::vector<std::int64_t> found;
  for (std::int64_t j = 0; j < width; ++j) {
    const float first = x[j];
    float second = first;
    for (std::int64_t i = 1; i < rows.shape(0); ++i) {
      const float value = x[i * width + j];
      if (value == first || value == second) continue;
      if (second != first) {
        found.push_back(j);
        break;
      }
      second = value;
    }
  }
  return found;
}

PiecewiseLinear PiecewiseLinear::fitted(const Tensor& rows, std::int64_t bins, std::string name) {
  const std::vector<std::int64_t> columns = encodable(rows);
  if (columns.empty() || bins < 1) fail(ErrorKind::invalid_argument, "PiecewiseLinear::fitted: no feature has more than two values, or no bins were asked for");
  const Tensor values = rows.to(DType::f32).contiguous();
  const float* x = values.data<float>();
  const std::int64_t width = rows.shape(1), count = rows.shape(0), chosen = static_cast<std::int64_t>(columns.size());
  Tensor low = Tensor::zeros({chosen, bins}), slope = Tensor::zeros({chosen, bins});
  float *l = low.mutable_data<float>(), *s = slope.mutable_data<float>();
  for (std::int64_t c = 0; c < chosen; ++c) {
    std::vector<float> sorted(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) sorted[static_cast<std::size_t>(i)] = x[i * width + columns[static_cast<std::size_t>(c)]];
    std::sort(sorted.begin(), sorted.end());
    std::vector<float> edges = quantiles(sorted, bins);
    // Where one value fills many bins (a gain that is mostly 0) the rest of the range would get none: it is cut by its different values.
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    if (const auto left = bins + 1 - static_cast<std::int64_t>(edges.size()); left > 0 && sorted.size() > edges.size()) {
      const std::vector<float> more = quantiles(sorted, left + 1);
      edges.insert(edges.end(), more.begin() + 1, more.end() - 1);
      std::sort(edges.begin(), edges.end());
      edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    }
    for (std::size_t t = 0; t + 1 < edges.size(); ++t) {
      l[c * bins + static_cast<std::int64_t>(t)] = edges[t];
      s[c * bins + static_cast<std::int64_t>(t)] = 1 / (edges[t + 1] - edges[t]);
    }
  }
  return PiecewiseLinear({.columns = columns, .bins = bins, .low = low, .slope = slope, .name = std::move(name)});
}

Layer PiecewiseLinear::from_config(const Config& c) {
  return PiecewiseLinear({.columns = c.at("columns").to_integers(), .bins = c.get("bins", 0), .name = detail::config_name(c)});
}

}  // namespace candor
