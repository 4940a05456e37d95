// fixtures/train: the loss of every step from fixed weights, data and batch order, in f32 within its gate and in f64 within 1e-8.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <sstream>

#include "candor/data/idx.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/train/fit.h"
#include "tests/support/environment.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

/// Networks of layers that Candor does not have yet.
bool for_later(const std::string& net) { return net.find("attention") != std::string::npos; }

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
    std::vector<double> values(static_cast<std::size_t>(shape.size()), w.contains("fill") && w.at("fill").is_number() ? w.at("fill").get<double>() : 0.0);
    if (w.at("name") == "lstm_bias") {  // the forget gate's bias is 1, the others 0
      const std::size_t units = values.size() / 4;
      std::fill(values.begin() + static_cast<std::ptrdiff_t>(units), values.begin() + static_cast<std::ptrdiff_t>(2 * units), 1.0);
    }
    if (w.contains("seed")) {
      for (std::size_t k = 0; k < values.size(); ++k) values[k] = formula(w.at("seed"), k, w.at("limit"));
    }
    const auto first = w.at("first8").get<std::vector<double>>();
    for (std::size_t i = 0; i < first.size() && i < values.size(); ++i) EXPECT_EQ(values[i], first[i]) << w.at("name");
    weights.push_back(Tensor::from(values, shape));
  }
  return weights;
}

std::vector<std::string> split_at(const std::string& text, const std::string& by) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at = text.find(by); at != std::string::npos; at = text.find(by, from)) parts.push_back(text.substr(from, at - from)), from = at + by.size();
  parts.push_back(text.substr(from));
  return parts;
}

/// What is in brackets explains and is left out.
std::string without_brackets(std::string text) {
  for (std::size_t open = text.find('('); open != std::string::npos; open = text.find('(')) text.erase(open, text.find(')', open) - open + 1);
  return text;
}

/// "x/255 -> conv 6@5x5 same tanh -> average pool 2 -> flatten -> dense 10": the network as the case describes it.
std::vector<Layer> layers_of(const std::string& net, DType dtype) {
  std::vector<Layer> layers;
  const std::string words_of_net = without_brackets(net);
  for (const std::string& part : split_at(words_of_net.substr(0, words_of_net.find(';')), "->")) {
    std::istringstream words(part);
    std::vector<std::string> w(std::istream_iterator<std::string>(words), {});
    w.resize(4);
    int filters = 0, height = 0, width = 0;
    if (w[0] == "x/255") {
      layers.push_back(Rescale{1.0 / 255, 0, {.dtype = dtype}});
      if (w[1] == "as" && w[3] == "steps") layers.push_back(Reshape{{28, 28}});
    }
    else if (w[0] == "LSTM") layers.push_back(LSTM{std::stoi(w[1])});
    else if (w[0] == "GRU") layers.push_back(GRU{std::stoi(w[1])});
    else if (w[0] == "flatten") layers.push_back(Flatten{});
    else if (w[0] == "dense") layers.push_back(Dense{std::stoi(w[1]), {.activation = w[2].empty() ? "linear" : w[2]}});
    else if (w[0] == "conv" && std::sscanf(w[1].c_str(), "%d@%dx%d", &filters, &height, &width) == 3)
      layers.push_back(Conv2D{filters, {height, width}, {.padding = w[2], .activation = w[3].empty() ? "linear" : w[3]}});
    else if (w[0] == "maxpool") layers.push_back(MaxPooling2D{std::stoi(w[1])});
    else if (w[0] == "average" && w[1] == "pool") layers.push_back(AveragePooling2D{std::stoi(w[2])});
    else throw std::runtime_error("not understood: \"" + part + "\" of the network " + net);
  }
  return layers;
}

Optimizer optimizer_of(const nlohmann::json& o) {
  const double rate = o.at("lr");
  if (o.at("name") == "sgd") return SGD{rate, {.momentum = o.value("momentum", 0.0), .nesterov = o.value("nesterov", false)}};
  if (o.at("name") == "adam" || o.at("name") == "adamw") {
    return AdamW(rate, {.weight_decay = o.value("weight_decay", 0.0), .beta_1 = o.at("betas").at(0), .beta_2 = o.at("betas").at(1), .epsilon = o.at("eps"), .torch_epsilon = true});
  }
  throw std::runtime_error("not understood: the optimizer " + o.dump());
}

void check(const FixtureCase& c, DType dtype, const data::Dataset& train) {
  const auto& a = c.attrs();
  // Every step runs the same program: a sanitizer has seen all of it after a few.
  const std::int64_t batch = a.at("batch"), all = a.at("steps"), steps = sanitized ? std::min<std::int64_t>(all, 8) : all;
  const std::vector<std::int64_t> order = c.tensors->get(a.at("batch_order").get<std::string>()).to_vector<std::int64_t>();
  const data::Dataset rows = train.take(std::span(order).first(static_cast<std::size_t>(batch * steps)));
  const Sequential model(layers_of(a.at("net"), dtype));
  model.build({28, 28, 1}, DType::u8);
  model.set_weights(weights_of(c));
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = optimizer_of(a.at("optimizer"))});
  std::vector<double> losses;
  model.fit(rows, {.batch_size = batch, .shuffle = false, .callbacks = {LambdaCallback{.on_train_batch_end = [&](TrainState&, std::int64_t, double loss) { losses.push_back(loss); }}}, .verbose = 0});
  const auto truth = c.tensors->get(c.name + "/loss_float64").to_vector<double>();
  const auto gate = c.tensors->get(c.json.at("rtol_float32").get<std::string>()).to_vector<double>();
  ASSERT_EQ(truth.size(), static_cast<std::size_t>(all));
  ASSERT_EQ(losses.size(), static_cast<std::size_t>(steps));
  const auto strict = static_cast<std::size_t>(c.json.at("strict_steps").get<int>());
  double worst = 0;
  for (std::size_t s = 0; s < losses.size(); ++s) {
    const double off = std::abs(losses[s] - truth[s]) / truth[s];
    const double allowed = dtype == DType::f64 ? c.json.at("rtol_float64").get<double>() : gate[s];
    EXPECT_LE(off, allowed) << c.name << " in " << to_string(dtype) << ", step " << s << ": got " << losses[s] << ", expected " << truth[s];
    if (s < strict) worst = std::max(worst, off);
  }
  ::testing::Test::RecordProperty(std::string("largest_deviation_") + std::string(to_string(dtype)), std::to_string(worst));
}

TEST_P(Trajectory, LossOfEveryStep) {
  const FixtureCase& c = GetParam();
  if (for_later(c.attrs().at("net"))) GTEST_SKIP() << c.name << ": attention layers are for later";
  CANDOR_NEEDS("CANDOR_DATA");
  const data::Dataset train = data::mnist().train;
  check(c, DType::f32, train);
  check(c, DType::f64, train);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Trajectory, ::testing::ValuesIn(read_fixtures("train")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Trajectory);

}  // namespace
}  // namespace candor::testing
