// fixtures/train: the loss of every step from fixed weights, data and batch order, in f32 within its gate and in f64 within 1e-8.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "candor/data/idx.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/train/fit.h"
#include "tests/support/environment.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

const std::set<std::string> later = {"lstm_adam", "gpt_adamw"};  // recurrent and attention layers

class Trajectory : public ::testing::TestWithParam<FixtureCase> {};

double formula(std::uint64_t seed, std::uint64_t k, double limit) {
  std::uint64_t z = (seed << 32) + k + 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  z ^= z >> 31;
  return static_cast<float>(limit * (2 * (static_cast<double>(z >> 11) * 0x1p-53) - 1));
}

std::vector<Tensor> weights_of(const FixtureCase& c) {
  std::vector<Tensor> weights;
  for (const auto& w : c.json.at("weights")) {
    const Shape shape(w.at("shape").get<std::vector<std::int64_t>>());
    std::vector<double> values(static_cast<std::size_t>(shape.size()), w.value("fill", 0.0));
    if (w.contains("seed")) {
      for (std::size_t k = 0; k < values.size(); ++k) values[k] = formula(w.at("seed"), k, w.at("limit"));
    }
    const auto first = w.at("first8").get<std::vector<double>>();
    for (std::size_t i = 0; i < first.size() && i < values.size(); ++i) EXPECT_EQ(values[i], first[i]) << w.at("name");
    weights.push_back(Tensor::from(values, shape));
  }
  return weights;
}

Layer dense(std::int64_t units, ActivationFunction f = {}) { return Dense{units, {.activation = std::move(f)}}; }
Layer conv(std::int64_t filters, int size, const char* padding, ActivationFunction f) { return Conv2D{filters, size, {.padding = padding, .activation = std::move(f)}}; }

std::vector<Layer> layers_of(const std::string& name, DType dtype) {
  const Layer scale = Rescale{1.0 / 255, 0, {.dtype = dtype}};
  if (name == "mlp_adam") return {scale, Flatten{}, dense(128, relu), dense(64, relu), dense(10)};
  if (name == "mlp_sgd") return {scale, Flatten{}, dense(64, relu), dense(10)};
  if (name == "lenet5_classic_adam") {
    return {scale, conv(6, 5, "same", tanh), AveragePooling2D{}, conv(16, 5, "valid", tanh), AveragePooling2D{}, Flatten{}, dense(120, tanh), dense(84, tanh), dense(10)};
  }
  if (name == "lenet5_adam") {
    return {scale, conv(6, 5, "same", relu), MaxPooling2D{}, conv(16, 5, "valid", relu), MaxPooling2D{}, Flatten{}, dense(120, relu), dense(84, relu), dense(10)};
  }
  if (name == "cnn_adam") return {scale, conv(32, 3, "valid", relu), conv(64, 3, "valid", relu), MaxPooling2D{}, Flatten{}, dense(128, relu), dense(10)};
  throw std::runtime_error("train case not understood: " + name);
}

Optimizer optimizer_of(const nlohmann::json& o) {
  if (o.at("name") == "sgd") return SGD{o.at("lr").get<double>()};
  return Adam{o.at("lr").get<double>(), {.beta_1 = o.at("betas").at(0), .beta_2 = o.at("betas").at(1), .epsilon = o.at("eps"), .torch_epsilon = true}};
}

void check(const FixtureCase& c, DType dtype, const data::Dataset& train) {
  const auto& a = c.attrs();
  const std::int64_t batch = a.at("batch"), steps = a.at("steps");
  const std::vector<std::int64_t> order = c.tensors->get(a.at("batch_order").get<std::string>()).to_vector<std::int64_t>();
  const data::Dataset rows = train.take(std::span(order).first(static_cast<std::size_t>(batch * steps)));
  const Sequential model(layers_of(c.name, dtype));
  model.build({28, 28, 1}, DType::u8);
  model.set_weights(weights_of(c));
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = optimizer_of(a.at("optimizer"))});
  std::vector<double> losses;
  model.fit(rows, {.batch_size = batch, .shuffle = false, .callbacks = {LambdaCallback{.on_batch_end = [&](TrainState&, std::int64_t, double loss) { losses.push_back(loss); }}}, .verbose = 0});
  const auto truth = c.tensors->get(c.name + "/loss_float64").to_vector<double>();
  const auto gate = c.tensors->get(c.json.at("rtol_float32").get<std::string>()).to_vector<double>();
  ASSERT_EQ(losses.size(), truth.size());
  const auto strict = static_cast<std::size_t>(c.json.at("strict_steps").get<int>());
  double worst = 0;
  for (std::size_t s = 0; s < truth.size(); ++s) {
    const double off = std::abs(losses[s] - truth[s]) / truth[s];
    const double allowed = dtype == DType::f64 ? c.json.at("rtol_float64").get<double>() : gate[s];
    EXPECT_LE(off, allowed) << c.name << " in " << to_string(dtype) << ", step " << s << ": got " << losses[s] << ", expected " << truth[s];
    if (s < strict) worst = std::max(worst, off);
  }
  ::testing::Test::RecordProperty(std::string("largest_deviation_") + std::string(to_string(dtype)), std::to_string(worst));
}

TEST_P(Trajectory, LossOfEveryStep) {
  const FixtureCase& c = GetParam();
  if (later.count(c.name)) GTEST_SKIP() << c.name << " is for later";
  CANDOR_NEEDS("CANDOR_DATA");
  const data::Dataset train = data::mnist().train;
  check(c, DType::f32, train);
  check(c, DType::f64, train);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Trajectory, ::testing::ValuesIn(read_fixtures("train")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Trajectory);

}  // namespace
}  // namespace candor::testing
