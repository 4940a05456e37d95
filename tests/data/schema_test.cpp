// Roles as an analyst would guess them, what was asked, and what does not fit.
#include "candor/data/table/schema.h"

#include <gtest/gtest.h>

#include "candor/data/table/infer_column.h"
#include "tests/data/small_tables.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor::data {
namespace {

using testing::nothing;
using testing::number_column;
using testing::repeated;
using testing::small_table;
using testing::text_column;

Role role_of(Column column, int rows = 60) {
  const std::string name = column.name;
  Table table = small_table({std::move(column), number_column("x1", repeated(rows, [](int i) { return i * .37; })), number_column("y", repeated(rows, [](int i) { return i % 7 + .5; }))});
  const Schema schema = infer_schema(table);
  EXPECT_FALSE(schema.find(name)->why.empty());
  return schema.find(name)->role;
}
std::string text_of(int i) { return std::to_string(i); }

bool has_remark(const Schema& schema, const std::string& id, const std::string& part = "") {
  for (const Remark& remark : schema.remarks)
    if (remark.id == id && remark.message.find(part) != std::string::npos) return true;
  return false;
}

TEST(Schema, Numbers) {
  EXPECT_EQ(role_of(number_column("age", repeated(60, [](int i) { return 20. + i % 40; }))), Role::number);
  EXPECT_EQ(role_of(number_column("pclass", repeated(60, [](int i) { return 1. + i % 3; }))), Role::number);
  EXPECT_EQ(role_of(number_column("year", repeated(60, [](int i) { return 1900. + i; }))), Role::number);
  EXPECT_EQ(role_of(number_column("time", repeated(60, [](int i) { return 1. + i; }))), Role::number);
  EXPECT_EQ(role_of(number_column("amount", repeated(60, [](int i) { return 1e6 - 1000. * i; }))), Role::number);
  EXPECT_EQ(role_of(number_column("region_code", repeated(60, [](int i) { return 1. + i % 3; }))), Role::category);
  EXPECT_EQ(role_of(number_column("constant", repeated(60, [](int) { return 5.; }))), Role::ignore);
  EXPECT_EQ(role_of(number_column("nothing", repeated(60, [](int) { return nothing; }))), Role::ignore);
}

TEST(Schema, Ids) {
  EXPECT_EQ(role_of(number_column("id", repeated(60, [](int i) { return 84000. + 17 * ((i * 7) % 60); }))), Role::id);
  EXPECT_EQ(role_of(number_column("CustomerID", repeated(60, [](int i) { return 500. - i; }))), Role::id);
  EXPECT_EQ(role_of(number_column("rownames", repeated(60, [](int i) { return 1. + i; }))), Role::id);
  EXPECT_EQ(role_of(number_column("", repeated(60, [](int i) { return 0. + i; }))), Role::id);
  EXPECT_EQ(role_of(number_column("count_of_row", repeated(60, [](int i) { return 0. + i; }))), Role::id);
  EXPECT_EQ(role_of(text_column("hash", repeated(60, [](int i) { return "a" + text_of(i * 7919 + 100000); }))), Role::id);
  EXPECT_EQ(role_of(text_column("car", repeated(60, [](int i) { return "Maker" + text_of(i) + " Model" + text_of(i * 3); }))), Role::id);
  // Several rows of one: they belong together.
  EXPECT_EQ(role_of(number_column("patient_id", repeated(60, [](int i) { return 1. + i % 12; }))), Role::group);
  EXPECT_EQ(role_of(number_column("store_id", repeated(60, [](int i) { return 1. + i % 12; }))), Role::category);
  EXPECT_EQ(role_of(number_column("sample_weight", repeated(60, [](int i) { return 1. + i % 2; }))), Role::weight);
  EXPECT_EQ(role_of(number_column("weight", repeated(60, [](int i) { return 70. + i % 20; }))), Role::number);
}

TEST(Schema, WordsDatesAndTexts) {
  EXPECT_EQ(role_of(text_column("sex", repeated(60, [](int i) { return std::string(i % 2 ? "male" : "female"); }))), Role::category);
  EXPECT_EQ(role_of(text_column("city", repeated(60, [](int i) { return "c" + text_of(i % 25); }))), Role::category);
  EXPECT_EQ(role_of(text_column("sold", repeated(60, [](int i) { return "2024-0" + text_of(1 + i / 28) + "-" + text_of(10 + i % 19); }))), Role::date);
  EXPECT_EQ(role_of(text_column("sold", repeated(60, [](int i) { return text_of(1 + i % 28) + ".12.2024"; }))), Role::date);
  EXPECT_EQ(role_of(text_column("review", repeated(60, [](int i) { return "it was a day of type " + text_of(i) + " and we liked it"; }))), Role::text);
  // "2 mm" and a few numbers: words; mostly numbers with a few words: numbers.
  EXPECT_EQ(role_of(text_column("size", repeated(60, [](int i) { return i % 12 == 0 ? std::string("about 3") : text_of(i); }))), Role::number);
  EXPECT_EQ(role_of(text_column("answer", repeated(60, [](int i) { return i % 3 ? text_of(i % 3) : std::string("none of them"); }))), Role::category);
}

TEST(Schema, TargetAndTask) {
  const auto x = number_column("x", repeated(40, [](int i) { return i * .37; }));
  const auto word = text_column("kind", repeated(40, [](int i) { return std::string(i % 3 ? "a" : "b"); }));
  const auto price = number_column("price", repeated(40, [](int i) { return i * 1.5 + .25; }));
  const auto id = number_column("id", repeated(40, [](int i) { return 100. + i; }));
  const Table table = small_table({x, word, price, id});
  Schema schema = infer_schema(table);
  EXPECT_EQ(schema.targets(), (std::vector<std::string>{"price"}));
  EXPECT_EQ(schema.task, TaskKind::regression);
  EXPECT_EQ(schema.find("id")->role, Role::id);
  schema = infer_schema(table, {.targets = {"kind"}});
  EXPECT_EQ(schema.task, TaskKind::classification);
  EXPECT_EQ(schema.find("price")->role, Role::number);
  EXPECT_EQ(infer_schema(table, {.targets = {"1"}}).targets(), (std::vector<std::string>{"x"}));
  EXPECT_EQ(infer_schema(small_table({number_column("label", repeated(40, [](int i) { return i % 2 + 0.; })), x, price})).targets(), (std::vector<std::string>{"label"}));
  EXPECT_EQ(infer_schema(table, {.has_target = false}).targets(), std::vector<std::string>{});
  EXPECT_EQ(infer_schema(table, {.targets = {"x", "price"}}).task, TaskKind::regression);

  EXPECT_ERROR(not_found, infer_schema(table, {.targets = {"pirce"}}), "pirce", "did you mean \"price\"", "x, kind, price, id");
  EXPECT_ERROR(not_found, infer_schema(table, {.targets = {"5"}}), "no such column");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.targets = {"kind"}, .task = TaskKind::regression}), "holds words", "\"b\"");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.targets = {"x", "x"}}), "twice");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.targets = {"kind", "x"}, .task = TaskKind::classification}), "one target column");
  EXPECT_ERROR(invalid_argument, infer_schema(small_table({x, number_column("y", repeated(40, [](int) { return nothing; }))}), {.targets = {"y"}}), "missing in every row");
  EXPECT_ERROR(invalid_argument, infer_schema(small_table({x, number_column("y", repeated(40, [](int) { return 1.; }))}), {.targets = {"y"}}), "same in every row");
  // Names and texts are no classes, and dates only when each comes again.
  EXPECT_ERROR(invalid_argument, infer_schema(small_table({x, text_column("y", repeated(40, [](int i) { return "note " + text_of(i); }))}), {.targets = {"y"}}), "40 different words in 40 rows", "too many for classes");
  EXPECT_TRUE(has_remark(infer_schema(small_table({x, text_column("y", repeated(40, [](int i) { return "2024-01-1" + text_of(i % 10); }))}), {.targets = {"y"}}), "schema.target-date", "%Y-%m-%d"));
  EXPECT_ERROR(invalid_argument, infer_schema(small_table({x, x})), "several columns are named \"x\"");
  EXPECT_ERROR(invalid_argument, infer_schema(small_table({})), "no columns");
}

TEST(Schema, WhatWasAsked) {
  const Table table = small_table({number_column("day", repeated(40, [](int i) { return 20240101. + i % 28; })), number_column("grade", repeated(40, [](int i) { return 1. + i % 6; })),
                                   text_column("who", repeated(40, [](int i) { return "p" + text_of(i % 9); })), number_column("y", repeated(40, [](int i) { return .5 * i; }))});
  const Schema schema = infer_schema(table, {.roles = {{"day", Role::date}, {"grade", Role::category}, {"who", Role::group}}});
  EXPECT_EQ(schema.find("day")->date_format, "%Y%m%d");
  EXPECT_EQ(schema.find("grade")->role, Role::category);
  EXPECT_EQ(schema.find("who")->role, Role::group);
  EXPECT_EQ(infer_schema(table, {.ignore = {"2"}}).find("grade")->role, Role::ignore);
  EXPECT_ERROR(not_found, infer_schema(table, {.roles = {{"dya", Role::date}}}), "did you mean \"day\"");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.roles = {{"who", Role::date}}}), "cannot be a date", "p0");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.roles = {{"who", Role::number}}}), "cannot be a number");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.roles = {{"who", Role::weight}}}), "weight");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.roles = {{"day", Role::order}, {"grade", Role::order}}}), "one column can have the role order");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.roles = {{"day", Role::date}}, .date_formats = {{"day", "%d.%m.%Y"}}}), "no cell is a date", "%d.%m.%Y");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.date_formats = {{"day", "%d.%m"}}}), "no year");
  EXPECT_ERROR(invalid_argument, infer_schema(table, {.date_formats = {{"day", "%Y-%E"}}}), "%E");
}

TEST(Schema, RemarksOnMeaning) {
  const auto y = number_column("y", repeated(40, [](int i) { return .5 * i; }));
  // Two spellings of one class are listed and kept apart.
  const Table spelt = small_table({y, text_column("class", repeated(40, [](int i) { return std::string(i % 10 == 0 ? " yes" : i % 10 == 1 ? "Yes" : i % 2 ? "yes" : "no"); }))});
  const Schema schema = infer_schema(spelt);
  EXPECT_TRUE(has_remark(schema, "schema.spellings", "\" yes\" (4)")) << to_string(schema);
  EXPECT_NE(schema.find("class")->why.find("4 classes"), std::string::npos);
  // Two formats in one column, both read.
  const Table dates = small_table({text_column("day", repeated(40, [](int i) { return i % 4 ? "2024-03-" + text_of(10 + i % 20) : text_of(10 + i % 20) + ".03.2024"; })), y});
  const Schema two = infer_schema(dates);
  EXPECT_EQ(two.find("day")->date_format, "%Y-%m-%d|%d.%m.%Y");
  EXPECT_TRUE(has_remark(two, "schema.date-formats", "30 and 10 cells")) << to_string(two);
  const Table both = small_table({text_column("day", repeated(40, [](int i) { return i % 2 ? text_of(13 + i % 9) + "/0" + text_of(1 + i % 9) + "/2024" : "0" + text_of(1 + i % 9) + "/" + text_of(13 + i % 9) + "/2024"; })), y});
  EXPECT_TRUE(has_remark(infer_schema(both), "schema.day-month", "which may be wrong")) << to_string(infer_schema(both));
  EXPECT_FALSE(has_remark(infer_schema(both), "schema.day-month", "no date tells"));
  const Table open = small_table({text_column("day", repeated(40, [](int i) { return "0" + text_of(1 + i % 9) + "/0" + text_of(1 + (i * 5) % 9) + "/2024"; })), y});
  EXPECT_TRUE(has_remark(infer_schema(open), "schema.day-month", "no date tells")) << to_string(infer_schema(open));
  // A target that is missing in some rows.
  Table gaps = spelt;
  gaps.columns[1].codes[3] = gaps.columns[1].codes[7] = missing_word;
  EXPECT_TRUE(has_remark(infer_schema(gaps), "schema.target-missing", "2 of 40"));
  EXPECT_EQ(rows_with_targets(gaps, infer_schema(gaps)).size(), 38u);
  const Table mostly = small_table({text_column("size", repeated(40, [](int i) { return i == 5 ? std::string("unknown") : text_of(i); })), y});
  EXPECT_TRUE(has_remark(infer_schema(mostly), "schema.no-number", "\"unknown\""));
}

TEST(Schema, AMillionWordsAreAnId) {
  Column column = text_column("code", {});
  for (int i = 0; i < 1000000; ++i) column.words.push_back("w" + text_of(i)), column.codes.push_back(i);
  const Table table = small_table({column, number_column("x", repeated(1000000, [](int i) { return i * .5; })), number_column("y", repeated(1000000, [](int i) { return i % 2 + 0.; }))});
  const Schema schema = infer_schema(table);
  EXPECT_EQ(schema.find("code")->role, Role::id);
  EXPECT_EQ(schema.find("x")->role, Role::number);
}

TEST(Schema, Files) {
  const testing::TemporaryFolder folder;
  const auto check = [&](const std::string& path) {
    const SchemaOptions options = read_schema_file(path);
    EXPECT_EQ(options.targets, (std::vector<std::string>{"price"}));
    EXPECT_EQ(options.task, TaskKind::regression);
    EXPECT_EQ(options.roles.at("customer"), Role::id);
    EXPECT_EQ(options.roles.at("sold"), Role::date);
    EXPECT_EQ(options.date_formats.at("sold"), "%d.%m.%Y");
    EXPECT_EQ(options.ignore, (std::vector<std::string>{"note", "3"}));
  };
  check(folder.write("a.json", R"({"target": "price", "task": "regression", "columns": {"customer": "id", "sold": {"role": "date", "format": "%d.%m.%Y"}}, "ignore": ["note", 3]})"));
  const std::string yaml = folder.write("a.yaml", "target: price\ntask: regression\ncolumns:\n  customer: id\n  sold: {role: date, format: \"%d.%m.%Y\"}\nignore: [note, 3]\n");
  try {
    read_schema_file(yaml);
    check(yaml);
    EXPECT_ERROR(corrupt, read_schema_file(folder.write("b.yaml", "target: price\ncolumns: [a\n")), "line");
    EXPECT_ERROR(corrupt, read_schema_file(folder.write("b.yaml", "a: &a [x]\nb: [*a, *a]\n")), "aliases");
    EXPECT_ERROR(corrupt, read_schema_file(folder.write("b.yaml", "target: a\ntarget: b\n")), "line 2", "twice");
    EXPECT_ERROR(corrupt, read_schema_file(folder.write("b.yaml", "- a\n- b\n")), "a map");
    EXPECT_ERROR(corrupt, read_schema_file(folder.write("b.yaml", std::string(100000, '['))), "deeper");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);  // built without yaml-cpp
  }
  EXPECT_ERROR(not_found, read_schema_file(folder / "none.json"));
  EXPECT_ERROR(corrupt, read_schema_file(folder.write("b.json", "{\"target\": ")), "not a schema file");
  EXPECT_ERROR(corrupt, read_schema_file(folder.write("b.json", "{\"a\": " + std::string(100000, '[') + "}")));
  EXPECT_ERROR(invalid_argument, read_schema_file(folder.write("b.json", R"({"traget": "y"})")), "traget", "did you mean \"target\"");
  EXPECT_ERROR(invalid_argument, read_schema_file(folder.write("b.json", R"({"columns": {"a": "numbr"}})")), "\"a\"", "did you mean \"number\"");
  EXPECT_ERROR(invalid_argument, read_schema_file(folder.write("b.json", R"({"columns": {"a": {"role": "date", "fromat": "x"}}})")), "did you mean \"format\"");
  EXPECT_ERROR(invalid_argument, read_schema_file(folder.write("b.json", R"({"task": "cluster"})")), "cluster");
  EXPECT_ERROR(corrupt, read_schema_file(folder.write("b.json", R"({"target": {"a": 1}})")), "expected a word");
  // Flags go before the file.
  EXPECT_EQ(read_schema_file(folder.write("c.json", R"({"target": "a"})"), {.targets = {"b"}}).targets, (std::vector<std::string>{"b"}));
}

TEST(Schema, ConfigRoundTrip) {
  const Table table = small_table({text_column("day", repeated(40, [](int i) { return "2024-03-" + text_of(10 + i % 20); })), number_column("y", repeated(40, [](int i) { return .5 * i; }))});
  const Schema schema = infer_schema(table);
  EXPECT_EQ(to_config(schema_from_config(to_config(schema))), to_config(schema));
  EXPECT_ERROR(corrupt, schema_from_config(Config{{"columns", Config::List{Config{{"name", "a"}, {"role", "nmber"}}}}}), "nmber");
  EXPECT_ERROR(corrupt, schema_from_config(Config{{"columns", Config::List{Config{{"name", "a"}, {"role", "date"}}}}}), "without a format");
  EXPECT_ERROR(corrupt, schema_from_config(Config{{"columns", Config::List{Config{{"name", "a"}, {"role", "id"}}, Config{{"name", "a"}, {"role", "id"}}}}}), "two columns");
  EXPECT_ERROR(corrupt, schema_from_config(Config(3)));
}

TEST(Schema, NameWords) {
  EXPECT_EQ(detail::name_words("CustomerID"), (std::vector<std::string>{"customer", "id"}));
  EXPECT_EQ(detail::name_words("row_names.1"), (std::vector<std::string>{"row", "names", "1"}));
  EXPECT_EQ(detail::name_words(""), std::vector<std::string>{});
}

}  // namespace
}  // namespace candor::data
