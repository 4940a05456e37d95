#include "candor/data/csv.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/files.h"
#include "tests/support/errors.h"
#include "tests/support/gzip.h"

namespace candor::data {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<float>;

Dataset parse(std::string_view text, const CsvOptions& options = {}) { return parse_csv(text, options, "t.csv"); }

TEST(Csv, SeparatorsAreFound) {
  for (const char separator : {',', ';', '\t'}) {
    std::string text = "a,b,y\n1,2.5,0\n-3,4e2,1\n5,6,0\n7,8,1\n";
    for (char& c : text)
      if (c == ',') c = separator;
    const Dataset d = parse(text);
    EXPECT_EQ(d.feature_names, (Names{"a", "b"}));
    EXPECT_EQ(d.target_names, (Names{"y"}));
    EXPECT_EQ(d.features.to_vector(), (Values{1, 2.5f, -3, 400, 5, 6, 7, 8}));
    EXPECT_EQ(d.class_names, (Names{"0", "1"}));
    EXPECT_EQ(d.targets.to_vector<int>(), (std::vector<int>{0, 1, 0, 1}));
  }
  EXPECT_EQ(parse("1|2\n3|4\n", {.separator = '|'}).features.to_vector(), (Values{1, 3}));
}

TEST(Csv, HeaderOrNone) {
  EXPECT_EQ(parse("1,2\n3,4.5\n").feature_names, (Names{"column_1"}));
  EXPECT_EQ(parse("1,2\n3,4.5\n", {.header = Header::yes}).feature_names, (Names{"1"}));
  EXPECT_EQ(parse("x,y\n3,4.5\n").rows(), 1);
  EXPECT_ERROR(corrupt, parse("x,y\n3,4.5\n", {.header = Header::no}), "row 1 (line 1)", "\"x\"");
}

TEST(Csv, QuotesLineEndsByteOrderMarkAndBlanks) {
  const Dataset d = parse("\xef\xbb\xbf\"speed, top\" , age ,\"group \"\"g\"\"\"\r\n\r\n\"1\" , 2,\"low\nrisk\"\r\n3,\" 4\",high\r\n\n");
  EXPECT_EQ(d.feature_names, (Names{"speed, top", "age"}));
  EXPECT_EQ(d.target_names, (Names{"group \"g\""}));
  EXPECT_EQ(d.class_names, (Names{"high", "low\nrisk"}));
}

TEST(Csv, TextClassesAreSortedAndNumbersByValue) {
  EXPECT_EQ(parse("1,b\n2,a\n3,b\n4,a\n").targets.to_vector<int>(), (std::vector<int>{1, 0, 1, 0}));
  EXPECT_EQ(parse("1,10\n2,9.0\n3,10.0\n4,9\n").class_names, (Names{"9", "10"}));
}

TEST(Csv, TheKindOfTargetIsFoundOrSaid) {
  EXPECT_FALSE(parse("1,0.5\n2,1\n3,0\n4,1\n").is_classification());
  EXPECT_FALSE(parse("1,1\n2,2\n3,3\n4,4\n").is_classification());  // as many values as rows
  EXPECT_TRUE(parse("1,1\n2,2\n3,3\n", {.kind = TargetKind::classification}).is_classification());
  EXPECT_FALSE(parse("1,1\n2,0\n3,1\n4,0\n", {.kind = TargetKind::regression}).is_classification());
}

TEST(Csv, ColumnsByNameByNumberInOrderAndIgnored) {
  const char* text = "id,a,b,y,z\n9,1,2,3.5,4.5\n8,5,6,7.5,8.5\n";
  const Dataset d = parse(text, {.targets = {"z", "4"}, .ignore = {"id"}});
  EXPECT_EQ(d.feature_names, (Names{"a", "b"}));
  EXPECT_EQ(d.targets.shape(), (Shape{2, 2}));
  EXPECT_EQ(d.targets.to_vector(), (Values{4.5f, 3.5f, 8.5f, 7.5f}));
  const Dataset predict = parse(text, {.has_targets = false, .features = {"b", "a"}});
  EXPECT_FALSE(predict.has_targets());
  EXPECT_EQ(predict.features.to_vector(), (Values{2, 1, 6, 5}));
  EXPECT_EQ(parse(text, {.ignore = {"z", "y"}}).target_names, (Names{"b"}));
}

TEST(Csv, KnownClassesKeepTheirNumbers) {
  EXPECT_EQ(parse("1,b\n2,b\n", {.class_names = {"a", "b"}}).targets.to_vector<int>(), (std::vector<int>{1, 1}));
  EXPECT_ERROR(invalid_argument, parse("1,b\n2,c\n", {.class_names = {"a", "b"}}), "row 2 (line 2)", "class \"c\" is unknown", "a, b");
}

TEST(Csv, PackedFile) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(read_csv(folder.write("t.csv.gz", testing::gzip("1,2\n3,4.5\n"))).rows(), 2);
}

TEST(Csv, ManyRowsInParallel) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 20000; ++i) text += std::to_string(i) + "," + std::to_string(2 * i) + "," + std::to_string(i % 3) + "\n";
  const Dataset d = parse(text);
  ASSERT_EQ(d.rows(), 20000);
  for (int i = 0; i < 20000; i += 997) EXPECT_EQ(d.slice(i, i + 1).features.to_vector(), (Values{static_cast<float>(i), 2.f * static_cast<float>(i)}));
  text += "1,x,2\n1,2\n";
  EXPECT_ERROR(corrupt, parse(text), "row 20001 (line 20002), column \"b\"", "\"x\"", "first of 2");
}

TEST(Csv, NoLineEndAtTheEnd) {
  EXPECT_EQ(parse("a,y\n1,0.5\n2,0.25").rows(), 2);
  EXPECT_EQ(parse("a,y\r\n1,0.5\r\n2,0.25\r").targets.to_vector(), (Values{0.5f, 0.25f}));
}

TEST(Csv, AHundredThousandColumns) {
  std::string text, names;
  for (int c = 0; c < 100000; ++c) names += (c ? ",c" : "c") + std::to_string(c);
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 100000; ++c) text += (c ? "," : "") + std::to_string((r * 7 + c) % 10);
    text += "\n";
  }
  const Dataset d = parse(names + "\n" + text, {.kind = TargetKind::regression});
  EXPECT_EQ(d.features.shape(), (Shape{3, 99999}));
  EXPECT_EQ(d.slice(2, 3).features.to_vector()[99998], static_cast<float>((14 + 99998) % 10));
  std::vector<std::string> wanted = d.feature_names;
  std::reverse(wanted.begin(), wanted.end());  // found by name at once, not by looking through all for each
  EXPECT_EQ(parse(names + "\n" + text, {.has_targets = false, .features = wanted}).features.to_vector()[99998], 0.f);
  EXPECT_ERROR(corrupt, parse(names + "\n" + text + "1,2\n"), "row 4 (line 5) has 2 cell(s), expected 100000");
}

TEST(Csv, HugeAndTinyNumbers) {
  EXPECT_EQ(parse("a,y\n3e38,0.5\n-3e38,1e-40\n").features.to_vector(), (Values{3e38f, -3e38f}));
  EXPECT_ERROR(corrupt, parse("a,y\n4e38,0.5\n1,1.5\n"), "row 1 (line 2), column \"a\"", "4e38");
  EXPECT_ERROR(corrupt, parse("a,y\n" + std::string(400, '9') + ",0.5\n1,1.5\n"), "row 1 (line 2), column \"a\"");
}

// Bad input.

TEST(CsvBad, Missing) { EXPECT_ERROR(not_found, read_csv("/no/such.csv"), "/no/such.csv", "No such file"); }
TEST(CsvBad, Empty) {
  EXPECT_ERROR(corrupt, parse(""), "t.csv", "the file is empty");
  EXPECT_ERROR(corrupt, parse("\n \n"), "only blank lines");
  EXPECT_ERROR(corrupt, parse("a,b\n"), "no rows below the header (a, b)");
}
TEST(CsvBad, BinaryAsCsv) {
  EXPECT_ERROR(corrupt, parse(std::string_view("1,2\n\0\x01", 6)), "not a text table", "byte 4 is 0x00");
  EXPECT_ERROR(corrupt, parse(std::string_view("\x89PNG\r\n\x1a\n\0", 9)), "a PNG image");
  EXPECT_ERROR(corrupt, parse(std::string_view("\xfd" "7zXZ\0\0\0", 8)), "an xz archive");
  EXPECT_ERROR(corrupt, parse(std::string_view("PK\x03\x04", 4)), "zip archive");
  EXPECT_ERROR(corrupt, parse(std::string_view("\xff\xfe" "1\0", 4)), "UTF-16");
}
TEST(CsvBad, RaggedRows) {
  EXPECT_ERROR(corrupt, parse("a,b,y\n1,2,3\n1,2\n"), "t.csv: row 2 (line 3) has 2 cell(s), expected 3 as in the header");
  EXPECT_ERROR(corrupt, parse("1,2,3\n\n1,2,3,4\n"), "row 2 (line 3) has 4 cell(s), expected 3 as in the first row");
}
TEST(CsvBad, TextInANumericColumn) {
  EXPECT_ERROR(corrupt, parse("speed,age,y\n1,2,0\n1,old,1\n"), "t.csv: row 2 (line 3), column \"age\": expected a number, got \"old\"");
  EXPECT_ERROR(corrupt, parse("a;y\n1,5;2\n"), "\"1,5\"", "decimal point");
  EXPECT_ERROR(corrupt, parse("a,y\n1,0.5\n2,x\n", {.kind = TargetKind::regression}), "row 2 (line 3), target column \"y\"", "\"x\"");
}
TEST(CsvBad, NanAndInfinity) {
  for (const char* cell : {"nan", "NaN", "inf", "-inf", "Infinity", "1e60"})
    EXPECT_ERROR(corrupt, parse(std::string("a,y\n1,0\n") + cell + ",1\n"), "row 2 (line 3), column \"a\"", "not finite", cell);
  EXPECT_ERROR(corrupt, parse("a,y\n1,0.5\n2,nan\n"), "row 2 (line 3), target column \"y\"", "not finite");
}
TEST(CsvBad, MissingValues) {
  EXPECT_ERROR(corrupt, parse("a,y\n1,0\n,1\n"), "row 2 (line 3), column \"a\": the cell is empty");
  EXPECT_ERROR(corrupt, parse("a,y\n1,0\nNA,1\n"), "the value is missing (\"NA\")");
  EXPECT_ERROR(corrupt, parse("a,y\n1,x\n2,\n"), "row 2 (line 3), column \"y\": the class is missing");
}
TEST(CsvBad, Quotes) {
  EXPECT_ERROR(corrupt, parse("a,y\n\"1,0\n2,1\n"), "row 1 (line 2)", "quote");
  EXPECT_ERROR(corrupt, parse("a,y\n\"1\"x,0\n2,1\n"), "row 1 (line 2)", "quote");
  EXPECT_ERROR(corrupt, parse("\"a,y\n1,2"), "line 1", "quote");
}
TEST(CsvBad, NamesThatCouldNotBeFoundAgain) {
  EXPECT_ERROR(invalid_argument, parse("a,a,y\n1,2,3\n4,5,6\n"), "several columns are named \"a\"", "different names");
  EXPECT_ERROR(invalid_argument, parse("y,b,y\n1,2,3\n4,5,6\n"), "several columns are named \"y\"");
  EXPECT_EQ(parse("a,a,b,y\n1,2,3,0.5\n4,5,6,1.5\n", {.features = {"b"}}).features.to_vector(), (Values{3, 6}));
  EXPECT_EQ(parse("a,,y\n1,2,0.5\n4,5,1.5\n").feature_names, (Names{"a", "column_2"}));
  EXPECT_ERROR(corrupt, parse("gr\xf6\xdf" "e,y\n1,0.5\n2,1.5\n"), "line 1", "is not UTF-8");
  EXPECT_ERROR(corrupt, parse("a,y\n1,gr\xfcn\n2,rot\n"), "column \"y\"", "is not UTF-8");
  EXPECT_EQ(parse("gr\xc3\xb6\xc3\x9f" "e,y\n1,0.5\n2,1.5\n").feature_names, (Names{"gr\xc3\xb6\xc3\x9f" "e"}));
}
TEST(CsvBad, LinesThatEndWithCarriageReturns) { EXPECT_ERROR(corrupt, parse("a,y\r1,0\r2,1\r"), "CR alone"); }
TEST(CsvBad, Columns) {
  EXPECT_ERROR(not_found, parse("speed,age,group\n1,2,3\n", {.targets = {"grup"}}), "target \"grup\"", "speed, age, group", "did you mean \"group\"?");
  EXPECT_ERROR(invalid_argument, parse("a,a,y\n1,2,3\n", {.targets = {"a"}}), "2 columns have that name");
  EXPECT_ERROR(invalid_argument, parse("a,b,y\n1,2,3\n", {.targets = {"y"}, .ignore = {"y"}}), "\"y\" is named twice or ignored");
  EXPECT_ERROR(corrupt, parse("y\n1\n2\n"), "1 column(s) (\"y\")", "no features");
  EXPECT_ERROR(invalid_argument, parse("a,y,z\n1,b,c\n1,b,c\n", {.targets = {"y", "z"}, .kind = TargetKind::classification}), "classes need one target column");
  EXPECT_ERROR(invalid_argument, parse("a,y\n1,2\n", {.separator = '"'}), "separator");
}

}  // namespace
}  // namespace candor::data
