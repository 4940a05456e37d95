#include "candor/candid/uncertainty/training_distance.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/check.h"
#include "candor/nn/layer_body.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

constexpr std::int64_t most_directions = 24, piece = 256, most_rows = 1000, least_rows = 100;

/// Outputs of the layer before the last Dense of each network, side by side: [rows, width]. Empty where there is none.
struct Hidden {
  std::int64_t width = 0;
  std::vector<double> values;
};

Hidden last_hidden(const Model& model, const Tensor& rows) {
  Hidden all;
  for (std::int64_t from = 0; from < rows.shape(0); from += piece) {
    const Tensor some = rows.view_slice(0, from, std::min(from + piece, rows.shape(0))).contiguous();
    std::vector<Tensor> parts;
    Tensor previous, before_dense;
    {
      const candor::detail::LayerObserver observer([&](const candor::detail::LayerBody& layer, const std::string&, std::span<const Tensor> outputs) {
        const std::string kind = layer.kind();
        if (kind == "Functional" || kind == "Sequential") {
          if (before_dense.defined()) parts.push_back(before_dense);
          previous = before_dense = Tensor();
          return;
        }
        if (kind == "Dense" && previous.defined() && previous.rank() == 2) before_dense = previous;
        previous = outputs.empty() ? Tensor() : outputs.front();
      });
      model.call(std::span<const Tensor>(&some, 1));
    }
    if (before_dense.defined()) parts.push_back(before_dense);
    std::int64_t width = 0;
    for (const Tensor& p : parts) width += p.shape(1);
    if (width == 0) return {};
    all.width = width;
    std::vector<std::vector<double>> numbers;
    for (const Tensor& p : parts) numbers.push_back(p.to_vector<double>());
    for (std::int64_t i = 0; i < some.shape(0); ++i)
      for (std::size_t k = 0; k < parts.size(); ++k) {
        const auto at = numbers[k].begin() + i * parts[k].shape(1);
        all.values.insert(all.values.end(), at, at + parts[k].shape(1));
      }
  }
  return all;
}

// The hidden layers in a few directions, the same for every network of that width.
std::vector<double> projected(const std::vector<double>& hidden, std::int64_t width, std::int64_t rows) {
  const std::int64_t directions = std::min(width, most_directions);
  const RandomStream draw{0x68696464656E, static_cast<std::uint64_t>(width)};
  std::vector<double> way(static_cast<std::size_t>(width * directions)), out(static_cast<std::size_t>(rows * directions));
  for (std::size_t i = 0; i < way.size(); ++i) way[i] = width == directions ? (static_cast<std::int64_t>(i) / directions == static_cast<std::int64_t>(i) % directions) : static_cast<double>(draw.normal(i)) / std::sqrt(static_cast<double>(width));
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t w = 0; w < width; ++w) {
      const double h = hidden[static_cast<std::size_t>(i * width + w)];
      for (std::int64_t d = 0; h != 0 && d < directions; ++d) out[static_cast<std::size_t>(i * directions + d)] += h * way[static_cast<std::size_t>(w * directions + d)];
    }
  return out;
}

Tensor some_of(const Tensor& rows) {
  const std::int64_t step = std::max<std::int64_t>(1, (rows.shape(0) + most_rows - 1) / most_rows);
  return step == 1 ? rows : rows.view_slice(0, 0, rows.shape(0), step);
}

}  // namespace

std::vector<double> TrainingDistance::raw(const std::vector<double>& hidden, std::int64_t rows) const {
  const std::size_t n = mean_.size();
  const std::vector<double> x = projected(hidden, width_, rows);
  std::vector<double> out;
  for (std::int64_t i = 0; i < rows; ++i) {
    // Forward substitution: |L^-1 (x - mean)|.
    std::vector<double> z(n);
    double sum = 0;
    for (std::size_t a = 0; a < n; ++a) {
      double v = x[static_cast<std::size_t>(i) * n + a] - mean_[a];
      for (std::size_t b = 0; b < a; ++b) v -= factor_[a * (a + 1) / 2 + b] * z[b];
      z[a] = v / factor_[a * (a + 1) / 2 + a];
      sum += z[a] * z[a];
    }
    out.push_back(std::sqrt(sum));
  }
  return out;
}

TrainingDistance TrainingDistance::fit(const Model& model, const Tensor& rows) {
  if (!rows.defined() || rows.rank() < 2 || rows.shape(0) < least_rows) return {};
  const Tensor some = some_of(rows);
  const std::int64_t n = some.shape(0);
  const Hidden hidden = last_hidden(model, some);
  if (hidden.width == 0) return {};
  TrainingDistance out;
  out.width_ = hidden.width;
  for (const float v : some.to(DType::f32).to_vector()) {
    if (!std::isfinite(v)) continue;
    out.low_ = std::isfinite(out.low_) ? std::min(out.low_, static_cast<double>(v)) : static_cast<double>(v);
    out.high_ = std::isfinite(out.high_) ? std::max(out.high_, static_cast<double>(v)) : static_cast<double>(v);
  }
  const std::int64_t d = std::min(hidden.width, most_directions);
  const std::vector<double> x = projected(hidden.values, hidden.width, n);
  // Every second row says where the rows lie, the others how far from there is usual.
  std::vector<double> mean(static_cast<std::size_t>(d)), cov(static_cast<std::size_t>(d * d));
  const double count = static_cast<double>((n + 1) / 2);
  for (std::int64_t i = 0; i < n; i += 2)
    for (std::int64_t a = 0; a < d; ++a) mean[static_cast<std::size_t>(a)] += x[static_cast<std::size_t>(i * d + a)] / count;
  for (std::int64_t i = 0; i < n; i += 2)
    for (std::int64_t a = 0; a < d; ++a)
      for (std::int64_t b = 0; b <= a; ++b)
        cov[static_cast<std::size_t>(a * d + b)] += (x[static_cast<std::size_t>(i * d + a)] - mean[static_cast<std::size_t>(a)]) * (x[static_cast<std::size_t>(i * d + b)] - mean[static_cast<std::size_t>(b)]) / count;
  double trace = 0;
  for (std::int64_t a = 0; a < d; ++a) trace += cov[static_cast<std::size_t>(a * d + a)];
  if (!(trace > 0) || !std::isfinite(trace)) return {};
  // A hundredth of the mean variance in every direction: where training rows do not differ, a small step is not yet far.
  for (std::int64_t a = 0; a < d; ++a) cov[static_cast<std::size_t>(a * d + a)] += .01 * trace / static_cast<double>(d);
  std::vector<double> factor(static_cast<std::size_t>(d * (d + 1) / 2));
  for (std::int64_t a = 0; a < d; ++a)
    for (std::int64_t b = 0; b <= a; ++b) {
      double v = cov[static_cast<std::size_t>(a * d + b)];
      for (std::int64_t c = 0; c < b; ++c) v -= factor[static_cast<std::size_t>(a * (a + 1) / 2 + c)] * factor[static_cast<std::size_t>(b * (b + 1) / 2 + c)];
      factor[static_cast<std::size_t>(a * (a + 1) / 2 + b)] = a == b ? std::sqrt(std::max(v, 1e-12 * trace)) : v / factor[static_cast<std::size_t>(b * (b + 1) / 2 + b)];
    }
  out.mean_ = std::move(mean), out.factor_ = std::move(factor);
  std::vector<double> all = out.raw(hidden.values, n), other;
  for (std::int64_t i = 1; i < n; i += 2) other.push_back(all[static_cast<std::size_t>(i)]);
  std::sort(other.begin(), other.end());
  out.usual_ = std::max(other[static_cast<std::size_t>(std::ceil(.99 * static_cast<double>(other.size()))) - 1], 1e-12);
  return out;
}

std::vector<double> TrainingDistance::operator()(const Model& model, const Tensor& rows) const {
  if (!known() || rows.shape(0) == 0) return {};
  const Hidden hidden = last_hidden(model, rows);
  if (hidden.width != width_) fail(ErrorKind::shape, "distance to the training rows: the hidden layers hold " + std::to_string(hidden.width) + " numbers, and those it was fitted on " + std::to_string(width_));
  std::vector<double> out = raw(hidden.values, rows.shape(0));
  for (double& v : out) v /= usual_;
  return out;
}

Config TrainingDistance::config() const {
  Config out = Config::map();
  out.set("width", width_).set("usual", usual_).set("mean", Config::numbers(mean_)).set("factor", Config::numbers(factor_));
  if (std::isfinite(low_)) out.set("low", low_).set("high", high_);
  return out;
}

TrainingDistance TrainingDistance::from_config(const Config& config) {
  TrainingDistance out;
  out.width_ = config.at("width").integer(), out.usual_ = config.at("usual").number();
  out.mean_ = config.at("mean").to_numbers(), out.factor_ = config.at("factor").to_numbers();
  if (const Config *low = config.find("low"), *high = config.find("high"); low && high) out.low_ = low->number(), out.high_ = high->number();
  const std::size_t n = out.mean_.size();
  bool good = out.width_ >= 1 && out.width_ <= 1 << 24 && static_cast<std::int64_t>(n) == std::min(out.width_, most_directions) && out.factor_.size() == n * (n + 1) / 2 && out.usual_ > 0;
  for (std::size_t a = 0; good && a < n; ++a) good = out.factor_[a * (a + 1) / 2 + a] > 0;
  if (!good) fail(ErrorKind::corrupt, "the distances to the training rows: numbers that do not belong together");
  return out;
}

std::vector<Finding> check_extrapolation(const std::vector<double>& distances, std::int64_t first) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < distances.size(); ++i) rows.push_back(static_cast<std::int64_t>(i) + first - 1);
  return check_extrapolation(distances, rows);
}

std::vector<Finding> check_extrapolation(const std::vector<double>& distances, const std::vector<std::int64_t>& numbers) {
  std::vector<std::size_t> far;
  for (std::size_t i = 0; i < distances.size(); ++i)
    if (distances[i] > 2) far.push_back(i);
  if (distances.empty()) skip("the model file does not say how far training rows lie apart");
  if (far.empty()) return {};
  std::stable_sort(far.begin(), far.end(), [&](std::size_t a, std::size_t b) { return distances[a] > distances[b]; });
  std::vector<std::string> rows;
  for (const std::size_t i : far) rows.push_back(std::to_string(numbers[i] + 1));
  const auto n = static_cast<std::int64_t>(far.size()), all = static_cast<std::int64_t>(distances.size());
  Finding f{"serve.extrapolate", n >= 5 && 20 * n > all ? Severity::warning : Severity::note,
            with_thousands(n) + " of " + with_thousands(all) + " rows lie far from everything the network learned from (up to " + score_text(distances[far.front()]) +
                " times as far as 99 of 100 training rows; the furthest: row " + name_list(rows, 5) + "): its answers there are guesses, however sure they sound; look at these rows, and train with such ones",
            "rows " + name_list(rows, 20)};
  f.evidence = {{"rows", static_cast<double>(all)}, {"far", static_cast<double>(n)}, {"furthest", distances[far.front()]}};
  return {f};
}

}  // namespace candor::candid
