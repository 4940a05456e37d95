// candor profile and what candor plan says of training and of more cores, from outside.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "candor/base/file.h"
#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::run_candor;
using testing::TemporaryFolder;

TEST(ProfileCommand, TimesKernelsAndWritesTraceAndPicture) {
  const TemporaryFolder folder;
  const auto done = run_candor({"profile", "insurance_risk", "--rows", "200", "--train", "--batch-size", "16", "--seconds", "0.1", "--trace", "t.json", "--memory-picture", "m.svg", "--json"},
                               folder.path());
  ASSERT_EQ(done.code, 0) << done.err;
  const json p = json::parse(done.out);
  EXPECT_EQ(p["training"], true);
  EXPECT_EQ(p["batch_size"], 16);
  EXPECT_GT(p["data"]["rows"], 100);
  double shares = 0;
  bool update = false;
  for (const json& kernel : p["kernels"]) {
    shares += kernel["share"].get<double>();
    update = update || kernel["op"] == "adam_update";
    EXPECT_TRUE(kernel["bound"] == "compute" || kernel["bound"] == "memory");
  }
  EXPECT_NEAR(shares, 1, 1e-6);
  EXPECT_TRUE(update);
  EXPECT_FALSE(p["memory"].empty());
  EXPECT_TRUE(p["hints"].is_array());
  EXPECT_EQ(json::parse(read_file(folder / "t.json"))["traceEvents"].size(), p["kernels"].size() + 1);
  const std::string picture = read_file(folder / "m.svg");
  EXPECT_EQ(picture.rfind("<svg xmlns", 0), 0u);
  EXPECT_NE(picture.find("</svg>"), std::string::npos);
  EXPECT_NE(picture.find("<rect"), std::string::npos);
}

TEST(ProfileCommand, ReadsAModelAndSaysItInWords) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_candor({"train", "insurance_risk", "--rows", "200", "--epochs", "1", "--members", "1", "--model", "mlp", "--no-report", "--quiet", "--no-record", "--out", "m"}, folder.path()).code, 0);
  const auto done = run_candor({"profile", "m/model.candor", "--seconds", "0.05"}, folder.path());
  ASSERT_EQ(done.code, 0) << done.err;
  for (const char* words : {"a prediction, batch 32", "rows/s", "planned in", "roofline", "matmul"}) EXPECT_NE(done.out.find(words), std::string::npos) << words << "\n" << done.out;
  ASSERT_EQ(run_candor({"profile", "m/model.candor", "--train", "--seconds", "0.05", "--all"}, folder.path()).code, 0);
}

TEST(ProfileCommand, RefusesWhatItCannotTime) {
  const TemporaryFolder folder;
  EXPECT_EQ(run_candor({"profile", "no-such.candor"}, folder.path()).code, 2);
  // Words and dates become numbers as in a training: the same network.
  std::string table = "city,day,bought\n";
  for (int i = 0; i < 200; ++i) table += (i % 3 ? "Bonn," : "Ulm,") + std::string("2024-03-") + (i % 28 < 9 ? "0" : "") + std::to_string(i % 28 + 1) + (i % 2 ? ",yes\n" : ",no\n");
  folder.write("shop.csv", table);
  const auto planned = run_candor({"summary", "shop.csv", "--json"}, folder.path()), trained = run_candor({"train", "shop.csv", "--model", "mlp", "--epochs", "1", "--members", "1", "--no-report", "--out", "s", "--json"}, folder.path());
  ASSERT_EQ(planned.code, 0) << planned.err;
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_EQ(nlohmann::json::parse(planned.out)["parameters"], nlohmann::json::parse(trained.out)["parameters"]) << planned.out;
  EXPECT_EQ(run_candor({"plan", "shop.csv"}, folder.path()).code, 0);
  EXPECT_EQ(run_candor({"profile", "shop.csv", "--train", "--seconds", "0.05"}, folder.path()).code, 0);
  EXPECT_EQ(run_candor({"profile", "insurance_risk", "--batch-size", "0"}, folder.path()).code, 2);
  EXPECT_EQ(run_candor({"profile", "insurance_risk", "--seconds", "-1"}, folder.path()).code, 2);
  EXPECT_EQ(run_candor({"profile"}, folder.path()).code, 2);
  const auto nowhere = run_candor({"profile", "insurance_risk", "--rows", "50", "--seconds", "0", "--trace", "no/such/folder/t.json"}, folder.path());
  EXPECT_NE(nowhere.code, 0);
  EXPECT_NE(nowhere.err.find("t.json"), std::string::npos) << nowhere.err;
}

TEST(PlanCommand, KeepsAStepWithinMemory) {
  const TemporaryFolder folder;
  const std::vector<std::string> step{"plan", "insurance_risk", "--rows", "600", "--layers", "64,64,64,64,64,64", "--batch-size", "256", "--train", "--device", "null", "--json"};
  const auto with = [&](const char* memory) {
    std::vector<std::string> words = step;
    words.insert(words.end(), {"--memory", memory});
    return run_candor(words, folder.path());
  };
  const json all = json::parse(run_candor(step, folder.path()).out), some = json::parse(with("0.9 MB").out);
  EXPECT_LT(some["arena_bytes"], all["arena_bytes"]);
  EXPECT_GT(some["flops"], all["flops"]);
  const auto none = with("10kB");
  EXPECT_EQ(none.code, 1) << none.out;
  EXPECT_NE(none.err.find("smaller batch_size"), std::string::npos) << none.err;
  EXPECT_EQ(with("much").code, 2);
  const auto trained = run_candor({"train", "insurance_risk", "--rows", "300", "--epochs", "2", "--members", "1", "--memory", "100MB", "--no-report", "--no-record", "--quiet", "--json"}, folder.path());
  EXPECT_EQ(trained.code, 0) << trained.err;
}

TEST(PlanCommand, KnowsTrainingAndMoreCores) {
  const TemporaryFolder folder;
  const json forward = json::parse(run_candor({"plan", "insurance_risk", "--rows", "100", "--batch-size", "8", "--json"}, folder.path()).out);
  const json step = json::parse(run_candor({"plan", "insurance_risk", "--rows", "100", "--batch-size", "8", "--train", "--device", "null", "--json"}, folder.path()).out);
  EXPECT_EQ(forward["training"], false);
  EXPECT_EQ(step["training"], true);
  EXPECT_GT(step["flops"].get<double>(), 2 * forward["flops"].get<double>());
  const auto many = run_candor({"plan", "insurance_risk", "--rows", "100", "--batch-size", "64", "--cores", "32", "--json"}, folder.path());
  ASSERT_EQ(many.code, 0) << many.err;
  const json scaling = json::parse(many.out)["scaling"];
  EXPECT_EQ(scaling["cores"].size(), 6u);
  EXPECT_EQ(scaling["cores"][5]["cores"], 32);
  EXPECT_EQ(scaling["cores"][0]["speedup"], 1.0);
  EXPECT_GE(scaling["cores"][5]["speedup"].get<double>(), scaling["cores"][4]["speedup"].get<double>() * .999999);
  EXPECT_FALSE(scaling["assumptions"].empty());
  EXPECT_EQ(run_candor({"plan", "insurance_risk", "--rows", "100", "--cores", "0"}, folder.path()).code, 2);
  EXPECT_EQ(run_candor({"plan", "insurance_risk", "--rows", "100", "--cores", "4", "--device", "null"}, folder.path()).code, 2);
}

}  // namespace
}  // namespace candor
