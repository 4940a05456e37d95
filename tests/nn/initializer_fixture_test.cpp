// fixtures/keras/initializers: configuration, exact values, and the distribution of what is drawn.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "candor/nn/initializers.h"
#include "candor/nn/windows.h"
#include "candor/ops/matmul.h"
#include "tests/support/config.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

struct InitializerCase {
  std::string name;
  nlohmann::json json;
  std::shared_ptr<const Safetensors> tensors;
};
std::ostream& operator<<(std::ostream& out, const InitializerCase& c) { return out << c.name; }

std::vector<InitializerCase> read_cases() {
  const std::string root = environment("CANDOR_FIXTURES") + "/keras/initializers/";
  std::ifstream file(root + "initializers.json");
  if (!file) return {};
  const auto all = nlohmann::json::parse(file);
  const auto tensors = std::make_shared<const Safetensors>(root + all.at("tensors").get<std::string>());
  std::vector<InitializerCase> cases;
  for (const auto& entry : all.at("cases")) cases.push_back({entry.at("name"), entry, tensors});
  return cases;
}

double normal_share(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// The largest distance between the shares of `values` and of the distribution (Kolmogorov, Smirnov).
double distance(std::vector<double> values, const std::function<double(double)>& share) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double most = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double s = share(values[i]);
    most = std::max({most, std::abs(s - static_cast<double>(i) / n), std::abs(s - static_cast<double>(i + 1) / n)});
  }
  return most;
}

/// Mean, deviation, bounds and shape of a draw; limits of four standard errors, and 1.95 / sqrt(n) (one in a thousand) for the shape.
void check_distribution(const std::string& name, const std::vector<double>& values, const nlohmann::json& draw) {
  const auto& expected = draw.at("expected");
  const std::string kind = expected.at("distribution");
  const auto n = static_cast<double>(values.size());
  double mean = 0, square = 0;
  for (double v : values) mean += v / n;
  for (double v : values) square += (v - mean) * (v - mean) / n;
  const double limit = expected.value("limit", 0.0), low = expected.value("min", -limit), high = expected.value("max", limit);
  const double want_mean = expected.value("mean", kind == "uniform" ? (low + high) / 2 : 0.0);
  const double want_deviation = expected.contains("std") ? expected.at("std").get<double>() : (high - low) / std::sqrt(12.0);
  EXPECT_NEAR(mean, want_mean, 4 * want_deviation / std::sqrt(n)) << name;
  EXPECT_NEAR(std::sqrt(square), want_deviation, 4 * want_deviation / std::sqrt(2 * n)) << name;
  std::function<double(double)> share;
  if (kind == "uniform") share = [=](double x) { return (x - low) / (high - low); };
  else if (kind == "normal") share = [=](double x) { return normal_share((x - want_mean) / want_deviation); };
  else {
    ASSERT_EQ(kind, "truncated normal at +-2 stddev") << name;
    const double deviation = (high - low) / 4, centre = (high + low) / 2, cut = normal_share(-2);
    share = [=](double x) { return (normal_share((x - centre) / deviation) - cut) / (1 - 2 * cut); };
  }
  if (kind != "normal") {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const double slack = 1e-6 * (high - low);
    EXPECT_GE(*least, low - slack) << name;
    EXPECT_LE(*most, high + slack) << name;
    EXPECT_LT(*least, low + 0.01 * (high - low)) << name;  // the bounds are reached
    EXPECT_GT(*most, high - 0.01 * (high - low)) << name;
  }
  EXPECT_LT(distance(values, share), 1.95 / std::sqrt(n)) << name;
}

/// The smaller Gram matrix of the weight as [all axes but the last, last] is gain^2 times the identity.
void check_orthogonal(const std::string& name, const Tensor& w, double gain) {
  const std::int64_t columns = w.shape()[-1], rows = w.shape().size() / columns;
  const Tensor m = w.to(DType::f64).view_reshape({rows, columns});
  const Tensor gram = rows < columns ? matmul(m, m, false, true) : matmul(m, m, true, false);
  const std::int64_t n = gram.shape()[0];
  const std::vector<double> g = gram.to_vector<double>();
  for (std::int64_t i = 0; i < n * n; ++i) EXPECT_NEAR(g[static_cast<std::size_t>(i)], i % (n + 1) == 0 ? gain * gain : 0, 1e-5 * gain * gain) << name;
}

class InitializerFixture : public ::testing::TestWithParam<InitializerCase> {};

TEST_P(InitializerFixture, AgreesWithKeras) {
  const InitializerCase& c = GetParam();
  Config options = to_config(c.json.at("config"));
  // Keras writes no gain for Identity: it is the largest entry.
  if (c.json.at("class") == "Identity") options.set("gain", c.json.at("draws").at(0).at("max").get<double>());
  const Initializer initializer{Config{{"class_name", c.json.at("class").get<std::string>()}, {"config", options}}};
  const Config written = initializer.config();
  EXPECT_EQ(written.at("class_name").text(), c.json.at("class").get<std::string>());
  EXPECT_EQ(written.at("config").entries().size(), options.entries().size()) << to_string(written);
  for (const auto& [key, value] : options.entries()) EXPECT_EQ(to_string(written.at("config").at(key)), to_string(value)) << c.name << ": " << key;
  EXPECT_EQ(Initializer(written).config(), written);
  for (const auto& draw : c.json.at("draws")) {
    const Shape shape(draw.at("shape").get<std::vector<std::int64_t>>());
    const auto [in, out] = compute_fans(shape);
    EXPECT_EQ(in, draw.at("fan_in").get<double>()) << c.name;
    EXPECT_EQ(out, draw.at("fan_out").get<double>()) << c.name;
    const Tensor w = initializer(shape, DType::f32, RandomStream{11, 0});
    ASSERT_EQ(w.shape(), shape);
    const std::vector<double> values = w.to_vector<double>();
    if (draw.contains("expected")) check_distribution(c.name, values, draw);
    else if (draw.contains("property")) check_orthogonal(c.name, w, options.get("gain", 1.0));
    else {  // no chance in it
      const auto [least, most] = std::minmax_element(values.begin(), values.end());
      double mean = 0;
      for (double v : values) mean += v / static_cast<double>(values.size());
      EXPECT_NEAR(*least, draw.at("min").get<double>(), 1e-7) << c.name;
      EXPECT_NEAR(*most, draw.at("max").get<double>(), 1e-7) << c.name;
      EXPECT_NEAR(mean, draw.at("mean").get<double>(), 1e-7) << c.name;
    }
    EXPECT_EQ(initializer(shape, DType::f32, RandomStream{11, 0}).to_vector<float>(), w.to_vector<float>()) << c.name << ": a second call differs";
  }
  if (!c.json.contains("exact")) return;
  const auto& exact = c.json.at("exact");
  const Shape shape(exact.at("shape").get<std::vector<std::int64_t>>());
  Tensor want;
  if (exact.contains("key")) want = c.tensors->get(exact.at("key"));
  else {
    std::vector<double> values;
    for (const auto& row : exact.at("value")) {
      for (const auto& v : row) values.push_back(v);
    }
    want = Tensor::from(values, shape);
  }
  EXPECT_EQ(difference(initializer(shape, DType::f32, RandomStream{}), want, 1e-4, 1e-6), "") << c.name;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, InitializerFixture, ::testing::ValuesIn(read_cases()), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(InitializerFixture);

TEST(Initializers, FansOfNamedAxes) {
  const auto [in, out] = compute_fans({4, 5, 6, 7}, std::vector<int>{0, 1}, std::vector<int>{-1});
  EXPECT_EQ(in, 20);
  EXPECT_EQ(out, 7);
  const Initializer by_axes = GlorotUniform{.seed = 3, .input_axes = std::vector<int>{0}, .output_axes = std::vector<int>{1}};
  const std::vector<float> values = by_axes({30, 30, 8}, DType::f32, {}).to_vector<float>();
  const double limit = std::sqrt(3.0 / 30);
  EXPECT_NEAR(*std::max_element(values.begin(), values.end()), limit, 0.01 * limit);
  EXPECT_EQ(Initializer(by_axes.config()).config(), by_axes.config());
  EXPECT_ERROR(shape, compute_fans({4, 5}, std::vector<int>{2}, std::vector<int>{0}), "axis 2", "[4, 5]");
}

TEST(Initializers, NamesAndAliases) {
  for (const char* name : {"zeros", "ones", "constant", "random_uniform", "random_normal", "truncated_normal", "variance_scaling", "glorot_uniform", "glorot_normal", "he_uniform",
                           "he_normal", "lecun_uniform", "lecun_normal", "orthogonal", "identity", "stft"}) {
    const Config written = Initializer(name).config();
    EXPECT_EQ(Initializer(written).config(), written) << name;
    EXPECT_EQ(Initializer(written.at("class_name").text()).config(), written) << name;
  }
  EXPECT_EQ(Initializer("IdentityInitializer").config(), Initializer("identity").config());
  const Config with_generator{{"class_name", "HeNormal"}, {"config", {{"seed", {{"class_name", "SeedGenerator"}, {"config", {{"seed", 5}}}}}}}};
  EXPECT_EQ(Initializer(with_generator).config(), Initializer(HeNormal{5}).config());
}

TEST(Initializers, AFunctionOfOnesOwn) {
  const Initializer ramp([](const Shape& shape, DType dtype) { return Tensor::full(shape, 3, dtype); }, "ramp");
  EXPECT_EQ(ramp({2}, DType::f32, {}).to_vector<float>(), (std::vector<float>{3, 3}));
  EXPECT_ERROR(corrupt, Initializer(ramp.config()), "'ramp' is not known");
  const Initializer wrong([](const Shape&, DType dtype) { return Tensor::full({1}, 3, dtype); }, "wrong");
  EXPECT_ERROR(shape, wrong({2}, DType::f32, {}), "wrong", "f32[2]");
}

TEST(Initializers, CheckTheirArguments) {
  EXPECT_ERROR(invalid_argument, Initializer("glorot"), "'glorot'", "glorot_uniform");
  EXPECT_ERROR(invalid_argument, Initializer(RandomUniform{1, 0}), "RandomUniform: maxval must be at least minval");
  EXPECT_ERROR(invalid_argument, Initializer(RandomNormal{0, -1}), "RandomNormal: stddev", "-1");
  EXPECT_ERROR(invalid_argument, Initializer(VarianceScaling{.scale = 0}), "scale must be positive");
  EXPECT_ERROR(invalid_argument, Initializer(VarianceScaling{.mode = "fan"}), "fan_in, fan_out or fan_avg, not 'fan'");
  EXPECT_ERROR(invalid_argument, Initializer(VarianceScaling{.distribution = "cauchy"}), "'cauchy'");
  EXPECT_ERROR(invalid_argument, Initializer(STFT{.side = "left"}), "real or imag, not 'left'");
  EXPECT_ERROR(invalid_argument, Initializer(STFT{.window = "door"}), "'door'", "hann");
  EXPECT_ERROR(shape, Initializer("stft")({4, 4}, DType::f32, {}), "[frame, 1, bins]");
  EXPECT_ERROR(shape, Initializer("orthogonal")({4}, DType::f32, {}), "Orthogonal", "two axes");
  EXPECT_ERROR(shape, Initializer("identity")({4, 4, 4}, DType::f32, {}), "Identity", "two axes");
}

TEST(Windows, KnownValues) {
  const std::vector<double> hann = window_values("hann", 5), periodic = window_values("hann", 4, true);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(hann[i], (std::vector<double>{0, 0.5, 1, 0.5, 0})[i], 1e-12);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(periodic[i], hann[i], 1e-12);
  EXPECT_NEAR(window_values("hamming", 3)[0], 0.08, 1e-12);
  EXPECT_NEAR(window_values("triang", 4)[0], 0.25, 1e-12);
  EXPECT_NEAR(window_values("triang", 3)[0], 0.5, 1e-12);
  for (const char* name : {"barthann", "bartlett", "blackman", "blackmanharris", "bohman", "boxcar", "cosine", "flattop", "hamming", "hann", "nuttall", "parzen", "triang", "tukey"}) {
    for (std::int64_t length : {1, 2, 7, 8}) {
      const std::vector<double> w = window_values(name, length);
      ASSERT_EQ(w.size(), static_cast<std::size_t>(length)) << name;
      for (std::size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(w[i], w[w.size() - 1 - i], 1e-12) << name << " " << length;
      if (length == 7) {
        EXPECT_NEAR(w[3], 1, 1e-8) << name;
      }
    }
  }
  EXPECT_ERROR(invalid_argument, window_values("hann", 0), "at least 1");
}

}  // namespace
}  // namespace candor::testing
