// Parts of rows: sizes, what stays together, what stays when rows are added, folds, and rows recognised later.
#include "candor/data/table/row_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "candor/base/base64.h"
#include "candor/base/base64_decode.h"
#include "candor/data/table/split_record.h"
#include "candor/formats/config_json.h"
#include "candor/tensor/random.h"
#include "tests/data/small_tables.h"
#include "tests/support/errors.h"

namespace candor::data {
namespace {

using testing::nothing;
using testing::number_column;
using testing::repeated;
using testing::small_table;
using testing::text_column;

/// x, a day, a customer, an id and a class; 1 row in 10 is of class "rare".
Table orders(int rows) {
  const RandomStream random{3, 9};
  return small_table({number_column("x", repeated(rows, [&](int i) { return 1. * random.normal(static_cast<std::uint64_t>(i)); })),
                      text_column("day", repeated(rows, [](int i) { return "2024-" + std::to_string(10 + (i * 7) % 3) + "-" + std::to_string(10 + (i * 11) % 18); })),
                      number_column("customer_id", repeated(rows, [&](int i) { return 1. + static_cast<double>(random.below(static_cast<std::uint64_t>(i) + 100000, 20)); })),
                      text_column("id", repeated(rows, [](int i) { return "order" + std::to_string(i * 31 + 7); })),
                      text_column("class", repeated(rows, [](int i) { return std::string(i % 10 == 0 ? "rare" : i % 2 ? "a" : "b"); }))});
}
Schema schema_of(const Table& table) { return infer_schema(table, {.targets = {"class"}}); }

/// Every row is in exactly one part.
void expect_parts(const RowSplit& split, std::int64_t rows) {
  std::set<std::int64_t> all;
  for (const auto* part : {&split.train, &split.validation, &split.test}) all.insert(part->begin(), part->end());
  EXPECT_EQ(static_cast<std::int64_t>(all.size()), rows);
  EXPECT_EQ(static_cast<std::int64_t>(split.train.size() + split.validation.size() + split.test.size()), rows);
  EXPECT_EQ(*all.begin(), 0);
  EXPECT_EQ(*all.rbegin(), rows - 1);
}
bool has_remark(const RowSplit& split, const std::string& id) {
  return std::any_of(split.remarks.begin(), split.remarks.end(), [&](const Remark& remark) { return remark.id == id; });
}

TEST(RowSplit, RandomAndStratified) {
  const Table table = orders(500);
  Schema schema = schema_of(table);
  const RowSplit random = split_rows(table, schema, {.way = SplitWay::random, .validation = .1, .test = .2});
  expect_parts(random, 500);
  EXPECT_EQ(random.test.size(), 100u);
  EXPECT_EQ(random.validation.size(), 50u);
  EXPECT_TRUE(std::is_sorted(random.train.begin(), random.train.end()));
  EXPECT_EQ(random.test, split_rows(table, schema, {.way = SplitWay::random, .validation = .1, .test = .2}).test);
  EXPECT_NE(random.test, split_rows(table, schema, {.way = SplitWay::random, .validation = .1, .test = .2, .seed = 1}).test);
  // Customers are on both sides, and days were shuffled: both are said.
  EXPECT_TRUE(has_remark(random, "split.group"));
  EXPECT_TRUE(has_remark(random, "split.time"));
  const RowSplit stratified = split_rows(table, schema, {.way = SplitWay::stratified, .validation = .1, .test = .2});
  expect_parts(stratified, 500);
  const auto rare = [](const std::vector<std::int64_t>& rows) { return std::count_if(rows.begin(), rows.end(), [](std::int64_t r) { return r % 10 == 0; }); };
  EXPECT_EQ(rare(stratified.test), 10);
  EXPECT_EQ(rare(stratified.validation), 5);
  EXPECT_EQ(rare(stratified.train), 35);
  // A number is spread as well.
  const Table numbers = small_table({number_column("x", repeated(200, [](int i) { return i * .3; })), number_column("y", repeated(200, [](int i) { return i * i * .5; }))});
  const RowSplit spread = split_rows(numbers, infer_schema(numbers));
  EXPECT_EQ(spread.way, SplitWay::stratified);
  EXPECT_EQ(std::count_if(spread.test.begin(), spread.test.end(), [](std::int64_t r) { return r < 100; }), 20);
  // A class of one row stays where it can be learned from.
  Table lonely = table;
  lonely.columns[4].words.push_back("only");
  lonely.columns[4].codes[250] = 3;
  const RowSplit one = split_rows(lonely, schema, {.way = SplitWay::stratified});
  EXPECT_EQ(std::count(one.test.begin(), one.test.end(), 250), 0);
  EXPECT_TRUE(has_remark(one, "split.rare-class"));
}

TEST(RowSplit, GroupsStayTogether) {
  const Table table = orders(600);
  const Schema schema = schema_of(table);
  ASSERT_EQ(schema.find("customer_id")->role, Role::group);
  const RowSplit split = split_rows(table, schema, {.validation = .2, .test = .2});
  EXPECT_EQ(split.way, SplitWay::grouped);
  EXPECT_EQ(split.column, "customer_id");
  expect_parts(split, 600);
  std::map<double, std::set<int>> sides;
  const std::vector<const std::vector<std::int64_t>*> parts{&split.train, &split.validation, &split.test};
  for (int p = 0; p < 3; ++p)
    for (std::int64_t row : *parts[static_cast<std::size_t>(p)]) sides[table.columns[2].numbers[static_cast<std::size_t>(row)]].insert(p);
  for (const auto& [customer, side] : sides) EXPECT_EQ(side.size(), 1u) << customer;
  EXPECT_NEAR(static_cast<double>(split.test.size()), 120, 40);
  EXPECT_NEAR(static_cast<double>(split.validation.size()), 120, 40);
  EXPECT_FALSE(has_remark(split, "split.group"));
  for (const RowSplit& fold : split_folds(table, schema, 5)) {
    std::set<double> train;
    for (std::int64_t row : fold.train) train.insert(table.columns[2].numbers[static_cast<std::size_t>(row)]);
    for (std::int64_t row : fold.test) ASSERT_EQ(train.count(table.columns[2].numbers[static_cast<std::size_t>(row)]), 0u);
    EXPECT_NEAR(static_cast<double>(fold.test.size()), 120, 30);
  }
  EXPECT_ERROR(invalid_argument, split_folds(table, schema, 21), "21 folds need 21 pieces", "20", "customer_id");
}

TEST(RowSplit, TheNewestRowsTest) {
  const Table table = orders(400);
  const Schema schema = schema_of(table);
  const RowSplit split = split_rows(table, schema, {.way = SplitWay::ordered, .validation = .2, .test = .2});
  EXPECT_EQ(split.column, "day");
  expect_parts(split, 400);
  const auto day = [&](std::int64_t row) { return table.columns[1].cell(row); };
  EXPECT_LT(day(split.train.back()), day(split.validation.front()));
  EXPECT_LT(day(split.validation.back()), day(split.test.front()));
  EXPECT_NEAR(static_cast<double>(split.test.size()), 80, 12);
  EXPECT_FALSE(has_remark(split, "split.time"));
  const std::vector<RowSplit> folds = split_folds(table, schema, 4, {.way = SplitWay::ordered});
  ASSERT_EQ(folds.size(), 4u);
  for (std::size_t f = 0; f < folds.size(); ++f) {
    EXPECT_LT(day(folds[f].train.back()), day(folds[f].test.front()));
    EXPECT_GT(folds[f].train.size(), f > 0 ? folds[f - 1].train.size() : 0);
  }
  EXPECT_ERROR(invalid_argument, split_folds(table, schema, 100, {.way = SplitWay::ordered}), "101 pieces");
  const Schema asked = infer_schema(table, {.targets = {"class"}, .roles = {{"x", Role::order}}});
  EXPECT_EQ(split_rows(table, asked).way, SplitWay::ordered);
  const Table same = small_table({number_column("t", repeated(9, [](int) { return 1.; })), number_column("x", repeated(9, [](int i) { return i * .3; })), number_column("y", repeated(9, [](int i) { return i * .5; }))});
  EXPECT_ERROR(invalid_argument, split_rows(same, infer_schema(same), {.way = SplitWay::ordered, .column = "t"}), "no row is left");
}

TEST(RowSplit, HashedRowsStayWhenOthersCome) {
  const Table small = orders(500), large = orders(800);
  const Schema schema = schema_of(small);
  const RowSplitOptions options{.way = SplitWay::hashed, .validation = .1, .test = .2};
  const RowSplit before = split_rows(small, schema, options), after = split_rows(large, schema, options);
  EXPECT_EQ(before.column, "id");
  expect_parts(after, 800);
  std::vector<std::int64_t> still;
  std::copy_if(after.test.begin(), after.test.end(), std::back_inserter(still), [](std::int64_t r) { return r < 500; });
  EXPECT_EQ(still, before.test);
  EXPECT_NEAR(static_cast<double>(after.test.size()), 160, 40);
  EXPECT_NE(split_rows(small, schema, {.way = SplitWay::hashed, .seed = 5}).test, split_rows(small, schema, {.way = SplitWay::hashed}).test);
  // Rows in another order, without an id: each stays on its side.
  Table reversed = small;
  std::vector<std::int64_t> order = repeated(500, [](int i) { return std::int64_t{499 - i}; });
  reversed = small.take(order);
  Schema no_id = schema;
  for (ColumnRole& column : no_id.columns)
    if (column.role == Role::id) column.role = Role::ignore;
  std::vector<std::int64_t> mirrored;
  for (std::int64_t row : split_rows(reversed, no_id, options).test) mirrored.push_back(499 - row);
  std::sort(mirrored.begin(), mirrored.end());
  EXPECT_EQ(mirrored, split_rows(small, no_id, options).test);
}

TEST(RowSplit, FoldsAndFoldsWithinFolds) {
  const Table table = orders(203);
  Schema schema = schema_of(table);
  for (SplitWay way : {SplitWay::random, SplitWay::stratified, SplitWay::hashed, SplitWay::grouped}) {
    std::set<std::int64_t> tested;
    for (const RowSplit& fold : split_folds(table, schema, 4, {.way = way, .validation = .2})) {
      expect_parts(fold, 203);
      EXPECT_FALSE(fold.validation.empty());
      for (std::int64_t row : fold.test) EXPECT_TRUE(tested.insert(row).second);
    }
    EXPECT_EQ(tested.size(), 203u) << to_string(way);
  }
  const std::vector<NestedSplit> nested = split_nested(table, schema, 3, 2, {.way = SplitWay::stratified});
  ASSERT_EQ(nested.size(), 3u);
  for (const NestedSplit& outer : nested) {
    ASSERT_EQ(outer.inner.size(), 2u);
    const std::set<std::int64_t> train(outer.outer.train.begin(), outer.outer.train.end());
    std::set<std::int64_t> inside;
    for (const RowSplit& inner : outer.inner)
      for (const auto* part : {&inner.train, &inner.test}) inside.insert(part->begin(), part->end());
    EXPECT_EQ(inside, train);
  }
}

TEST(RowSplit, WhatCannotBe) {
  const Table table = orders(50);
  const Schema schema = schema_of(table);
  EXPECT_ERROR(invalid_argument, split_rows(table, schema, {.test = 1.2}), "shares");
  EXPECT_ERROR(invalid_argument, split_rows(table, schema, {.validation = .6, .test = .6}), "leave rows to train on");
  EXPECT_ERROR(invalid_argument, split_rows(table, schema, {.way = SplitWay::random, .column = "x"}), "grouped, ordered and hashed");
  EXPECT_ERROR(not_found, split_rows(table, schema, {.way = SplitWay::grouped, .column = "custmer_id"}), "customer_id");
  EXPECT_ERROR(invalid_argument, split_rows(table, schema, {.way = SplitWay::ordered, .column = "class"}), "no order");
  EXPECT_ERROR(invalid_argument, split_folds(table, schema, 1), "2 folds");
  EXPECT_ERROR(invalid_argument, split_folds(table, schema, 51, {.way = SplitWay::random}), "51 pieces", "50");
  const Table one = small_table({number_column("x", {1}), number_column("y", {2})});
  Schema plain;
  plain.columns = {{"x", Role::number, "", ""}, {"y", Role::number, "", ""}};
  EXPECT_ERROR(invalid_argument, split_rows(one, plain), "1 row(s)");
  EXPECT_ERROR(invalid_argument, split_rows(one, plain, {.way = SplitWay::grouped, .test = 0}), "role group");
  EXPECT_ERROR(invalid_argument, split_way_from("groups"), "did you mean \"grouped\"");
  EXPECT_EQ(split_way_from("ordered"), SplitWay::ordered);
}

TEST(SplitRecord, RowsAreRecognised) {
  const Table table = orders(600);
  const Schema schema = schema_of(table);
  const RowSplit split = split_rows(table, schema, {.way = SplitWay::random, .validation = .1, .test = .3});
  const SplitRecord record = SplitRecord::from_config(formats::config_from_json(formats::to_json(SplitRecord(table, schema, split).config()), "test"));
  EXPECT_EQ(record.rows(SeenAs::train), 360);
  EXPECT_EQ(record.how(), split.how);
  // In any order of rows and columns.
  Table mixed = table.take(repeated(600, [](int i) { return std::int64_t{(i * 7) % 600}; }));
  std::swap(mixed.columns[0], mixed.columns[3]);
  mixed.columns.push_back(number_column("new", repeated(600, [](int i) { return 1. * i; })));
  const std::vector<SeenAs> seen = record.look_up(mixed);
  for (int i = 0; i < 600; ++i) {
    const std::int64_t row = i * 7 % 600;
    const SeenAs expected = std::binary_search(split.train.begin(), split.train.end(), row) ? SeenAs::train : std::binary_search(split.test.begin(), split.test.end(), row) ? SeenAs::test : SeenAs::validation;
    EXPECT_LE(seen[static_cast<std::size_t>(i)], expected);  // a row of the test may look like one of the training rows by chance
    EXPECT_TRUE(expected != SeenAs::train || seen[static_cast<std::size_t>(i)] == expected);
  }
  EXPECT_NE(record.describe(seen).find("trained on 36"), std::string::npos) << record.describe(seen);
  // New rows are new, but for one in some hundreds.
  Table fresh = table;
  for (double& x : fresh.columns[0].numbers) x += 1;
  const std::vector<SeenAs> none = record.look_up(fresh);
  EXPECT_GE(std::count(none.begin(), none.end(), SeenAs::fresh), 592);
  std::vector<SeenAs> tested(100, SeenAs::test);
  EXPECT_NE(record.describe(tested).find("held back"), std::string::npos);
  EXPECT_EQ(record.describe(std::vector<SeenAs>(100, SeenAs::fresh)), "");
  EXPECT_NE(record.describe(std::vector<SeenAs>(100, SeenAs::train)).find("remembers"), std::string::npos);
  fresh.columns.pop_back();
  EXPECT_EQ(record.describe(record.look_up(fresh)), "");
}

TEST(SplitRecord, AMillionRowsAreSmall) {
  const int rows = 300000;
  const Table table = small_table({number_column("x", repeated(rows, [](int i) { return i * .25; })), number_column("y", repeated(rows, [](int i) { return i % 7 * 1.; }))});
  const Schema schema = infer_schema(table);
  const SplitRecord record(table, schema, split_rows(table, schema));
  EXPECT_LT(formats::to_json(record.config()).size(), rows * 2.1);
}

TEST(SplitRecord, DamagedOnesAreErrors) {
  const Table table = orders(60);
  const Schema schema = schema_of(table);
  const Config good = SplitRecord(table, schema, split_rows(table, schema)).config();
  const auto damaged = [&](const char* key, Config value) {
    Config config = good, train = good.at("train");
    train.set(key, std::move(value));
    config.set("train", train);
    return config;
  };
  for (const Config& value : {Config(-1), Config(1e300), Config(std::int64_t{1} << 60), Config("x")}) {
    EXPECT_ERROR(corrupt, SplitRecord::from_config(damaged("rows", value)));
    EXPECT_ERROR(corrupt, SplitRecord::from_config(damaged("bits", value)));
    EXPECT_ERROR(corrupt, SplitRecord::from_config(damaged("kept", value)));
  }
  EXPECT_ERROR(corrupt, SplitRecord::from_config(damaged("kept", 20)));
  EXPECT_ERROR(corrupt, SplitRecord::from_config(damaged("data", "!!!!")), "base64");
  EXPECT_ERROR(corrupt, SplitRecord::from_config(damaged("data", "")), "do not fit");
  EXPECT_ERROR(corrupt, SplitRecord::from_config(damaged("data", base64(std::string(200, '\xff')))));
  EXPECT_ERROR(corrupt, SplitRecord::from_config(damaged("data", base64(std::string(200, '\0')))), "rise");
  EXPECT_ERROR(corrupt, SplitRecord::from_config(Config()));
}

TEST(Base64, ThereAndBack) {
  for (const std::string bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) EXPECT_EQ(from_base64(base64(bytes)), bytes);
  EXPECT_EQ(from_base64("Zm9vYmE="), "fooba");
  for (const char* text : {"Z", "Zm9", "Zm9v=", "Zm=v", "Zm9!", "====", "Zh=="}) EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace candor::data
