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

}  // namespace
}  // namespace candor
