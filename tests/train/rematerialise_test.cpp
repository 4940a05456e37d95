// A step of training within a given memory: the same bits, computed twice where they are not kept.
#include <gtest/gtest.h>

#include "candor/graph/checkpoint.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/tensor/random.h"
#include "candor/train/fit.h"
#include "candor/train/programs.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

// Deep and narrow: what lies between the layers outweighs the weights.
Sequential deep() {
  set_random_seed(3);
  Sequential model;
  for (int i = 0; i < 12; ++i) {
    model.add(Dense{24, {.activation = tanh}});
    if (i % 4 == 1) model.add(Dropout{0.2f});
    if (i % 4 == 3) model.add(BatchNormalization{});
  }
  model.add(Dense{3});
  model.build({24});
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{1e-3f}, .metrics = {Accuracy{}}});
  return model;
}

struct Rows {
  Tensor x = random_normal({300, 24}, 0, 1, {5, 1});
  Tensor y;
  Rows() {
    std::vector<std::int32_t> classes;
    for (int i = 0; i < 300; ++i) classes.push_back(x.data<float>()[i * 24] > 0 ? 1 : x.data<float>()[i * 24 + 1] > 0 ? 2 : 0);
    y = Tensor::from(classes);
  }
};

std::vector<TensorType> step_types(const Rows& rows, std::int64_t batch) { return {rows.x.type(), rows.y.type(), {{batch}, DType::i64}}; }

detail::Rematerialisation chosen(const Model& model, const Rows& rows, std::int64_t memory) {
  detail::TrainPrograms programs(model, 1);
  programs.set_memory(memory);
  const std::vector<TensorType> types = step_types(rows, 128);
  const Program& program = programs.train_step(types, 0);
  const detail::Rematerialisation r = programs.rematerialisation();
  EXPECT_LE(program.variable_bytes(), r.bytes);
  return r;
}

TEST(Rematerialise, KeepsWithinWhatIsAllowedWithAsLittleWorkAsPossible) {
  const Rows rows;
  const Sequential model = deep();
  const auto all = chosen(model, rows, std::int64_t{1} << 40);
  EXPECT_EQ(all.parts, 0);
  EXPECT_EQ(all.bytes, all.without);
  double before = 0;
  std::size_t least = all.bytes;
  for (const double share : {.9, .8, .7}) {
    const auto some = chosen(model, rows, static_cast<std::int64_t>(share * static_cast<double>(all.bytes)));
    EXPECT_GT(some.parts, 0);
    EXPECT_LE(static_cast<double>(some.bytes), share * static_cast<double>(all.bytes));
    EXPECT_EQ(some.without, all.bytes);
    EXPECT_GE(some.again, before) << "less memory cannot cost less work";
    EXPECT_LE(some.again, 1);
    before = some.again;
    least = std::min(least, some.bytes);
  }
  EXPECT_ERROR(memory, chosen(model, rows, 10'000), "a step on 128 rows takes", "at least", "smaller batch_size");
}

TEST(Rematerialise, TrainsToTheSameBits) {
  const Rows rows;
  const auto trained = [&](std::int64_t memory) {
    const Sequential model = deep();
    model.fit(rows.x, rows.y, {.epochs = 2, .batch_size = 128, .verbose = 0, .memory = memory});
    return model.weights();
  };
  const std::size_t all = chosen(deep(), rows, std::int64_t{1} << 40).bytes;
  const std::vector<Tensor> plain = trained(0), tight = trained(static_cast<std::int64_t>(.75 * static_cast<double>(all)));
  ASSERT_EQ(plain.size(), tight.size());
  for (std::size_t i = 0; i < plain.size(); ++i)
    for (std::int64_t k = 0; k < plain[i].size(); ++k) ASSERT_EQ(plain[i].data<float>()[k], tight[i].data<float>()[k]) << "weight " << i << ", number " << k;
}

TEST(Rematerialise, AModelTrainedWithAndThenWithoutALimitForgetsIt) {
  const Rows rows;
  const Sequential model = deep();
  EXPECT_ERROR(memory, model.fit(rows.x, rows.y, {.epochs = 1, .batch_size = 128, .verbose = 0, .memory = 1000}), "memory allows");
  EXPECT_NO_THROW(model.fit(rows.x, rows.y, {.epochs = 1, .batch_size = 128, .verbose = 0}));
  EXPECT_ERROR(invalid_argument, model.fit(rows.x, rows.y, {.epochs = 1, .verbose = 0, .memory = -1}), "memory must not be negative");
}

TEST(Rematerialise, LeavesCheckpointsOfLayersAlone) {
  const Rows rows;
  const Sequential model = deep();
  for (const Layer& layer : model.layers()) layer.set_checkpoint(true);
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{1e-3f}});
  EXPECT_ERROR(memory, chosen(model, rows, 10'000), "memory allows");
  EXPECT_EQ(chosen(model, rows, std::int64_t{1} << 40).parts, 0);
}

}  // namespace
}  // namespace candor
