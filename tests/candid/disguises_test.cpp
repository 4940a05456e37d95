// Faults in other disguises than those of data_checks_test.cpp, and sound data that look a little like them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "candor/candid/data/checks.h"
#include "candor/data/generators.h"
#include "tests/candid/tables.h"
#include "tests/support/environment.h"

namespace candor::candid {
namespace {

/// Changes a column of every row.
Rows changed(Rows rows, std::size_t column, const std::function<std::string(const Row&, std::size_t)>& cell) {
  for (std::size_t i = 1; i < rows.size(); ++i) rows[i][column] = cell(rows[i], i);
  return rows;
}

/// A price with a heavy tail, and columns that know nothing of it.
Rows prices(int rows, const std::function<std::string(double)>& code) {
  Numbers n{5};
  Rows out = {{"weight", "age", "code", "price"}};
  for (int i = 0; i < rows; ++i) {
    const double price = std::exp(5 + 2.2 * n.normal());
    out.push_back({text(80 + 9 * n.normal()), text(50 * n.share()), code(price), text(price)});
  }
  return out;
}

TEST(Disguises, ACopyOfTheTargetOnAnotherScaleOrInBins) {
  Numbers n;
  EXPECT_EQ(said(check(prices(600, [](double y) { return text(std::log(y)); }), {}, "price"), "data.leak"), "error");
  EXPECT_EQ(said(check(prices(600, [](double y) { return text(1.19 * y + 3); }), {}, "price"), "data.leak"), "error");
  EXPECT_EQ(said(check(prices(900, [](double y) { return std::to_string(static_cast<int>(std::floor(3 * std::log(y)))); }), {}, "price"), "data.leak"), "error");
  EXPECT_EQ(said(check(prices(600, [&](double y) { return text(std::log(y) + 1.5 * n.normal()); }), {}, "price"), "data.leak"), "");
}

TEST(Disguises, MinusAmongZeros) {
  Numbers n;
  const auto gains = [&](const char* unknown) { return changed(clouds(900, 3), 2, [&, unknown](const Row&, std::size_t) { return n.share() < .08 ? unknown : n.share() < .92 ? "0" : std::to_string(1000 + static_cast<int>(5000 * n.share())); }); };
  EXPECT_EQ(said(check(gains("-999")), "data.missing"), "warning");
  EXPECT_EQ(said(check(gains("-1")), "data.missing"), "");
}

TEST(Disguises, AClassOfManyRowsMayBeRare) {
  EXPECT_EQ(said(check(changed(clouds(6000, 1), 4, [](const Row&, std::size_t i) { return i % 40 ? "pear" : "plum"; })), "data.imbalance"), "note");
  EXPECT_EQ(said(check(changed(clouds(6000, 1), 4, [](const Row&, std::size_t i) { return i % 150 ? "pear" : "plum"; })), "data.imbalance"), "warning");
}

TEST(Disguises, FewRowsOfEachOfManyClassesAreMadeSo) {
  const auto persons = [](std::size_t rows) { return changed(clouds(static_cast<int>(40 * rows), 1), 4, [](const Row&, std::size_t i) { return "s" + std::to_string(i % 40); }); };
  EXPECT_EQ(said(check(persons(8)), "data.few"), "note");
  EXPECT_EQ(said(check(persons(3)), "data.few"), "warning");
}

/// Three kinds of flowers. The first measurement tells them apart but for a few, the second nearly as well.
Rows flowers(int rows, std::uint64_t seed, double apart = 1.5) {
  Numbers n{seed};
  Rows out = {{"petal", "width", "leaf", "stem", "root", "kind"}};
  for (int i = 0; i < rows; ++i) out.push_back({text(1.5 + apart * (i % 3) + .28 * n.normal()), text(.3 + .8 * (i % 3) + .2 * n.normal()), text(5 + .8 * n.normal()), text(40 + 5 * n.normal()), text(9 + n.normal()), "kind " + std::to_string(i % 3)});
  return out;
}

TEST(Disguises, AnEasyTaskIsNoLeakAndACopyAmongGoodColumnsIsOne) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    EXPECT_NE(said(check(flowers(135, seed)), "data.leak"), "error") << seed;
    Numbers n{seed};
    EXPECT_EQ(said(check(changed(flowers(135, seed), 2, [&](const Row& row, std::size_t) { return text(10 * (row[5].back() - '0') + .1 * n.normal()); })), "data.leak"), "error") << seed;
  }
}

TEST(Disguises, FewRowsTellACopyToo) {
  const auto table = [](const std::function<std::string(double)>& code) { return prices(60, code); };
  EXPECT_EQ(said(check(table([](double y) { return text(2 * y + 5); }), {}, "price"), "data.leak"), "error");
  EXPECT_EQ(said(check(table([](double y) { return text(std::log(y)); }), {}, "price"), "data.leak"), "error");
  Numbers n;
  EXPECT_EQ(said(check(table([&](double y) { return text(std::log(y) + .5 * n.normal()); }), {}, "price"), "data.leak"), "");
}

/// Six visits each of persons whose age stays the same.
Rows visits(int from, int persons, std::uint64_t seed) {
  Numbers n{seed};
  Rows out = {{"patient", "age", "pressure", "kind"}};
  for (int p = from; p < from + persons; ++p) {
    const double age = std::floor(20 + 70 * n.share()), base = n.normal();
    for (int v = 0; v < 6; ++v) out.push_back({"P" + std::to_string(1000 + p), text(age), text(120 + 10 * base + 5 * n.normal()), base + .3 * n.normal() > 0 ? "ill" : "well"});
  }
  return out;
}

TEST(Disguises, OtherPatientsAreNoDrift) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Checkup found = check(visits(0, 150, seed), visits(150, 50, seed + 100), "kind", PartKind::served);
    EXPECT_NE(said(found, "serve.range"), "warning") << seed;
    EXPECT_NE(said(found, "serve.drift"), "warning") << seed;
  }
  // Persons twenty years older are.
  EXPECT_EQ(said(check(visits(0, 150, 1), changed(visits(150, 50, 2), 1, [](const Row& row, std::size_t) { return text(std::stod(row[1]) + 30); }), "kind", PartKind::served), "serve.drift"), "warning");
}

TEST(Disguises, SecondsSince1970) {
  Numbers n;
  const auto with = [&](const char* name) {
    Rows rows = changed(clouds(300, 1), 2, [&](const Row&, std::size_t) { return std::to_string(1600000000 + static_cast<std::int64_t>(9e7 * n.share())); });
    rows[0][2] = name;
    return rows;
  };
  EXPECT_EQ(said(check(with("created")), "data.types"), "warning");
  EXPECT_EQ(said(check(with("value")), "data.types"), "note");
  EXPECT_EQ(said(check(changed(clouds(300, 1), 2, [&](const Row&, std::size_t) { return std::to_string(static_cast<std::int64_t>(4e9 * n.share())); })), "data.types"), "");
}

TEST(Disguises, ClassesOfTextsThatChangePlaces) {
  const auto reviews = [](int rows, std::uint64_t seed, bool swapped) {
    Numbers n{seed};
    const std::vector<std::string> good = {"great", "lovely", "fast", "clean"}, bad = {"slow", "cold", "rude", "dirty"}, any = {"the", "room", "staff", "was", "with", "our", "table", "today", "price"};
    const auto one = [&](const std::vector<std::string>& of) { return of[static_cast<std::size_t>(n.share() * static_cast<double>(of.size()))]; };
    Rows out = {{"text", "likes", "kind"}};
    for (int i = 0; i < rows; ++i) {
      const bool likes = n.share() < .5;
      std::string said;
      for (int k = 0; k < 10; ++k) said += one(any) + " ";
      for (int k = 0; k < 3; ++k) said += one((n.share() < .85) == likes ? good : bad) + " ";
      out.push_back({said + std::to_string(i), std::to_string(static_cast<int>(400 * n.share())), likes != swapped ? "good" : "bad"});
    }
    return out;
  };
  EXPECT_EQ(said(check(reviews(600, 1, false), reviews(200, 2, true)), "data.label-name-swap"), "error");
  EXPECT_EQ(said(check(reviews(600, 1, false), reviews(200, 2, false)), "data.label-name-swap"), "");
}

TEST(Disguises, AFloorUnderCountsThatAreDensestThere) {
  const auto counts = [](double floor) {
    Numbers n{3};
    Rows out = {{"weight", "age", "code", "sold"}};
    for (int i = 0; i < 1200; ++i) out.push_back({text(n.normal()), text(50 * n.share()), text(n.normal()), std::to_string(static_cast<int>(std::max(floor, std::floor(std::exp(4 + .8 * n.normal())))))});
    return out;
  };
  EXPECT_NE(said(check(counts(25), {}, "sold"), "data.censored"), "");
  EXPECT_EQ(said(check(counts(0), {}, "sold"), "data.censored"), "");
}

TEST(Disguises, StandardisedColumnsOfTwoHeaps) {
  const Rows train = flowers(135, 1);
  const auto standardised = [&](std::size_t column) { return changed(flowers(45, 2), column, [](const Row& row, std::size_t) { return text((std::stod(row[0]) - 3) / 1.26); }); };
  EXPECT_EQ(said(check(train, standardised(0)), "data.scale"), "error");
  EXPECT_EQ(said(check(train, flowers(45, 2)), "data.scale"), "");
}

TEST(Disguises, TwoHeapsThatAreTheClassesWithAFewWrongLabels) {
  Numbers n{7};
  const Rows rows = changed(flowers(300, 4, 3.4), 5, [&](const Row& row, std::size_t) { return n.share() < .15 ? "kind 1" : row[5] == "kind 2" ? std::string("kind 1") : row[5]; });
  EXPECT_EQ(said(check(rows), "data.types"), "");
}

TEST(Disguises, ClassesThatAreRareMayBeNew) {
  // Whole numbers as classes, many of them once: a few that training never had are no other names.
  const auto rings = [](int rows, std::uint64_t seed) {
    Numbers n{seed};
    return changed(clouds(rows, seed), 4, [&](const Row&, std::size_t) { return "r" + std::to_string(static_cast<int>(std::exp(2 + .9 * n.normal()))); });
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_NE(said(check(rings(180, seed), rings(60, seed + 100)), "data.label-name-swap"), "error") << seed;
  EXPECT_EQ(said(check(rings(180, 1), changed(rings(60, 2), 4, [](const Row& row, std::size_t) { return row[4] + " mm"; })), "data.label-name-swap"), "error");
}

TEST(Disguises, RareWordsMeetByChance) {
  // Sixty words, each in one mail of twelve: mails of one word or none have twins in any other sample of the same source.
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Numbers n{seed};
    const auto mails = [&](int rows) {
      Rows out(1);
      for (int j = 0; j < 60; ++j) out[0].push_back("word" + std::to_string(j));
      out[0].push_back("kind");
      for (int i = 0; i < rows; ++i) {
        Row row;
        int first = 0;
        for (int j = 0; j < 60; ++j) row.push_back(n.share() < .06 ? "1" : "0"), first += j < 6 && row.back() == "1";
        row.push_back(first > 0 || n.share() < .1 ? "spam" : "ham");
        out.push_back(std::move(row));
      }
      return out;
    };
    const Rows train = mails(1100), test = mails(370);
    EXPECT_NE(said(check(train, test), "data.duplicate-rows"), "error") << seed;
  }
}

}  // namespace
}  // namespace candor::candid
