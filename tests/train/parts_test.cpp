// What fit says of validation rows beside training rows, and of trainings that are short or hold for no other rows.
#include <gtest/gtest.h>

#include <algorithm>

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

std::vector<Finding> trained(const Tensor& x, const Tensor& y, const FitOptions& options) {
  set_random_seed(1);
  const Sequential model{Flatten{}, Dense{32, {.activation = relu}}, Dense{4, {.activation = softmax}}};
  model.compile({.loss = SparseCategoricalCrossentropy{}, .optimizer = Adam{0.003}, .metrics = {Accuracy{}}});
  return model.fit(x, y, options).findings();
}

Tensor times(const Tensor& x, float factor, float plus = 0) {
  std::vector<float> v = x.to_vector();
  for (float& e : v) e = e * factor + plus;
  return Tensor::from(v, x.shape());
}

TEST(Parts, ValidationRowsOnAnotherScaleAreAnError) {
  const Rows train = clouds(320), other = clouds(80, 2);
  FitOptions options = quiet(2);
  for (const auto& [factor, plus] : {std::pair{255.0f, 0.0f}, std::pair{1 / 255.0f, 0.0f}, std::pair{1.0f, 1000.0f}}) {
    options.validation_data = {times(other.x, factor, plus), other.classes};
    const auto all = trained(train.x, train.classes, options);
    const Finding* f = find(all, "data.scale");
    ASSERT_NE(f, nullptr) << factor << " " << plus;
    EXPECT_EQ(f->severity, Severity::error);
    EXPECT_NE(f->message.find("Prepare both in the same way"), std::string::npos) << f->message;
  }
  options.validation_data = {other.x, other.classes};
  EXPECT_EQ(find(trained(train.x, train.classes, options), "data.scale"), nullptr);
  options.validation_data = {times(other.x, 1.5f, .3f), other.classes};
  EXPECT_EQ(find(trained(train.x, train.classes, options), "data.scale"), nullptr) << "drift is no other scale";
}

TEST(Parts, PicturesFromZeroToOneBesideMinusOneToOne) {
  const RandomStream noise{4, 0};
  const auto pictures = [&](int n, std::uint64_t from) {
    std::vector<float> v;
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n) * 36; ++i) v.push_back(noise.below(from + i, 3) == 0 ? .2f + .001f * static_cast<float>(noise.below(from + i, 800)) : 0.0f);
    return Tensor::from(v, Shape{n, 6, 6, 1});
  };
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 200; ++i) labels.push_back(i % 4);
  const Tensor y = Tensor::from(labels), x = pictures(200, 0), other = pictures(200, 1'000'000);
  FitOptions options = quiet(1);
  options.validation_data = {times(other, 2, -1), y};
  EXPECT_NE(find(trained(x, y, options), "data.scale"), nullptr);
  options.validation_data = {other, y};
  EXPECT_EQ(find(trained(x, y, options), "data.scale"), nullptr);
}

TEST(Parts, ValidationRowsThatAreTrainingRowsAreAnError) {
  const Rows train = clouds(320), other = clouds(80, 2);
  FitOptions options = quiet(2);
  options.validation_data = {train.x, train.classes};
  std::vector<Finding> all = trained(train.x, train.classes, options);
  const Finding* f = find(all, "data.duplicate-rows");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->severity, Severity::error);
  EXPECT_EQ(f->message.rfind("all of the 320 validation rows are also training rows", 0), 0u) << f->message;
  // A quarter of them, in another order.
  const Tensor some = concatenate(std::vector{other.x.view_slice(0, 0, 60), train.x.view_slice(0, 100, 120)}, 0), some_y = concatenate(std::vector{other.classes.view_slice(0, 0, 60), train.classes.view_slice(0, 100, 120)}, 0);
  options.validation_data = {some, some_y};
  all = trained(train.x, train.classes, options);
  f = find(all, "data.duplicate-rows");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->severity, Severity::warning);
  EXPECT_EQ(f->message.rfind("25 % of the 80", 0), 0u) << f->message;
  options.validation_data = {other.x, other.classes};
  EXPECT_EQ(find(trained(train.x, train.classes, options), "data.duplicate-rows"), nullptr);
  options.silence = {"data.duplicate-rows"}, options.validation_data = {train.x, train.classes};
  EXPECT_EQ(find(trained(train.x, train.classes, options), "data.duplicate-rows"), nullptr);
}

TEST(Parts, RowsOfFewDifferentKindsSayNothing) {
  const RandomStream noise{5, 0};
  const auto rows = [&](int n, std::uint64_t from) {
    std::vector<float> v;
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n) * 3; ++i) v.push_back(static_cast<float>(noise.below(from + i, 3)));
    return Tensor::from(v, Shape{n, 3});
  };
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 400; ++i) labels.push_back(i % 4);
  const Tensor y = Tensor::from(labels);
  FitOptions options = quiet(1);
  options.validation_data = {rows(100, 900'000), y.view_slice(0, 0, 100)};
  EXPECT_EQ(find(trained(rows(400, 0), y, options), "data.duplicate-rows"), nullptr);
}

TEST(Parts, LabelsThatDoNotBelongToTheirRowsHoldNowhere) {
  const Rows train = clouds(640), other = clouds(200, 2);
  const RandomStream draw{9, 0};
  std::vector<std::int32_t> labels, others;
  for (std::uint64_t i = 0; i < 640; ++i) labels.push_back(static_cast<std::int32_t>(draw.below(i, 4)));
  for (std::uint64_t i = 0; i < 200; ++i) others.push_back(static_cast<std::int32_t>(draw.below(5000 + i, 4)));
  set_random_seed(1);
  const auto run = [&](const Tensor& y, const Tensor& other_y) {
    const Sequential model{Dense{128, {.activation = relu}}, Dense{128, {.activation = relu}}, Dense{4, {.activation = softmax}}};
    model.compile({.loss = SparseCategoricalCrossentropy{}, .optimizer = Adam{0.005}, .metrics = {Accuracy{}}});
    FitOptions options = quiet(25);
    options.validation_data = {other.x, other_y};
    options.callbacks = {EarlyStopping{.patience = 20, .restore_best_weights = true}};
    return model.fit(train.x, y, options).findings();
  };
  const auto all = run(Tensor::from(labels), Tensor::from(others));
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const Finding& f) { return (f.id == "train.overfit" || f.id == "train.underfit" || f.id == "train.plateau") && f.severity == Severity::warning; }));
  EXPECT_EQ(find(run(train.classes, other.classes), "train.overfit"), nullptr);
}

detail::Curves curves(std::vector<double> loss, std::vector<double> val) {
  detail::Curves c;
  c.loss = std::move(loss), c.val_loss = std::move(val);
  c.rows = 400, c.val_rows = 100, c.steps = 60;
  c.guess = c.val_guess = {.known = true, .untrained = 1, .constant = 1};
  c.first = 1.1;
  return c;
}

std::vector<Finding> said(const detail::Curves& c) {
  CheckNotes notes;
  detail::check_curves(c, notes);
  return notes.findings;
}

TEST(Parts, NoEpochBetterThanGuessing) {
  detail::Curves c = curves({1, .9, .8, .7, .6, .5}, {1.1, 1.05, 1.02, 1.1, 1.2, 1.3});
  c.kept_epoch = 2;
  const auto all = said(c);
  const Finding* f = find(all, "train.overfit");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->severity, Severity::warning);
  EXPECT_NE(f->message.find("in no epoch"), std::string::npos) << f->message;
  // Validation rows at another level than the training rows (a trend): the mean of the latter is what could be known.
  c.val_guess.mean = 2;
  const auto trend = said(c);
  EXPECT_TRUE(std::none_of(trend.begin(), trend.end(), [](const Finding& x) { return x.message.find("in no epoch") != std::string::npos; }));
  c = curves({1, .9, .8, .7, .6, .5}, {1.1, .95, .9, 1.1, 1.2, 1.3});
  const auto sound = said(c);
  EXPECT_TRUE(std::none_of(sound.begin(), sound.end(), [](const Finding& x) { return x.message.find("in no epoch") != std::string::npos; }));
}

TEST(Parts, AShortTrainingThatRanAwayIsNamed) {
  detail::Curves c = curves({500, 90, 30, 12}, {300, 60, 20, 9});
  c.steps = 16;
  const auto all = said(c);
  const Finding* f = find(all, "train.diverge");
  ASSERT_NE(f, nullptr);
  EXPECT_NE(f->message.find("Lower the learning rate"), std::string::npos);
  EXPECT_EQ(find(said(curves({5, 3, 1.2, 1.1}, {5, 3, 1.2, 1.1})), "train.diverge"), nullptr) << "a poor start is no running away";
}

TEST(Parts, OneUnitInTheMiddleIsNamed) {
  const Rows train = clouds(100);
  const auto notes = [&](const std::vector<Layer>& layers) {
    const Sequential model(layers);
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{}});
    return check_model(model, train.x, train.classes).findings;
  };
  const auto all = notes({Dense{16, {.activation = relu}}, Dense{1, {.activation = relu}}, Dense{4}});
  const Finding* f = find(all, "model.capacity");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->severity, Severity::note);
  EXPECT_NE(f->message.find("has one unit"), std::string::npos) << f->message;
  EXPECT_EQ(find(notes({Dense{16, {.activation = relu}}, Dense{2, {.activation = relu}}, Dense{4}}), "model.capacity"), nullptr);
}

TEST(Parts, DropoutThatLeavesNearlyNothingIsNamed) {
  const Rows train = clouds(100);
  const auto notes = [&](std::int64_t units, double rate) {
    const Sequential model{Dense{units, {.activation = relu}}, Dropout{rate}, Dense{4}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{}});
    return check_model(model, train.x, train.classes).findings;
  };
  const auto few = notes(64, .97), some = notes(200, .9);
  const Finding* f = find(few, "model.capacity");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->severity, Severity::warning);
  EXPECT_NE(f->message.find("drops 97 %"), std::string::npos) << f->message;
  EXPECT_NE(f->message.find("of the 64 units"), std::string::npos) << f->message;
  f = find(some, "model.capacity");
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->severity, Severity::note) << "twenty units are left";
  EXPECT_EQ(find(notes(64, .7), "model.capacity"), nullptr);
}

}  // namespace
}  // namespace candor
