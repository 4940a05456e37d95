// A dated series on the command line: trained, judged beside simple rules, continued; what cannot be is said.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "candor/data/table/dates.h"
#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

std::string date(int day) { return data::format_date(86400.0 * (17000 + day), "%d.%m.%Y"); }

// A slow wave, a week, a little noise.
double value(int day) {
  const auto noise = static_cast<double>((static_cast<std::uint32_t>(day) * 2654435761u) >> 8) / (1 << 24) - .5;
  return 100 + 10 * std::sin(day * .02) + (day % 7 == 5 ? -20 : day % 7 == 6 ? -30 : 0) + 2 * noise;
}

std::string series_csv(int first, int last, const std::string& group = {}) {
  std::string out = group.empty() ? "day;sales;other\n" : "";
  for (int day = first; day < last; ++day) out += (group.empty() ? "" : group + ";") + date(day) + ";" + std::to_string(value(day)) + ";" + std::to_string(day % 3) + "\n";
  return out;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// Ctrl-C ends all networks, not only the one that is trained; what is there is averaged, judged and saved.
TEST(Forecast, AnInterruptSavesTheModel) {
  const TemporaryFolder folder;
  folder.write("shop.csv", series_csv(0, 4000));
  const Finished got = testing::signal_candor({"train", folder / "shop.csv", "--target", "sales", "--horizon", "14", "--window", "56", "--folds", "4", "--json", "--out", folder / "m"}, "epoch 2/", SIGINT);
  ASSERT_EQ(got.code, 0) << got.err;
  const json o = json::parse(got.out);
  bool said = false;
  for (const json& f : o["findings"]) said |= f["id"] == "train.interrupted";
  EXPECT_TRUE(said) << got.out;
  EXPECT_TRUE(o["rolling"].is_null());
  std::size_t first = 0;
  for (std::size_t at = 0; (at = got.err.find("epoch 1/", at)) != std::string::npos; ++at) ++first;
  EXPECT_LE(first, 2u) << "a bar may write a line twice, and no other network was begun: " << got.err;
  EXPECT_EQ(run_candor({"predict", folder / "m/model.candor", folder / "shop.csv"}).code, 0);
}

TEST(Forecast, IsTrainedJudgedAndContinued) {
  const TemporaryFolder folder;
  folder.write("shop.csv", series_csv(0, 500));
  const Finished trained = run_candor({"train", folder / "shop.csv", "--target", "sales", "--horizon", "7", "--json", "--quiet", "--out", folder / "m", "--seed", "3"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const json o = json::parse(trained.out);
  EXPECT_EQ(o["task"], "forecasting");
  EXPECT_EQ(o["season"], 7);
  EXPECT_EQ(o["horizon"], 7);
  EXPECT_EQ(o["step"], "1 day");
  const double r2 = o["test"]["value"];
  EXPECT_GT(r2, .97);
  EXPECT_LT(o["test"]["interval"][0], r2);
  EXPECT_GT(o["test"]["interval"][1], r2);
  EXPECT_GT(o["coverage"], .8);
  EXPECT_EQ(o["mae_by_step"].size(), 7u);
  ASSERT_GE(o["baselines"].size(), 5u);
  for (const json& b : o["baselines"]) {
    const double reached = b["value"];
    EXPECT_LT(reached, r2) << b["name"];
  }

  // Another file, later and shorter, with the columns in another order.
  std::string later = "other;sales;day\n";
  for (int day = 480; day < 560; ++day) later += "1;" + std::to_string(value(day)) + ";" + date(day) + "\n";
  folder.write("later.csv", later);
  const Finished said = run_candor({"predict", folder / "m/model.candor", folder / "later.csv"});
  ASSERT_EQ(said.code, 0) << said.err;
  const std::vector<std::string> rows = lines(said.out);
  ASSERT_EQ(rows.size(), 8u) << said.out;
  EXPECT_EQ(rows[0], "day,prediction,low,high");
  for (int h = 0; h < 7; ++h) {
    std::istringstream row(rows[static_cast<std::size_t>(h) + 1]);
    std::string when, number;
    std::getline(row, when, ',');
    EXPECT_EQ(when, date(560 + h));
    std::vector<double> numbers;
    while (std::getline(row, number, ',')) numbers.push_back(std::stod(number));
    ASSERT_EQ(numbers.size(), 3u);
    EXPECT_NEAR(numbers[0], value(560 + h), 6);
    EXPECT_LT(numbers[1], numbers[0]);
    EXPECT_GT(numbers[2], numbers[0]);
  }
  const Finished objects = run_candor({"predict", folder / "m/model.candor", folder / "later.csv", "--json"});
  EXPECT_EQ(lines(objects.out).size(), 7u);
  EXPECT_EQ(json::parse(lines(objects.out)[0])["time"], date(560));

  const Finished judged = run_candor({"evaluate", folder / "m/model.candor", folder / "shop.csv", "--json"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  EXPECT_NEAR(json::parse(judged.out)["test"]["value"], r2, 1e-9);  // of the training file, the test part alone
  EXPECT_NE(judged.err.find("learned from"), std::string::npos);
}

// What is said of the training holds for a series, too; what says nothing of one is refused by its name.
TEST(Forecast, IsComparedWithAnother) {
  const TemporaryFolder folder;
  folder.write("old.csv", series_csv(0, 600));
  folder.write("all.csv", series_csv(0, 800));
  const auto train = [&](const std::string& out, const std::string& window, const std::string& horizon) {
    return run_candor({"train", folder / "old.csv", "--target", "sales", "--horizon", horizon, "--window", window, "--epochs", "2", "--out", folder / out}).code;
  };
  ASSERT_EQ(train("long", "28", "7"), 0);
  ASSERT_EQ(train("short", "3", "7"), 0);  // cannot know the week
  ASSERT_EQ(train("other", "28", "5"), 0);
  const std::string a = folder / "long/model.candor", b = folder / "short/model.candor", c = folder / "other/model.candor", rows = folder / "all.csv";
  const Finished better = run_candor({"compare", a, b, rows, "--json"}), same = run_candor({"compare", a, a, rows}), none = run_candor({"compare", a, c, rows});
  ASSERT_EQ(better.code, 0) << better.err;
  const json o = json::parse(better.out);
  EXPECT_EQ(o["verdict"], "a") << better.out;
  EXPECT_GT(o["interval"][0].get<double>(), 0);
  EXPECT_GT(o["n"].get<int>(), 150);
  ASSERT_EQ(same.code, 0) << same.err;
  EXPECT_EQ(same.out.rfind("no difference shown: ", 0), 0u) << same.out;
  EXPECT_NE(same.out.find(" windows"), std::string::npos) << same.out;
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.err.find("different questions"), std::string::npos) << none.err;
}

TEST(Forecast, TakesWhatIsSaidOfTheTraining) {
  const TemporaryFolder folder;
  folder.write("shop.csv", series_csv(0, 400));
  const std::vector<std::string> asked{"train", folder / "shop.csv", "--target", "sales", "--horizon", "3", "--window", "14", "--out", folder / "m"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), asked.begin(), asked.end());
    return run_candor(more);
  };
  const Finished shaped = with({"--epochs", "3", "--members", "1", "--layers", "8", "--lr", ".01"});
  ASSERT_EQ(shaped.code, 0) << shaped.err;
  EXPECT_NE(shaped.err.find("epoch 3/3"), std::string::npos) << shaped.err;
  std::size_t last = 0;
  for (std::size_t at = 0; (at = shaped.err.find("epoch 3/3", at)) != std::string::npos; ++at) ++last;
  EXPECT_LE(last, 2u) << "a bar may write a line twice, and one network was asked for: " << shaped.err;
  const Finished hurried = with({"--budget", "0.001"});
  ASSERT_EQ(hurried.code, 0) << hurried.err;
  EXPECT_NE(hurried.out.find("ended by the budget"), std::string::npos) << hurried.out;
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--model", "trees"}, {"--seeds", "3"}, {"--dropout", "0.3"}, {"--split", "random"}, {"--layers", "64,32"}, {"--resume", folder / "r"}}) {
    const Finished refused = with(more);
    EXPECT_EQ(refused.code, 2) << more[0];
    EXPECT_NE(refused.err.find(more[0]), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("--horizon"), std::string::npos) << refused.err;
  }
}

// A finding that is silenced, and what a person wrote of the data, stand in the card of a forecast as in any other.
TEST(Forecast, HasACard) {
  const TemporaryFolder folder;
  std::string noise = "day;sales\n";
  for (int day = 0; day < 300; ++day) noise += date(day) + ";" + std::to_string(static_cast<double>((static_cast<std::uint32_t>(day + 7) * 2654435761u) >> 8) / (1 << 24)) + "\n";
  folder.write("noise.csv", noise);
  const auto findings = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"train", folder / "noise.csv", "--target", "sales", "--horizon", "2", "--json", "--quiet", "--out", folder / "m"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished got = run_candor(words);
    EXPECT_EQ(got.code, 0) << got.err;
    return json::parse(got.out)["findings"];
  };
  const json before = findings({});
  ASSERT_FALSE(before.empty()) << "a forecast of noise is no better than a simple rule";
  const std::string id = before[0]["id"];
  folder.write("candor.yaml", "card:\n  origin: a table of noise\n");
  for (const json& f : findings({"--silence", id + "=noise on purpose"})) EXPECT_NE(f["id"], id);
  const Finished card = run_candor({"card", folder / "m/model.candor"});
  EXPECT_NE(card.out.find("noise on purpose"), std::string::npos) << card.out;
  EXPECT_NE(card.out.find("a table of noise"), std::string::npos) << card.out;
}

TEST(Forecast, SeveralOriginsInOrderOfTime) {
  const TemporaryFolder folder;
  folder.write("shop.csv", series_csv(0, 500));
  const std::vector<std::string> command{"train", folder / "shop.csv", "--target", "sales", "--horizon", "5", "--window", "14", "--folds", "3", "--quiet", "--out", folder / "m"};
  std::vector<std::string> with_json = command;
  with_json.push_back("--json");
  const Finished trained = run_candor(with_json);
  ASSERT_EQ(trained.code, 0) << trained.err;
  const json rolling = json::parse(trained.out)["rolling"];
  ASSERT_EQ(rolling["folds"].size(), 3u);
  std::vector<double> values;
  std::int64_t asked = 0;
  for (const json& fold : rolling["folds"]) {
    values.push_back(fold["test"]["value"]);
    asked += fold["test"]["n"].get<std::int64_t>();
    EXPECT_GT(values.back(), .9);
    EXPECT_LE(fold["test"]["interval"][0], values.back());
    EXPECT_LT(fold["rule"]["value"], values.back());
  }
  EXPECT_EQ(rolling["folds"][0]["from"], date(251));  // the second half of what can be asked (the first day cannot), in three parts
  EXPECT_EQ(rolling["folds"][1]["from"], date(334));
  EXPECT_EQ(rolling["folds"][2]["from"], date(417));
  EXPECT_EQ(asked, 83 + 83 + 83 - 4);   // each day but the last four begins a window
  std::sort(values.begin(), values.end());
  EXPECT_DOUBLE_EQ(rolling["median"], values[1]);
  EXPECT_DOUBLE_EQ(rolling["range"][0], values[0]);
  EXPECT_EQ(rolling["better"].get<int>() + rolling["worse"].get<int>(), rolling["better"].get<int>());
  std::ifstream file(folder / "m/report.json");
  EXPECT_NE(json::parse(file).dump().find("median of 3 origins"), std::string::npos);

  const Finished text = run_candor(command);
  EXPECT_NE(text.out.find("median of 3 origins"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find(date(334)), std::string::npos) << text.out;
  const Finished many = run_candor({"train", folder / "shop.csv", "--target", "sales", "--horizon", "60", "--folds", "40", "--quiet", "--out", folder / "n"});
  EXPECT_EQ(many.code, 2);
  EXPECT_NE(many.err.find("fewer folds"), std::string::npos) << many.err;
  EXPECT_EQ(run_candor({"train", folder / "shop.csv", "--target", "sales", "--folds", "3"}).code, 2);      // not without a horizon
  EXPECT_EQ(run_candor({"train", folder / "shop.csv", "--target", "sales", "--horizon", "5", "--folds", "1"}).code, 2);
}

TEST(Forecast, SeveralSeriesInOneFile) {
  const TemporaryFolder folder;
  folder.write("shops.csv", "shop;day;sales;other\n" + series_csv(0, 300, "north") + series_csv(40, 300, "south"));
  const Finished trained = run_candor({"train", folder / "shops.csv", "--target", "sales", "--horizon", "3", "--window", "14", "--quiet", "--out", folder / "m"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Finished said = run_candor({"predict", folder / "m/model.candor", folder / "shops.csv"});
  ASSERT_EQ(lines(said.out).size(), 7u) << said.err;
  EXPECT_EQ(lines(said.out)[0], "day,shop,prediction,low,high");
  EXPECT_EQ(lines(said.out)[1].substr(0, 17), date(300) + ",north,");
  EXPECT_EQ(lines(said.out)[4].substr(0, 17), date(300) + ",south,");
}

TEST(Forecast, WhatCannotBeIsSaid) {
  const TemporaryFolder folder;
  const auto fails = [&](const std::string& csv, std::vector<std::string> more, const std::string& message) {
    folder.write("bad.csv", csv);
    std::vector<std::string> words{"train", folder / "bad.csv", "--quiet", "--out", folder / "m"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished got = run_candor(words);
    EXPECT_EQ(got.code, 2) << got.out << got.err;
    EXPECT_NE(got.err.find(message), std::string::npos) << message << " is missing in: " << got.err;
  };
  const std::vector<std::string> asked{"--target", "sales", "--horizon", "7"};
  fails(series_csv(0, 200), {"--target", "sales", "--horizon", "0"}, "--horizon");
  fails(series_csv(0, 200), {"--horizon", "7"}, "several columns");
  fails(series_csv(0, 200), {"--target", "sale", "--horizon", "7"}, "did you mean \"sales\"");
  fails(series_csv(0, 200), {"--target", "sales", "--window", "7"}, "--horizon");
  fails(series_csv(0, 200), {"--target", "sales", "--horizon", "7", "--holidays", "XX"}, "\"XX\"");
  fails(series_csv(0, 10), asked, "shorter window or horizon");
  fails(series_csv(0, 200), {"--target", "sales", "--horizon", "190"}, "rows");
  std::string constant = "day;sales\n";
  for (int day = 0; day < 100; ++day) constant += date(day) + ";5\n";
  fails(constant, asked, "never changes");
  std::string irregular = "day;sales\n";
  for (int day = 0; day < 100; ++day) irregular += date(day) + (day == 50 ? " 07:30" : " 00:00") + ";" + std::to_string(value(day)) + "\n";
  fails(irregular, asked, "between two steps");
  std::string no_date = series_csv(0, 100);
  no_date += "soon;5;1\n";
  fails(no_date, {"--target", "sales", "--horizon", "7", "--date", "day"}, "\"soon\" is no date");

  // Told, not refused: rows in another order, one twice, a short gap.
  std::string odd = "day;sales\n";
  for (int day = 199; day >= 0; --day) {
    if (day != 100) odd += date(day) + ";" + std::to_string(value(day)) + "\n";
    if (day == 50) odd += date(day) + ";" + std::to_string(value(day)) + "\n";
  }
  folder.write("odd.csv", odd);
  const Finished got = run_candor({"train", folder / "odd.csv", "--target", "sales", "--horizon", "2", "--out", folder / "m"});
  EXPECT_EQ(got.code, 0) << got.err;
  for (const char* id : {"series.order", "series.duplicates", "series.gaps", "series.filled"}) EXPECT_NE(got.err.find(id), std::string::npos) << id;

  folder.write("hours.csv", "day;sales\n01.01.2020 00:00;1\n01.01.2020 01:00;2\n01.01.2020 02:00;3\n");
  const Finished other = run_candor({"predict", folder / "m/model.candor", folder / "hours.csv"});
  EXPECT_EQ(other.code, 2);
  EXPECT_FALSE(other.err.empty());
}

}  // namespace
}  // namespace candor
