// What is said of certainty, on data whose truth is known: sets and intervals cover as often as they say, temperatures mend what was spoilt.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/candid/metrics/calibration.h"
#include "candor/candid/uncertainty/opinions.h"
#include "candor/candid/uncertainty/training_distance.h"
#include "candor/nn/layers.h"
#include "candor/train/evaluate.h"
#include "candor/candid/uncertainty/conformal.h"
#include "candor/candid/uncertainty/reject.h"
#include "candor/candid/uncertainty/temperature.h"
#include "candor/candid/uncertainty/uncertainty.h"
#include "candor/tensor/random.h"
#include "tests/support/errors.h"

namespace candor::candid {
namespace {

double uniform(const RandomStream& s, std::uint64_t i) { return (static_cast<double>(s.below(i, 1u << 30)) + .5) / (1u << 30); }
double normal(const RandomStream& s, std::uint64_t i) { return normal_quantile(uniform(s, i)); }

/// Rows of true probabilities of three classes, labels drawn from them, and what a network that is `sure` times too sure says.
struct Rows {
  Matrix truth, said;
  std::vector<std::int32_t> labels;
  Tensor tensor() const {
    std::vector<float> values(said.values.begin(), said.values.end());
    return Tensor::from(values, Shape{said.rows, said.columns});
  }
};
Rows draw(std::int64_t n, double sure, std::uint64_t seed) {
  const RandomStream stream{seed, 17};
  Matrix logits = Matrix::zeros(n, 3);
  for (std::size_t i = 0; i < logits.values.size(); ++i) logits.values[i] = 1.5 * normal(stream, i);
  Rows rows{softmax_rows(logits), softmax_rows(logits, 1 / sure), {}};
  for (std::int64_t i = 0; i < n; ++i) {
    double u = uniform(stream, 1'000'000 + static_cast<std::uint64_t>(i));
    std::int32_t c = 0;
    while (c < 2 && u > rows.truth.at(i, c)) u -= rows.truth.at(i, c++);
    rows.labels.push_back(c);
  }
  return rows;
}

TEST(Temperature, FindsHowMuchTooSureANetworkIs) {
  const Rows rows = draw(2000, 2.5, 1);
  const Temperature t = fit_temperature(rows.tensor(), rows.labels);
  EXPECT_NEAR(t.value, 2.5, .3);
  EXPECT_LT(t.loss_after, t.loss_before);
  EXPECT_LT(t.ece_after, .05);
  EXPECT_GT(t.ece_before, .1);
  const std::vector<double> mended = at_temperature(rows.tensor(), 2.5).to_vector<double>();
  for (std::size_t i = 0; i < mended.size(); ++i) ASSERT_NEAR(mended[i], rows.truth.values[i], 1e-5);
}

TEST(Temperature, StaysOneWhereNothingIsShown) {
  EXPECT_EQ(fit_temperature(draw(2000, 1, 2).tensor(), draw(2000, 1, 2).labels).value, 1);
  const Rows few = draw(40, 4, 3);
  EXPECT_EQ(fit_temperature(few.tensor(), few.labels).value, 1) << "40 rows are too few";
  const Temperature none = fit_temperature(Tensor::from(std::vector<float>{}, Shape{0, 3}), {});
  EXPECT_EQ(none.value, 1);
  EXPECT_EQ(none.rows, 0);
}

TEST(Temperature, OneSentenceSaysWhatWasDone) {
  EXPECT_EQ(temperature_text(fit_temperature(Tensor::from(std::vector<float>{}, Shape{0, 3}), {})).rfind("no temperature", 0), 0u);
  const Rows sure = draw(2000, 2.5, 1), right = draw(2000, 1, 2);
  EXPECT_EQ(temperature_text(fit_temperature(sure.tensor(), sure.labels)).rfind("probabilities at temperature 2.", 0), 0u);
  const std::string stays = temperature_text(fit_temperature(right.tensor(), right.labels));
  EXPECT_EQ(stays.rfind("temperature 1: on 2,000 rows", 0), 0u) << stays;
}

TEST(Temperature, KeepsTheOrderOfTheClassesAndSumsToOne) {
  const Tensor p = Tensor::from(std::vector<float>{1, 0, 0, .2f, .5f, .3f, 0, 0, 1e-30f}, Shape{3, 3});
  const std::vector<float> out = at_temperature(p, 3).to_vector();
  EXPECT_FLOAT_EQ(out[0], 1);
  EXPECT_GT(out[4], out[5]);
  EXPECT_GT(out[5], out[3]);
  EXPECT_NEAR(out[3] + out[4] + out[5], 1, 1e-6);
  EXPECT_FLOAT_EQ(out[8], 1);
  EXPECT_EQ(at_temperature(p, 1).to_vector(), p.to_vector());
  EXPECT_ERROR(invalid_argument, at_temperature(p, 0), "positive");
  EXPECT_ERROR(shape, fit_temperature(p, std::vector<std::int32_t>{0}), "labels");
  EXPECT_ERROR(invalid_argument, fit_temperature(p, std::vector<std::int32_t>{0, 1, 3}), "label 3");
}

TEST(Conformal, SetsCoverAsOftenAsTheySayEvenWhenTheNetworkIsFarTooSure) {
  for (const SetMethod method : {SetMethod::lac, SetMethod::aps}) {
    for (const double coverage : {.8, .9, .95}) {
      // The mean over many calibrations is what is promised: at least the coverage, and not much more.
      double held = 0, size = 0;
      int rows = 0;
      for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Rows fit = draw(300, 3, 10 + seed), test = draw(500, 3, 500 + seed);
        const double threshold = ConformalScores(truth_scores(fit.said, fit.labels, method)).threshold(coverage);
        for (std::int64_t i = 0; i < test.said.rows; ++i, ++rows) {
          const auto set = prediction_set(test.said.row(i), method, threshold);
          held += std::count(set.begin(), set.end(), test.labels[static_cast<std::size_t>(i)]) > 0;
          size += static_cast<double>(set.size());
        }
      }
      EXPECT_GT(held / rows, coverage - .012) << to_string(method);
      // Sets that would be empty hold the answer all the same, which aps has often where the network is too sure.
      EXPECT_LT(held / rows, coverage + (method == SetMethod::lac ? .03 : .07)) << to_string(method);
      EXPECT_LT(size / rows, 3);
    }
  }
}

TEST(Conformal, IntervalsOfValuesCoverToo) {
  double split = 0, scaled = 0, width_split = 0, width_scaled = 0;
  int rows = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    // The noise grows with x, and the difficulty says so.
    const RandomStream s{seed, 99};
    std::vector<double> y, f, hard;
    for (std::uint64_t i = 0; i < 700; ++i) {
      const double x = uniform(s, i), d = .1 + x;
      f.push_back(2 * x), hard.push_back(d), y.push_back(2 * x + d * normal(s, 10'000 + i));
    }
    const auto fit = [&](const std::vector<double>& v) { return std::span<const double>(v).first(300); };
    const double a = ConformalScores(value_scores_of(fit(y), fit(f))).threshold(.9), b = ConformalScores(value_scores_of(fit(y), fit(f), fit(hard))).threshold(.9);
    for (std::size_t i = 300; i < 700; ++i, ++rows) {
      const double error = std::abs(y[i] - f[i]);
      split += error <= a, scaled += error <= b * hard[i];
      width_split += a, width_scaled += b * hard[i];
    }
  }
  EXPECT_NEAR(split / rows, .9, .015);
  EXPECT_NEAR(scaled / rows, .9, .015);
  EXPECT_LT(width_scaled, .97 * width_split) << "what is easy gets a narrow interval";
}

TEST(Conformal, CrossIntervalsAndSetsCover) {
  // Five members, each with a bias of its own, judge the rows of their fold.
  const double bias[] = {.3, -.2, .1, -.4, .2};
  double held = 0, classes = 0;
  int rows = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const RandomStream s{seed, 5};
    std::vector<double> residuals, scores;
    std::vector<std::int32_t> fold;
    const Rows labelled = draw(200, 2, 900 + seed), test = draw(100, 2, 990 + seed);
    const std::vector<double> strange = truth_scores(labelled.said, labelled.labels, SetMethod::aps);
    for (std::uint64_t i = 0; i < 200; ++i) {
      fold.push_back(static_cast<std::int32_t>(i % 5));
      residuals.push_back(std::abs(normal(s, i) - bias[i % 5]));
    }
    for (std::uint64_t i = 0; i < 100; ++i, ++rows) {
      const Interval interval = cross_interval(std::vector<double>(bias, bias + 5), fold, residuals, .9);
      const double truth = normal(s, 5000 + i);
      held += truth >= interval.low && truth <= interval.high;
      Matrix members = Matrix::zeros(5, 3);
      for (std::int64_t m = 0; m < 5; ++m)
        for (std::int64_t c = 0; c < 3; ++c) members.at(m, c) = test.said.at(static_cast<std::int64_t>(i), c);
      const auto set = cross_set(members, fold, strange, SetMethod::aps, .9);
      classes += std::count(set.begin(), set.end(), test.labels[i]) > 0;
    }
  }
  EXPECT_GT(held / rows, .87);
  EXPECT_LT(held / rows, .97);
  EXPECT_GT(classes / rows, .87);
  EXPECT_LT(classes / rows, .97);
}

TEST(Conformal, TooFewRowsPromiseNothingAndManyAreThinned) {
  EXPECT_TRUE(std::isinf(ConformalScores({.1, .2, .3}).threshold(.95)));
  std::vector<double> nineteen;
  for (int i = 1; i <= 19; ++i) nineteen.push_back(i);
  EXPECT_EQ(ConformalScores(nineteen).threshold(.95), 19);
  EXPECT_EQ(ConformalScores(nineteen).threshold(.5), 10);
  EXPECT_DOUBLE_EQ(ConformalScores(nineteen).p_value(20), .05);
  EXPECT_DOUBLE_EQ(ConformalScores(nineteen).p_value(0), 1);
  std::vector<double> many;
  for (int i = 1; i <= 100'000; ++i) many.push_back(i);
  const ConformalScores kept(many);
  EXPECT_EQ(kept.rows(), 100'000);
  for (const double c : {.5, .9, .95, .999}) {
    EXPECT_GE(kept.threshold(c), 100'001 * c - 1);
    EXPECT_LE(kept.threshold(c), 100'001 * c + 250) << c;
  }
  const ConformalScores back = ConformalScores::from_config(kept.config());
  EXPECT_EQ(back.threshold(.9), kept.threshold(.9));
  EXPECT_EQ(back.rows(), kept.rows());
  EXPECT_ERROR(invalid_argument, kept.threshold(1), "coverage");
  EXPECT_ERROR(invalid_argument, ConformalScores({.1, std::nan("")}), "not a number");
  Config bad = kept.config();
  bad.set("rows", 3);
  EXPECT_ERROR(corrupt, ConformalScores::from_config(bad), "more of them than rows");
  EXPECT_ERROR(invalid_argument, set_method_from("raps"), "lac or aps");
}

TEST(Conformal, ASetIsNeverEmptyAndBeginsWithTheAnswer) {
  const std::vector<double> p{.2, .5, .3};
  EXPECT_EQ(prediction_set(p, SetMethod::lac, 0), (std::vector<std::int32_t>{1}));
  EXPECT_EQ(prediction_set(p, SetMethod::lac, .7), (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(prediction_set(p, SetMethod::aps, .81), (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(prediction_set(p, SetMethod::aps, 1), (std::vector<std::int32_t>{1, 2, 0}));
  EXPECT_EQ(truth_scores(Matrix{1, 3, p}, std::vector<std::int32_t>{2}, SetMethod::aps)[0], .8);
}

TEST(Reject, AnswersTheSurestFirst) {
  const std::vector<double> sure{.9, .8, .8, .6, .5};
  const std::vector<std::int32_t> hits{1, 1, 0, 1, 0};
  const auto curve = reject_curve(sure, hits, .25);
  ASSERT_EQ(curve.size(), 4u) << "rows of one confidence go together";
  EXPECT_EQ(curve.front().coverage, 1);
  EXPECT_DOUBLE_EQ(curve.front().accuracy, .6);
  EXPECT_DOUBLE_EQ(curve.front().cost, .4);
  EXPECT_DOUBLE_EQ(curve.back().accuracy, 1);
  EXPECT_DOUBLE_EQ(curve.back().cost, .2);
  EXPECT_EQ(cheapest(curve).threshold, .9);
  EXPECT_EQ(cheapest(reject_curve(sure, hits, 1)).coverage, 1) << "where handing over costs as much as a mistake, it never pays";
  const Curve drawn = accuracy_curve(curve, 5);
  EXPECT_EQ(drawn.x.front(), .2);
  EXPECT_EQ(drawn.y.back(), .6);
  EXPECT_LT(drawn.low.back(), .6);
  EXPECT_ERROR(shape, reject_curve(sure, std::vector<std::int32_t>{1}), "5 confidences");
}

TEST(Uncertainty, IsKeptInAModelFileAndComesBack) {
  const Rows rows = draw(400, 2, 3);
  data::Dataset set = data::from_arrays(rows.tensor(), Tensor::from(rows.labels));
  const Uncertainty known = measure_uncertainty(rows.tensor(), set);
  EXPECT_GT(known.temperature.value, 1.5);
  EXPECT_TRUE(known.has_sets());
  Config record = Config::map();
  EXPECT_EQ(stored_temperature(record), 1);
  EXPECT_FALSE(stored_uncertainty(record).has_sets());
  record.set("uncertainty", known.config());
  EXPECT_EQ(stored_temperature(record), known.temperature.value);
  EXPECT_EQ(stored_uncertainty(record).sets(SetMethod::aps).threshold(.9), known.aps.threshold(.9));
  Config bad = known.config(), t = bad.at("temperature");
  bad.set("temperature", t.set("value", -1.0));
  record.set("uncertainty", bad);
  EXPECT_ERROR(corrupt, stored_temperature(record), "positive");
}

Model network(double dropout, std::uint64_t seed) {
  set_random_seed(seed);
  std::vector<Layer> layers{Dense{32, {.activation = relu}}};
  if (dropout > 0) layers.push_back(Dropout{dropout});
  layers.push_back(Dense{2});
  const Sequential model(layers);
  model.build({3});
  return model;
}

TEST(Opinions, OfAnEnsembleAndOfDropoutBehindOneInterface) {
  std::vector<float> x;
  for (std::uint64_t i = 0; i < 60; ++i) x.push_back(static_cast<float>(normal(RandomStream{1, 1}, i)));
  const Tensor rows = Tensor::from(x, Shape{20, 3});
  for (const Opinions& ask : {ensemble_opinions({network(0, 1), network(0, 2), network(0, 3)}, true), dropout_opinions(network(.5, 1), 8, 7, true)}) {
    const Spread s = spread_of(ask(rows), true);
    ASSERT_EQ(s.deviation.size(), 20u);
    double sum = 0, apart = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      sum += s.deviation[i], apart += s.disagreement[i];
      EXPECT_LE(s.disagreement[i], s.entropy[i] + 1e-9);
      EXPECT_LE(s.entropy[i], std::log(2.) + 1e-9);
    }
    EXPECT_GT(sum, .1) << "they do not all say the same";
    EXPECT_GT(apart, 0);
    EXPECT_EQ(spread_of(ask(rows), true).deviation, s.deviation) << "the same seed, the same opinions";
  }
  const Tensor once = network(0, 1).predict(rows);
  EXPECT_EQ(spread_of({once, once}, false).deviation, std::vector<double>(20));
  EXPECT_ERROR(invalid_argument, dropout_opinions(network(0, 1), 8, 7, true), "no Dropout");
  EXPECT_ERROR(invalid_argument, dropout_opinions(network(.5, 1), 1, 7, true), "at least 2");
  EXPECT_ERROR(invalid_argument, ensemble_opinions({}, true), "none came");
  EXPECT_ERROR(invalid_argument, spread_of({}, true), "no opinions");
  EXPECT_ERROR(shape, spread_of({once, rows}, true), "shape");
}

TEST(TrainingDistance, GrowsAwayFromTheTrainingRowsAndIsUsualAmongThem) {
  const Model model = network(.2, 5);
  std::vector<float> x, same, far;
  for (std::uint64_t i = 0; i < 1800; ++i) x.push_back(static_cast<float>(normal(RandomStream{2, 1}, i)));
  for (std::uint64_t i = 0; i < 900; ++i) same.push_back(static_cast<float>(normal(RandomStream{3, 1}, i))), far.push_back(same.back() * 10);
  const TrainingDistance known = TrainingDistance::fit(model, Tensor::from(x, Shape{600, 3}));
  ASSERT_TRUE(known.known());
  const Tensor near = Tensor::from(same, Shape{300, 3});
  const auto usual = known(model, near), out = known(model, Tensor::from(far, Shape{300, 3}));
  EXPECT_LE(std::count_if(usual.begin(), usual.end(), [](double d) { return d > 2; }), 1);
  EXPECT_LT(std::count_if(usual.begin(), usual.end(), [](double d) { return d > 1; }), 15);
  EXPECT_GT(std::count_if(out.begin(), out.end(), [](double d) { return d > 2; }), 200);
  EXPECT_EQ(TrainingDistance::from_config(known.config())(model, near), usual);
  EXPECT_EQ(check_extrapolation(out).at(0).severity, Severity::warning);
  EXPECT_EQ(check_extrapolation({.5, 3, .2}, 11).at(0).severity, Severity::note);
  EXPECT_NE(check_extrapolation({.5, 3, .2}, 11).at(0).message.find("row 12"), std::string::npos);
  EXPECT_TRUE(check_extrapolation({.5, 1.2}).empty());
  EXPECT_FALSE(TrainingDistance::fit(model, Tensor::from(std::vector<float>(30), Shape{10, 3})).known()) << "ten rows are too few";
  const Sequential plain{Dense{2}};
  plain.build({3});
  EXPECT_FALSE(TrainingDistance::fit(plain, near).known()) << "no hidden layer";
  EXPECT_ERROR(corrupt, TrainingDistance::from_config(Config(known.config()).set("usual", 0.0)), "belong together");
}

}  // namespace
}  // namespace candor::candid
