// What fit says unasked: each check fires on a planted fault and stays silent on a sound run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "candor/candor.h"
#include "candor/nn/layer_body.h"
#include "candor/tensor/random.h"
#include "candor/train/checks/check_model.h"
#include "candor/train/checks/curves.h"
#include "candor/train/checks/speed.h"
#include "tests/train/clouds.h"

namespace candor {
namespace {

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

// What the first loss says is printed with the rest.
TEST(Checks, FirstLossIsPrinted) {
  set_random_seed(1);
  const Rows r = clouds(320);
  const Sequential model{Dense{32, {.activation = relu}}, Dense{4}};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{0.001}});
  FitOptions o = quiet(1);
  o.verbose = 2;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  model.fit(r.x * Tensor::full({}, 255), r.classes, o);
  testing::internal::GetCapturedStdout();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("warning train.initial-loss: the first loss is"), std::string::npos) << said;
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

/// Drops half of what it gets whatever the mode, or none, by its options.
class MistakenDropout final : public detail::SimpleLayerBody {
 public:
  explicit MistakenDropout(bool always) : SimpleLayerBody("mistaken"), inner_(0.5), always_(always) {}
  std::string kind() const override { return "MistakenDropout"; }
  std::vector<Layer> children() const override { return {inner_}; }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return inner_(x, always_ ? training : inference); }

 private:
  Dropout inner_;
  bool always_;
};

/// A layer with a weight that goes nowhere.
class Unconnected final : public detail::SimpleLayerBody {
 public:
  Unconnected() : SimpleLayerBody("unconnected"), side_(8) {}
  std::string kind() const override { return "Unconnected"; }
  std::vector<Layer> children() const override { return {side_}; }
  void build(std::span<const TensorType> in) override { side_.build(in[0]); }

 protected:
  Tensor apply_one(const Tensor& x, Mode mode) override {
    (void)side_(x, mode);
    return x;
  }

 private:
  Dense side_;
};

TEST(Checks, LayersThatUndoEachOther) {
  const Rows r = clouds(200);
  const Loss loss = SparseCategoricalCrossentropy{.from_logits = true};
  EXPECT_TRUE(has(checked({Dense{32}, Dense{4}}, loss, r.x, r.classes), "model.linear-stack", Severity::warning));
  EXPECT_FALSE(has(checked({Dense{32, {.activation = relu}}, Dense{4}}, loss, r.x, r.classes), "model.linear-stack"));
  EXPECT_FALSE(has(checked({Dense{32}, ReLU{}, Dropout{.2}, Dense{4}}, loss, r.x, r.classes), "model.linear-stack"));
  // Batch normalisation behind the activation.
  EXPECT_TRUE(has(checked({Dense{16, {.activation = relu}}, BatchNormalization{}, Dense{4}}, loss, r.x, r.classes), "model.norm-order"));
  EXPECT_TRUE(has(checked({Dense{16, {.use_bias = false}}, Dropout{.3}, BatchNormalization{}, ReLU{}, Dense{4}}, loss, r.x, r.classes), "model.norm-order"));
  EXPECT_TRUE(has(checked({Dense{16}, BatchNormalization{}, ReLU{}, Dense{4}}, loss, r.x, r.classes), "model.norm-order"));
  EXPECT_FALSE(has(checked({Dense{16, {.use_bias = false}}, BatchNormalization{}, ReLU{}, Dropout{.3}, Dense{4}}, loss, r.x, r.classes), "model.norm-order"));
  EXPECT_TRUE(has(checked({Dense{1000, {.activation = relu}}, Dense{1000, {.activation = relu}}, Dense{4}}, loss, r.x, r.classes), "model.capacity"));
  EXPECT_FALSE(has(checked({Dense{32, {.activation = relu}}, Dense{4}}, loss, r.x, r.classes), "model.capacity"));
}

TEST(Checks, WeightsThatNoLossReaches) {
  const Rows r = clouds(200);
  const Loss loss = SparseCategoricalCrossentropy{.from_logits = true};
  const std::vector<Finding> found = checked({Layer(std::make_shared<Unconnected>()), Dense{4}}, loss, r.x, r.classes);
  EXPECT_TRUE(has(found, "model.dead-end", Severity::warning)) << text(found);
  const Symbol a = Input({2}), b = Input({3});
  const Model two{{a, b}, {Dense{4}(a)}};
  two.compile({.loss = loss, .optimizer = Adam{}});
  EXPECT_TRUE(has(check_model(two, {r.x, Tensor::zeros({200, 3})}, {r.classes}).findings, "model.dead-end", Severity::warning));
  EXPECT_FALSE(has(checked({Dense{8, {.activation = relu}}, Dense{4}}, loss, r.x, r.classes), "model.dead-end"));
}

TEST(Checks, DropoutInTheWrongMode) {
  const Rows r = clouds(320);
  const Loss loss = SparseCategoricalCrossentropy{.from_logits = true};
  EXPECT_TRUE(has(checked({Dense{16, {.activation = relu}}, Layer(std::make_shared<MistakenDropout>(true)), Dense{4}}, loss, r.x, r.classes), "train.mode", Severity::warning));
  EXPECT_FALSE(has(checked({Dense{16, {.activation = relu}}, Dropout{.5}, BatchNormalization{}, Dense{4}}, loss, r.x, r.classes), "train.mode"));
}

TEST(Checks, DropoutThatDropsNothingInTraining) {
  const Rows r = clouds(640);
  const auto said = [&](const Layer& middle) {
    set_random_seed(1);
    const Sequential model{Dense{16, {.activation = relu}}, middle, Dense{4}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{.003}});
    return model.fit(r.x, r.classes, quiet(8)).findings();
  };
  const std::vector<Finding> idle = said(Layer(std::make_shared<MistakenDropout>(false)));
  EXPECT_TRUE(has(idle, "train.mode", Severity::warning)) << text(idle);
  EXPECT_FALSE(has(said(Dropout{.5}), "train.mode"));
}

TEST(Checks, TimeThatGoesBesideTheNetwork) {
  const auto said = [](const detail::Speed& speed) {
    CheckNotes notes;
    detail::check_speed(speed, notes);
    return notes.findings;
  };
  const std::vector<Finding> waiting = said({.seconds = 4, .augmentation = 3});
  ASSERT_TRUE(has(waiting, "train.slow")) << text(waiting);
  EXPECT_NE(waiting[0].message.find("75 %"), std::string::npos) << waiting[0].message;
  const std::vector<Finding> plain = said({.seconds = 4, .plain = .8, .op = "cumprod"});
  ASSERT_TRUE(has(plain, "train.slow"));
  EXPECT_NE(plain[0].message.find("cumprod"), std::string::npos) << plain[0].message;
  const std::vector<Finding> crowded = said({.seconds = 4, .threads = 64, .cores = 2});
  ASSERT_TRUE(has(crowded, "train.slow"));
  EXPECT_NE(crowded[0].message.find("64 threads"), std::string::npos) << crowded[0].message;
#if defined(__OPTIMIZE__)
  EXPECT_FALSE(has(said({.seconds = 4, .augmentation = 1, .plain = .2, .threads = 2, .cores = 2}), "train.slow"));
#endif
}

TEST(Checks, OneBatchThatCannotBeLearned) {
  const Rows r = clouds(64);
  const auto notes = [&](double rate) {
    const Sequential model{Dense{32, {.activation = relu}}, Dense{4}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{rate}});
    model.build({2});
    const std::vector<float> before = model.weights().front().to_vector();
    const CheckNotes found = check_model(model, r.x, r.classes, {.memorise = true});
    EXPECT_EQ(model.weights().front().to_vector(), before);
    return found.findings;
  };
  EXPECT_TRUE(has(notes(1e-6), "model.overfit-one-batch", Severity::warning));
  EXPECT_FALSE(has(notes(.02), "model.overfit-one-batch"));
  EXPECT_FALSE(has(notes(.02), "train.update-ratio"));
  // A rate that is too small by a factor of ten or thirty says nothing against the model.
  const std::vector<Finding> slow = notes(3e-5);
  EXPECT_FALSE(has(slow, "model.overfit-one-batch")) << text(slow);
  EXPECT_TRUE(has(slow, "train.update-ratio")) << text(slow);
  EXPECT_SOUND(slow);
}

TEST(Checks, DecodersAndColumnsWithoutAnOrder) {
  set_random_seed(2);
  const Tensor pictures = random_uniform({8, 14, 14, 1}, 0, 1, {1, 1});
  const auto coder = [](bool padded) {
    std::vector<Layer> layers;
    if (padded) layers.push_back(ZeroPadding2D{{{1, 1}, {1, 1}}});
    for (const Layer& l : std::vector<Layer>{Conv2D{4, {3, 3}, {.padding = "same", .activation = relu}}, MaxPooling2D{}, Conv2D{4, {3, 3}, {.padding = "same", .activation = relu}}, MaxPooling2D{}, UpSampling2D{}, UpSampling2D{}, Conv2D{1, {3, 3}, {.padding = "same", .activation = sigmoid}}}) layers.push_back(l);
    return layers;
  };
  const std::vector<Finding> odd = checked(coder(false), MeanSquaredError{}, pictures, pictures);
  EXPECT_TRUE(has(odd, "model.shape-advice", Severity::warning)) << text(odd);
  const Tensor even = random_uniform({8, 16, 16, 1}, 0, 1, {1, 1});
  EXPECT_FALSE(has(checked(coder(false), MeanSquaredError{}, even, even), "model.shape-advice"));
  Numbers random(4);
  std::vector<float> columns, waves;
  for (int i = 0; i < 100; ++i) {
    const double start = 6 * random.next();
    for (int j = 0; j < 10; ++j) columns.push_back(static_cast<float>(random.normal())), waves.push_back(static_cast<float>(std::sin(start + .4 * j)));
  }
  const auto recurrent = [&](const std::vector<float>& x) { return checked({SimpleRNN{4}, Dense{1}}, MeanSquaredError{}, Tensor::from(x, Shape{100, 10, 1}), Tensor::zeros({100, 1})); };
  EXPECT_TRUE(has(recurrent(columns), "model.shape-advice"));
  EXPECT_FALSE(has(recurrent(waves), "model.shape-advice"));
}

std::vector<Finding> trained(const std::vector<Layer>& layers, double rate, const Tensor& x, const Rows& r, int epochs = 20) {
  set_random_seed(1);
  const Sequential model(layers);
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{rate}, .metrics = {Accuracy{}}});
  return model.fit(x, r.classes, quiet(epochs)).findings();
}

TEST(Checks, UnitsThatAreDeadOrSaturated) {
  const Rows r = clouds(640);
  const std::vector<Finding> dead = trained({Dense{32, {.activation = relu, .bias_initializer = Constant{-10}}}, Dense{4}}, .001, r.x, r);
  EXPECT_TRUE(has(dead, "train.dead-units", Severity::warning)) << text(dead);
  const std::vector<Finding> saturated = trained({Dense{32, {.activation = tanh, .kernel_initializer = RandomNormal{.stddev = 30000}}}, Dense{4}}, .001, r.x, r);
  EXPECT_TRUE(has(saturated, "train.saturated", Severity::warning)) << text(saturated);
  for (const std::vector<Finding>& sound : {trained({Dense{32, {.activation = relu}}, Dense{4}}, .003, r.x, r), trained({Dense{32, {.activation = tanh}}, Dense{4}}, .003, r.x, r)}) EXPECT_SOUND(sound);
}

TEST(Checks, StepsThatAreTooSmallOrTooLarge) {
  const Rows r = clouds(640);
  const std::vector<Finding> small = trained({Dense{32, {.activation = relu}}, Dense{4}}, 1e-7, r.x, r);
  EXPECT_TRUE(has(small, "train.update-ratio", Severity::warning)) << text(small);
  const std::vector<Finding> large = trained({Dense{32, {.activation = relu}}, Dense{32, {.activation = relu}}, Dense{4}}, 30, r.x, r);
  EXPECT_TRUE(has(large, "train.diverge", Severity::warning) || has(large, "train.update-ratio", Severity::warning) || has(large, "train.plateau", Severity::warning)) << text(large);
}

TEST(Checks, GradientsThatVanish) {
  const Rows r = clouds(640);
  std::vector<Layer> deep;
  for (int i = 0; i < 12; ++i) deep.push_back(Dense{16, {.activation = sigmoid}});
  deep.push_back(Dense{4});
  const std::vector<Finding> found = trained(deep, .001, r.x, r);
  EXPECT_TRUE(has(found, "train.gradients", Severity::warning)) << text(found);
}

detail::Curves curve(std::vector<double> loss, std::vector<double> val = {}) {
  detail::Curves c;
  c.loss = std::move(loss), c.val_loss = std::move(val);
  c.rows = 1000, c.val_rows = 300, c.steps = 1000;
  c.guess = {true, true, 1.386, 1.386};
  return c;
}

std::vector<Finding> of_curve(const detail::Curves& c) {
  CheckNotes notes;
  detail::check_curves(c, notes);
  return notes.findings;
}

TEST(Checks, CurvesOfALoss) {
  EXPECT_TRUE(has(of_curve(curve({1.387, 1.386, 1.386, 1.387})), "train.plateau", Severity::warning));
  EXPECT_TRUE(has(of_curve(curve({1.6, 1.5, 1.42, 1.40})), "train.underfit", Severity::warning));
  EXPECT_TRUE(has(of_curve(curve({.6, .5, 1.2, 1.3, 1.35})), "train.diverge", Severity::warning));
  EXPECT_TRUE(has(of_curve(curve({80, 90, 70, 85})), "train.diverge", Severity::warning));
  EXPECT_TRUE(has(of_curve(curve({.9, .5, .3, .2, .9, .2, .15, .14})), "train.spike"));
  EXPECT_TRUE(has(of_curve(curve({.9, .7, .5, .4, .3})), "train.not-long-enough"));
  EXPECT_TRUE(has(of_curve(curve({.9, .5, .3, .2, .1, .05, .02, .01}, {.9, .6, .55, .6, .7, .9, 1.2, 1.5})), "train.overfit", Severity::warning));
  const std::vector<Finding> sound = of_curve(curve({.9, .5, .4, .36, .35, .345, .343, .342}, {.85, .52, .44, .42, .41, .405, .41, .408}));
  EXPECT_TRUE(sound.empty()) << text(sound);
  detail::Curves few = curve({.9, .5, .3, .2}, {.9, .6, .7, .8});
  few.val_rows = 12;
  CheckNotes notes;
  detail::check_curves(few, notes);
  EXPECT_FALSE(has(notes.findings, "train.overfit"));
  ASSERT_FALSE(notes.skipped.empty());
  EXPECT_NE(notes.skipped.front().why.find("n = 12, needs 20"), std::string::npos);
}

/// A quarter of left and right wrong among the training rows: training .65 below test .71.
TEST(Checks, TrainingBelowTestIsImpossible) {
  const auto found = detail::impossible({.65, 1200, .71, 400}, "accuracy", "test");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->id, "train.impossible");
  EXPECT_NE(found->message.find("0.65"), std::string::npos);
  EXPECT_NE(found->message.find("0.71"), std::string::npos);
  EXPECT_EQ(found->severity, Severity::note);
  EXPECT_EQ(detail::impossible({.65, 2560, .71, 640}, "accuracy", "test")->severity, Severity::warning);
  EXPECT_FALSE(detail::impossible({.65, 100, .71, 50}, "accuracy", "test").has_value());
  EXPECT_FALSE(detail::impossible({.98, 60000, .985, 10000}, "accuracy", "test").has_value());
  EXPECT_FALSE(detail::impossible({.90, 1000, .80, 400}, "accuracy", "test").has_value());
}

TEST(Checks, TrainingBelowValidationInAFit) {
  Rows train = clouds(1200, 1, .3);
  const Rows test = clouds(400, 2, .3);
  std::vector<std::int32_t> wrong = train.classes.to_vector<std::int32_t>();
  Numbers random(9);
  for (std::int32_t& k : wrong)
    if (random.next() < .25) k ^= 1;
  set_random_seed(1);
  const Sequential model{Dense{16, {.activation = relu}}, Dropout{.2}, Dense{4}};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{.005}, .metrics = {Accuracy{}}});
  FitOptions options = quiet(10);
  options.validation_data = {test.x, test.classes};
  const std::vector<Finding> found = model.fit(train.x, Tensor::from(wrong, Shape{1200}), options).findings();
  EXPECT_TRUE(has(found, "train.impossible", Severity::warning)) << text(found);
  const std::vector<Finding> sound = model.fit(train.x, train.classes, options).findings();
  EXPECT_FALSE(has(sound, "train.impossible")) << text(sound);
}

/// A layer that was frozen by mistake, before anything was learned; freezing holds when the model around it is built later.
TEST(Checks, ALayerFrozenBeforeItWasTrained) {
  const Rows r = clouds(320);
  const Dense first{16, {.activation = relu}};
  first.set_trainable(false);
  const std::vector<Finding> found = checked({first, Dense{4}}, SparseCategoricalCrossentropy{.from_logits = true}, r.x, r.classes);
  EXPECT_TRUE(has(found, "model.dead-end", Severity::warning)) << text(found);
  EXPECT_TRUE(first.parameters().empty());
  const Sequential trained{Dense{16, {.activation = relu}}, Dense{4}};
  trained.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{.01}});
  trained.fit(r.x, r.classes, quiet(2));
  trained.layers()[0].set_trainable(false);
  EXPECT_FALSE(has(check_model(trained, r.x, r.classes).findings, "model.dead-end"));
}

}  // namespace
}  // namespace candor
