// Layers that compute again instead of keeping: the same bits, less memory.
#include <gtest/gtest.h>

#include "candor/candor.h"
#include "candor/nn/training_memory.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

Sequential block(bool checkpoint) {
  const Sequential inner{Dense{48, {.activation = tanh}}, BatchNormalization{}, Dropout{0.2}, Dense{48, {.activation = sigmoid}}};
  inner.set_checkpoint(checkpoint);
  return inner;
}

Sequential network(bool checkpoint) {
  set_random_seed(5);
  const Sequential model{block(checkpoint), block(checkpoint), block(checkpoint), Dense{3}};
  model.build({48});
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{1e-2}});
  return model;
}

TEST(Checkpoint, TrainingHasTheSameBits) {
  const Tensor x = random_normal({96, 48}, 0, 1, {1, 1});
  std::vector<std::int32_t> y;
  for (int i = 0; i < 96; ++i) y.push_back(i % 3);
  std::vector<std::vector<float>> weights[2];
  for (bool on : {false, true}) {
    const Sequential model = network(on);
    model.fit(x, Tensor::from(y), {.epochs = 3, .seed = 9, .verbose = 0});
    for (const Tensor& w : model.weights()) weights[on].push_back(w.to_vector());
  }
  EXPECT_EQ(weights[0], weights[1]);
}

TEST(Checkpoint, SummarySaysWhatItSaves) {
  const Sequential with = network(true), without = network(false);
  const TrainingMemory memory = training_memory(with, 256), whole = training_memory(without, 256);
  EXPECT_LT(memory.bytes, memory.without_checkpoints * 3 / 4) << memory.bytes << " of " << memory.without_checkpoints;
  EXPECT_EQ(whole.bytes, whole.without_checkpoints);
  EXPECT_EQ(whole.bytes, memory.without_checkpoints);
  EXPECT_NE(with.summary().find("Computed again in the backward pass: sequential, sequential_1, sequential_2"), std::string::npos) << with.summary();
  EXPECT_NE(with.summary().find("A training step of 32 rows works in"), std::string::npos);
  EXPECT_EQ(without.summary().find("again"), std::string::npos);
}

TEST(Checkpoint, TravelsInTheConfiguration) {
  const Layer dense = Dense{4};
  dense.set_checkpoint(true);
  EXPECT_TRUE(layer_from_config(dense.config()).checkpoint());
  EXPECT_FALSE(layer_from_config(Dense{4}.config()).checkpoint());
}

}  // namespace
}  // namespace candor
