// Boosted trees beside the networks of a table, and alone: what train says of them, and that every command takes such a model.
#include <gtest/gtest.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include "candor/nn/layers/core.h"
#include "candor/pipeline/tree_member.h"
#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::run_candor;
using testing::TemporaryFolder;

// Steps in two numbers that meet: what trees cut at once and a network bends slowly.
std::string steps(int rows, bool classes) {
  std::string out = "a,b,kind,y\n";
  std::uint32_t state = 7;
  const auto next = [&] { return static_cast<double>((state = state * 1664525u + 1013904223u) >> 8) / (1 << 24); };
  for (int i = 0; i < rows; ++i) {
    const double a = next(), b = next();
    const int kind = static_cast<int>(3 * next()), high = (std::fmod(10 * a, 2) < 1) != (b > .5) ? 1 : 0;
    out += std::to_string(a) + "," + (i % 17 ? std::to_string(b) : "") + "," + "xyz"[kind] + "," + (classes ? (high ? "yes" : "no") : std::to_string(5 * high + kind + .1 * next())) + "\n";
  }
  return out;
}

json train(const TemporaryFolder& folder, const std::string& csv, std::vector<std::string> more, const std::string& out = "m") {
  std::vector<std::string> command{"train", csv, "--target", "y", "--json", "--quiet", "--no-report", "--out", folder / out};
  command.insert(command.end(), more.begin(), more.end());
  const auto got = run_candor(command);
  EXPECT_EQ(got.code, 0) << got.err;
  return json::parse(got.out, nullptr, false);
}

TEST(TreeModel, StandsBesideTheNetworksOfATable) {
  const TemporaryFolder folder;
  const json o = train(folder, folder.write("steps.csv", steps(700, true)), {"--budget", "20s"});
  EXPECT_GT(o["tree_share"], 0);
  EXPECT_EQ(o["members"] == 0, o["tree_share"] == 1) << "members are the networks that answer";
  EXPECT_GT(o["test"]["value"], .85);
  bool said = false;
  for (const json& choice : o["choices"]) said |= choice.get<std::string>().find("% of the answer by ") != std::string::npos;
  EXPECT_TRUE(said) << o["choices"];
  const auto judged = run_candor({"evaluate", folder / "m/model.candor", folder / "steps.csv", "--json", "--quiet"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  EXPECT_GT(json::parse(judged.out)["test"]["value"], .85);
}

TEST(TreeModel, IsTrainedAloneWhenAsked) {
  const TemporaryFolder folder;
  for (const bool classes : {true, false}) {
    const std::string csv = folder.write("steps.csv", steps(700, classes));
    const json o = train(folder, csv, {"--model", "trees"});
    EXPECT_EQ(o["tree_share"], 1);
    EXPECT_EQ(o["members"], 0);
    EXPECT_TRUE(o["epochs"].empty());
    // Where b is missing nobody can say which side of the step it is: that alone costs the values .05 of R2, and 560 rows are few for steps that meet.
    EXPECT_GT(o["test"]["value"], classes ? .9 : .7);
    // Its answers are those of boosted trees: probabilities that sum to 1, or numbers with an interval from rows left out.
    const auto rows = run_candor({"predict", folder / "m/model.candor", csv, "--json", "--quiet"});
    ASSERT_EQ(rows.code, 0) << rows.err;
    const json first = json::parse(rows.out.substr(0, rows.out.find('\n')));
    if (classes) EXPECT_NEAR(first["probabilities"]["no"].get<double>() + first["probabilities"]["yes"].get<double>(), 1, 1e-6);
    else EXPECT_EQ(first["interval"].size(), 2u);
    for (const char* command : {"summary", "plan"}) {
      const auto got = run_candor({command, folder / "m/model.candor", "--json"});
      EXPECT_EQ(got.code, 0) << command << got.err;
    }
    const auto why = run_candor({"explain", folder / "m/model.candor", "1", "--data", csv, "--json"});
    EXPECT_EQ(why.code, 0) << why.err;
  }
}

TEST(TreeModel, SameCommandSameModel) {
  const TemporaryFolder folder;
  const std::string csv = folder.write("steps.csv", steps(400, false));
  const json a = train(folder, csv, {"--model", "trees", "--threads", "1"}, "a"), b = train(folder, csv, {"--model", "trees", "--threads", "2"}, "b");
  EXPECT_EQ(a["test"], b["test"]);
}

TEST(TreeModel, ThreeClassesAndFewRows) {
  const TemporaryFolder folder;
  std::string csv = "a,y\n";
  for (int i = 0; i < 18; ++i) csv += std::to_string(i) + "," + (i < 6 ? "low" : i < 12 ? "middle" : "high") + "\n";
  EXPECT_EQ(train(folder, folder.write("few.csv", csv), {"--model", "trees"})["test"]["n"], 4);
}

TEST(TreeModel, WhatIsSaidOfTheNetworkMeansANetworkAlone) {
  const TemporaryFolder folder;
  const json o = train(folder, folder.write("steps.csv", steps(300, true)), {"--epochs", "2", "--members", "1"});
  EXPECT_EQ(o["tree_share"], 0);
  EXPECT_GT(train(folder, folder / "steps.csv", {"--epochs", "2", "--members", "1", "--model", "mixed"})["tree_share"], 0);
}

// Where a tree is better beyond chance, the last line says so, with the command.
TEST(TreeModel, IsNamedLastWhenItIsBetter) {
  const TemporaryFolder folder;
  const std::string csv = folder.write("steps.csv", steps(1000, true));
  const auto got = run_candor({"train", csv, "--target", "y", "--model", "mlp", "--epochs", "1", "--members", "1", "--quiet", "--out", folder / "m"});
  ASSERT_EQ(got.code, 0) << got.err;
  EXPECT_NE(got.out.find("boosted trees are better for these data: candor train "), std::string::npos) << got.out;
  EXPECT_NE(got.out.find("--model trees\n"), std::string::npos) << got.out;
  std::ifstream page(folder / "m/report.html");
  const std::string html{std::istreambuf_iterator<char>(page), {}};
  EXPECT_NE(html.find("--model trees</code> saves it as a model"), std::string::npos);
  EXPECT_EQ(got.out.find("--model mlp", got.out.find("boosted trees are better")), std::string::npos) << got.out;  // the command runs as it is
  const auto trees = run_candor({"train", csv, "--target", "y", "--model", "trees", "--quiet", "--no-report", "--out", folder / "t"});
  EXPECT_EQ(trees.out.find("boosted trees are better"), std::string::npos) << trees.out;
}

TEST(TreeModel, NeedsATableWithOneTarget) {
  const TemporaryFolder folder;
  const auto pictures = run_candor({"train", "digits", "--rows", "60", "--model", "trees", "--out", folder / "m"});
  EXPECT_EQ(pictures.code, 2);
  EXPECT_NE(pictures.err.find("boosted trees need a table"), std::string::npos) << pictures.err;
}

TEST(TreeMember, TheShareIsTheOneWithTheLeastLoss) {
  data::Dataset rows;
  rows.features = Tensor::zeros({2, 1});
  rows.targets = Tensor::from(std::vector<float>{1, 3});
  const Tensor low = Tensor::from(std::vector<float>{0, 2}, Shape{2, 1}), high = Tensor::from(std::vector<float>{4, 6}, Shape{2, 1});
  EXPECT_NEAR(pipeline::detail::best_share(rows, low, high), .25, 1e-9);
  EXPECT_EQ(pipeline::detail::best_share(rows, rows.targets.view_reshape({2, 1}), high), 0);
  EXPECT_NEAR(pipeline::detail::loss_of(rows, pipeline::detail::blend(low, high, .5)), 1, 1e-9);
}

// The layer says what the trees said: the mean over the folds of those that were grown without the rows agrees with fits of its own.
TEST(TreeMember, TheLayerAnswersAsTheTreesDid) {
  data::Dataset rows;
  std::vector<float> x, y;
  for (int i = 0; i < 200; ++i) x.push_back(static_cast<float>(i % 40)), x.push_back(static_cast<float>(i * 7 % 11)), y.push_back(x[x.size() - 2] > 20 ? 5.f : x.back() > 4 ? 1.f : 2.f);
  rows.features = Tensor::from(x, Shape{200, 2});
  rows.targets = Tensor::from(y);
  std::vector<int> part(200);
  for (std::size_t i = 0; i < part.size(); ++i) part[i] = static_cast<int>(i % 2);
  const auto one = pipeline::detail::grow_trees(rows, part, 1, 1e9);
  ASSERT_TRUE(one.has_value());
  std::vector<std::int64_t> left_out;
  for (std::int64_t i = 0; i < 200; i += 2) left_out.push_back(i);
  const std::vector<float> said = one->said.front().to_vector(), again = one->model.predict(rows.take(left_out).features).to_vector();
  ASSERT_EQ(said.size(), again.size());
  for (std::size_t i = 0; i < said.size(); ++i) EXPECT_NEAR(said[i], again[i], 1e-5);
  EXPECT_LT(one->loss, .1);
  EXPECT_FALSE(pipeline::detail::grow_trees(rows, part, 1, 1e-9).has_value());  // no time, no trees
}

}  // namespace
}  // namespace candor
