#include "candor/data/dataset.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "candor/base/threads.h"
#include "candor/data/batches.h"
#include "candor/data/split.h"
#include "tests/support/errors.h"

namespace candor::data {
namespace {

/// Rows 0 to n-1 whose feature is the row number; class = row % classes.
Dataset numbered(std::int64_t n, int classes) {
  std::vector<float> x(static_cast<std::size_t>(n));
  std::iota(x.begin(), x.end(), 0.f);
  std::vector<std::int32_t> y;
  for (std::int64_t i = 0; i < n; ++i) y.push_back(static_cast<std::int32_t>(i % classes));
  return from_arrays(Tensor::from(x, {n, 1}), Tensor::from(y), "numbered");
}

TEST(Dataset, FromArrays) {
  const Dataset d = numbered(10, 3);
  EXPECT_EQ(d.rows(), 10);
  EXPECT_EQ(d.class_names, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(class_counts(d), (std::vector<std::int64_t>{4, 3, 3}));
  EXPECT_FALSE(from_arrays(Tensor::zeros({4, 2}), Tensor::zeros({4})).is_classification());
  EXPECT_FALSE(from_arrays(Tensor::zeros({4, 2}), Tensor()).has_targets());
  EXPECT_ERROR(shape, from_arrays(Tensor::zeros({4, 2}), Tensor::zeros({5})), "[4, 2]", "[5]", "same number of rows");
  EXPECT_ERROR(shape, from_arrays(Tensor(1.f), Tensor()), "a scalar");
  EXPECT_ERROR(invalid_argument, from_arrays(Tensor::zeros({2, 2}), Tensor::from(std::vector<int>{0, -1})), "row 1", "-1");
}

TEST(Dataset, TakeAndSlice) {
  const Dataset d = numbered(10, 2);
  const std::vector<std::int64_t> rows{7, 0, 7};
  EXPECT_EQ(d.take(rows).features.to_vector(), (std::vector<float>{7, 0, 7}));
  EXPECT_EQ(d.take(rows).targets.to_vector<int>(), (std::vector<int>{1, 0, 1}));
  EXPECT_EQ(d.slice(2, 4).features.to_vector(), (std::vector<float>{2, 3}));
  const std::vector<std::int64_t> bad{10};
  EXPECT_ERROR(invalid_argument, d.take(bad), "row 10 of 10");
}

TEST(Dataset, DigestTellsContentsApart) {
  const Dataset a = numbered(1000, 3);
  EXPECT_EQ(a.digest().size(), 32u);
  EXPECT_EQ(a.digest(), numbered(1000, 3).digest());
  std::set<std::string> digests{a.digest(), numbered(999, 3).digest(), numbered(1000, 4).digest()};
  Dataset renamed = a;
  renamed.class_names[0] = "zero";
  digests.insert(renamed.digest());
  Dataset bare = a;
  bare.targets = Tensor();
  digests.insert(bare.digest());
  Dataset changed = a.take(std::vector<std::int64_t>(1000, 0));
  digests.insert(changed.digest());
  EXPECT_EQ(digests.size(), 6u);
}

TEST(Dataset, DigestDoesNotDependOnThreads) {
  const Dataset large = from_arrays(Tensor::arange(1 << 19).view_reshape({1 << 10, 1 << 9}), Tensor());
  const int before = threads();
  std::set<std::string> digests;
  for (int count : {1, 2, 7}) set_threads(count), digests.insert(large.digest());
  set_threads(before);
  EXPECT_EQ(digests.size(), 1u);
}

TEST(Dataset, OneClassOnlyIsNothingToLearn) {
  Dataset d = numbered(6, 1);
  d.source = "customers.csv";
  d.target_names = {"group"};
  EXPECT_ERROR(invalid_argument, require_trainable(d), "customers.csv", "target \"group\"", "one class only", "\"0\"", "6 rows");
  EXPECT_ERROR(invalid_argument, require_trainable(from_arrays(Tensor::zeros({3, 1}), Tensor())), "no targets");
  EXPECT_ERROR(invalid_argument, require_trainable(from_arrays(Tensor::zeros({0, 1}), Tensor::zeros({0}))), "no rows");
  require_trainable(numbered(6, 2));
}

TEST(Split, IsStratifiedDisjointAndReproducible) {
  const Dataset d = numbered(1000, 4);
  const Split a = split(d, {.test = 0.25, .seed = 3}), b = split(d, {.test = 0.25, .seed = 3}), c = split(d, {.test = 0.25, .seed = 4});
  EXPECT_EQ(a.test.rows(), 250);
  EXPECT_EQ(class_counts(a.test), (std::vector<std::int64_t>{63, 63, 62, 62}));
  EXPECT_EQ(a.test.digest(), b.test.digest());
  EXPECT_NE(a.test.digest(), c.test.digest());
  std::set<float> seen;
  for (const Dataset* part : {&a.train, &a.test})
    for (float row : part->features.to_vector()) EXPECT_TRUE(seen.insert(row).second);
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Split, UnstratifiedAndTail) {
  const Dataset d = numbered(10, 2);
  EXPECT_EQ(split(d, {.test = 0.3, .stratified = false}).test.rows(), 3);
  const Split tail = split_tail(d, 0.2);
  EXPECT_EQ(tail.test.features.to_vector(), (std::vector<float>{8, 9}));
  EXPECT_EQ(tail.train.rows(), 8);
}

TEST(Split, BadSharesAndTooFewRows) {
  const Dataset d = numbered(10, 2);
  EXPECT_ERROR(invalid_argument, split(d, {.test = 0}), "between 0 and 1");
  EXPECT_ERROR(invalid_argument, split(d, {.test = 1}), "between 0 and 1");
  EXPECT_ERROR(invalid_argument, split(d, {.test = std::nan("")}), "between 0 and 1");
  EXPECT_ERROR(invalid_argument, split(numbered(1, 1)), "numbered has 1 row(s)");
  EXPECT_EQ(split(numbered(2, 2), {.test = 0.01}).test.rows(), 1);
}

TEST(Batches, VisitEveryRowOnce) {
  const Dataset d = numbered(10, 2);
  std::multiset<float> seen;
  std::vector<std::int64_t> sizes;
  for (auto [x, y] : batches(d, 4, {.shuffle = true, .seed = 1})) {
    sizes.push_back(x.shape(0));
    const std::vector<float> rows = x.to_vector(), classes = y.to_vector();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      seen.insert(rows[i]);
      EXPECT_EQ(static_cast<int>(rows[i]) % 2, static_cast<int>(classes[i]));
    }
  }
  EXPECT_EQ(sizes, (std::vector<std::int64_t>{4, 4, 2}));
  EXPECT_EQ(std::set<float>(seen.begin(), seen.end()).size(), 10u);
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(batches(d, 4, {.drop_last = true}).size(), 2);
}

TEST(Batches, OrderDependsOnSeedAndEpochButNotOnThreadsOrBatchSize) {
  const Dataset d = numbered(100, 2);
  const auto order = [&](std::int64_t size, std::uint64_t seed, std::uint64_t epoch) {
    std::vector<float> all;
    for (auto [x, y] : batches(d, size, {.shuffle = true, .seed = seed, .epoch = epoch}))
      for (float v : x.to_vector()) all.push_back(v);
    return all;
  };
  const int before = threads();
  const auto first = order(7, 1, 0);
  set_threads(3);
  EXPECT_EQ(first, order(32, 1, 0));
  set_threads(before);
  EXPECT_NE(first, order(7, 2, 0));
  EXPECT_NE(first, order(7, 1, 1));
}

TEST(Batches, FewerRowsThanABatchGiveOneShortBatch) {
  const Batches one = batches(numbered(5, 2), 32);
  EXPECT_EQ(one.size(), 1);
  EXPECT_EQ(one.batch(0).first.shape(0), 5);
  EXPECT_ERROR(invalid_argument, batches(numbered(5, 2), 0), "batch size must be at least 1, got 0");
  EXPECT_ERROR(invalid_argument, one.batch(1), "batch 1 of 1");
}

}  // namespace
}  // namespace candor::data
