// What fit says of its training rows by themselves, of the optimizer's rate, and of trainings that are short.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "candor/candor.h"
#include "candor/train/checks/check_model.h"
#include "candor/train/checks/curves.h"
#include "tests/train/clouds.h"

namespace candor {
namespace {

const Finding* find(const std::vector<Finding>& all, const std::string& id) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Finding& f) { return f.id == id; });
  return found == all.end() ? nullptr : &*found;
}

struct Table {
  std::int64_t width = 5;
  std::vector<float> x, y;
  std::vector<std::int32_t> classes;
};

/// Five columns, of which three carry something: yes or no, and a number.
Table table(std::int64_t n, std::uint64_t seed = 1) {
  Numbers random(seed);
  Table t;
  for (std::int64_t i = 0; i < n; ++i) {
    double h[5];
    for (double& v : h) v = random.normal();
    t.classes.push_back(h[0] + h[1] * h[2] + .5 * random.normal() > 0);
    t.y.push_back(static_cast<float>(h[0] + .5 * h[1] - h[2] * h[2] + .2 * random.normal()));
    for (const double v : h) t.x.push_back(static_cast<float>(v));
  }
  return t;
}

std::vector<Finding> fitted(const Table& t, const FitOptions& options, const Optimizer& optimizer = Adam{.003}, bool numbers = false, const Layer& front = Flatten{}) {
  set_random_seed(1);
  const auto n = static_cast<std::int64_t>(t.classes.size());
  const Sequential model{front, Dense{16, {.activation = relu}}, Dense{numbers ? 1 : 2}};
  model.compile({.loss = numbers ? Loss(MeanSquaredError{}) : Loss(SparseCategoricalCrossentropy{.from_logits = true}), .optimizer = optimizer});
  return model.fit(Tensor::from(t.x, Shape{n, t.width}), numbers ? Tensor::from(t.y, Shape{n, 1}) : Tensor::from(t.classes), options).findings();
}

/// The table with one column more.
Table with(const Table& t, const std::function<float(std::size_t)>& column) {
  Table out = t;
  out.x.clear();
  for (std::size_t i = 0; i < t.classes.size(); ++i) {
    out.x.insert(out.x.end(), t.x.begin() + static_cast<std::ptrdiff_t>(i) * t.width, t.x.begin() + static_cast<std::ptrdiff_t>(i + 1) * t.width);
    out.x.push_back(column(i));
  }
  ++out.width;
  return out;
}

TEST(RowsOfAFit, SoundRowsSayNothing) {
  for (const bool numbers : {false, true}) {
    const auto all = fitted(table(300), quiet(4), Adam{.003}, numbers);
    for (const char* id : {"data.constant", "data.leak", "data.scale", "train.spike", "train.update-ratio"}) EXPECT_EQ(find(all, id), nullptr) << id;
  }
}

TEST(RowsOfAFit, ConstantColumnsAreNamed) {
  Table t = table(300);
  for (std::size_t i = 0; i < t.x.size(); ++i)
    if (i % 5 == 1 || i % 5 == 3) t.x[i] = 7;
  const auto some = fitted(t, quiet(1));
  ASSERT_NE(find(some, "data.constant"), nullptr);
  EXPECT_EQ(find(some, "data.constant")->severity, Severity::note);
  EXPECT_NE(find(some, "data.constant")->message.find("(1, 3, counted from 0)"), std::string::npos) << find(some, "data.constant")->message;
  std::fill(t.x.begin(), t.x.end(), .5f);
  const auto none = fitted(t, quiet(1));
  ASSERT_NE(find(none, "data.constant"), nullptr);
  EXPECT_EQ(find(none, "data.constant")->severity, Severity::warning);
}

TEST(RowsOfAFit, AColumnThatTellsTheTargetIsALeak) {
  const Table t = table(300);
  const auto classes = fitted(with(t, [&](std::size_t i) { return 3 - static_cast<float>(t.classes[i]); }), quiet(1));
  ASSERT_NE(find(classes, "data.leak"), nullptr);
  EXPECT_EQ(find(classes, "data.leak")->severity, Severity::warning);
  EXPECT_NE(find(classes, "data.leak")->message.find("column 5"), std::string::npos) << find(classes, "data.leak")->message;
  const auto numbers = fitted(with(t, [&](std::size_t i) { return 4 * t.y[i] + 1; }), quiet(1), Adam{.003}, true);
  ASSERT_NE(find(numbers, "data.leak"), nullptr);
  EXPECT_EQ(find(numbers, "data.leak")->severity, Severity::warning);
  // What follows the target closely, and not perfectly, is a good column.
  Numbers random(4);
  EXPECT_EQ(find(fitted(with(t, [&](std::size_t i) { return t.y[i] + .2f * static_cast<float>(random.normal()); }), quiet(1), Adam{.003}, true), "data.leak"), nullptr);
}

TEST(RowsOfAFit, PersonsSeenAgainAndEasyTasksAreNoMoreThanANote) {
  Table t = table(400);
  // Persons of eight rows each, whose answer is the same, in the order of a mean that stands for them.
  for (std::size_t i = 0; i < 400; ++i) t.classes[i] = i / 8 % 2 == 1;
  const auto persons = fitted(with(t, [&](std::size_t i) { return static_cast<float>(t.classes[i]) + .01f * static_cast<float>(i / 8); }), quiet(1));
  ASSERT_NE(find(persons, "data.leak"), nullptr);
  EXPECT_EQ(find(persons, "data.leak")->severity, Severity::note);
  const Table once = with(t, [&](std::size_t i) { return static_cast<float>(t.classes[i]) * 4 + static_cast<float>(i) * .001f; });
  const auto easy = fitted(with(once, [&](std::size_t i) { return static_cast<float>(t.classes[i]) * -4 + static_cast<float>(i) * .002f; }), quiet(1));
  ASSERT_NE(find(easy, "data.leak"), nullptr);
  EXPECT_EQ(find(easy, "data.leak")->severity, Severity::note);
}

TEST(RowsOfAFit, LargeInputsAreANoteUnlessTheModelScalesThem) {
  Table t = table(300);
  for (float& v : t.x) v *= 400;
  const auto all = fitted(t, quiet(1));
  ASSERT_NE(find(all, "data.scale"), nullptr);
  EXPECT_EQ(find(all, "data.scale")->severity, Severity::note);
  EXPECT_EQ(find(fitted(t, quiet(1), Adam{.003}, false, BatchNormalization{}), "data.scale"), nullptr);
}

TEST(RowsOfAFit, RowsInTheOrderOfTheirClassesAreToBeShuffled) {
  Table t = table(300), sorted = t;
  std::vector<std::size_t> order(300);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return t.classes[a] < t.classes[b]; });
  for (std::size_t i = 0; i < 300; ++i) {
    sorted.classes[i] = t.classes[order[i]];
    std::copy_n(t.x.begin() + static_cast<std::ptrdiff_t>(order[i] * 5), 5, sorted.x.begin() + static_cast<std::ptrdiff_t>(i * 5));
  }
  FitOptions as_they_are = quiet(2);
  as_they_are.shuffle = false;
  const auto all = fitted(sorted, as_they_are);
  ASSERT_NE(find(all, "train.spike"), nullptr);
  EXPECT_EQ(find(all, "train.spike")->severity, Severity::warning);
  EXPECT_EQ(find(fitted(t, as_they_are), "train.spike"), nullptr) << "rows that are mixed already";
  EXPECT_EQ(find(fitted(sorted, quiet(2)), "train.spike"), nullptr) << "shuffled by fit";
}

TEST(RateOfAFit, AScheduleThatEndsInTheFirstEpochIsNamed) {
  const Table t = table(300);
  const auto rate = [&](double steps) { return Adam{Schedule(PolynomialDecay{.003, steps, 0})}; };
  const auto ended = fitted(t, quiet(6), rate(4));
  ASSERT_NE(find(ended, "train.update-ratio"), nullptr);
  EXPECT_EQ(find(ended, "train.update-ratio")->severity, Severity::warning);
  EXPECT_NE(find(ended, "train.update-ratio")->message.find("Schedules count steps"), std::string::npos);
  EXPECT_EQ(find(fitted(t, quiet(6), rate(60)), "train.update-ratio"), nullptr) << "it ends with the training";
}

TEST(RateOfAFit, ARateThatMovesWeightsByTheirOwnSizeIsNamed) {
  const Table t = table(300);
  const auto wild = fitted(t, quiet(4), Adam{2.});
  ASSERT_NE(find(wild, "train.update-ratio"), nullptr);
  EXPECT_EQ(find(fitted(t, quiet(4), Adam{.05}), "train.update-ratio"), nullptr);
}

TEST(ShortFits, SigmoidsInARowAreNamedWithoutALook) {
  const Table t = table(80);
  const auto run = [&](int layers) {
    set_random_seed(1);
    std::vector<Layer> deep;
    for (int i = 0; i < layers; ++i) deep.push_back(Dense{16, {.activation = sigmoid}});
    deep.push_back(Dense{2});
    const Sequential model{deep};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{.003}});
    return model.fit(Tensor::from(t.x, Shape{80, 5}), Tensor::from(t.classes), quiet(5, 16)).findings();
  };
  const auto deep = run(9);
  ASSERT_NE(find(deep, "train.gradients"), nullptr);
  EXPECT_EQ(find(deep, "train.gradients")->severity, Severity::warning);
  EXPECT_NE(find(deep, "train.gradients")->message.find("9 layers of sigmoids"), std::string::npos);
  EXPECT_EQ(find(run(4), "train.gradients"), nullptr);
}

TEST(ShortFits, SmallBatchesAreLookedAtUntilEnoughRowsWereSeen) {
  const Table t = table(80);
  const auto run = [&](double bias) {
    set_random_seed(1);
    const Sequential model{Dense{16, {.activation = relu, .bias_initializer = Constant{bias}}}, Dense{2}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{.003}});
    return model.fit(Tensor::from(t.x, Shape{80, 5}), Tensor::from(t.classes), quiet(30, 16)).findings();
  };
  EXPECT_TRUE(has(run(-20), "train.dead-units", Severity::warning));
  EXPECT_EQ(find(run(0), "train.dead-units"), nullptr);
}

TEST(ShortFits, AFewStepsOfWholeBatchesHaveNotBegun) {
  const auto all = fitted(table(300), quiet(5, 1000), SGD{.05});
  ASSERT_NE(find(all, "train.not-long-enough"), nullptr);
  EXPECT_EQ(find(all, "train.not-long-enough")->severity, Severity::note);
  EXPECT_NE(find(all, "train.not-long-enough")->message.find("a batch holds all rows"), std::string::npos) << find(all, "train.not-long-enough")->message;
  const auto longer = fitted(table(300), quiet(30, 16));
  EXPECT_TRUE(std::none_of(longer.begin(), longer.end(), [](const Finding& f) { return f.message.find("a batch holds all rows") != std::string::npos; }));
}

detail::Curves curves(std::vector<double> loss, std::vector<double> val) {
  detail::Curves c;
  c.loss = std::move(loss), c.val_loss = std::move(val);
  c.rows = 800, c.val_rows = 200, c.steps = 300;
  c.guess = c.val_guess = {.known = true, .untrained = 1, .constant = 1};
  c.first = 1.1;
  return c;
}

std::vector<Finding> said(const detail::Curves& c) {
  CheckNotes notes;
  detail::check_curves(c, notes);
  return notes.findings;
}

// Little by heart, much to judge by: many validation rows say sooner that what was learned holds for no others.
TEST(CurvesOfAFit, ManyRowsNeedLessLearnedByHeart) {
  detail::Curves c = curves({1.02, .99, .97, .96, .95, .95}, {1.01, .995, 1, 1.01, 1.02, 1.03});
  EXPECT_TRUE(has(said(c), "train.overfit", Severity::warning));
  c.val_rows = 60;
  EXPECT_FALSE(has(said(c), "train.overfit", Severity::warning));
  EXPECT_FALSE(has(said(curves({1.02, .99, .97, .96, .95, .95}, {1.01, .99, .97, .97, .98, .98})), "train.overfit", Severity::warning));
}

TEST(CurvesOfAFit, TooSureIsNotWorseThanGuessing) {
  detail::Curves c = curves({1, .5, .3, .2, .15, .1, .08, .06, .04, .03, .02, .01}, {.9, .4, .5, .6, .7, .8, .9, 1, 1.1, 1.2, 1.25, 1.3});
  c.score = "accuracy", c.train_score.assign(12, 1), c.val_score.assign(12, .9);
  c.val_guess.classes = c.guess.classes = true, c.val_guess.commonest = .5;
  EXPECT_FALSE(has(said(c), "train.overfit", Severity::warning));
  EXPECT_TRUE(has(said(c), "train.overfit"));
  c.val_score.assign(12, .52);
  EXPECT_TRUE(has(said(c), "train.overfit", Severity::warning));
}

// A penalty that outweighs the task by far is worth knowing where the network learned in spite of it, too.
TEST(CurvesOfAFit, PenaltiesBesideWhichTheTaskHardlyCountsAreANote) {
  detail::Curves c = curves({20, 3, 1, .5, .4, .35}, {15, 2, .9, .5, .4, .36});
  c.first_penalty = 200, c.penalty = .01;
  EXPECT_TRUE(has(said(c), "train.underfit"));
  EXPECT_FALSE(has(said(c), "train.underfit", Severity::warning));
  c.first_penalty = 2;
  EXPECT_FALSE(has(said(c), "train.underfit"));
}

}  // namespace
}  // namespace candor
