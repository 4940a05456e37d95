// Where others give a number that looks right: a score averaged over batches.
#include <gtest/gtest.h>

#include <algorithm>

#include "candor/candor.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

/// Rows in the order of x: each batch sees a part of the range, so that the mean of the batches' R2 is far from that of all rows.
TEST(Evaluate, R2IsNotAMeanOfBatches) {
  const RandomStream random{42, 1};
  std::vector<float> x, y;
  for (int i = 0; i < 50; ++i) x.push_back(random.uniform(static_cast<std::uint64_t>(i)));
  std::sort(x.begin(), x.end());
  for (std::size_t i = 0; i < x.size(); ++i) y.push_back(1 - x[i] + .1F * random.normal(1000 + i));
  set_random_seed(1);
  const Sequential model{Dense{1}};
  model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{.1}, .metrics = {R2Score{}}});
  const Tensor in = Tensor::from(x, Shape{50, 1}), out = Tensor::from(y, Shape{50, 1});
  model.fit(in, out, {.epochs = 200, .batch_size = 10, .verbose = 0});
  const std::vector<float> said = model.predict(in).to_vector();
  const auto r2 = [&](std::size_t from, std::size_t to) {
    double mean = 0, rest = 0, all = 0;
    for (std::size_t i = from; i < to; ++i) mean += y[i] / static_cast<double>(to - from);
    for (std::size_t i = from; i < to; ++i) rest += (y[i] - said[i]) * (y[i] - said[i]), all += (y[i] - mean) * (y[i] - mean);
    return 1 - rest / all;
  };
  double batches = 0;
  for (std::size_t i = 0; i < 50; i += 10) batches += r2(i, i + 10) / 5;
  EvaluateOptions by_ten;
  by_ten.batch_size = 10;
  EXPECT_NEAR(model.evaluate(in, out, by_ten)["r2_score"], r2(0, 50), 1e-5);
  EXPECT_GT(r2(0, 50) - batches, .2);
}

}  // namespace
}  // namespace candor
