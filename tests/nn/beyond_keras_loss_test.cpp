// Losses that Keras does not have, written out in loops, and their gradients against differences, in f64.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/losses.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "tests/nn/layer_gradients.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

using Values = std::vector<double>;

/// The gradient of loss(x), a scalar, is what central differences give.
void check_gradient(const std::string& what, const Tensor& x, const std::function<Tensor(const Tensor&)>& loss) {
  const auto value = compile([&](Tensor in) { return loss(in); });
  const CompiledFunction slope([&](std::span<const Tensor> in) {
    const Tensor y = loss(in[0]);
    return gradients(std::span(&y, 1), {}, in);
  });
  const Values got = slope(std::vector<Tensor>{x})[0].to_vector<double>(), at = x.to_vector<double>();
  for (std::size_t i = 0; i < at.size(); i += std::max<std::size_t>(1, at.size() / 23)) {
    const auto moved = [&](double h) {
      Values v = at;
      v[i] += h;
      return value(Tensor::from(v, x.shape())).item<double>();
    };
    EXPECT_NEAR(got[i], (moved(1e-6) - moved(-1e-6)) / 2e-6, 1e-7 * std::max(1.0, largest_entry(x))) << what << ", entry " << i;
  }
}

/// One value a picture: means within a Gaussian window, place by place.
Values ssim_in_loops(const Tensor& a, const Tensor& b, int size, double sigma, double range) {
  const std::int64_t n = a.shape(0), h = a.shape(1), w = a.shape(2), c = a.shape(3);
  const Values x = a.to_vector<double>(), y = b.to_vector<double>();
  Values window;
  double total = 0;
  for (int i = 0; i < size; ++i) total += std::exp(-std::pow(i - (size - 1) / 2.0, 2) / (2 * sigma * sigma));
  for (int i = 0; i < size; ++i) window.push_back(std::exp(-std::pow(i - (size - 1) / 2.0, 2) / (2 * sigma * sigma)) / total);
  const double c1 = std::pow(0.01 * range, 2), c2 = std::pow(0.03 * range, 2);
  Values result;
  for (std::int64_t p = 0; p < n; ++p) {
    double all = 0, places = 0;
    for (std::int64_t k = 0; k < c; ++k)
      for (std::int64_t i = 0; i + size <= h; ++i)
        for (std::int64_t j = 0; j + size <= w; ++j) {
          double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
          for (int u = 0; u < size; ++u)
            for (int v = 0; v < size; ++v) {
              const auto at = static_cast<std::size_t>(((p * h + i + u) * w + j + v) * c + k);
              const double share = window[static_cast<std::size_t>(u)] * window[static_cast<std::size_t>(v)];
              mx += share * x[at], my += share * y[at], xx += share * x[at] * x[at], yy += share * y[at] * y[at], xy += share * x[at] * y[at];
            }
          all += (2 * mx * my + c1) * (2 * (xy - mx * my) + c2) / ((mx * mx + my * my + c1) * (xx - mx * mx + yy - my * my + c2));
          ++places;
        }
    result.push_back(all / places);
  }
  return result;
}

TEST(BeyondKerasLoss, Ssim) {
  const Tensor a = pattern({2, 9, 8, 2}), b = pattern({2, 9, 8, 2}, 0.4);
  for (const int size : {3, 7}) {
    const SSIM o{.max_value = 3, .filter_size = size, .filter_sigma = 1.2};
    const Values want = ssim_in_loops(a, b, size, 1.2, 3), got = ssim(a, b, o).to_vector<double>();
    ASSERT_EQ(got.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(got[i], want[i], 1e-11);
    EXPECT_NEAR(o(a, b).item<double>(), 1 - (want[0] + want[1]) / 2, 1e-11);
    check_gradient("SSIM", b, [&](const Tensor& y) { return o(a, y); });
  }
}

TEST(BeyondKerasLoss, TotalVariationSumsNeighbours) {
  const Tensor x = pattern({2, 4, 5, 3});
  const Values v = x.to_vector<double>();
  Values want(2);
  const auto at = [&](std::int64_t n, std::int64_t i, std::int64_t j, std::int64_t c) { return v[static_cast<std::size_t>(((n * 4 + i) * 5 + j) * 3 + c)]; };
  for (std::int64_t n = 0; n < 2; ++n)
    for (std::int64_t i = 0; i < 4; ++i)
      for (std::int64_t j = 0; j < 5; ++j)
        for (std::int64_t c = 0; c < 3; ++c) {
          if (i + 1 < 4) want[static_cast<std::size_t>(n)] += std::abs(at(n, i + 1, j, c) - at(n, i, j, c));
          if (j + 1 < 5) want[static_cast<std::size_t>(n)] += std::abs(at(n, i, j + 1, c) - at(n, i, j, c));
        }
  EXPECT_NEAR(TotalVariation{}(Tensor::zeros({2}), x).item<double>(), (want[0] + want[1]) / 2, 1e-12);
  check_gradient("TotalVariation", x, [&](const Tensor& y) { return TotalVariation{.reduction = Reduction::sum}(Tensor::zeros({2}), y); });
}

TEST(BeyondKerasLoss, GaussianNLLOfSeveralTargets) {
  const Tensor t = pattern({3, 2}), p = pattern({3, 4}, 1);
  const Values y = t.to_vector<double>(), v = p.to_vector<double>();
  double want = 0;
  for (std::size_t n = 0; n < 3; ++n)
    for (std::size_t k = 0; k < 2; ++k) {
      const double m = v[n * 4 + k], variance = std::exp(v[n * 4 + 2 + k]);
      want += (std::log(2 * std::numbers::pi * variance) + std::pow(y[n * 2 + k] - m, 2) / variance) / 2 / 6;
    }
  EXPECT_NEAR(GaussianNLL{.full = true}(t, p).item<double>(), want, 1e-12);
  check_gradient("GaussianNLL", p, [&](const Tensor& x) { return GaussianNLL{}(t, x); });
}

TEST(BeyondKerasLoss, MixtureDensityInTwoDimensions) {
  constexpr std::size_t components = 3, k = 2;
  const Tensor t = pattern({4, k}), p = pattern({4, components * (1 + 2 * k)}, 2);
  const Values y = t.to_vector<double>(), v = p.to_vector<double>();
  double want = 0;
  for (std::size_t n = 0; n < 4; ++n) {
    const double* row = v.data() + n * components * (1 + 2 * k);
    double total = 0, density = 0;
    for (std::size_t c = 0; c < components; ++c) total += std::exp(row[c]);
    for (std::size_t c = 0; c < components; ++c) {
      double part = std::exp(row[c]) / total;
      for (std::size_t i = 0; i < k; ++i) {
        const double m = row[components + c * k + i], s = std::exp(row[components * (1 + k) + c * k + i]), d = (y[n * k + i] - m) / s;
        part *= std::exp(-d * d / 2) / (s * std::sqrt(2 * std::numbers::pi));
      }
      density += part;
    }
    want -= std::log(density) / 4;
  }
  EXPECT_NEAR(MixtureDensity{.components = components}(t, p).item<double>(), want, 1e-12);
  check_gradient("MixtureDensity", p, [&](const Tensor& x) { return MixtureDensity{.components = components}(t, x); });
}

TEST(BeyondKerasLoss, TripletHardOverAllPairs) {
  const Tensor p = pattern({7, 3}), labels = Tensor::from(std::vector<std::int32_t>{0, 1, 0, 2, 1, 1, 0}, {7});
  const Values v = p.to_vector<double>();
  const std::vector<int> classes = {0, 1, 0, 2, 1, 1, 0};
  double want = 0;
  for (std::size_t a = 0; a < 7; ++a) {
    double farthest = -1, nearest = 1e9;
    for (std::size_t b = 0; b < 7; ++b) {
      double d = 0;
      for (std::size_t i = 0; i < 3; ++i) d += std::pow(v[a * 3 + i] - v[b * 3 + i], 2);
      if (b != a && classes[a] == classes[b]) farthest = std::max(farthest, std::sqrt(d));
      if (classes[a] != classes[b]) nearest = std::min(nearest, std::sqrt(d));
    }
    if (farthest >= 0) want += std::max(farthest - nearest + 0.7, 0.0) / 7;
  }
  EXPECT_NEAR(TripletHard{.margin = 0.7}(labels, p).item<double>(), want, 1e-9);
  check_gradient("TripletHard", p, [&](const Tensor& x) { return TripletHard{.margin = 0.7}(labels, x); });
}

TEST(BeyondKerasLoss, InfoNCEIsACrossEntropyOfCosines) {
  const Tensor q = pattern({4, 3}), k = pattern({4, 3}, 1);
  const Values x = q.to_vector<double>(), y = k.to_vector<double>();
  const auto cosine = [&](std::size_t i, std::size_t j) {
    double product = 0, xx = 0, yy = 0;
    for (std::size_t c = 0; c < 3; ++c) product += x[i * 3 + c] * y[j * 3 + c], xx += x[i * 3 + c] * x[i * 3 + c], yy += y[j * 3 + c] * y[j * 3 + c];
    return product / std::sqrt(xx * yy);
  };
  double want = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    double total = 0;
    for (std::size_t j = 0; j < 4; ++j) total += std::exp(cosine(i, j) / 0.3);
    want -= (cosine(i, i) / 0.3 - std::log(total)) / 4;
  }
  EXPECT_NEAR(InfoNCE{.temperature = 0.3}(k, q).item<double>(), want, 1e-12);
  check_gradient("InfoNCE", q, [&](const Tensor& in) { return InfoNCE{.temperature = 0.3}(k, in); });
}

}  // namespace
}  // namespace candor::testing
