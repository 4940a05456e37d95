// The record of runs and the card of a model, as a user meets them.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <thread>

#include <nlohmann/json.hpp>

#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

const std::vector<std::string> quick{"train", "insurance_risk", "--rows", "200", "--epochs", "2", "--members", "1", "--no-report", "--quiet", "--json"};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Runs, KeepForecastsAndTrainingsThatFailed) {
  const TemporaryFolder folder;
  const std::vector<std::string> here{"CANDOR_RUNS=" + folder / "runs.sqlite"};
  std::string series = "day,visitors\n";
  for (int i = 0; i < 200; ++i) {
    char day[24];
    std::snprintf(day, sizeof day, "2024-%02d-%02d", 1 + i / 28, 1 + i % 28);
    series += std::string(day) + "," + std::to_string(100 + 20 * std::sin(i * .8976) + i % 5) + "\n";
  }
  folder.write("visitors.csv", series);
  ASSERT_EQ(run_candor({"train", "visitors.csv", "--target", "visitors", "--horizon", "3", "--snap", "--quiet", "--out", "f"}, folder.path(), here).code, 0);
  // Numbers that no float holds: the loss is infinite at the first step.
  const auto failed = run_candor(with(quick, {"--out", "a", "--lr", "1e30"}), folder.path(), here);
  EXPECT_NE(failed.code, 0);
  ASSERT_EQ(run_candor(with(quick, {"--out", "b"}), folder.path(), here).code, 0);
  const json all = json::parse(run_candor({"runs", "list", "--json"}, folder.path(), here).out)["runs"];
  ASSERT_EQ(all.size(), 3u) << failed.err;
  EXPECT_EQ(all[2]["kind"], "forecast");
  EXPECT_EQ(all[2]["metric"], "r2");
  EXPECT_TRUE(all[2]["scores"].contains("RMSE"));
  EXPECT_TRUE(all[1]["value"].is_null());
  EXPECT_EQ(all[1]["findings"][0]["id"], "train.nan");
  EXPECT_EQ(all[1]["test_rows"], all[0]["test_rows"]);
  EXPECT_NE(run_candor({"runs", "list"}, folder.path(), here).out.find("no score (train.nan)"), std::string::npos);
  const auto compared = run_candor({"runs", "compare", "2", "3"}, folder.path(), here);
  EXPECT_EQ(compared.code, 2);
  EXPECT_NE(compared.err.find("run 2 has no score"), std::string::npos) << compared.err;
  EXPECT_NE(run_candor({"runs", "diff", "2", "3"}, folder.path(), here).out.find("lr"), std::string::npos);
  // Failing is no look at the test rows.
  EXPECT_EQ(run_candor({"runs", "show", "3"}, folder.path(), here).out.find("result.test-reused"), std::string::npos);
}

TEST(Runs, AreRecordedListedAndCompared) {
  const TemporaryFolder folder;
  const std::vector<std::string> here{"CANDOR_RUNS=" + folder / "runs.sqlite"};
  const auto none = run_candor({"runs", "list"}, folder.path(), here);
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.err.find("no record of runs yet"), std::string::npos) << none.err;

  ASSERT_EQ(run_candor(with(quick, {"--out", "a"}), folder.path(), here).code, 0);
  ASSERT_EQ(run_candor(with(quick, {"--out", "b", "--dropout", ".5"}), folder.path(), here).code, 0);
  ASSERT_EQ(run_candor(with(quick, {"--out", "c", "--dropout", ".2", "--seed", "3"}), folder.path(), here).code, 0);
  ASSERT_EQ(run_candor(with(quick, {"--out", "d", "--no-record"}), folder.path(), here).code, 0);

  const json all = json::parse(run_candor({"runs", "list", "--json"}, folder.path(), here).out);
  ASSERT_EQ(all["runs"].size(), 3u);
  EXPECT_EQ(all["runs"][0]["id"], 3);
  EXPECT_EQ(all["runs"][2]["options"]["epochs"], "2");
  EXPECT_EQ(all["runs"][2]["test_rows"], all["runs"][1]["test_rows"]);
  EXPECT_NE(all["runs"][2]["test_rows"], all["runs"][0]["test_rows"]);
  EXPECT_EQ(all["runs"][1]["findings"].is_array(), true);

  const json one = json::parse(run_candor({"runs", "compare", "1", "2", "--json"}, folder.path(), here).out);
  ASSERT_EQ(one["changed"].size(), 1u);
  EXPECT_NE(one["changed"][0].get<std::string>().find("one thing changed: dropout ((default) to .5)"), std::string::npos) << one["changed"];
  const json several = json::parse(run_candor({"runs", "compare", "1", "3", "--json"}, folder.path(), here).out);
  EXPECT_NE(several["changed"][0].get<std::string>().find("things changed"), std::string::npos);
  EXPECT_EQ(several["verdict"], "not comparable");
  const json differs = json::parse(run_candor({"runs", "diff", "1", "last", "--json"}, folder.path(), here).out);
  EXPECT_GE(differs["differences"].size(), 2u);
  EXPECT_NE(run_candor({"runs", "show", "2"}, folder.path(), here).out.find("--dropout .5"), std::string::npos);

  EXPECT_EQ(run_candor({"runs", "show", "99"}, folder.path(), here).code, 2);
  EXPECT_EQ(run_candor({"runs", "show", "x"}, folder.path(), here).code, 2);
  EXPECT_EQ(run_candor({"runs", "compare", "1"}, folder.path(), here).code, 2);
  EXPECT_EQ(run_candor({"runs"}, folder.path(), here).code, 2);
}

TEST(Runs, TestRowsThatAreLookedAtAgainAreCounted) {
  const TemporaryFolder folder;
  const std::vector<std::string> here{"CANDOR_RUNS=" + folder / "runs.sqlite"};
  const auto looks = [&](const std::string& dropout) {
    const json o = json::parse(run_candor(with(quick, {"--out", "a", "--dropout", dropout, "--layers", dropout == ".9" ? "1" : "32"}), folder.path(), here).out);
    for (const auto& f : o["findings"])
      if (f["id"] == "result.test-reused") return f["severity"].get<std::string>() + ": " + f["message"].get<std::string>();
    return std::string();
  };
  EXPECT_EQ(looks(".1"), "");
  EXPECT_EQ(looks(".1"), "") << "the same training again is no further look";
  const std::string second = looks(".9");
  EXPECT_EQ(second.rfind("note: this is score number 2", 0), 0u) << second;
}

TEST(Runs, AnotherSeedOnTheSameFileIsOneChange) {
  const TemporaryFolder folder;
  const std::vector<std::string> here{"CANDOR_RUNS=" + folder / "runs.sqlite"};
  std::string csv = "size,weight,kind\n";
  for (int i = 0; i < 200; ++i) csv += std::to_string(i * 37 % 101) + "," + std::to_string(i * 53 % 97) + (i * 37 % 101 > 50 ? ",a\n" : ",b\n");
  folder.write("rows.csv", csv);
  const std::vector<std::string> words{"train", "rows.csv", "--model", "mlp", "--epochs", "1", "--members", "1", "--no-report", "--quiet", "--out", "m"};
  ASSERT_EQ(run_candor(words, folder.path(), here).code, 0);
  ASSERT_EQ(run_candor(with(words, {"--seed", "1"}), folder.path(), here).code, 0);
  folder.write("rows.csv", csv + "7,8,b\n");
  ASSERT_EQ(run_candor(words, folder.path(), here).code, 0);
  const auto changed = [&](const char* other) { return json::parse(run_candor({"runs", "compare", "1", other, "--json"}, folder.path(), here).out)["changed"][0].get<std::string>(); };
  EXPECT_NE(changed("2").find("one thing changed: seed (0 to 1)"), std::string::npos) << changed("2");
  EXPECT_NE(changed("3").find("one thing changed: data"), std::string::npos) << changed("3");
}

TEST(Runs, NothingStopsATraining) {
  const TemporaryFolder folder;
  folder.write("broken.sqlite", std::string(5000, 'x'));
  for (const std::string& place : {folder / "broken.sqlite", std::string("/proc/nowhere/runs.sqlite"), std::string("/dev/full")}) {
    std::vector<std::string> words = quick;
    std::erase(words, "--quiet");
    const auto got = run_candor(with(words, {"--out", "m"}), folder.path(), {"CANDOR_RUNS=" + place});
    EXPECT_EQ(got.code, 0) << got.err;
    EXPECT_NE(got.err.find("note: this run was not recorded"), std::string::npos) << got.err;
  }
  EXPECT_EQ(run_candor({"runs", "list"}, folder.path(), {"CANDOR_RUNS=" + folder / "broken.sqlite"}).code, 2);
}

TEST(Runs, ManyTrainingsWriteAtOnce) {
  const TemporaryFolder folder;
  const std::vector<std::string> here{"CANDOR_RUNS=" + folder / "runs.sqlite"};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] { EXPECT_EQ(run_candor(with(quick, {"--threads", "1", "--out", std::to_string(i), "--seed", std::to_string(i)}), folder.path(), here).code, 0); });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(json::parse(run_candor({"runs", "list", "--json"}, folder.path(), here).out)["runs"].size(), 4u);
}

TEST(Runs, SeveralSeedsGiveAMedianAndPairs) {
  const TemporaryFolder folder;
  const std::vector<std::string> here{"CANDOR_RUNS=" + folder / "runs.sqlite"};
  const json a = json::parse(run_candor(with(quick, {"--out", "a", "--seeds", "3"}), folder.path(), here).out);
  ASSERT_EQ(a["seeds"]["scores"].size(), 3u);
  EXPECT_EQ(a["seeds"]["scores"][0], a["test"]["value"]);
  ASSERT_EQ(run_candor(with(quick, {"--out", "b", "--seeds", "3", "--dropout", ".2"}), folder.path(), here).code, 0);
  const json paired = json::parse(run_candor({"runs", "compare", "1", "2", "--json"}, folder.path(), here).out);
  EXPECT_TRUE(paired.contains("difference")) << paired;
  // Ranked by their seeds, with nothing beside that says that they are not.
  const std::vector<std::string> long_one{"train", "insurance_risk", "--rows", "200", "--members", "1", "--no-report", "--quiet", "--seeds", "5", "--lr", ".01", "--out", "c"};
  ASSERT_EQ(run_candor(with(long_one, {"--epochs", "20"}), folder.path(), here).code, 0);
  ASSERT_EQ(run_candor(with(long_one, {"--epochs", "1"}), folder.path(), here).code, 0);
  const std::string ranked = run_candor({"runs", "compare", "3", "4"}, folder.path(), here).out;
  EXPECT_EQ(ranked.rfind("run 3 is better\n", 0), 0u) << ranked;
  EXPECT_EQ(ranked.find("no difference shown"), std::string::npos) << ranked;
  // Seeds on other rows are no pairs.
  ASSERT_EQ(run_candor(with(quick, {"--out", "d", "--seeds", "3", "--seed", "9"}), folder.path(), here).code, 0);
  EXPECT_EQ(json::parse(run_candor({"runs", "compare", "1", "5", "--json"}, folder.path(), here).out)["verdict"], "not comparable");
}

TEST(Runs, TrainingsOfOneSeedAreNotRanked) {
  const TemporaryFolder folder;
  const std::vector<std::string> here{"CANDOR_RUNS=" + folder / "runs.sqlite"};
  const std::vector<std::string> words{"train", "insurance_risk", "--rows", "900", "--quiet", "--json", "--model", "mlp", "--no-report", "--out", "a"};
  ASSERT_EQ(run_candor(with(words, {"--epochs", "15"}), folder.path(), here).code, 0);
  ASSERT_EQ(run_candor(with(words, {"--epochs", "1", "--lr", "1e-7"}), folder.path(), here).code, 0);
  const std::string verdict = json::parse(run_candor({"runs", "compare", "1", "2", "--json"}, folder.path(), here).out)["verdict"];
  EXPECT_NE(verdict.find("run 1 is ahead"), std::string::npos) << verdict;
  EXPECT_NE(verdict.find("one seed each: not ranked"), std::string::npos) << verdict;
}

TEST(Card, IsFilledNamedWhenEmptyAndAskedForByStrict) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_candor({"train", "insurance_risk", "--rows", "300", "--budget", "2s", "--quiet", "--out", folder / "m", "--silence", "result.slices=known: the middle is hard"}).code, 0);
  const std::string model = folder / "m/model.candor";
  const json empty = json::parse(run_candor({"card", model, "--json"}).out);
  EXPECT_EQ(empty["missing"], json({"origin", "labels", "users", "not_for"}));
  EXPECT_EQ(empty["score"]["n"], 60);
  EXPECT_FALSE(empty["baselines"].empty());
  const Finished refused = run_candor({"evaluate", model, "insurance_risk", "--rows", "200", "--seed", "8", "--strict"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("how its labels were made"), std::string::npos) << refused.err;
  EXPECT_EQ(run_candor({"card", model, "--strict"}).code, 3);

  EXPECT_EQ(run_candor({"card", model, "--set", "labels=drawn with the rows", "--set", "not_for=prices for people"}).code, 0);
  EXPECT_EQ(run_candor({"evaluate", model, "insurance_risk", "--rows", "200", "--seed", "8", "--strict", "--quiet"}).code, 0);
  EXPECT_EQ(run_candor({"card", model, "--strict"}).code, 0);
  const Finished shown = run_candor({"card", model});
  EXPECT_NE(shown.out.find("drawn with the rows"), std::string::npos);
  EXPECT_NE(shown.out.find("empty: origin"), std::string::npos) << shown.out;
  ASSERT_EQ(run_candor({"report", model, "--out", folder / "r"}).code, 0);
  std::ifstream page(folder / "r/report.html");
  const std::string html{std::istreambuf_iterator<char>(page), {}};
  EXPECT_NE(html.find("prices for people"), std::string::npos);

  for (const char* name : {"c.yaml", "c.json"}) {
    ASSERT_EQ(run_candor({"card", model, "--to", folder / name}).code, 0);
    EXPECT_EQ(json::parse(run_candor({"card", model, "--from", folder / name, "--json"}).out)["changed"], false) << name;
  }
  EXPECT_EQ(run_candor({"card", model, "--set", "lables=x"}).code, 2);
  EXPECT_EQ(run_candor({"card", model, "--set", "labels"}).code, 2);
  EXPECT_EQ(run_candor({"card", model, "--from", folder.write("bad.yaml", "- a\n- b\n")}).code, 2);
  const Finished stated = run_candor({"card", model, "--set", "score=99.9%"});
  EXPECT_EQ(stated.code, 2);
  EXPECT_NE(stated.err.find("result.matrix"), std::string::npos) << stated.err;
}

TEST(Card, ReasonsForSilenceAreKept) {
  const TemporaryFolder folder;
  const std::string data = folder.write("d/a.csv", [] {
    std::string csv = "x,same,y\n";
    for (int i = 0; i < 120; ++i) csv += std::to_string(i % 17) + ",1," + (i % 17 > 8 ? "yes" : "no") + "\n";
    return csv;
  }());
  folder.write("d/candor.yaml", "silence:\n  data.constant: the device writes it\ncard:\n  origin: a test\n");
  const json o = json::parse(run_candor({"train", data, "--epochs", "3", "--quiet", "--json", "--out", folder / "m"}).out);
  for (const auto& f : o["findings"]) EXPECT_NE(f["id"], "data.constant");
  const json card = json::parse(run_candor({"card", folder / "m/model.candor", "--json"}).out);
  EXPECT_EQ(card["fields"]["origin"], "a test");
  bool kept = false;
  for (const auto& s : card["silenced"]) kept = kept || (s["id"] == "data.constant" && s["reason"] == "the device writes it");
  EXPECT_TRUE(kept) << card["silenced"];
  EXPECT_EQ(run_candor({"train", data, "--silence", "data.constant", "--quiet", "--out", folder / "n"}).code, 2) << "a reason is needed";
  EXPECT_EQ(run_candor({"train", data, "--silence", "data.constent=x", "--quiet", "--out", folder / "n"}).code, 2);
  folder.write("d/candor.yaml", "silence: [data.few]\n");
  EXPECT_EQ(run_candor({"train", data, "--quiet", "--out", folder / "n"}).code, 2);
}

}  // namespace
}  // namespace candor
