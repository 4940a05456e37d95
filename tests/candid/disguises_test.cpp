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
