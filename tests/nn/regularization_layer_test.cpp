// Layers that draw numbers in training: what fixtures/keras/layers says of them under not_value_tested, by their statistics.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "candor/graph/compile.h"
#include "candor/nn/layers.h"
#include "candor/ops/random.h"

namespace candor::testing {
namespace {

constexpr std::int64_t rows = 400, columns = 50;

std::vector<float> trained(const Layer& layer, const Tensor& x) {
  return compile([&](Tensor in) { return layer(in, training); })(x).to_vector();
}

struct Moments { double mean = 0, variance = 0; };
Moments moments(const std::vector<float>& v) {
  Moments m;
  for (float x : v) m.mean += x;
  m.mean /= static_cast<double>(v.size());
  for (float x : v) m.variance += (x - m.mean) * (x - m.mean);
  m.variance /= static_cast<double>(v.size());
  return m;
}

TEST(RegularizationLayers, PassOnInInference) {
  const Tensor x = Tensor::full({2, 3, 4, 5}, 1.5), line = Tensor::full({2, 3, 4}, 1.5), volume = Tensor::full({2, 2, 2, 2, 2}, 1.5);
  for (const Layer& layer : std::vector<Layer>{Dropout{0.5}, SpatialDropout2D{0.5}, GaussianDropout{0.5}, GaussianNoise{2}, AlphaDropout{0.5}, StochasticDepth{0.5}}) EXPECT_EQ(layer(x).to_vector(), x.to_vector());
  EXPECT_EQ(SpatialDropout1D{0.5}(line).to_vector(), line.to_vector());
  EXPECT_EQ(SpatialDropout3D{0.5}(volume).to_vector(), volume.to_vector());
}

TEST(RegularizationLayers, DropoutZeroesAShareAndScalesTheRest) {
  int zeros = 0;
  for (float v : trained(Dropout{0.3}, Tensor::full({rows, columns}, 1))) {
    zeros += v == 0.f;
    EXPECT_NEAR(v, v == 0.f ? 0 : 1 / 0.7, 1e-6);
  }
  EXPECT_NEAR(zeros / double{rows * columns}, 0.3, 0.015);
}

TEST(RegularizationLayers, NoiseShapeSharesDecisions) {
  const Tensor x = Tensor::full({20, 30}, 1);
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{-1, 1}, {1}, {20, 1}}) {
    const std::vector<float> y = trained(Dropout(0.5, {.noise_shape = shape}), x);
    std::set<float> first_column;
    for (std::size_t i = 0; i < 20; ++i) {
      first_column.insert(y[i * 30]);
      for (std::size_t j = 1; j < 30; ++j) EXPECT_EQ(y[i * 30 + j], y[i * 30]);
    }
    EXPECT_EQ(first_column.size(), 2u);
  }
}

TEST(RegularizationLayers, SpatialDropoutDropsWholeChannels) {
  const auto check = [](const Layer& layer, const Shape& shape, int channel_axis) {
    const std::vector<float> y = trained(layer, Tensor::full(shape, 1));
    std::int64_t inner = 1;
    for (int axis = channel_axis + 1; axis < shape.rank(); ++axis) inner *= shape[axis];
    const std::int64_t channels = shape[channel_axis], sample = shape.without(0).size();
    int dropped = 0;
    for (std::int64_t n = 0; n < shape[0]; ++n) {
      for (std::int64_t c = 0; c < channels; ++c) {
        std::set<float> values;
        for (std::int64_t i = 0; i < sample; ++i) {
          if (i / inner % channels == c) values.insert(y[static_cast<std::size_t>(n * sample + i)]);
        }
        EXPECT_EQ(values.size(), 1u);
        dropped += *values.begin() == 0.f;
      }
    }
    EXPECT_NEAR(dropped / static_cast<double>(shape[0] * channels), 0.3, 0.1);
  };
  check(SpatialDropout1D{0.3}, {40, 3, 10}, 2);
  check(SpatialDropout2D{0.3}, {40, 3, 2, 10}, 3);
  check(SpatialDropout2D{0.3, {.data_format = "channels_first"}}, {40, 10, 3, 2}, 1);
  check(SpatialDropout3D{0.3}, {40, 2, 2, 2, 10}, 4);
  check(SpatialDropout3D{0.3, {.data_format = "channels_first"}}, {40, 10, 2, 2, 2}, 1);
}

TEST(RegularizationLayers, GaussianLayersHaveTheirMoments) {
  const Tensor x = Tensor::full({rows, columns}, 2);
  const Moments times = moments(trained(GaussianDropout{0.3}, x)), plus = moments(trained(GaussianNoise{0.3}, x));
  EXPECT_NEAR(times.mean, 2, 0.04);
  EXPECT_NEAR(std::sqrt(times.variance), 2 * std::sqrt(0.3 / 0.7), 0.03);
  EXPECT_NEAR(plus.mean, 2, 0.01);
  EXPECT_NEAR(std::sqrt(plus.variance), 0.3, 0.01);
}

TEST(RegularizationLayers, AlphaDropoutKeepsMeanAndVariance) {
  const Tensor x = compile([](Tensor in) { return ops::normal(in.shape()); })(Tensor::zeros({rows, columns}));
  const Moments m = moments(trained(AlphaDropout{0.3}, x));
  EXPECT_NEAR(m.mean, 0, 0.03);
  EXPECT_NEAR(m.variance, 1, 0.05);
  // Dropped entries are -1.7581 before they are stretched and moved.
  const double low = -1.7580993408473766, a = 1 / std::sqrt(0.7 * (1 + 0.3 * low * low)), b = -a * low * 0.3;
  int dropped = 0;
  for (float v : trained(AlphaDropout{0.3}, Tensor::zeros({rows, columns}))) {
    const bool is_low = std::abs(v - (a * low + b)) < 1e-5;
    EXPECT_TRUE(is_low || std::abs(v - b) < 1e-5) << v;
    dropped += is_low;
  }
  EXPECT_NEAR(dropped / double{rows * columns}, 0.3, 0.015);
}

TEST(RegularizationLayers, StochasticDepthDropsSamples) {
  const std::vector<float> y = trained(StochasticDepth{0.25}, Tensor::full({rows, 6}, 1));
  int dropped = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 6; ++j) EXPECT_EQ(y[i * 6 + j], y[i * 6]);
    EXPECT_TRUE(y[i * 6] == 0.f || std::abs(y[i * 6] - 4.f / 3) < 1e-6f);
    dropped += y[i * 6] == 0.f;
  }
  EXPECT_NEAR(dropped / double{rows}, 0.25, 0.08);
  const std::vector<float> batch = trained(StochasticDepth(0.25, {.mode = "batch"}), Tensor::full({rows, 6}, 1));
  EXPECT_EQ(std::set<float>(batch.begin(), batch.end()).size(), 1u);
}

TEST(RegularizationLayers, ASeedOfItsOwnDecides) {
  const Tensor x = Tensor::full({64}, 1);
  const auto draw = [&](std::optional<std::uint64_t> own, std::uint64_t run) {
    set_random_seed(run);
    return trained(Dropout(0.5, {.seed = own}), x);
  };
  EXPECT_EQ(draw(3, 1), draw(3, 2));
  EXPECT_NE(draw(3, 1), draw(4, 1));
  EXPECT_NE(draw(3, 1), draw({}, 1));
  // Each step of a program draws anew.
  const Dropout dropout(0.5, {.seed = 3});
  const auto run = compile([&](Tensor in) { return dropout(in, training); });
  EXPECT_NE(run(x).to_vector(), run(x).to_vector());
}

}  // namespace
}  // namespace candor::testing
