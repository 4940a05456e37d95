// Where the time of a network goes.
#include "candor/train/profile/profile.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "candor/base/threads.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/tensor/random.h"
#include "candor/train/profile/scaling.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

Sequential classifier() {
  set_random_seed(0);
  Sequential model{Dense{32, {.activation = relu}}, Dense{4}};
  model.build({16});
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{}, .metrics = {Accuracy{}}});
  return model;
}

TEST(Profile, CountsEveryKernelOfAPrediction) {
  const Sequential model = classifier();
  const Profile p = profile(model, {.batch_size = 8, .seconds = 0.02});
  EXPECT_FALSE(p.training);
  EXPECT_GE(p.runs, 3);
  EXPECT_GT(p.seconds, 0);
  EXPECT_GT(p.planning_seconds, 0);
  EXPECT_EQ(p.weight_bytes, sizeof(float) * (16 * 32 + 32 + 32 * 4 + 4));
  ASSERT_FALSE(p.kernels.empty());
  double shares = 0, seconds = 0, flops = 0;
  for (const KernelTime& kernel : p.kernels) {
    EXPECT_GE(kernel.seconds, 0) << kernel.row.op;
    shares += kernel.share, seconds += kernel.seconds, flops += kernel.row.flops;
  }
  EXPECT_NEAR(shares, 1, 1e-9);
  EXPECT_NEAR(seconds, p.kernel_seconds, 1e-12 + 1e-9 * seconds);
  EXPECT_GE(flops, 2.0 * 8 * (16 * 32 + 32 * 4));
  for (std::size_t i = 1; i < p.kernels.size(); ++i) EXPECT_GE(p.kernels[i].row.began, p.kernels[i - 1].row.began);
}

TEST(Profile, AStepOfTrainingLeavesTheWeightsAsTheyWere) {
  const Sequential model = classifier();
  const std::vector<Tensor> before = model.weights();
  const Tensor x = random_uniform({5, 16}, 0, 1, {1, 2});
  const Tensor y = Tensor::from(std::vector<std::int32_t>{0, 1, 2, 3, 0});
  const Profile p = profile(model, {x}, {y}, {.training = true, .batch_size = 12, .seconds = 0.02});  // more rows than there are
  bool update = false;
  for (const KernelTime& kernel : p.kernels) update = update || kernel.row.op == "adam_update";
  EXPECT_TRUE(update);
  const std::vector<Tensor> after = model.weights();
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i)
    for (std::int64_t k = 0; k < before[i].size(); ++k) ASSERT_EQ(before[i].data<float>()[k], after[i].data<float>()[k]);
}

TEST(Profile, MakesUpTargetsForEveryKindOfLoss) {
  for (const Loss& loss : {Loss(MeanSquaredError{}), Loss(BinaryCrossentropy{.from_logits = true}), Loss(CategoricalCrossentropy{.from_logits = true})}) {
    Sequential model{Dense{3}};
    model.build({4});
    model.compile({.loss = loss, .optimizer = SGD{0.01f}});
    EXPECT_GT(profile(model, {.training = true, .batch_size = 4, .seconds = 0}).seconds, 0) << loss.name();
  }
  Sequential words{Embedding{50, 8}, GlobalAveragePooling1D{}, Dense{1}};
  words.build({6}, DType::i32);
  words.compile({.loss = BinaryCrossentropy{.from_logits = true}, .optimizer = Adam{}});
  EXPECT_GT(profile(words, {.training = true, .batch_size = 2, .seconds = 0}).seconds, 0);
}

TEST(Profile, PlansWithoutRunningForADeviceThatComputesNothing) {
  const Sequential model = classifier();
  const auto program = plan_run(model, {.training = true, .batch_size = 7, .device = "null"});
  EXPECT_EQ(program->device(), "null");
  EXPECT_GT(program->flops(), 3 * 2.0 * 7 * 16 * 32 * .6);  // forward, and twice that backward but for the first layer's inputs
  EXPECT_GT(program->arena_bytes(), 0u);
}

TEST(Profile, MemoryIsThatOfTheArena) {
  const Sequential model = classifier();
  const Profile p = profile(model, {.training = true, .batch_size = 16, .seconds = 0});
  ASSERT_FALSE(p.memory.empty());
  std::size_t top = 0;
  for (const MemoryBlock& block : p.memory) {
    top = std::max(top, block.offset + block.bytes);
    EXPECT_LE(block.first, block.last);
    EXPECT_LT(block.last, static_cast<int>(p.rows.size()) + 1);
    EXPECT_FALSE(block.what.empty());
  }
  EXPECT_LE(top, p.arena_bytes);
  EXPECT_GT(2 * top, p.arena_bytes);
}

TEST(Profile, TheTraceIsJsonWithAnEventForEachKernel) {
  Sequential model{Dense{8, {.name = "a \"quoted\" name"}}};
  model.build({4});
  const Profile p = profile(model, {.batch_size = 2, .seconds = 0});
  const auto trace = nlohmann::json::parse(chrome_trace(p));
  ASSERT_EQ(trace["traceEvents"].size(), p.kernels.size() + 1);
  EXPECT_EQ(trace["traceEvents"][1]["ph"], "X");
  EXPECT_EQ(trace["traceEvents"][1]["name"], p.kernels[0].row.op);
  EXPECT_GE(trace["traceEvents"][1]["dur"].get<double>(), 0);
}

TEST(Profile, SaysWhatItCannotDo) {
  Sequential unbuilt{Dense{2}};
  EXPECT_ERROR(invalid_argument, profile(unbuilt), "not built");
  Sequential uncompiled{Dense{2}};
  uncompiled.build({3});
  EXPECT_ERROR(invalid_argument, profile(uncompiled, {.training = true}), "compile()");
  EXPECT_ERROR(invalid_argument, profile(uncompiled, {.batch_size = 0}), "batch_size");
  EXPECT_ERROR(unsupported, profile(uncompiled, {.device = "null"}), "does not compute");
  EXPECT_ERROR(shape, profile(uncompiled, {Tensor::full({2, 5}, 0)}, {}, {.seconds = 0}), "");
  EXPECT_ERROR(invalid_argument, profile(uncompiled, {}, {}, {}), "no inputs");
}

KernelTime made(const std::string& op, const std::string& kernel, double share) {
  KernelTime k;
  k.row.op = op, k.row.kernel = kernel, k.row.flops = 1;
  k.seconds = k.share = share;
  return k;
}

TEST(Hints, NameWhatTakesTheTime) {
  Profile p;
  p.batch_size = 4, p.seconds = p.kernel_seconds = 1;
  p.kernels = {made("matmul", "cpu.matmul.tile", .5), made("median", "reference.median", .2), made("adam_update", "cpu.adam", .3)};
  p.kernels[1].row.declined = {{"cpu.sort", "axis 0 of 3"}};
  p.kernels[1].row.path = "sequential/mid";
  const std::vector<std::string> said = hints(p);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_NE(said[0].find("optimizer"), std::string::npos);
  EXPECT_NE(said[1].find("median (sequential/mid)"), std::string::npos);
  EXPECT_NE(said[1].find("cpu.sort declined: axis 0 of 3"), std::string::npos);
  p.kernels = {made("matmul", "cpu.matmul.tile", 1)};
  EXPECT_TRUE(hints(p).empty());
  p.seconds = 5e-6, p.kernel_seconds = 1e-6;
  ASSERT_EQ(hints(p).size(), 1u);
  EXPECT_NE(hints(p)[0].find("so small"), std::string::npos);
}

TEST(Profile, TheLeastTimeIsThatOfTheNarrowerOfTwoRoofs) {
  Roofline roof;
  PlanRow row;
  row.kernel = "cpu.matmul.tile", row.flops = 600, row.bytes = 20;
  EXPECT_EQ(least_time(row, roof, 10).seconds, 0);
  roof.flops_per_second = 100, roof.bf16_flops_per_second = 600, roof.levels = {{1000, 10}, {100000, 1}};
  EXPECT_EQ(least_time(row, roof, 10).seconds, 6);
  EXPECT_EQ(least_time(row, roof, 10).bound, Bound::compute);
  EXPECT_EQ(least_time(row, roof, 5000).seconds, 20);
  EXPECT_EQ(least_time(row, roof, 5000).bound, Bound::memory);
  row.kernel = "cpu.matmul.bf16";
  EXPECT_EQ(least_time(row, roof, 10).seconds, 2);
  row.bytes = 5;
  EXPECT_EQ(least_time(row, roof, 10).seconds, 1);
  roof.bf16_flops_per_second = 0;
  EXPECT_EQ(least_time(row, roof, 10).seconds, 6);
}

TEST(Scaling, FollowsFromTwoMeasurements) {
  Profile one, two;
  one.threads = 1, two.threads = 2;
  one.seconds = 11, one.kernel_seconds = 10;
  one.kernels = {made("a", "", 8), made("b", "", 2)};  // shares all, shares nothing
  two.kernels = {made("a", "", 4), made("b", "", 2)};
  two.roofline.levels = {{1000, 100}, {10000, 10}, {100000, 1}};
  const Scaling s = fit_scaling(one, two);
  EXPECT_DOUBLE_EQ(s.seconds(1), 11);
  EXPECT_DOUBLE_EQ(s.seconds(2), 7);
  EXPECT_DOUBLE_EQ(s.seconds(8), 4);
  EXPECT_NEAR(s.limit(), 3, 1e-4);
  EXPECT_EQ(s.assumptions.size(), 3u);
  two.arena_bytes = 20000;  // beyond the caches: memory is what all cores wait for
  one.kernels[0].row.bytes = 3;
  const Scaling held = fit_scaling(one, two);
  EXPECT_DOUBLE_EQ(held.seconds(8), 3 + 2 + 1);
  two.kernels.pop_back();
  EXPECT_ERROR(invalid_argument, fit_scaling(one, two), "same work");
}

TEST(Scaling, IsMeasuredOnAModel) {
  const Sequential model = classifier();
  const Scaling s = measure_scaling(model, {}, {}, {.batch_size = 64, .seconds = 0.02});
  EXPECT_EQ(s.measured, threads());
  EXPECT_GT(s.seconds(1), 0);
  for (int cores = 1; cores < 64; cores *= 2) EXPECT_LE(s.seconds(2 * cores), s.seconds(cores) * 1.0000001);
  EXPECT_LE(s.limit(), s.seconds(64));
}

}  // namespace
}  // namespace candor
