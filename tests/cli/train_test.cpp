// Train, evaluate, predict, plan and summary as a user meets them: what they print, what they leave on disk.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/support/environment.h"
#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

json object(const Finished& got) {
  EXPECT_EQ(got.code, 0) << got.err;
  EXPECT_EQ(std::count(got.out.begin(), got.out.end(), '\n'), 1) << got.out;
  return json::parse(got.out, nullptr, false);
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// y = 3 a - 2 b + 1 with a little noise.
std::string line_csv(int rows) {
  std::string out = "a,b,price\n";
  std::uint32_t state = 1;
  const auto next = [&] { return static_cast<double>((state = state * 1664525u + 1013904223u) >> 8) / (1 << 24); };
  for (int i = 0; i < rows; ++i) {
    const double a = next() * 10, b = next() * 4;
    out += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(1000 * (3 * a - 2 * b + 1 + .2 * next())) + "\n";
  }
  return out;
}

TEST(Train, TheFinalObjectHasItsShape) {
  const TemporaryFolder folder;
  const json o = object(run_candor({"train", "insurance_risk", "--rows", "600", "--epochs", "15", "--json", "--seed", "5", "--threads", "2", "--out", folder / "m"}));
  EXPECT_EQ(o["task"], "classification");
  EXPECT_EQ(o["metric"], "accuracy");
  EXPECT_EQ(o["test"]["n"], 120);
  const double value = o["test"]["value"], low = o["test"]["interval"][0], high = o["test"]["interval"][1];
  EXPECT_GT(value, .5);
  EXPECT_LT(low, value);
  EXPECT_GT(high, value);
  EXPECT_EQ(o["baseline"]["name"], "majority");
  EXPECT_LT(o["baseline"]["value"], .6);
  ASSERT_GE(o["epochs"].size(), 1u);
  EXPECT_LE(o["epochs"].size(), 15u);
  for (const char* key : {"epoch", "seconds", "loss", "accuracy", "val_loss", "val_accuracy"}) EXPECT_TRUE(o["epochs"][0][key].is_number()) << key;
  EXPECT_EQ(o["epochs"][0]["epoch"], 1);
  EXPECT_GT(o["seconds"], 0);
  EXPECT_GT(o["parameters"], 100);
  EXPECT_EQ(o["seed"], 5);
  EXPECT_EQ(o["threads"], 2);
  EXPECT_TRUE(o["findings"].is_array());
  EXPECT_EQ(o["model"], folder / "m/model.candor");
  EXPECT_TRUE(std::filesystem::exists(folder / "m/model.candor"));
  for (const char* key : {"report", "baselines", "scores", "members", "tree_share", "choices"}) EXPECT_TRUE(o.contains(key)) << key;
  EXPECT_EQ(o.size(), 17u);
}

TEST(Train, TheSameSeedGivesTheSameModelForAnyThreads) {
  const TemporaryFolder folder;
  std::vector<std::string> files;
  for (const char* threads : {"1", "2", "3"}) {
    const std::string out = folder / threads;
    ASSERT_EQ(run_candor({"train", "insurance_risk", "--rows", "400", "--epochs", "3", "--threads", threads, "--quiet", "--no-report", "--out", out}).code, 0);
    std::ifstream in(out + "/model.candor", std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  EXPECT_TRUE(files[0] == files[1]);
  EXPECT_TRUE(files[0] == files[2]);
}

TEST(Train, RegressionInTheTargetsOwnUnit) {
  const TemporaryFolder folder;
  const std::string csv = folder.write("a.csv", line_csv(500));
  const json o = object(run_candor({"train", csv, "--json", "--epochs", "60", "--out", folder / "m"}));
  EXPECT_EQ(o["task"], "regression");
  EXPECT_EQ(o["metric"], "r2");
  EXPECT_GT(o["test"]["value"], .97);
  EXPECT_EQ(o["baseline"]["name"], "mean");
  EXPECT_LT(o["baseline"]["value"], .05);

  const Finished predicted = run_candor({"predict", folder / "m/model.candor", csv, "--json"});
  const auto rows = lines(predicted.out);
  ASSERT_EQ(rows.size(), 500u) << predicted.err;
  const json row = json::parse(rows[0]);
  EXPECT_TRUE(row["prediction"].is_number());
  EXPECT_TRUE(row["probabilities"].is_null());
  ASSERT_TRUE(row["interval"].is_array());
  EXPECT_LT(row["interval"][0], row["prediction"]);
  EXPECT_GT(row["interval"][1], row["prediction"]);

  const json again = object(run_candor({"evaluate", folder / "m/model.candor", csv, "--json"}));
  EXPECT_EQ(again["test"]["n"], 500);
  EXPECT_GT(again["test"]["value"], .97);
  EXPECT_TRUE(again["mae"].is_number());
}

TEST(Train, AModelThenEverythingThatUsesIt) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_candor({"train", "insurance_risk", "--rows", "600", "--epochs", "10", "--quiet", "--out", folder / "m"}).code, 0);
  const std::string model = folder / "m/model.candor";

  const json e = object(run_candor({"evaluate", model, "insurance_risk", "--rows", "300", "--seed", "9", "--json"}));
  EXPECT_EQ(e["test"]["n"], 300);
  EXPECT_EQ(e["classes"].size(), 3u);
  EXPECT_EQ(e["confusion"].size(), 3u);
  for (const char* key : {"task", "metric", "baseline", "findings", "model"}) EXPECT_TRUE(e.contains(key)) << key;

  const auto answers = lines(run_candor({"predict", model, "insurance_risk", "--rows", "7", "--json"}).out);
  ASSERT_EQ(answers.size(), 7u);
  const json row = json::parse(answers[3]);
  double sum = 0, best = 0;
  for (const auto& [name, p] : row["probabilities"].items()) sum += p.get<double>(), best = std::max(best, p.get<double>());
  EXPECT_NEAR(sum, 1, 1e-5);
  EXPECT_EQ(row["probabilities"][row["prediction"].get<std::string>()].get<double>(), best);
  EXPECT_TRUE(row["interval"].is_null());

  const auto csv = lines(run_candor({"predict", model, "insurance_risk", "--rows", "7"}).out);
  ASSERT_EQ(csv.size(), 8u);
  EXPECT_EQ(csv[0].rfind("prediction,probability_", 0), 0u);
  EXPECT_EQ(run_candor({"predict", model, "insurance_risk", "--rows", "7", "--out", folder / "answers.csv"}).out, "");
  EXPECT_TRUE(std::filesystem::exists(folder / "answers.csv"));

  for (const char* device : {"cpu", "null", "reference"}) {
    const json p = object(run_candor({"plan", model, "--device", device, "--batch-size", "16", "--json"}));
    EXPECT_EQ(p["device"], device);
    EXPECT_EQ(p["batch_size"], 16);
    EXPECT_GT(p["flops"], 0);
    ASSERT_FALSE(p["rows"].empty());
    for (const char* key : {"op", "path", "kernel", "note", "type", "flops", "bytes", "arena_offset", "arena_bytes", "declined"}) EXPECT_TRUE(p["rows"][0].contains(key)) << key;
  }
  EXPECT_NE(run_candor({"plan", model}).out.find("kernel"), std::string::npos);

  const json s = object(run_candor({"summary", model, "--json"}));
  EXPECT_GE(s["layers"].size(), 3u);
  EXPECT_GT(s["parameters"], s["trainable"]);
  EXPECT_NE(run_candor({"summary", model}).out.find("Total params"), std::string::npos);
}

TEST(Train, ColumnsAreFoundByNameInAnotherOrder) {
  const TemporaryFolder folder;
  const std::string csv = folder.write("a.csv", line_csv(300));
  ASSERT_EQ(run_candor({"train", csv, "--quiet", "--epochs", "5", "--out", folder / "m"}).code, 0);
  const std::string one = folder.write("one.csv", "a,b\n5,2\n"), other = folder.write("other.csv", "note,b,a\n7,2,5\n");
  const std::string model = folder / "m/model.candor";
  const Finished first = run_candor({"predict", model, one}), second = run_candor({"predict", model, other});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, second.out) << second.err;
  const Finished missing = run_candor({"predict", model, folder.write("bad.csv", "a,c\n5,2\n")});
  EXPECT_EQ(missing.code, 2);
  EXPECT_NE(missing.err.find("\"b\""), std::string::npos) << missing.err;
}

TEST(Train, ConvolutionsOnPictures) {
  const TemporaryFolder folder;
  const json o = object(run_candor({"train", "digits", "--rows", "600", "--model", "cnn", "--epochs", "2", "--batch-size", "8", "--json", "--out", folder / "m"}));
  EXPECT_GT(o["test"]["value"], .4);
  EXPECT_EQ(o["epochs"].size(), 2u);
}

TEST(Train, FewerRowsThanABatch) {
  const TemporaryFolder folder;
  const json o = object(run_candor({"train", "insurance_risk", "--rows", "60", "--batch-size", "512", "--epochs", "2", "--json", "--out", folder / "m"}));
  EXPECT_EQ(o["epochs"].size(), 2u);
}

TEST(Train, ConstantColumnsAreFound) {
  const TemporaryFolder folder;
  std::string csv = "a,same,group\n";
  for (int i = 0; i < 200; ++i) csv += std::to_string(i % 17) + ",4," + (i % 17 > 8 ? "high" : "low") + "\n";
  const json o = object(run_candor({"train", folder.write("a.csv", csv), "--json", "--epochs", "20", "--out", folder / "m"}));
  ASSERT_GE(o["findings"].size(), 1u);
  EXPECT_EQ(o["findings"][0]["id"], "data.constant");
  EXPECT_NE(o["findings"][0]["message"].get<std::string>().find("same"), std::string::npos);
}

TEST(Train, NoiseIsNotBetterThanGuessing) {
  const TemporaryFolder folder;
  std::string csv = "a,b,group\n";
  std::uint32_t state = 7;
  const auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 16; };
  for (int i = 0; i < 300; ++i) csv += std::to_string(next() % 100) + "," + std::to_string(next() % 100) + "," + (next() % 3 ? "a" : "b") + "\n";
  const json o = object(run_candor({"train", folder.write("a.csv", csv), "--json", "--epochs", "3", "--out", folder / "m"}));
  bool found = false;
  for (const json& f : o["findings"]) found = found || f["id"] == "result.baseline";
  EXPECT_TRUE(found) << o["findings"];
}

TEST(RealData, InsuranceCustomers) {
  CANDOR_NEEDS("CANDOR_DATA");
  const TemporaryFolder folder;
  const json o = object(run_candor({"train", "insurance-risk/insurance-customers-1500.csv", "--target", "group", "--json", "--out", folder / "m"}));
  EXPECT_GE(o["test"]["value"], .74);
}

}  // namespace
}  // namespace candor
