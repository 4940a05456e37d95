// Rows that come after training: seasons, strays, units that overlap, codes and texts.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/candid/tables.h"

namespace candor::candid {
namespace {

std::string two(int n) { return (n < 10 ? "0" : "") + std::to_string(n); }

/// A day a row from `first` on: warm in summer, and from day to day much the same. `more` is added to a column that has nothing to do with the season.
Rows days(int first, int count, double more = 0) {
  Numbers n{static_cast<std::uint64_t>(first + 7)};
  Rows out = {{"day", "warmth", "load", "trips"}};
  double level = 0;
  for (int i = first; i < first + count; ++i) {
    level = .9 * level + n.normal();
    const double warmth = 12 + 10 * std::sin(6.2832 * i / 365) + n.normal();
    out.push_back({std::to_string(2019 + i / 336) + "-" + two(1 + i % 336 / 28) + "-" + two(1 + i % 28), text(warmth), text(50 + 5 * n.normal() + more), text(1000 + 60 * warmth + 20 * level)});
  }
  return out;
}

TEST(ServedRows, TheWinterBehindASummerIsNoDrift) {
  EXPECT_EQ(said(check(days(0, 240), days(240, 100), "trips", PartKind::served), "serve.drift"), "");
  EXPECT_EQ(said(check(days(0, 240), days(240, 100, 6), "trips", PartKind::served), "serve.drift"), "warning");
}

/// Rows of four columns; `cell` changes a served one.
Rows fields(int rows, std::uint64_t seed, bool tail = false, double strays = 0) {
  Numbers n{seed};
  Rows out = {{"rain", "acid", "heat", "crop"}};
  for (int i = 0; i < rows; ++i) {
    double rain = tail ? std::exp(5 + n.normal()) : 600 + 100 * n.normal();
    if (n.share() < strays) rain += 700;
    out.push_back({text(rain), text(6.5 + .5 * n.normal()), text(17 + 3 * n.normal()), text(5 + .004 * rain + n.normal())});
  }
  return out;
}

TEST(ServedRows, AFewNumbersFarOutsideOfAFewRows) {
  const Rows train = fields(175, 1);
  EXPECT_EQ(said(check(train, fields(75, 2, false, .06), "crop", PartKind::served), "serve.range"), "warning");
  EXPECT_EQ(said(check(train, fields(75, 2), "crop", PartKind::served), "serve.range"), "");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_NE(said(check(fields(175, seed, true), fields(75, seed + 40, true), "crop", PartKind::served), "serve.range"), "warning") << seed;
}

TEST(ServedRows, FeetAmongMetresThatOverlap) {
  const auto lengths = [](int rows, std::uint64_t seed, double factor, double more = 0) {
    Numbers n{seed};
    Rows out = {{"tenure", "pay", "distance", "stays"}};
    for (int i = 0; i < rows; ++i) {
      const double tenure = -6 * std::log(1 - n.share());
      out.push_back({text(factor * tenure + more), text(40 + 5 * n.normal()), text(12 + 3 * n.normal()), tenure + n.normal() > 4 ? "yes" : "no"});
    }
    return out;
  };
  const Rows train = lengths(700, 1, 1);
  EXPECT_EQ(said(check(train, lengths(300, 2, .3048), "stays"), "data.scale"), "error");
  EXPECT_EQ(said(check(train, lengths(300, 2, 1), "stays"), "data.scale"), "");
  EXPECT_EQ(said(check(train, lengths(300, 2, 1, 3), "stays"), "data.scale"), "") << "longer by three each, as in other years";
}

TEST(ServedRows, PostalCodesAreNoAmounts) {
  const auto codes = [](const char* name, int many) {
    Numbers n;
    Rows rows = clouds(300, 1);
    rows[0][2] = name;
    for (std::size_t i = 1; i < rows.size(); ++i) rows[i][2] = std::to_string(10000 + 317 * static_cast<int>(many * n.share()));
    return rows;
  };
  EXPECT_EQ(said(check(codes("zip", 120)), "data.types"), "note");
  EXPECT_EQ(said(check(codes("branch_code", 120)), "data.types"), "note");
  EXPECT_EQ(said(check(codes("salary", 120)), "data.types"), "");
}

TEST(ServedRows, AnAnswerBesideAText) {
  const auto reviews = [](bool answer) {
    Numbers n;
    Rows out = {{"comment", "note", "channel", "verdict"}};
    const char* words[] = {"room", "food", "was", "and", "table", "night", "staff", "price"};
    for (int i = 0; i < 200; ++i) {
      const bool good = n.share() < .5;
      std::string comment;
      for (int k = 0; k < 9; ++k) comment += std::string(words[static_cast<int>(8 * n.share())]) + " ";
      out.push_back({comment + (n.share() < .7 ? (good ? "lovely" : "rude") : "so"), (answer ? good : n.share() < .5) ? "alpha" : "beta", n.share() < .5 ? "web" : "app", good ? "good" : "bad"});
    }
    return out;
  };
  EXPECT_EQ(said(check(reviews(true), {}, "verdict"), "data.leak"), "error");
  EXPECT_EQ(said(check(reviews(false), {}, "verdict"), "data.leak"), "");
}

}  // namespace
}  // namespace candor::candid
