// Programs that are sound in their way: slow, small, short. Nothing above a note may be said of them.
#include "candor/tensor/random.h"
#include "candor/train/checks/check_model.h"
#include "tests/train/clouds.h"

namespace candor {
namespace {

// A small rate takes longer, a line cannot know sixteen rows by heart, and grey pixels have an entropy of their own.
TEST(SoundPrograms, SlowSmallAndGreyModelsMayHoldBackOneBatch) {
  const Rows r = clouds(64);
  const auto said = [&](const std::vector<Layer>& layers, const Loss& loss, const Tensor& x, const Tensor& y, double rate) {
    const Sequential model{layers};
    model.compile({.loss = loss, .optimizer = Adam{rate}});
    return has(check_model(model, x, y, {.memorise = true}).findings, "model.overfit-one-batch");
  };
  set_random_seed(3);
  EXPECT_FALSE(said({Dense{64, {.activation = relu}}, Dense{64, {.activation = relu}}, Dense{4}}, SparseCategoricalCrossentropy{.from_logits = true}, r.x, r.classes, 2e-4));
  EXPECT_FALSE(said({Dense{1, {.activation = sigmoid}}}, BinaryCrossentropy{}, r.x, r.yes, .01));
  const Tensor grey = random_uniform({32, 12}, .2, .8, {1, 1});
  EXPECT_FALSE(said({Dense{64, {.activation = relu}}, Dense{12, {.activation = sigmoid}}}, BinaryCrossentropy{}, grey, grey, .01));
}

// 160 steps: the averages that evaluation uses still lie near where they began.
TEST(SoundPrograms, AveragesThatLagBehindAreNotOverfitting) {
  set_random_seed(4);
  const Rows r = clouds(256), v = clouds(200, 2);
  const Tensor far = Tensor::full({}, 30);
  const Sequential model{Dense{32, {.use_bias = false}}, BatchNormalization{}, ReLU{}, Dense{4}};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{.01}, .metrics = {Accuracy{}}});
  FitOptions o = quiet(20);
  o.validation_data = {v.x + far, v.classes};
  const std::vector<Finding> found = model.fit(r.x + far, r.classes, o).findings();
  EXPECT_SOUND(found);
  EXPECT_TRUE(has(found, "train.mode")) << text(found);
}

// A fresh head on features of some size, as a frozen network makes them, starts far off and comes back; behind layers that learn, too, the same start is a warning.
TEST(SoundPrograms, FirstLossOfAFreshHeadIsANote) {
  const Rows r = clouds(320);
  const auto fit = [&](bool frozen) {
    set_random_seed(1);
    const Dense below{64, {.activation = relu}};
    below.set_trainable(!frozen);
    below.build({Shape{320, 2}, DType::f32});
    for (const Variable& v : below.variables())
      if (v.shape().rank() == 1) v.assign(Tensor::full(v.shape(), 20));  // biases: trained, and features far from 0
    const Sequential model{below, Dense{4}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{0.001}});
    return model.fit(r.x, r.classes, quiet(1)).findings();
  };
  const std::vector<Finding> head = fit(true), whole = fit(false);
  EXPECT_TRUE(has(head, "train.initial-loss")) << text(head);
  EXPECT_FALSE(has(head, "train.initial-loss", Severity::warning)) << text(head);
  EXPECT_TRUE(has(whole, "train.initial-loss", Severity::warning)) << text(whole);
}

// A last layer that cannot say what the targets are holds its weights still: that is no learning rate.
TEST(SoundPrograms, StepsOfAnActivationThatDoesNotFitAreNotTheRates) {
  set_random_seed(3);
  const Rows r = clouds(320);
  const auto fit = [&](double level) {
    const Sequential model{Dense{32, {.activation = relu}}, Dense{1, {.activation = sigmoid}}};
    model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{1e-5}});
    return model.fit(r.x, r.yes + Tensor::full({}, level), quiet(20)).findings();
  };
  const std::vector<Finding> beyond = fit(20), within = fit(0);
  EXPECT_TRUE(has(beyond, "model.loss-activation", Severity::warning)) << text(beyond);
  EXPECT_FALSE(has(beyond, "train.update-ratio")) << text(beyond);
  EXPECT_TRUE(has(within, "train.update-ratio", Severity::warning)) << text(within);
}

// The same class is missing from the rows that one network of several learns from: its outputs stand for something all the same.
TEST(SoundPrograms, OutputsOfClassesThatOnlyValidationRowsHave) {
  const Rows r = clouds(300), v = clouds(100, 2);
  std::vector<std::int32_t> three = r.classes.to_vector<std::int32_t>();
  for (std::int32_t& c : three) c = std::min(c, 2);
  const Tensor classes = Tensor::from(three, Shape{300});
  const auto fit = [&](const ValidationData& validation) {
    const Sequential model{Dense{8, {.activation = relu}}, Dense{4}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{.01}});
    FitOptions o = quiet(2);
    o.validation_data = validation;
    return model.fit(r.x, classes, o).findings();
  };
  EXPECT_FALSE(has(fit({v.x, v.classes}), "model.output-size"));
  EXPECT_TRUE(has(fit({r.x, classes}), "model.output-size", Severity::warning));
}

}  // namespace
}  // namespace candor
