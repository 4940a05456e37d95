// A budget of seconds: what is planned fits into it, and nothing changes where all fits.
#include <gtest/gtest.h>

#include "candor/data/dataset.h"
#include "candor/pipeline/time_plan.h"
#include "candor/pipeline/train.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

using pipeline::detail::measure_step;
using pipeline::detail::TimePlan;
using pipeline::detail::within;

double seconds_of(const TimePlan& plan, double a_step) { return a_step * static_cast<double>(plan.members * plan.epochs * plan.steps); }

TEST(TimePlan, StaysAsItIsWhereAllFits) {
  const TimePlan fits = within({.members = 5, .epochs = 100, .steps = 50}, 60, .001);
  EXPECT_EQ(fits.members, 5);
  EXPECT_EQ(fits.epochs, 100);
  EXPECT_EQ(fits.steps, 50);
}

TEST(TimePlan, FewerEpochsThatEndInsideTheBudget) {
  const TimePlan fits = within({.epochs = 5, .steps = 938}, 35, .0125);  // five epochs would take 59 s
  EXPECT_EQ(fits.epochs, 2);
  EXPECT_EQ(fits.steps, 938);
  EXPECT_LE(seconds_of(fits, .0125), 35);
}

TEST(TimePlan, APartOfOneEpochWhereNoneFits) {
  const TimePlan fits = within({.epochs = 5, .steps = 1000}, 10, .05);
  EXPECT_EQ(fits.epochs, 1);
  EXPECT_EQ(fits.steps, 184);
  EXPECT_EQ(within({.epochs = 5, .steps = 1000}, -1, .05).steps, 1) << "no time is left: one step all the same";
}

// Five networks that keep their best epoch need half of their epochs each; with less time there are fewer networks.
TEST(TimePlan, FewerNetworksBeforeFewerEpochs) {
  const TimePlan wanted{.members = 5, .epochs = 100, .steps = 100, .ends_early = true};
  const TimePlan fits = within(wanted, 60, .005);
  EXPECT_EQ(fits.members, 2);
  EXPECT_EQ(fits.epochs, 55);
  EXPECT_LE(seconds_of(fits, .005), 60);
  TimePlan asked = wanted;
  asked.keeps_members = true;
  EXPECT_EQ(within(asked, 60, .005).members, 5);
  EXPECT_LE(seconds_of(within(asked, 60, .005), .005), 60);
}

TEST(TimePlan, MeasuresMoreOnlyWhereItMatters) {
  std::vector<std::int64_t> asked;
  const auto measured = [&](std::int64_t batches) {
    asked.push_back(batches);
    return .01 * static_cast<double>(batches) + .02;  // each epoch has something of its own
  };
  EXPECT_NEAR(measure_step({.epochs = 2, .steps = 100}, 60, measured), .02, 1e-12);
  EXPECT_EQ(asked.size(), 1u);
  EXPECT_NEAR(measure_step({.epochs = 50, .steps = 100}, 60, measured), .01, 1e-12);
  EXPECT_EQ(asked.size(), 3u);
}

pipeline::Prepared noise(std::int64_t rows) {
  pipeline::Prepared out;
  out.train = data::from_arrays(random_uniform({rows, 3}, 0, 1, {1, 0}), random_uniform({rows}, 0, 1, {2, 0}));
  return out;
}

pipeline::TrainOptions one_network() {
  pipeline::TrainOptions o;
  o.network.model = "mlp";
  o.verbose = 0;
  o.members = 1;
  return o;
}

// A clock that each look at it moves by a second: a look an epoch of few batches makes steps slow, and the plan short.
TEST(TimePlan, TrainingIsPlannedByTheClock) {
  const pipeline::Prepared prepared = noise(4000);
  pipeline::TrainOptions o = one_network();
  double now = 0;
  o.clock = [&] { return now += .01; };
  o.budget = 1;
  const pipeline::TrainedModel trained = pipeline::train(prepared, o);
  EXPECT_LT(trained.epochs, 100);
  EXPECT_GE(trained.epochs, 1);
  ASSERT_EQ(trained.histories.size(), 1u);
  EXPECT_NE(trained.histories[0].ended(), "the budget is spent");
  bool said = false;
  for (const std::string& choice : trained.choices) said |= choice.find("the budget of 1 s bears ") == 0;
  EXPECT_TRUE(said);
  o.clock = [&] { return now; };  // time stands still: all of it fits
  EXPECT_EQ(pipeline::train(prepared, o).epochs, 100);
}

// Who asks for epochs gets them on a slow machine, too; who names a budget beside them has it kept.
TEST(TimePlan, EpochsThatWereAskedForEndWithABudgetThatWasAskedForAlone) {
  const pipeline::Prepared prepared = noise(400);
  pipeline::TrainOptions o = one_network();
  o.epochs = 4;
  double now = 0;
  o.clock = [&] { return now += 50; };
  EXPECT_EQ(pipeline::train(prepared, o).histories.at(0).epochs().size(), 4u);
  o.budget = 60;
  const pipeline::TrainedModel cut = pipeline::train(prepared, o);
  EXPECT_LT(cut.histories.at(0).epochs().size(), 4u);
  EXPECT_EQ(cut.histories.at(0).ended(), "the budget is spent");
}

}  // namespace
}  // namespace candor
