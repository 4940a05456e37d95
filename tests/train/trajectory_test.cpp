// fixtures/train: the loss of every step from fixed weights, data and batch order, in f32 within its gate and in f64 within 1e-8.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "candor/data/idx.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/reduce.h"
#include "candor/train/fit.h"
#include "tests/support/environment.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

class Trajectory : public ::testing::TestWithParam<FixtureCase> {};

double formula(std::uint64_t seed, std::uint64_t k, double limit) {
  std::uint64_t z = (seed << 32) + k + 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  z ^= z >> 31;
  return static_cast<float>(limit * (2 * (static_cast<double>(z >> 11) * 0x1p-53) - 1));
}

using Weights = std::vector<std::pair<std::string, Tensor>>;

Weights weights_of(const FixtureCase& c) {
  Weights weights;
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
    weights.emplace_back(w.at("name"), Tensor::from(values, shape));
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

/// What the steps run over, in order, and the network with the case's weights.
struct Run {
  Sequential model;
  std::vector<std::pair<std::string, Variable>> weights;  ///< by the fixture's names
  Tensor x, y;
};

/// Every step runs the same program: a sanitizer has seen all of it after a few.
std::int64_t steps_of(const FixtureCase& c) {
  const std::int64_t all = c.attrs().at("steps");
  return sanitized ? std::min<std::int64_t>(all, 8) : all;
}

Run mnist_run(const FixtureCase& c, DType dtype) {
  const std::vector<std::int64_t> order = c.tensors->get(c.attrs().at("batch_order").get<std::string>()).to_vector<std::int64_t>();
  const data::Dataset rows = data::mnist().train.take(std::span(order).first(static_cast<std::size_t>(c.attrs().at("batch").get<std::int64_t>() * steps_of(c))));
  Run run{Sequential(layers_of(c.attrs().at("net"), dtype)), {}, rows.features, rows.targets};
  run.model.build({28, 28, 1}, DType::u8);
  const std::vector<NamedVariable> variables = run.model.named_variables();
  const Weights weights = weights_of(c);
  EXPECT_EQ(variables.size(), weights.size());
  for (std::size_t i = 0; i < variables.size(); ++i) {
    variables[i].second.assign(weights.at(i).second.to(dtype));
    run.weights.emplace_back(weights[i].first, variables[i].second);
  }
  return run;
}

/// block0_wq -> block0/self_attention/query/kernel.
std::string path_of(const std::string& weight) {
  static const std::map<std::string, std::string> parts = {
      {"wq", "self_attention/query/kernel"}, {"bq", "self_attention/query/bias"}, {"wk", "self_attention/key/kernel"}, {"bk", "self_attention/key/bias"},
      {"wv", "self_attention/value/kernel"}, {"bv", "self_attention/value/bias"}, {"wo", "self_attention/attention_output/kernel"}, {"bo", "self_attention/attention_output/bias"},
      {"ln1_gamma", "self_attention_layer_norm/gamma"}, {"ln1_beta", "self_attention_layer_norm/beta"}, {"ln2_gamma", "feedforward_layer_norm/gamma"}, {"ln2_beta", "feedforward_layer_norm/beta"},
      {"w1", "feedforward_intermediate_dense/kernel"}, {"b1", "feedforward_intermediate_dense/bias"}, {"w2", "feedforward_output_dense/kernel"}, {"b2", "feedforward_output_dense/bias"}};
  if (weight == "tok_emb") return "embedding/token_embedding/embeddings";
  if (weight == "pos_emb") return "embedding/position_embedding/embeddings";
  const std::size_t end = weight.find('_');
  const std::string layer = weight.substr(0, end), part = weight.substr(end + 1);
  return layer + "/" + (parts.count(part) ? parts.at(part) : part);
}

/// "char GPT": sizes are those of the weights.
Run text_run(const FixtureCase& c, DType dtype) {
  const std::string net = c.attrs().at("net");
  const Weights weights = weights_of(c);
  const auto shape = [&](const std::string& name) {
    const auto found = std::find_if(weights.begin(), weights.end(), [&](const auto& w) { return w.first == name; });
    return found == weights.end() ? Shape() : found->second.shape();
  };
  const std::int64_t vocabulary = shape("tok_emb")[0], width = shape("tok_emb")[1], context = shape("pos_emb")[0];
  std::vector<Layer> layers{TokenAndPositionEmbedding{vocabulary, context, width, {.dtype = dtype, .name = "embedding"}}};
  for (int i = 0; shape("block" + std::to_string(i) + "_wq").rank() != 0; ++i) {
    const std::string name = "block" + std::to_string(i);
    const char* activation = net.find("gelu_tanh") != std::string::npos ? "gelu_tanh" : net.find("gelu") != std::string::npos ? "gelu" : "relu";
    layers.push_back(TransformerDecoder{shape(name + "_w1")[1], shape(name + "_wq")[1], {.activation = activation, .layer_norm_epsilon = 1e-5, .normalize_first = true, .name = name}});
  }
  layers.push_back(LayerNormalization{{.epsilon = 1e-5, .name = "lnf"}});
  layers.push_back(Dense{vocabulary, {.use_bias = false, .name = "head"}});
  Run run{Sequential(layers), {}, {}, {}};
  run.model.build({context}, DType::i32);
  const std::vector<NamedVariable> variables = run.model.named_variables();
  EXPECT_EQ(variables.size(), weights.size());
  for (const auto& [name, value] : weights) {
    const auto found = std::find_if(variables.begin(), variables.end(), [path = path_of(name)](const NamedVariable& v) { return v.first == path; });
    if (found == variables.end()) throw std::runtime_error("no weight " + path_of(name) + " for " + name);
    found->second.assign(value.to(dtype));
    run.weights.emplace_back(name, found->second);
  }

  std::ifstream file(environment("CANDOR_DATA") + "/text/tinyshakespeare.txt", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::set<unsigned char> letters(text.begin(), text.end());
  EXPECT_EQ(std::ssize(letters), vocabulary);
  std::array<std::int32_t, 256> rank{};
  std::int32_t next = 0;
  for (unsigned char letter : letters) rank[letter] = next++;
  const std::vector<std::int64_t> starts = c.tensors->get(c.attrs().at("batch_order").get<std::string>()).to_vector<std::int64_t>();
  const std::int64_t rows = steps_of(c) * c.attrs().at("batch").get<std::int64_t>();
  std::vector<std::int32_t> x, y;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t t = 0; t < context; ++t) {
      const auto at = static_cast<std::size_t>(starts.at(static_cast<std::size_t>(r)) + t);
      x.push_back(rank[static_cast<unsigned char>(text.at(at))]);
      y.push_back(rank[static_cast<unsigned char>(text.at(at + 1))]);
    }
  run.x = Tensor::from(x, {rows, context});
  run.y = Tensor::from(y, {rows, context});
  return run;
}

void check(const FixtureCase& c, DType dtype) {
  const auto& a = c.attrs();
  const Run run = a.at("net").get<std::string>().starts_with("char GPT") ? text_run(c, dtype) : mnist_run(c, dtype);
  const Sequential& model = run.model;
  const std::int64_t batch = a.at("batch"), all = a.at("steps"), steps = steps_of(c);
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = optimizer_of(a.at("optimizer"))});
  std::vector<double> losses;
  const History history = model.fit(run.x, run.y, {.batch_size = batch, .shuffle = false, .callbacks = {LambdaCallback{.on_train_batch_end = [&](TrainState&, std::int64_t, double loss) { losses.push_back(loss); }}}, .verbose = 0});
  ASSERT_FALSE(history.interrupted()) << "a signal from outside (a time limit?) stopped the training after " << losses.size() << " of " << steps << " steps";
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
  if (dtype != DType::f64 || steps < all) return;
  for (const auto& [name, variable] : run.weights) {
    const double want = c.json.at("param_l2_final").at(name);
    EXPECT_NEAR(norm(variable.value()).item<double>(), want, 1e-7 * want + 1e-9) << c.name << ": size of " << name << " at the end";
  }
}

TEST_P(Trajectory, LossOfEveryStep) {
  CANDOR_NEEDS("CANDOR_DATA");
  check(GetParam(), DType::f32);
  check(GetParam(), DType::f64);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Trajectory, ::testing::ValuesIn(read_fixtures("train")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Trajectory);

}  // namespace
}  // namespace candor::testing
