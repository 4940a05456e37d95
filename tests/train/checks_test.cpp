// What fit says unasked: each check fires on a planted fault and stays silent on a sound run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "candor/candor.h"
#include "candor/tensor/random.h"
#include "candor/train/checks/check_model.h"
#include "candor/train/checks/curves.h"

namespace candor {
namespace {

/// Uniform numbers, the same each time.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed * 2654435761u + 88172645463325252u) {}
  double next() {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    return static_cast<double>(state_ >> 11) / 9007199254740992.0;
  }
  double normal() { return std::sqrt(-2 * std::log(1 - next())) * std::cos(6.283185307179586 * next()); }

 private:
  std::uint64_t state_;
};

struct Rows {
  Tensor x, classes, yes, value;
};

/// Points of the plane around four centres, with noise; `classes` 0 to 3.
Rows clouds(std::int64_t n, std::uint64_t seed = 1, double noise = .5) {
  Numbers random(seed);
  std::vector<float> x, yes, value;
  std::vector<std::int32_t> classes;
  for (std::int64_t i = 0; i < n; ++i) {
    const int k = static_cast<int>(random.next() * 4);
    const double a = (k % 2 ? 1 : -1) + noise * random.normal(), b = (k / 2 ? 1 : -1) + noise * random.normal();
    x.push_back(static_cast<float>(a)), x.push_back(static_cast<float>(b));
    classes.push_back(k);
    yes.push_back(k == 0 || k == 3 ? 1.f : 0.f);
    value.push_back(static_cast<float>(a * b + .1 * random.normal()));
  }
  return {Tensor::from(x, Shape{n, 2}), Tensor::from(classes, Shape{n}), Tensor::from(yes, Shape{n, 1}), Tensor::from(value, Shape{n, 1})};
}

bool has(const std::vector<Finding>& list, const std::string& id, Severity at_least = Severity::note) {
  return std::any_of(list.begin(), list.end(), [&](const Finding& f) { return f.id == id && f.severity >= at_least; });
}

std::string text(const std::vector<Finding>& list) {
  std::string out;
  for (const Finding& f : list) out += to_string(f.severity) + " " + f.id + ": " + f.message + "\n";
  return out;
}

#define EXPECT_SOUND(list) \
  for (const Finding& f : (list)) EXPECT_EQ(f.severity, Severity::note) << f.id << ": " << f.message

FitOptions quiet(int epochs, std::int64_t batch = 32) {
  FitOptions o;
  o.epochs = epochs, o.batch_size = batch, o.verbose = 0;
  return o;
}

std::vector<Finding> checked(const std::vector<Layer>& layers, const Loss& loss, const Tensor& x, const Tensor& y) {
  const Sequential model(layers);
  model.compile({.loss = loss, .optimizer = Adam{0.01}});
  return check_model(model, x, y).findings;
}

TEST(Checks, ASoundTrainingSaysNothingAboveANote) {
  set_random_seed(1);
  const Rows train = clouds(640), test = clouds(320, 2);
  const Sequential model{Dense{32, {.activation = relu}}, Dense{32, {.activation = relu}}, Dense{4, {.activation = softmax}}};
  model.compile({.loss = SparseCategoricalCrossentropy{}, .optimizer = Adam{0.003}, .metrics = {Accuracy{}}});
  FitOptions options = quiet(30);
  options.validation_data = {test.x, test.classes};
  const History history = model.fit(train.x, train.classes, options);
  EXPECT_SOUND(history.findings());
  ASSERT_EQ(history.layers().size(), 3u);
  EXPECT_GE(history.looked_at().size(), 3u);
  for (const LayerRecord& layer : history.layers()) {
    ASSERT_EQ(layer.gradient_norm.size(), history.looked_at().size());
    for (const double g : layer.gradient_norm) EXPECT_GT(g, 0) << layer.layer;
    for (const double r : layer.update_ratio) EXPECT_TRUE(r > 1e-5 && r < .3) << layer.layer << " " << r;
  }
  EXPECT_GT(history.layers()[0].zeros.front(), .1);
}

TEST(Checks, WeightsAreTheSameBitsWithAndWithout) {
  const Rows train = clouds(320);
  const auto weights = [&](bool checks) {
    set_random_seed(3);
    const Sequential model{Dense{16, {.use_bias = false}}, BatchNormalization{}, ReLU{}, Dropout{0.3}, Dense{8, {.activation = tanh}}, Dense{4}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{0.01}, .metrics = {Accuracy{}}});
    FitOptions options = quiet(20);
    options.checks = checks, options.validation_split = .2;
    const History history = model.fit(train.x, train.classes, options);
    EXPECT_EQ(history.layers().empty(), !checks);
    EXPECT_TRUE(checks || history.findings().empty());
    std::vector<std::vector<float>> out;
    for (const Tensor& w : model.weights()) out.push_back(w.to_vector());
    return out;
  };
  EXPECT_EQ(weights(true), weights(false));
}

TEST(Checks, LossAndActivationThatDoNotFit) {
  const Rows r = clouds(200);
  const std::string id = "model.loss-activation";
  std::vector<float> one_hot(800, 0.f);
  const std::vector<std::int32_t> classes = r.classes.to_vector<std::int32_t>();
  for (std::size_t i = 0; i < 200; ++i) one_hot[4 * i + static_cast<std::size_t>(classes[i])] = 1;
  const Tensor hot = Tensor::from(one_hot, Shape{200, 4});
  // Four seasons: softmax with binary cross-entropy; no activation with a probability loss.
  EXPECT_TRUE(has(checked({Dense{8, {.activation = relu}}, Dense{4, {.activation = softmax}}}, BinaryCrossentropy{}, r.x, hot), id, Severity::warning));
  EXPECT_TRUE(has(checked({Dense{8, {.activation = relu}}, Dense{4}}, SparseCategoricalCrossentropy{}, r.x, r.classes), id, Severity::error));
  EXPECT_TRUE(has(checked({Dense{8, {.activation = relu}}, Dense{4}}, CategoricalCrossentropy{}, r.x, hot), id, Severity::error));
  EXPECT_TRUE(has(checked({Dense{1}}, BinaryCrossentropy{}, r.x, r.yes), id, Severity::error));
  EXPECT_TRUE(has(checked({Dense{4, {.activation = softmax}}}, SparseCategoricalCrossentropy{.from_logits = true}, r.x, r.classes), id, Severity::warning));
  EXPECT_TRUE(has(checked({Dense{1, {.activation = sigmoid}}}, MeanSquaredError{}, r.x, r.yes), id, Severity::warning));
  EXPECT_TRUE(has(checked({Dense{1, {.activation = relu}}}, MeanSquaredError{}, r.x, r.value), id, Severity::warning));
  // Standardised targets against a sigmoid with binary cross-entropy.
  const std::vector<Finding> standardised = checked({Dense{1, {.activation = sigmoid}}}, BinaryCrossentropy{}, r.x, r.value);
  EXPECT_TRUE(has(standardised, id, Severity::error)) << text(standardised);
  for (const auto& [layers, loss, y] : std::vector<std::tuple<std::vector<Layer>, Loss, Tensor>>{
           {{Dense{4, {.activation = softmax}}}, CategoricalCrossentropy{}, hot}, {{Dense{4}, Softmax{}}, SparseCategoricalCrossentropy{}, r.classes},
           {{Dense{4}}, SparseCategoricalCrossentropy{.from_logits = true}, r.classes}, {{Dense{1, {.activation = sigmoid}}}, BinaryCrossentropy{}, r.yes},
           {{Dense{4, {.activation = sigmoid}}}, BinaryCrossentropy{}, hot}, {{Dense{1}}, MeanSquaredError{}, r.value}, {{Dense{1}}, BinaryCrossentropy{.from_logits = true}, r.yes}}) {
    const std::vector<Finding> found = checked(layers, loss, r.x, y);
    EXPECT_FALSE(has(found, id)) << text(found);
    EXPECT_FALSE(has(found, "model.output-size")) << text(found);
  }
}

TEST(Checks, OutputsThatAreNotTheClasses) {
  const Rows r = clouds(400);
  const std::string id = "model.output-size";
  EXPECT_TRUE(has(checked({Dense{3, {.activation = softmax}}}, SparseCategoricalCrossentropy{}, r.x, r.classes), id, Severity::error));
  EXPECT_TRUE(has(checked({Dense{9, {.activation = softmax}}}, SparseCategoricalCrossentropy{}, r.x, r.classes), id, Severity::warning));
  EXPECT_TRUE(has(checked({Dense{1, {.activation = softmax}}}, SparseCategoricalCrossentropy{}, r.x, r.classes), id, Severity::error));
  EXPECT_TRUE(has(checked({Dense{1, {.activation = sigmoid}}}, BinaryCrossentropy{}, r.x, r.classes.view_reshape({400, 1})), id, Severity::error));
  EXPECT_FALSE(has(checked({Dense{4, {.activation = softmax}}}, SparseCategoricalCrossentropy{}, r.x, r.classes), id));
}

TEST(Checks, ShapesThatWouldBroadcastAreAnError) {
  const Rows r = clouds(50);
  const std::vector<Finding> found = checked({Dense{3}}, MeanSquaredError{}, r.x, r.value);
  EXPECT_TRUE(has(found, "model.loss-shape", Severity::error)) << text(found);
  EXPECT_FALSE(has(checked({Dense{1}}, MeanSquaredError{}, r.x, r.value), "model.loss-shape"));
  const Sequential model{Dense{3}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{}});
  try {
    model.fit(r.x, r.value, quiet(1));
    FAIL() << "fit must refuse";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("model.loss-shape"), std::string::npos) << e.what();
  }
}

TEST(Checks, FirstLossFarAboveGuessing) {
  set_random_seed(1);
  Rows r = clouds(320);
  const auto fit = [&](double scale) {
    const Sequential model{Dense{32, {.activation = relu}}, Dense{4}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{0.001}});
    return model.fit(r.x * Tensor::full({}, scale), r.classes, quiet(1)).findings();
  };
  EXPECT_TRUE(has(fit(255), "train.initial-loss", Severity::warning));
  EXPECT_FALSE(has(fit(1), "train.initial-loss"));
}

TEST(Checks, OverfittingIsSeenAndKeptWeightsAreNoWarning) {
  // 60 rows, a third of the labels drawn at random: a large network learns them by heart.
  set_random_seed(5);
  const Rows train = clouds(60, 3, 1.2), test = clouds(400, 4, 1.2);
  const auto fit = [&](bool stops) {
    const Sequential model{Dense{256, {.activation = relu}}, Dense{256, {.activation = relu}}, Dense{4}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{0.003}, .metrics = {Accuracy{}}});
    FitOptions options = quiet(200, 20);
    options.validation_data = {test.x, test.classes};
    if (stops) options.callbacks = {EarlyStopping{.patience = 40, .restore_best_weights = true}};
    return model.fit(train.x, train.classes, options).findings();
  };
  const std::vector<Finding> ran = fit(false), stopped = fit(true);
  EXPECT_TRUE(has(ran, "train.overfit", Severity::warning)) << text(ran);
  EXPECT_TRUE(has(stopped, "train.overfit")) << text(stopped);
  EXPECT_FALSE(has(stopped, "train.overfit", Severity::warning)) << text(stopped);
}

TEST(Checks, NanNamesLayerStepAndRows) {
  Rows r = clouds(64);
  std::vector<float> x = r.x.to_vector();
  x[2 * 37] = std::nanf("");
  const Sequential model{Dense{8, {.activation = relu}}, Dense{4}};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{0.001}});
  FitOptions options = quiet(1);
  try {
    model.fit(Tensor::from(x, Shape{64, 2}), r.classes, options);
    FAIL() << "fit must refuse";
  } catch (const Error& e) {
    const std::string what = e.what();
    EXPECT_NE(what.find("row 37"), std::string::npos) << what;
    EXPECT_NE(what.find("train.nan"), std::string::npos) << what;
  }
  options.callbacks = {TerminateOnNaN{}};
  const History history = model.fit(Tensor::from(x, Shape{64, 2}), r.classes, options);
  EXPECT_TRUE(has(history.findings(), "train.nan", Severity::error));
}

TEST(Checks, SilenceTakesIdsThatThereAre) {
  const Rows r = clouds(64);
  const Sequential model{Dense{4}};
  model.compile({.loss = SparseCategoricalCrossentropy{}, .optimizer = Adam{}});
  FitOptions options = quiet(1);
  options.silence = {"model.loss-activation"};
  EXPECT_FALSE(has(model.fit(r.x, r.classes, options).findings(), "model.loss-activation"));
  options.silence = {"model.loss-activatoin"};
  EXPECT_THROW(model.fit(r.x, r.classes, options), Error);
}

}  // namespace
}  // namespace candor
