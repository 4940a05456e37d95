#include "candor/nn/layers/preprocessing/discretization.h"

#include <algorithm>
#include <cmath>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/preprocessing_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"

namespace candor {
namespace {

/// Quantiles with the number of values that each stands for.
struct Summary {
  std::vector<double> values, weights;
};

// NumPy's interp: the line through (x, y) at `at`, flat outside.
double line(const std::vector<double>& x, const std::vector<double>& y, double at) {
  if (at <= x.front()) return y.front();
  if (at >= x.back()) return y.back();
  const auto upper = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), at) - x.begin());
  return y[upper - 1] + (y[upper] - y[upper - 1]) / (x[upper] - x[upper - 1]) * (at - x[upper - 1]);
}

Summary summarize(std::vector<float> values, double epsilon) {
  std::sort(values.begin(), values.end());
  const double step = std::max(static_cast<double>(values.size()) / (1 / epsilon), 1.0);
  Summary summary;
  for (auto i = static_cast<std::size_t>(step - 1); i < values.size(); i += static_cast<std::size_t>(step)) {
    summary.values.push_back(values[i]);
    summary.weights.push_back(static_cast<float>(step));
  }
  return summary;
}

Summary compress(const Summary& from, double epsilon) {
  if (static_cast<double>(from.values.size()) * epsilon < 1) return from;
  std::vector<double> total, share;  // rounded to floats, as Keras keeps its summary
  float sum = 0;
  for (const double w : from.weights) total.push_back(sum += static_cast<float>(w));
  for (const double t : total) share.push_back(static_cast<float>(t) / sum);
  Summary out;
  double before = 0;
  // As many places as NumPy's arange(0, 1, epsilon) has.
  for (std::int64_t i = 0, n = static_cast<std::int64_t>(std::ceil(1 / epsilon)); i < n; ++i) {
    const double at = epsilon + static_cast<double>(i) * epsilon, up_to = line(share, total, at);
    out.values.push_back(static_cast<float>(line(share, from.values, at)));
    out.weights.push_back(static_cast<float>(up_to - before));
    before = up_to;
  }
  return out;
}

Summary merged(const Summary& a, const Summary& b, double epsilon) {
  std::vector<std::pair<double, double>> both;
  for (const Summary* s : {&a, &b})
    for (std::size_t i = 0; i < s->values.size(); ++i) both.emplace_back(s->values[i], s->weights[i]);
  std::stable_sort(both.begin(), both.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  Summary out;
  for (const auto& [value, weight] : both) out.values.push_back(value), out.weights.push_back(weight);
  return compress(out, epsilon);
}

class DiscretizationBody final : public detail::PreprocessingBody {
 public:
  explicit DiscretizationBody(DiscretizationOptions options) : PreprocessingBody(options.name), options_(std::move(options)) {
    const char* who = "Discretization";
    detail::require_one_of(who, "output_mode", options_.output_mode, {"int", "one_hot", "multi_hot", "count"});
    detail::refuse_sparse(who, options_.sparse);
    if (options_.num_bins) detail::require_positive(who, "num_bins", *options_.num_bins);
    if (!options_.num_bins && options_.bin_boundaries.empty())
      fail(ErrorKind::invalid_argument, "Discretization: give bin_boundaries, or num_bins and then call adapt()");
    if (!(options_.epsilon > 0 && options_.epsilon <= 1)) fail(ErrorKind::invalid_argument, "Discretization: epsilon must lie in (0, 1], not " + std::to_string(options_.epsilon));
    for (std::size_t i = 1; i < options_.bin_boundaries.size(); ++i) {
      if (!(options_.bin_boundaries[i - 1] <= options_.bin_boundaries[i])) {
        fail(ErrorKind::invalid_argument, "Discretization: bin_boundaries must ascend; number " + std::to_string(i) + ", " +
                                              std::to_string(options_.bin_boundaries[i]) + ", is below the one before");
      }
    }
  }
  std::string kind() const override { return "Discretization"; }
  Config options() const override {
    Config c = Config::map();
    c.set("bin_boundaries", options_.bin_boundaries.empty() ? Config() : Config::numbers(options_.bin_boundaries));
    c.set("num_bins", options_.num_bins ? Config(*options_.num_bins) : Config()).set("epsilon", options_.epsilon);
    return c.set("output_mode", options_.output_mode).set("sparse", false);
  }

  std::vector<Column> transform(std::span<const Column> inputs) override {
    const Tensor& x = only_column(inputs).numbers();
    if (options_.bin_boundaries.empty() && !(options_.num_bins && adapted_))
      complain(ErrorKind::invalid_argument, "has no boundaries yet; call adapt() with data, or give the option bin_boundaries");
    const Tensor floating = detail::to_dtype(x, detail::compute_dtype(x.dtype()));
    const Tensor edges = Tensor::from(options_.bin_boundaries).to(floating.dtype());
    const Tensor index = cast(searchsorted(edges, floating, "right"), DType::i32);
    return {Column(detail::encode_categories(index, options_.output_mode, static_cast<std::int64_t>(options_.bin_boundaries.size()) + 1, DType::f32))};
  }

  void adapt(std::span<const Column> batches) override {
    if (!options_.num_bins) complain(ErrorKind::invalid_argument, "was given its boundaries and learns none; make it with num_bins to adapt it");
    Summary summary;
    for (const Column& batch : batches) {
      const std::vector<float> values = batch.numbers().to_vector<float>();
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i]))
          complain(ErrorKind::invalid_argument, "adapt met " + std::to_string(values[i]) + " at place " + detail::place(static_cast<std::int64_t>(i), batch.shape()));
      }
      summary = merged(summarize(values, options_.epsilon), summary, options_.epsilon);
    }
    options_.bin_boundaries = compress(summary, 1.0 / static_cast<double>(*options_.num_bins)).values;
    options_.bin_boundaries.pop_back();
    adapted_ = true;
  }
  bool adapts() const override { return options_.num_bins.has_value(); }
  const std::vector<double>& boundaries() const { return options_.bin_boundaries; }
  std::int64_t cardinality() const override { return options_.num_bins.value_or(static_cast<std::int64_t>(options_.bin_boundaries.size()) + 1); }

 private:
  DiscretizationOptions options_;
  bool adapted_ = false;
};

}  // namespace

Discretization::Discretization(DiscretizationOptions options) : PreprocessingLayer(std::make_shared<DiscretizationBody>(std::move(options))) {
  if (const Config c = body().options(); c.at("num_bins").is_integer() && c.at("bin_boundaries").is_list())
    fail(ErrorKind::invalid_argument, "Discretization: give bin_boundaries or num_bins, not both");
}
std::vector<double> Discretization::bin_boundaries() const { return static_cast<DiscretizationBody&>(body()).boundaries(); }

Layer Discretization::from_config(const Config& c) {
  DiscretizationOptions o;
  if (const Config* v = c.find("bin_boundaries"); v && !v->is_null()) o.bin_boundaries = v->to_numbers();
  if (const Config* v = c.find("num_bins"); v && !v->is_null()) o.num_bins = v->integer();
  o.epsilon = c.get("epsilon", 0.01), o.output_mode = c.get("output_mode", "int"), o.sparse = c.get("sparse", false), o.name = detail::config_name(c);
  // A layer that was adapted has both; boundaries learned before count as adapted.
  return Layer(std::make_shared<DiscretizationBody>(std::move(o)));
}

}  // namespace candor
