// Faults that look nearly like sound data, and sound data that look nearly like a fault: what tells them apart, each way.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "candor/candid/data/near_rows.h"
#include "tests/candid/tables.h"

namespace candor::candid {
namespace {

/// As "2021-03-05".
std::string day_text(int day) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", 2018 + day / 336, 1 + day % 336 / 28, 1 + day % 28);
  return text;
}

/// Rows of `people` persons, `rows` each, who are alike in three columns; `name` heads the column that says who. Mixed up.
Rows people(const std::string& name, int from, int people, int rows, std::uint64_t seed, double alike = 1) {
  Numbers n{seed};
  Rows out;
  for (int p = 0; p < people; ++p) {
    const double a = n.normal(), b = n.normal(), c = n.normal();
    for (int r = 0; r < rows; ++r)
      out.push_back({"v" + std::to_string(from + p), text(alike * a + .5 * n.normal()), text(alike * b + .5 * n.normal()), text(alike * c + .5 * n.normal()), a + .5 * b > 0 ? "ill" : "well"});
  }
  for (std::size_t i = out.size() - 1; i > 0; --i) std::swap(out[i], out[static_cast<std::size_t>(n.share() * static_cast<double>(i + 1))]);
  out.insert(out.begin(), {name, "x", "y", "z", "state"});
  return out;
}

Rows some(const Rows& rows, std::size_t from, std::size_t to) {
  Rows out = {rows[0]};
  out.insert(out.end(), rows.begin() + static_cast<std::ptrdiff_t>(from + 1), rows.begin() + static_cast<std::ptrdiff_t>(to + 1));
  return out;
}

TEST(Lookalikes, RowsThatAreTrainingRowsButForRounding) {
  const Rows train = clouds(600, 3);
  Rows test = clouds(200, 4);
  EXPECT_EQ(said(check(train, test), "data.duplicate-rows"), "");
  Rows shaken = test;
  Numbers n{5};
  for (std::size_t i = 1; i <= 20; ++i) {
    shaken[i] = train[11 * i];
    for (std::size_t j = 0; j < 3; ++j) shaken[i][j] = text(std::stod(shaken[i][j]) * (1 + 2e-4 * n.normal()));
  }
  EXPECT_EQ(said(check(train, shaken), "data.duplicate-rows"), "warning");
  Rows rounded = test;
  for (std::size_t i = 1; i <= 20; ++i) {
    rounded[i] = train[11 * i];
    for (std::size_t j = 0; j < 3; ++j) rounded[i][j] = text(std::round(std::stod(rounded[i][j]) * 100) / 100);
  }
  EXPECT_EQ(said(check(train, rounded), "data.duplicate-rows"), "warning");
  // Where rows of one source come in such pairs, pairs across the parts are no wonder.
  Rows pairs = {train[0]};
  for (std::size_t i = 1; i <= 400; ++i) {
    pairs.push_back(train[i]), pairs.push_back(train[i]);
    for (std::size_t j = 0; j < 3; ++j) pairs.back()[j] = text(std::stod(train[i][j]) * (1 + 2e-4 * n.normal()));
  }
  for (std::size_t i = pairs.size() - 1; i > 1; --i) std::swap(pairs[i], pairs[1 + static_cast<std::size_t>(n.share() * static_cast<double>(i))]);
  EXPECT_NE(said(check(some(pairs, 0, 600), some(pairs, 600, 800)), "data.duplicate-rows"), "warning");
}

TEST(Lookalikes, PersonsUnderAnyName) {
  const Rows all = people("vin", 0, 60, 8, 1);
  const Checkup single = check(all, {}, "state");
  EXPECT_EQ(said(single, "data.leak"), "note") << "one answer for each, and no answer in other words";
  EXPECT_EQ(said(check(some(all, 0, 360), some(all, 360, 480), "state"), "data.group-split"), "note");
  EXPECT_EQ(said(check(people("vin", 0, 45, 8, 2), people("vin", 100, 15, 8, 3), "state"), "data.group-split"), "");
  const Rows kunden = people("Kunde", 0, 60, 8, 4);
  EXPECT_EQ(said(check(some(kunden, 0, 360), some(kunden, 360, 480), "state"), "data.group-split"), "error");
  // A category whose rows are as different as all others.
  const Rows shops = people("brand", 0, 30, 16, 5, 0);
  EXPECT_EQ(said(check(some(shops, 0, 360), some(shops, 360, 480), "state"), "data.group-split"), "");
  // A code of few values that is the answer stays a leak.
  Rows coded = clouds(600, 6);
  for (std::size_t i = 1; i < coded.size(); ++i) coded[i][3] = coded[i][4] == "plum" ? "K" + std::to_string(i % 2) : "K" + std::to_string(2 + i % 2);
  EXPECT_EQ(said(check(coded), "data.leak"), "error");
}

TEST(Lookalikes, AnotherSeasonIsNoOtherUnit) {
  Numbers n{7};
  Rows train = {{"date", "warmth", "wind", "load"}}, test = train;
  for (int day = 0; day < 560; ++day) {
    const double season = std::sin(6.283185307179586 * (day - 100) / 336.0);
    (day < 448 ? train : test).push_back({day_text(day), text(12 + 9 * season + 1.5 * n.normal()), text(3 + n.share()), text(50 - 12 * season + n.normal())});
  }
  // A quarter of a year behind the rest: a narrower spread around another middle is the season.
  const Rows autumn = some(test, 0, 60);
  EXPECT_NE(said(check(train, autumn, "load"), "data.scale"), "error");
  Rows grams = autumn;
  for (std::size_t i = 1; i < grams.size(); ++i) grams[i][2] = text(1000 * std::stod(grams[i][2]));
  EXPECT_EQ(said(check(train, grams, "load"), "data.scale"), "error") << "a factor of a thousand is a unit in any season";
}

TEST(Lookalikes, WorseTheSameBetter) {
  Numbers n{8};
  Rows scale = {{"trend", "amount", "kind"}}, coded = scale, counts = scale;
  for (int i = 0; i < 400; ++i) {
    const std::string amount = text(5 + n.normal()), kind = n.share() < .5 ? "up" : "down";
    scale.push_back({std::to_string(static_cast<int>(3 * n.share()) - 1), amount, kind});
    coded.push_back({n.share() < .04 ? "-1" : std::to_string(static_cast<int>(2 * n.share())), amount, kind});
    counts.push_back({n.share() < .06 ? "-1" : std::to_string(static_cast<int>(9 * n.share())), amount, kind});
  }
  EXPECT_EQ(said(check(scale), "data.missing"), "");
  EXPECT_EQ(said(check(coded), "data.missing"), "warning");
  EXPECT_EQ(said(check(counts), "data.missing"), "warning");
}

TEST(Lookalikes, AnAnswerThatOneColumnOfFewValuesTellsInPart) {
  // Late in three of four where there are many items, in one of six elsewhere: what the column does not tell looks like wrong labels, and may be none.
  Numbers n{9};
  Rows rows = {{"items", "amount", "weight", "kind"}};
  for (int i = 0; i < 1200; ++i) {
    const int items = 1 + static_cast<int>(8 * n.share());
    rows.push_back({std::to_string(items), text(20 + 5 * n.normal()), text(3 + n.normal()), n.share() < (items > 5 ? .86 : .1) ? "late" : "ok"});
  }
  EXPECT_NE(said(check(rows), "data.label-conflict"), "warning");
  Rows flipped = clouds(1200, 10);
  for (std::size_t i = 1; i < flipped.size(); ++i)
    if (n.share() < .12) flipped[i][4] = flipped[i][4] == "plum" ? "pear" : "plum";
  EXPECT_EQ(said(check(flipped), "data.label-conflict"), "warning");
}

TEST(Lookalikes, ASlipInAColumnWithATail) {
  Numbers n{11};
  Rows rows = {{"level", "amount", "kind"}};
  for (int i = 0; i < 200; ++i) rows.push_back({text(std::exp(1 + .35 * n.normal())), text(5 + n.normal()), n.share() < .5 ? "a" : "b"});
  EXPECT_EQ(said(check(rows), "data.outliers"), "");
  rows[17][0] = "70";
  EXPECT_NE(said(check(rows), "data.outliers"), "");
}

TEST(Lookalikes, OneValueWhereverACellIsFilled) {
  Numbers n{12};
  Rows rows = clouds(300, 13);
  for (std::size_t i = 1; i < rows.size(); ++i) rows[i][3] = n.share() < .8 ? "yes" : "";
  EXPECT_EQ(said(check(rows), "data.constant"), "note");
}

TEST(Lookalikes, FortyRowsOfFourClasses) {
  Numbers n{14};
  const auto table = [&](const std::vector<int>& counts) {
    Rows rows = {{"a", "b", "kind"}};
    for (std::size_t k = 0; k < counts.size(); ++k)
      for (int i = 0; i < counts[k]; ++i) rows.push_back({text(3.0 * static_cast<double>(k) + n.normal()), text(n.normal()), "k" + std::to_string(k)});
    return rows;
  };
  EXPECT_EQ(said(check(table({11, 12, 9, 8})), "data.few"), "note");
  EXPECT_EQ(said(check(table({60, 60, 6})), "data.few"), "warning") << "one class is rare beside the others";
  EXPECT_EQ(said(check(table({14, 14, 4})), "data.few"), "warning");
}

TEST(Lookalikes, NumbersOfCustomersAreIds) {
  Rows rows = clouds(300, 16);
  for (std::size_t i = 1; i < rows.size(); ++i) rows[i][2] = std::to_string(10000 + 7 * ((i * 131) % 307));
  rows[0][2] = "Kundennummer";
  EXPECT_NE(said(check(rows), "data.types"), "");
}

}  // namespace
}  // namespace candor::candid
