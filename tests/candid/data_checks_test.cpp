// Every check on data: that it fires on a planted fault, and is silent on the same data without it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "candor/candid/data/checks.h"
#include "candor/data/generators.h"
#include "candor/data/table/read_table.h"
#include "tests/candid/tables.h"
#include "tests/support/environment.h"

namespace candor::candid {
namespace {

void expect_sound(const Checkup& checkup) {
  for (const Finding& f : checkup.findings) EXPECT_EQ(f.severity, Severity::note) << f.id << ": " << f.message;
  for (const SkippedCheck& s : checkup.skipped) EXPECT_EQ(s.why.find("failed"), std::string::npos) << s.id << ": " << s.why;
}

/// Changes a column of every row.
Rows changed(Rows rows, std::size_t column, const std::function<std::string(const Row&, std::size_t)>& cell) {
  for (std::size_t i = 1; i < rows.size(); ++i) rows[i][column] = cell(rows[i], i);
  return rows;
}

TEST(DataChecks, SoundPartsGiveNothingAboveANote) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    expect_sound(check(clouds(600, seed), clouds(200, seed + 10)));
    expect_sound(check(clouds(600, seed), clouds(200, seed + 10), "kind", PartKind::served));
    expect_sound(check(clouds(600, seed)));
  }
}

TEST(DataChecks, CopiedRows) {
  const Rows train = clouds(600, 1);
  Rows test = clouds(200, 2);
  for (int i = 0; i < 20; ++i) test.push_back(train[static_cast<std::size_t>(7 * i + 3)]);
  EXPECT_EQ(said(check(train, test), "data.duplicate-rows"), "error");
  // Whole numbers from 0 to 5 in two columns: equal rows are no copies.
  Numbers n;
  const auto dice = [&](int rows) {
    Rows out = {{"a", "b", "sum"}};
    for (int i = 0; i < rows; ++i) out.push_back({std::to_string(static_cast<int>(6 * n.share())), std::to_string(static_cast<int>(6 * n.share())), n.share() < .5 ? "x" : "y"});
    return out;
  };
  EXPECT_EQ(said(check(dice(500), dice(200), "sum"), "data.duplicate-rows"), "note");
}

TEST(DataChecks, ColumnsThatKnowTheAnswer) {
  const Rows train = clouds(600, 1);
  EXPECT_EQ(said(check(changed(train, 2, [](const Row& r, std::size_t) { return r[4] == "plum" ? "7" : "9"; })), "data.leak"), "error");
  EXPECT_EQ(said(check(changed(train, 2, [](const Row& r, std::size_t i) { return r[4] == "plum" ? std::to_string(i % 50) : ""; })), "data.leak"), "error");
  EXPECT_EQ(said(check(changed(train, 2, [](const Row& r, std::size_t i) { return (r[4] == "plum") != (i % 10 == 0) ? "7" : "9"; })), "data.leak"), "");
}

TEST(DataChecks, WhatFortyRowsTell) {
  // A laboratory's few rows: what needs no model is said of them, too.
  Numbers n{9};
  const auto lab = [&](int rows) {
    Rows out = {{"ph", "warmth", "salt", "rate"}};
    for (int i = 0; i < rows; ++i) out.push_back({text(7 + n.normal()), text(20 + 2 * n.normal()), text(35 + n.normal()), text(3 + n.normal())});
    return out;
  };
  const Rows train = lab(40), test = lab(20);
  const Checkup sound = check(train, test, "rate");
  expect_sound(sound);
  EXPECT_EQ(said(sound, "data.duplicate-rows"), "");
  Rows copies = test;
  for (std::size_t i = 1; i < 4; ++i) copies.push_back(train[i]);
  EXPECT_EQ(said(check(train, copies, "rate"), "data.duplicate-rows"), "error");
  EXPECT_EQ(said(check(changed(train, 0, [](const Row& r, std::size_t) { return text(1.19 * std::stod(r[3]) + 3); }), {}, "rate"), "data.leak"), "error");
  EXPECT_EQ(said(check(changed(train, 1, [](const Row& r, std::size_t i) { return i == 20 ? "20500" : r[1]; }), {}, "rate"), "data.outliers"), "warning");
  EXPECT_EQ(said(check(changed(train, 1, [](const Row& r, std::size_t i) { return i % 20 == 3 ? "-9999" : r[1]; }), {}, "rate"), "data.missing"), "warning");
}

TEST(DataChecks, OneDateForOneClass) {
  const Rows train = clouds(300, 1);
  EXPECT_EQ(said(check(changed(train, 2, [](const Row& r, std::size_t) { return r[4] == "plum" ? "2024-03-01" : ""; })), "data.leak"), "error");
  EXPECT_EQ(said(check(changed(train, 2, [](const Row&, std::size_t i) { return i % 2 ? "2024-03-01" : ""; })), "data.leak"), "");
}

TEST(DataChecks, WrongLabels) {
  Rows train = clouds(800, 1);
  const auto flip = [](const std::string& kind) { return kind == "plum" ? "pear" : "plum"; };
  EXPECT_EQ(said(check(changed(train, 4, [&](const Row& r, std::size_t i) { return i % 8 ? r[4] : flip(r[4]); })), "data.label-conflict"), "warning");
  Rows twice = train;
  for (std::size_t i = 1; i < 40; ++i) {
    twice.push_back(train[i]);
    twice.back()[4] = flip(train[i][4]);
  }
  EXPECT_EQ(said(check(twice), "data.label-conflict"), "error");
  EXPECT_EQ(said(check(train), "data.label-conflict"), "");
}

TEST(DataChecks, ClassesThatChangePlaces) {
  const Rows train = clouds(600, 1), test = clouds(200, 2);
  EXPECT_EQ(said(check(train, changed(test, 4, [](const Row& r, std::size_t) { return r[4] == "plum" ? "pear" : "plum"; })), "data.label-name-swap"), "error");
  EXPECT_EQ(said(check(train, changed(test, 4, [](const Row& r, std::size_t) { return r[4] == "plum" ? "1" : "0"; })), "data.label-name-swap"), "error");
  EXPECT_EQ(said(check(train, test), "data.label-name-swap"), "");
}

TEST(DataChecks, ATargetThatIsCutOff) {
  const Rows train = clouds(600, 1);
  const auto with = [&](double limit) { return changed(train, 2, [limit](const Row& r, std::size_t) { return text(std::min(std::stod(r[2]), limit)); }); };
  EXPECT_EQ(said(check(with(174), {}, "height"), "data.censored"), "warning");
  EXPECT_EQ(said(check(with(1e9), {}, "height"), "data.censored"), "");
  // Rings of a shell, counted: cut off at 13 they pile up; whole they fade away, and marks from 1 to 10 of which 10 is the commonest are what people give.
  Numbers n;
  const auto counted = [&](int limit) { return changed(train, 2, [&](const Row&, std::size_t) { return std::to_string(std::min(limit, 3 + static_cast<int>(std::exp(1.8 + .35 * n.normal())))); }); };
  const auto piled = [&](const Row&, std::size_t i) {
    static constexpr int up_to[] = {5, 15, 33, 51, 66, 76, 83, 88, 100};  // 3 to 11, of 100: the last value as often as all beyond would be
    const auto at = static_cast<int>(i % 100);
    return std::to_string(3 + static_cast<int>(std::upper_bound(up_to, up_to + 9, at) - up_to));
  };
  EXPECT_EQ(said(check(changed(train, 2, piled), {}, "height"), "data.censored"), "note");
  EXPECT_EQ(said(check(counted(1000), {}, "height"), "data.censored"), "");
  EXPECT_EQ(said(check(changed(train, 2, [&](const Row&, std::size_t) { return std::to_string(1 + static_cast<int>(10 * std::sqrt(n.share()))); }), {}, "height"), "data.censored"), "");
}

TEST(DataChecks, RareClasses) {
  const auto share = [](std::size_t every) { return changed(clouds(900, 1), 4, [every](const Row&, std::size_t i) { return i % every ? "pear" : "plum"; }); };
  EXPECT_EQ(said(check(share(60)), "data.imbalance"), "warning");
  EXPECT_EQ(said(check(share(15)), "data.imbalance"), "note");
  EXPECT_EQ(said(check(share(2)), "data.imbalance"), "");
  EXPECT_EQ(said(check(share(200)), "data.few"), "warning");
  EXPECT_EQ(said(check(share(20)), "data.few"), "");
}

TEST(DataChecks, PartsOnDifferentScales) {
  const Rows train = clouds(600, 1), test = clouds(200, 2);
  EXPECT_EQ(said(check(train, changed(test, 1, [](const Row& r, std::size_t) { return text(1000 * std::stod(r[1])); })), "data.scale"), "error");
  EXPECT_EQ(said(check(train, changed(test, 2, [](const Row& r, std::size_t) { return text((std::stod(r[2]) - 170) / 6); })), "data.scale"), "error");
  EXPECT_EQ(said(check(train, test), "data.scale"), "");
}

TEST(DataChecks, Gaps) {
  const Rows train = clouds(600, 1), test = clouds(200, 2);
  const auto put = [](const Rows& rows, const std::string& cell, std::size_t every) { return changed(rows, 2, [&](const Row& r, std::size_t i) { return i % every ? r[2] : cell; }); };
  EXPECT_EQ(said(check(put(train, "-999", 20)), "data.missing"), "warning");
  EXPECT_EQ(said(check(put(train, "0", 20)), "data.missing"), "note");
  // 0 brothers and sisters, mostly, is a count.
  EXPECT_EQ(said(check(changed(train, 2, [](const Row&, std::size_t i) { return std::string(i % 3 ? "0" : i % 2 ? "1" : i % 4 ? "2" : "4"); })), "data.missing"), "");
  EXPECT_EQ(said(check(changed(train, 2, [](const Row& r, std::size_t i) { return i % 30 ? "" : r[2]; })), "data.missing"), "warning");
  EXPECT_EQ(said(check(train, put(test, "", 2)), "data.missing"), "warning");
  EXPECT_EQ(said(check(train, test), "data.missing"), "");
}

TEST(DataChecks, ConstantColumns) {
  const Rows train = changed(clouds(300, 1), 2, [](const Row&, std::size_t) { return "4"; });
  EXPECT_EQ(said(check(train), "data.constant"), "warning");
  EXPECT_EQ(said(check(train, clouds(100, 2)), "data.constant"), "warning");
  EXPECT_EQ(said(check(clouds(300, 1)), "data.constant"), "");
  // A corner of pictures that is dark in all training rows and lit in one other: as many as chance leaves out.
  Rows other = clouds(100, 2);
  other = changed(other, 2, [](const Row&, std::size_t i) { return i == 7 ? "1" : "0"; });
  const Rows dark = changed(clouds(300, 1), 2, [](const Row&, std::size_t) { return "0"; });
  EXPECT_EQ(said(check(dark, other), "data.constant"), "note");
  EXPECT_EQ(said(check(dark, changed(other, 2, [](const Row&, std::size_t i) { return i % 10 == 7 ? "1" : "0"; })), "data.constant"), "warning");
}

TEST(DataChecks, NumbersFarOff) {
  const Rows train = clouds(600, 1);
  EXPECT_EQ(said(check(changed(train, 2, [](const Row& r, std::size_t i) { return i == 100 ? "17000" : r[2]; })), "data.outliers"), "warning");
  Numbers n;
  EXPECT_EQ(said(check(changed(train, 2, [&](const Row&, std::size_t) { return text(std::pow(1 - n.share(), -1.0)); })), "data.outliers"), "");
  EXPECT_EQ(said(check(changed(train, 2, [&](const Row&, std::size_t) { return text(std::exp(2 * n.normal())); })), "data.outliers"), "");
}

TEST(DataChecks, ColumnsOfAnotherKind) {
  const Rows train = clouds(600, 1);
  Numbers n;
  EXPECT_EQ(said(check(changed(train, 2, [](const Row& r, std::size_t) { return r[2] + " cm"; })), "data.types"), "warning");
  EXPECT_EQ(said(check(changed(train, 2, [&](const Row&, std::size_t) { return std::to_string(20230000 + 100 * (1 + static_cast<int>(12 * n.share())) + 1 + static_cast<int>(28 * n.share())); })), "data.types"), "warning");
  EXPECT_EQ(said(check(changed(train, 3, [](const Row& r, std::size_t i) { return i % 5 ? r[3] : r[3] == "red" ? "Red" : "GREEN"; })), "data.types"), "warning");
  EXPECT_EQ(said(check(changed(train, 2, [](const Row& r, std::size_t i) { return i % 4 ? r[2] : text(std::stod(r[2]) / 100); })), "data.types"), "warning");
  EXPECT_EQ(said(check(train), "data.types"), "");
}

/// Days with a level that moves slowly.
Rows series(int rows, bool shuffled, bool first) {
  Numbers n;
  Rows all;
  double level = 0;
  for (int i = 0; i < rows; ++i) {
    char day[24];
    std::snprintf(day, sizeof day, "%d-%02d-%02d", 2000 + i / 336, 1 + i / 28 % 12, 1 + i % 28);
    level = .95 * level + n.normal();
    all.push_back({day, text(n.normal()), text(level)});
  }
  Rows out = {{"date", "noise", "load"}};
  for (int i = 0; i < rows; ++i)
    if ((shuffled ? i * 7919 % 10 < 7 : i < rows * 7 / 10) == first) out.push_back(all[static_cast<std::size_t>(i)]);
  return out;
}

TEST(DataChecks, ShuffledTime) {
  EXPECT_EQ(said(check(series(800, true, true), series(800, true, false), "load"), "data.time-split"), "error");
  EXPECT_EQ(said(check(series(800, false, true), series(800, false, false), "load"), "data.time-split"), "");
}

TEST(DataChecks, HoursOfDaylightAreNoMoments) {
  // A column named as a time is whose values follow neither each other nor an even step: how long the day was, which goes with the season.
  const auto days = [](int rows, std::uint64_t seed) {
    Numbers n{seed};
    Rows out = {{"day", "rain", "season"}};
    for (int i = 0; i < rows; ++i) {
      const bool summer = n.share() < .5;
      out.push_back({text((summer ? 15 : 9) + n.normal()), text(n.normal()), summer ? "summer" : "winter"});
    }
    return out;
  };
  EXPECT_EQ(said(check(days(600, 1), days(150, 2), "season"), "data.time-split"), "");
}

TEST(DataChecks, GroupsOnBothSides) {
  const auto patients = [](int rows, std::uint64_t seed, int from) {
    Rows out = clouds(rows, seed);
    out[0][2] = "patient_id";
    return changed(out, 2, [from](const Row&, std::size_t i) { return std::to_string(from + static_cast<int>(i) % 40); });
  };
  EXPECT_EQ(said(check(patients(400, 1, 100), patients(120, 2, 100)), "data.group-split"), "error");
  EXPECT_EQ(said(check(patients(400, 1, 100), patients(120, 2, 500)), "data.group-split"), "");
}

TEST(DataChecks, ServedRows) {
  const Rows train = clouds(600, 1), served = clouds(300, 2);
  const auto look = [&](const Rows& other) { return check(train, other, "kind", PartKind::served); };
  Rows renamed = served;
  renamed[0][0] = "Length";
  EXPECT_EQ(said(look(renamed), "serve.schema"), "error");
  renamed[0][0] = "unknown";
  EXPECT_EQ(said(look(renamed), "serve.schema"), "error");
  EXPECT_EQ(said(look(changed(served, 2, [](const Row& r, std::size_t) { return "h" + r[2]; })), "serve.schema"), "error");
  EXPECT_EQ(said(look(changed(served, 2, [](const Row& r, std::size_t) { return text(std::stod(r[2]) / 100); })), "serve.schema"), "error");
  EXPECT_EQ(said(look(changed(served, 2, [](const Row& r, std::size_t i) { return i % 10 ? r[2] : "400"; })), "serve.range"), "warning");
  EXPECT_EQ(said(look(changed(served, 3, [](const Row& r, std::size_t i) { return i % 10 ? r[3] : "violet"; })), "serve.range"), "warning");
  EXPECT_EQ(said(look(changed(served, 2, [](const Row& r, std::size_t) { return text(std::stod(r[2]) + 6); })), "serve.drift"), "warning");
  for (const char* id : {"serve.schema", "serve.range", "serve.drift"}) EXPECT_EQ(said(look(served), id), "") << id;
}

TEST(DataChecks, TooFewRowsAreSaidAndNotJudged) {
  const Checkup tiny = check(clouds(12, 1), clouds(6, 2));
  bool told = false;
  for (const SkippedCheck& s : tiny.skipped) told = told || s.why.find("too few rows for a verdict (n = ") == 0;
  EXPECT_TRUE(told);
  for (const int rows : {1, 2, 3}) check(clouds(rows, 1), clouds(rows, 2));
}

// Natural data that look like faults from afar: nothing above a note.

TEST(SoundTables, RepeatedMeasuresOfAnimalsInTheOrderOfTheirDiet) {
  Numbers n{3};
  Rows rows = {{"row", "chick", "day", "weight", "diet"}};
  int number = 0;
  for (int chick = 0; chick < 50; ++chick)
    for (int day = 0; day < 12; ++day) rows.push_back({std::to_string(++number), std::to_string(chick + 1), std::to_string(2 * day), text(40 + (6 + .5 * (chick / 13)) * day + 8 * n.normal()), "diet " + std::to_string(chick / 13)});
  expect_sound(check(rows, {}, "diet"));
}

TEST(SoundTables, AFileSortedByItsClassWithNumberedRows) {
  Rows rows = clouds(150, 5);
  std::sort(rows.begin() + 1, rows.end(), [](const Row& a, const Row& b) { return a[4] < b[4]; });
  rows[0].insert(rows[0].begin(), "Id");
  for (std::size_t i = 1; i < rows.size(); ++i) rows[i].insert(rows[i].begin(), std::to_string(i));
  expect_sound(check(rows));
}

TEST(SoundTables, RowsThatRepeatByDesign) {
  // A factorial experiment: each of 36 settings was tried twelve times, and counts came out.
  Numbers n{4};
  const auto trials = [&](int times) {
    Rows rows = {{"temperature", "pressure", "catalyst", "yield"}};
    for (int t = 0; t < times; ++t)
      for (int k = 0; k < 36; ++k) rows.push_back({std::to_string(150 + 25 * (k % 4)), std::to_string(1 + k / 4 % 3), k / 12 == 0 ? "iron" : k / 12 == 1 ? "nickel" : "none", std::to_string(static_cast<int>(20 + 3 * (k % 4) + 4 * (k / 12) + 2 * n.normal()))});
    return rows;
  };
  expect_sound(check(trials(12), trials(4), "yield"));
}

TEST(SoundTables, CategoriesWrittenAsNumbers) {
  Numbers n{6};
  const auto people = [&](int rows) {
    Rows out = {{"sex", "education", "region", "children", "zip", "income"}};
    for (int i = 0; i < rows; ++i) {
      const int sex = 1 + static_cast<int>(2 * n.share()), education = 1 + static_cast<int>(6 * n.share()), region = 1 + static_cast<int>(16 * n.share());
      out.push_back({std::to_string(sex), std::to_string(education), std::to_string(region), std::to_string(static_cast<int>(-2 * std::log(1 - n.share()))), std::to_string(10000 + 5000 * region + static_cast<int>(4000 * n.share())),
                     text(std::exp(9.5 + .15 * education + .3 * n.normal()))});
    }
    return out;
  };
  expect_sound(check(people(900), people(300), "income"));
  expect_sound(check(people(900), people(300), "education"));
}

TEST(SoundTables, ASmallTableWithOneRareClass) {
  // 60 patients, a third of them ill; 12 columns of measurements with a few gaps.
  Numbers n{7};
  Rows rows = {{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "ill"}};
  for (int p = 0; p < 60; ++p) {
    Row row;
    for (int j = 0; j < 12; ++j) row.push_back(n.share() < .04 ? "" : text((j < 3 && p % 3 == 0 ? 1.5 : 0) + n.normal()));
    row.push_back(p % 3 == 0 ? "yes" : "no");
    rows.push_back(row);
  }
  expect_sound(check(rows, {}, "ill"));
}

TEST(SoundTables, ASeriesCutInTime) {
  // Hours with a day's course and a slow rise; the test part comes after the training part, as it should.
  Numbers n{8};
  const auto hours = [&](int from, int to) {
    Rows rows = {{"time", "temperature", "load"}};
    for (int h = from; h < to; ++h) {
      char stamp[32];
      std::snprintf(stamp, sizeof stamp, "2023-%02d-%02d %02d:00", 1 + h / 24 / 28, 1 + h / 24 % 28, h % 24);
      const double warm = 10 + 8 * std::sin(h / 24.0 / 56) + 4 * std::sin(h * .2618) + n.normal();
      rows.push_back({stamp, text(warm), text(500 - 6 * warm + 60 * std::sin(h * .2618) + 10 * n.normal())});
    }
    return rows;
  };
  expect_sound(check(hours(0, 1500), hours(1500, 2000), "load"));
}

// Known faults with their real numbers.

NamedTable file(const std::string& name, PartKind kind) { return {kind, name, data::read_table(name)}; }

TEST(KnownFaults, FortySevenOfFiveHundredTestRows) {
  CANDOR_NEEDS("CANDOR_DATA");
  const Checkup checkup = check_subject(table_subject({file("insurance-risk/insurance-customers-10000.csv", PartKind::train), file("insurance-risk/insurance-customers-500-test.csv", PartKind::test)}, {.targets = {"group"}}));
  bool found = false;
  for (const Finding& f : checkup.findings) found = found || (f.id == "data.duplicate-rows" && f.message.find("47 of 500") != std::string::npos);
  EXPECT_TRUE(found);
}

TEST(KnownFaults, ClassesOneAndTwoSwapTheirMeaning) {
  CANDOR_NEEDS("CANDOR_DATA");
  const Checkup checkup = check_subject(table_subject({file("insurance-risk/insurance-customers-1500.csv", PartKind::train), file("insurance-risk/insurance-customers-risk-1500.csv", PartKind::test)}, {.targets = {"group"}}));
  EXPECT_EQ(said(checkup, "data.label-name-swap"), "error");
}

TEST(KnownFaults, TheShiftedPopulation) {
  CANDOR_NEEDS("CANDOR_DATA");
  const Checkup checkup = check_subject(table_subject({file("insurance-risk/insurance-customers-risk-1500.csv", PartKind::train), file("insurance-risk/insurance-customers-risk-1500-shift.csv", PartKind::served)}, {.targets = {"risk"}}));
  EXPECT_EQ(said(checkup, "serve.drift"), "warning");
}

// Pictures.

/// Pixels u8 [n, height, width, 1] and class numbers.
data::Dataset pictures(const std::vector<std::vector<std::uint8_t>>& pixels, const std::vector<std::int32_t>& labels, std::vector<std::string> names, std::int64_t side) {
  std::vector<std::uint8_t> all;
  for (const auto& p : pixels) all.insert(all.end(), p.begin(), p.end());
  data::Dataset set = data::from_arrays(Tensor::from(all, Shape{static_cast<std::int64_t>(pixels.size()), side, side, 1}), Tensor::from(labels));
  set.class_names = std::move(names);
  return set;
}

constexpr std::int64_t side = 32;

/// Blobs anywhere: no two alike, and none like its mirror picture.
std::vector<std::uint8_t> scene(Numbers& n) {
  std::vector<double> p(side * side, 40);
  for (int blob = 0; blob < 7; ++blob) {
    const double x = side * n.share(), y = side * n.share(), size = 2 + 4 * n.share(), light = 60 + 120 * n.share();
    for (std::int64_t r = 0; r < side; ++r)
      for (std::int64_t c = 0; c < side; ++c) p[static_cast<std::size_t>(r * side + c)] += light * std::exp(-((r - y) * (r - y) + (c - x) * (c - x)) / (2 * size * size));
  }
  std::vector<std::uint8_t> out;
  for (const double v : p) out.push_back(static_cast<std::uint8_t>(std::min(v, 255.0)));
  return out;
}

std::vector<std::uint8_t> mirror(const std::vector<std::uint8_t>& p) {
  std::vector<std::uint8_t> out(p.size());
  for (std::int64_t r = 0; r < side; ++r)
    for (std::int64_t c = 0; c < side; ++c) out[static_cast<std::size_t>(r * side + c)] = p[static_cast<std::size_t>(r * side + side - 1 - c)];
  return out;
}

std::vector<std::uint8_t> darker(std::vector<std::uint8_t> p) {
  for (std::uint8_t& v : p) v = static_cast<std::uint8_t>(v * 3 / 4);
  return p;
}

/// 120 scenes of two classes, and for every second one a copy made by `alter` with a label by `relabel`.
data::Dataset scenes(std::uint64_t seed, const std::function<std::vector<std::uint8_t>(const std::vector<std::uint8_t>&)>& alter, const std::function<std::int32_t(std::int32_t, int)>& relabel) {
  Numbers n{seed};
  std::vector<std::vector<std::uint8_t>> pixels;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 120; ++i) {
    pixels.push_back(scene(n));
    labels.push_back(i % 2);
    if (!alter || i % 4 > 1) continue;
    const std::vector<std::uint8_t> original = pixels.back();
    const std::int32_t label = labels.back();
    pixels.push_back(alter(original));
    labels.push_back(relabel(label, i));
  }
  return pictures(pixels, labels, {"front left", "front right"}, side);
}

TEST(PictureChecks, CopiesUnderTheFlippedLabel) {
  const auto look = [](const data::Dataset& set) { return check_subject(set_subject({{PartKind::train, "pictures", set}})); };
  const auto same = [](std::int32_t k, int) { return k; };
  const auto flip = [](std::int32_t k, int) { return 1 - k; };
  EXPECT_EQ(said(look(scenes(1, darker, flip)), "data.flip-label"), "error");
  EXPECT_EQ(said(look(scenes(1, mirror, same)), "data.flip-label"), "error");
  EXPECT_EQ(said(look(scenes(1, mirror, flip)), "data.flip-label"), "");
  EXPECT_EQ(said(look(scenes(1, darker, same)), "data.flip-label"), "");
  EXPECT_EQ(said(look(scenes(1, nullptr, same)), "data.flip-label"), "");
}

TEST(PictureChecks, TheSamePictureInTwoParts) {
  const auto same = [](std::int32_t k, int) { return k; };
  const data::Dataset train = scenes(1, nullptr, same), test = scenes(2, nullptr, same);
  const auto look = [&](const data::Dataset& other) { return check_subject(set_subject({{PartKind::train, "train", train}, {PartKind::test, "test", other}})); };
  EXPECT_EQ(said(look(test), "data.duplicate-rows"), "");
  EXPECT_EQ(said(look(train.slice(0, 30)), "data.duplicate-rows"), "error");
  EXPECT_EQ(said(look(train.slice(0, 30)), "data.group-split"), "");
  std::vector<std::vector<std::uint8_t>> copies;
  const std::vector<std::uint8_t> all = train.features.to_vector<std::uint8_t>();
  for (std::size_t i = 0; i < 20; ++i) copies.push_back(mirror({all.begin() + static_cast<std::ptrdiff_t>(i * side * side), all.begin() + static_cast<std::ptrdiff_t>((i + 1) * side * side)}));
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 20; ++i) labels.push_back(i % 2);
  EXPECT_EQ(said(look(pictures(copies, labels, train.class_names, side)), "data.group-split"), "error");
}

/// A quarter of a circle.
std::vector<std::uint8_t> turned(const std::vector<std::uint8_t>& p) {
  std::vector<std::uint8_t> out(p.size());
  for (std::int64_t r = 0; r < side; ++r)
    for (std::int64_t c = 0; c < side; ++c) out[static_cast<std::size_t>(c * side + side - 1 - r)] = p[static_cast<std::size_t>(r * side + c)];
  return out;
}

/// Two or three pixels cut off at two sides, and brought back to the size by linear interpolation.
std::vector<std::uint8_t> cropped(const std::vector<std::uint8_t>& p) {
  std::vector<std::uint8_t> out(p.size());
  const double from_x = 3, from_y = 1, part = 28.0 / 32;
  for (std::int64_t r = 0; r < side; ++r)
    for (std::int64_t c = 0; c < side; ++c) {
      const double y = std::clamp(from_y + (static_cast<double>(r) + .5) * part - .5, 0.0, side - 1.001), x = std::clamp(from_x + (static_cast<double>(c) + .5) * part - .5, 0.0, side - 1.001);
      const auto at = [&](std::int64_t i, std::int64_t j) { return static_cast<double>(p[static_cast<std::size_t>(i * side + j)]); };
      const auto i = static_cast<std::int64_t>(y), j = static_cast<std::int64_t>(x);
      const double v = y - static_cast<double>(i), u = x - static_cast<double>(j);
      out[static_cast<std::size_t>(r * side + c)] = static_cast<std::uint8_t>((1 - v) * ((1 - u) * at(i, j) + u * at(i, j + 1)) + v * ((1 - u) * at(i + 1, j) + u * at(i + 1, j + 1)));
    }
  return out;
}

TEST(PictureChecks, CopiesThatWereTurnedOrCropped) {
  const auto same = [](std::int32_t k, int) { return k; };
  const data::Dataset train = scenes(1, nullptr, same), others = scenes(2, nullptr, same);
  const auto look = [&](const auto& alter) {
    std::vector<std::vector<std::uint8_t>> pixels;
    std::vector<std::int32_t> labels;
    for (const data::Dataset* from : {&train, &others}) {
      const std::vector<std::uint8_t> all = from->features.to_vector<std::uint8_t>();
      for (std::size_t i = 0; i < (from == &train ? 15u : 60u); ++i) {
        const std::vector<std::uint8_t> one(all.begin() + static_cast<std::ptrdiff_t>(i * side * side), all.begin() + static_cast<std::ptrdiff_t>((i + 1) * side * side));
        pixels.push_back(from == &train ? alter(one) : one);
        labels.push_back(static_cast<std::int32_t>(i % 2));
      }
    }
    return check_subject(set_subject({{PartKind::train, "train", train}, {PartKind::test, "test", pictures(pixels, labels, train.class_names, side)}}));
  };
  EXPECT_EQ(said(look(turned), "data.group-split"), "error");
  EXPECT_EQ(said(look(cropped), "data.group-split"), "error");
  // Other pictures of the same kind are no copies, in whatever way they are held.
  EXPECT_EQ(said(check_subject(set_subject({{PartKind::train, "train", train}, {PartKind::test, "test", others}})), "data.group-split"), "");
}

TEST(PictureChecks, OneScaleForAllParts) {
  const data::Dataset set = scenes(1, nullptr, [](std::int32_t k, int) { return k; });
  data::Dataset scaled = scenes(2, nullptr, [](std::int32_t k, int) { return k; });
  std::vector<float> pixels;
  for (const std::uint8_t v : scaled.features.to_vector<std::uint8_t>()) pixels.push_back(static_cast<float>(v) / 255);
  scaled.features = Tensor::from(pixels, scaled.features.shape());
  EXPECT_EQ(said(check_subject(set_subject({{PartKind::train, "train", scaled}, {PartKind::test, "test", set}})), "data.scale"), "error");
  EXPECT_EQ(said(check_subject(set_subject({{PartKind::train, "train", set}, {PartKind::test, "test", set}})), "data.scale"), "");
}

TEST(PictureChecks, DrawnDigitsAreSound) {
  for (const std::uint64_t seed : {0, 1}) expect_sound(check_subject(set_subject({{PartKind::train, "train", data::digits(1200, seed)}, {PartKind::test, "test", data::digits(300, seed + 50)}})));
}

}  // namespace
}  // namespace candor::candid
