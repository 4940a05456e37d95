// Text tables as people have them: every dialect, and what is said about it.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "candor/base/threads.h"
#include "candor/data/table/read_table.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"
#include "tests/support/gzip.h"

namespace candor::data {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<double>;

std::string remark(const Table& table, const std::string& id) {
  for (const Remark& r : table.remarks)
    if (r.id == id) return r.message;
  return "";
}
bool has(const Table& table, const std::string& id) { return !remark(table, id).empty(); }
Values numbers(const Table& t, const char* column) { return t.at(column).numbers; }
Names words(const Table& t, const char* column) {
  Names result;
  for (std::int64_t r = 0; r < t.rows(); ++r) result.push_back(t.at(column).cell(r));
  return result;
}

TEST(TableCsv, EverySeparator) {
  for (const std::string s : {",", ";", "\t", "|", "  "}) {
    const Table t = parse_table("a" + s + "b" + s + "c\n1" + s + "2.5" + s + "x\n-3" + s + "4e2" + s + "y\n");
    EXPECT_EQ(numbers(t, "a"), (Values{1, -3})) << s;
    EXPECT_EQ(numbers(t, "b"), (Values{2.5, 400})) << s;
    EXPECT_EQ(words(t, "c"), (Names{"x", "y"})) << s;
    EXPECT_EQ(has(t, "csv.separator"), s != ",");
  }
  EXPECT_EQ(numbers(parse_table("a:b\n1:2\n", {.separator = ':'}), "b"), (Values{2}));
  EXPECT_EQ(numbers(parse_table("sep=;\na;b\n1;2\n"), "b"), (Values{2}));
  EXPECT_EQ(numbers(parse_table("  a   b \n  1   2\n 3 4  \n5\t6 \t\n"), "b"), (Values{2, 4, 6}));
}

TEST(TableCsv, OneColumn) {
  EXPECT_EQ(numbers(parse_table("a\n1\n2\n\n3"), "a"), (Values{1, 2, 3}));
  EXPECT_EQ(words(parse_table("name\nann\nbob\n"), "name"), (Names{"ann", "bob"}));
}

TEST(TableCsv, DecimalCommas) {
  const Table t = parse_table("name;preis;menge\na;1,5;3\nb;-0,25;4\nc;12;5\n");
  EXPECT_EQ(numbers(t, "preis"), (Values{1.5, -.25, 12}));
  EXPECT_EQ(numbers(t, "menge"), (Values{3, 4, 5}));
  EXPECT_NE(remark(t, "csv.decimal-comma").find("preis"), std::string::npos);
  EXPECT_EQ(numbers(parse_table("a,b\n\"1,5\",2\n\"2,25\",3\n"), "a"), (Values{1.5, 2.25}));
  EXPECT_EQ(numbers(parse_table("a;b\n1,234;x\n2,345;y\n"), "a"), (Values{1.234, 2.345}));
  EXPECT_EQ(numbers(parse_table("a;b\n1,5e3;x\n2,25e-1;y\n"), "a"), (Values{1500, .225}));
}

TEST(TableCsv, ThousandsMarks) {
  const Table us = parse_table("a,b\n\"1,234\",1\n\"1,234,567.5\",2\n12.5,3\n");
  EXPECT_EQ(numbers(us, "a"), (Values{1234, 1234567.5, 12.5}));
  EXPECT_TRUE(has(us, "csv.thousands"));
  const Table eu = parse_table("a;b\n1.234,5;1\n1.234.567,25;2\n1.000;3\n");
  EXPECT_EQ(numbers(eu, "a"), (Values{1234.5, 1234567.25, 1000}));
  EXPECT_TRUE(has(eu, "csv.thousands"));
  EXPECT_TRUE(has(eu, "csv.decimal-comma"));
  EXPECT_EQ(numbers(parse_table("a;b\n1 234,5;1\n12'345;2\n1\xc2\xa0" "000;3\n"), "a"), (Values{1234.5, 12345, 1000}));
  EXPECT_EQ(numbers(parse_table("a,b\n\"1,234\",1\n\"5,678\",2\n"), "a"), (Values{1234, 5678}));
  EXPECT_EQ(parse_table("a,b\n\"1,23,4\",1\n5,2\n").at("a").kind, Column::Kind::text);
  EXPECT_EQ(parse_table("a,b\n192.168.1.1,1\n10.0.0.1,2\n").at("a").kind, Column::Kind::text);
}

TEST(TableCsv, TheDecimalMarkThatWasAskedFor) {
  EXPECT_EQ(numbers(parse_table("a;b\n1,234;x\n2,345;y\n", {.decimal = '.'}), "a"), (Values{1234, 2345}));
  EXPECT_EQ(numbers(parse_table("a\tb\n1,234\tx\n2,345\ty\n", {.decimal = ','}), "a"), (Values{1.234, 2.345}));
}

TEST(TableCsv, DecimalCommaBesideDecimalPoint) {
  const Table t = parse_table("a;b\n1,5;1\n2.5;2\n3,5;3\n4;4\n");
  EXPECT_EQ(t.at("a").kind, Column::Kind::text);
  EXPECT_NE(remark(t, "csv.mixed-decimals").find("row 2 (\"2.5\")"), std::string::npos) << remark(t, "csv.mixed-decimals");
  // Asked for one of them, the other is an error with its rows.
  EXPECT_ERROR(corrupt, parse_table("a;b\n1,5;1\n2.5;2\n3,5;3\n4;4\n", {.decimal = ','}), "column \"a\"", "decimal comma", "row 2 (\"2.5\")");
  EXPECT_ERROR(corrupt, parse_table("a;b\n1,5;1\n2.5;2\n3,5;3\n4;4\n", {.decimal = '.'}), "decimal point", "row 1 (\"1,5\")");
  // Each column may have its own.
  const Table two = parse_table("a;b\n1,5;1.5\n2,5;2.25\n");
  EXPECT_EQ(numbers(two, "a"), (Values{1.5, 2.5}));
  EXPECT_EQ(numbers(two, "b"), (Values{1.5, 2.25}));
}

TEST(TableCsv, QuotesAndLineEndsInside) {
  const Table t = parse_table("\xef\xbb\xbf\"speed, top\" , age ,\"the \"\"g\"\"\"\r\n\r\n\"1\" , 2,\"low\nrisk\"\r\n3,\" 4\",\"say \"\"hi\"\", twice\"\r\n\n");
  EXPECT_EQ(t.names(), (Names{"speed, top", "age", "the \"g\""}));
  EXPECT_EQ(numbers(t, "age"), (Values{2, 4}));
  EXPECT_EQ(words(t, "the \"g\""), (Names{"low\nrisk", "say \"hi\", twice"}));
  EXPECT_EQ(words(parse_table("a,b\n5\" pipe,x\n6\" pipe,y\n"), "a"), (Names{"5\" pipe", "6\" pipe"}));
}

TEST(TableCsv, QuotesThatEncloseNothing) {
  std::string text = "mood\treview\n";
  for (int i = 0; i < 300; ++i) text += "neg\tplain words\n";
  text += "pos\t\"Great\", he said\nneg\t\"not\nneg\ta \"b\" c\n";
  const Table t = parse_table(text);
  ASSERT_EQ(t.rows(), 303);
  EXPECT_TRUE(has(t, "csv.quotes"));
  EXPECT_EQ(t.at("review").cell(300), "\"Great\", he said");
  EXPECT_EQ(t.at("review").cell(301), "\"not");
  EXPECT_ERROR(corrupt, parse_table(text, {.quotes = Quotes::enclosing}), "row 301", "--no-quotes");

  // A quote that was forgotten in a table with commas is a mistake until somebody says that it is text.
  const std::string commas = "a,b\n1,\"x\n2,y\n";
  EXPECT_ERROR(corrupt, parse_table(commas), "quote", "--no-quotes");
  EXPECT_EQ(words(parse_table(commas, {.quotes = Quotes::text}), "b"), (Names{"\"x", "y"}));
  // Cells over several lines that tabs part stay enclosed.
  const Table lines = parse_table("a\tb\n1\t\"x\ty\nz\"\n2\tw\n");
  EXPECT_EQ(words(lines, "b"), (Names{"x\ty\nz", "w"}));
  EXPECT_FALSE(has(lines, "csv.quotes"));
}

TEST(TableCsv, Encodings) {
  const std::string utf8 = "gr\xc3\xb6\xc3\x9f" "e,farbe\n1,gr\xc3\xbcn\n2,\xe2\x82\xac\n";
  const Table expected = parse_table(utf8);
  EXPECT_FALSE(has(expected, "csv.encoding"));
  const Table latin = parse_table("gr\xf6\xdf" "e,farbe\n1,gr\xfcn\n2,\x80\n");
  EXPECT_EQ(latin.names(), expected.names());
  EXPECT_EQ(latin.at("farbe").words, expected.at("farbe").words);
  EXPECT_TRUE(has(latin, "csv.encoding"));
  EXPECT_EQ(parse_table("gr\xf6\xdf" "e,farbe\n1,gr\xfcn\n2,\x80\n", {.encoding = "windows-1252"}).at("farbe").words, expected.at("farbe").words);
  std::u16string wide = u"gr\u00f6\u00dfe,farbe\n1,gr\u00fcn\n2,\u20ac\n3,\U0001F600\n";
  for (const bool mark : {true, false})
    for (const bool big : {true, false}) {
      std::string bytes;
      for (char16_t c : (mark ? u"\ufeff" : u"") + wide) {
        const char low = static_cast<char>(c & 0xff), high = static_cast<char>(c >> 8);
        bytes += big ? high : low;
        bytes += big ? low : high;
      }
      const Table t = parse_table(bytes);
      EXPECT_EQ(t.names(), expected.names());
      EXPECT_EQ(words(t, "farbe"), (Names{"gr\xc3\xbcn", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}));
      EXPECT_NE(remark(t, "csv.encoding").find("UTF-16"), std::string::npos);
    }
  EXPECT_ERROR(invalid_argument, parse_table("a\n1\n", {.encoding = "klingon"}), "klingon", "utf-8");
}

TEST(TableCsv, HeaderOrNone) {
  const Table t = parse_table("1,2\n3,4.5\n");
  EXPECT_EQ(t.names(), (Names{"column_1", "column_2"}));
  EXPECT_TRUE(has(t, "csv.no-header"));
  EXPECT_EQ(parse_table("1,2\n3,4.5\n", {.header = Header::yes}).names(), (Names{"1", "2"}));
  EXPECT_EQ(parse_table("x,y\n3,4.5\n", {.header = Header::no}).rows(), 2);
  EXPECT_EQ(parse_table("5.1,3.5,setosa\n4.9,3.0,setosa\n6.1,3.0,other\n").names()[2], "column_3");
  // Years as names: a word above a column of numbers says that it is a header.
  EXPECT_EQ(parse_table("n,2019,2020\n1,5,6\n2,7,8\n").names(), (Names{"n", "2019", "2020"}));
  // Words alone: what stands below again is no name.
  EXPECT_EQ(parse_table("p,x,s\ne,x,s\ne,b,s\np,x,y\np,x,s\n").rows(), 5);
  EXPECT_EQ(parse_table("kind,shape\ne,x\ne,b\np,x\np,x\n").names(), (Names{"kind", "shape"}));
  EXPECT_EQ(parse_table("a,,y\n1,2,0.5\n4,5,1.5\n").names(), (Names{"a", "column_2", "y"}));
}

TEST(TableCsv, CommentsTitlesAndBlankLines) {
  const Table t = parse_table("# made by hand\n# in 2024\nspeed,age\n\n1,2\n# a note\n3,4\n   \n");
  EXPECT_EQ(numbers(t, "speed"), (Values{1, 3}));
  EXPECT_NE(remark(t, "csv.comments").find("3 comment"), std::string::npos);
  EXPECT_EQ(parse_table("#id,name\n1,a\n2,b\n").names(), (Names{"id", "name"}));
  EXPECT_EQ(words(parse_table("tag,n\n#a,1\n#b,2\n#c,3\n"), "tag"), (Names{"#a", "#b", "#c"}));
  const Table titled = parse_table("Sales of 2024\n\nname,sum\na,1\nb,2\n");
  EXPECT_EQ(titled.names(), (Names{"name", "sum"}));
  EXPECT_TRUE(has(titled, "csv.title"));
  EXPECT_EQ(parse_table("a,b\n#1,2\n", {.comment = 0}).rows(), 1);
}

TEST(TableCsv, MissingCells) {
  const Table t = parse_table("x,c\n1,a\n,\nNA,n/a\nN/A,?\nnan,NULL\n?,-\n-,null\nnone,none\n2,b\n");
  EXPECT_EQ(t.at("x").kind, Column::Kind::number);
  EXPECT_EQ(t.at("x").missing(), 7);
  EXPECT_EQ(t.at("c").missing(), 6);
  EXPECT_EQ(t.at("c").words, (Names{"a", "none", "b"}));
  EXPECT_EQ(parse_table("x,y\n1,2\n-99,3\n", {.missing = {"-99"}}).at("x").missing(), 0);  // a number is a number until its column is told otherwise
  EXPECT_EQ(parse_table("x,y\n1,2\nk.A.,3\n", {.missing = {"k.A."}}).at("x").missing(), 1);
}

TEST(TableCsv, NumbersAreExact) {
  std::mt19937_64 random(3);
  std::string text = "x,y\n";
  Values expected;
  for (int i = 0; i < 3000; ++i) {
    const double v = std::bit_cast<double>(random());
    if (!std::isfinite(v)) continue;
    const double value = i % 3 == 0 ? v : i % 3 == 1 ? static_cast<double>(random() % 100000000) / 1000.0 : static_cast<double>(random()) / 3e15;
    char cell[40];
    std::snprintf(cell, sizeof cell, "%.17g", value);
    expected.push_back(std::strtod(cell, nullptr));
    text += std::string(cell) + ",1\n";
  }
  EXPECT_EQ(numbers(parse_table(text), "x"), expected);
  const Table t = parse_table("x\n+5\n-0\n.5\n5.\n1e5\n1E-3\n12345678901234567890\n9007199254740993\n0.1\n123456789.123456789\n");
  EXPECT_EQ(numbers(t, "x"), (Values{5, 0, .5, 5, 1e5, 1e-3, 12345678901234567890., 9007199254740993., .1, 123456789.123456789}));
  EXPECT_TRUE(std::signbit(numbers(t, "x")[1]));
  const Table far = parse_table("x,y\n1e400,1\n-1e-400,2\ninf,3\n");
  EXPECT_EQ(numbers(far, "x"), (Values{INFINITY, 0, INFINITY}));
  EXPECT_NE(remark(far, "csv.infinite").find("row 1"), std::string::npos);
}

TEST(TableCsv, AlmostAColumnOfNumbers) {
  std::string text = "x,y\n";
  for (int i = 0; i < 50; ++i) text += (i == 7 ? "seven" : std::to_string(i)) + "," + std::to_string(i) + "\n";
  const Table t = parse_table(text);
  EXPECT_EQ(t.at("x").kind, Column::Kind::text);
  EXPECT_EQ(t.at("x").cell(8), "8");
  EXPECT_NE(remark(t, "csv.mixed-column").find("row 8 (\"seven\")"), std::string::npos) << remark(t, "csv.mixed-column");
}

TEST(TableCsv, WhatTheFirstRowsDoNotShow) {
  std::string text = "n,d,w\n";
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + ";" + std::to_string(i % 7) + ";3\n";
  text += "1;1,5;x1\n2;2,5;x2\n";
  std::replace(text.begin(), text.begin() + 6, ',', ';');
  const Table t = parse_table(text);
  ASSERT_EQ(t.rows(), 5002);
  EXPECT_EQ(numbers(t, "d")[5001], 2.5);
  EXPECT_EQ(t.at("w").cell(0), "3");
  EXPECT_EQ(t.at("w").cell(5000), "x1");
  EXPECT_TRUE(has(t, "csv.mixed-column"));
}

TEST(TableCsv, TotalsRow) {
  const Table t = parse_table("name,a,b\nx,1,2\ny,3,4\nTotal,4,6\n");
  EXPECT_EQ(t.rows(), 2);
  EXPECT_NE(remark(t, "csv.totals-row").find("Total"), std::string::npos);
  EXPECT_EQ(parse_table("id,a,b\n1,1,2\n2,3,4\nTotal:,4,\n").at("id").kind, Column::Kind::number);
  EXPECT_EQ(parse_table("name,a,b\nx,1,2\ny,3,4\nTotal,4,6\n", {.totals_row = true}).rows(), 3);
  // The sums say it without a word.
  EXPECT_EQ(parse_table("name,a,b\nx,1,2\ny,3,4\nz,5,6\n,9,12\n").rows(), 3);
  EXPECT_EQ(parse_table("name,a,b\nx,1,2\ny,3,4\nz,5,6\n,9,13\n").rows(), 4);
  // A word like others.
  EXPECT_EQ(parse_table("kind,a\ntotal,1\npart,2\npart,7\ntotal,4\n").rows(), 4);
  const Table empty = parse_table("name,a\nx,1\ny,2\n,\n,\n");
  EXPECT_EQ(empty.rows(), 2);
  EXPECT_TRUE(has(empty, "csv.empty-rows"));
}

TEST(TableCsv, BlanksAroundSomeWords) {
  const Table t = parse_table("c,n\nyes,1\nno,2\n yes,3\nno,4\nyes,5\n");
  EXPECT_EQ(t.at("c").words, (Names{"yes", "no"}));
  EXPECT_NE(remark(t, "csv.outer-blanks").find("row 3"), std::string::npos);
  EXPECT_FALSE(has(parse_table("n, c\n1, yes\n2, no\n"), "csv.outer-blanks"));
}

TEST(TableCsv, RowNamesAndTrailingSeparators) {
  const Table r = parse_table("a,b\n1,5,6\n2,7,8\n");
  EXPECT_EQ(r.names(), (Names{"row", "a", "b"}));
  EXPECT_EQ(numbers(r, "b"), (Values{6, 8}));
  const Table trailing = parse_table("a,b,\n1,5,\n2,7,\n");
  EXPECT_EQ(trailing.names(), (Names{"a", "b"}));
  EXPECT_EQ(numbers(parse_table("a,b\n1,5,\n2,7,\n"), "b"), (Values{5, 7}));
}

TEST(TableCsv, ChosenColumnsRowsAndWords) {
  const char* text = "id,a,b,c\n1,2,x,4\n5,6,y,8\n9,10,z,12\n";
  const Table t = parse_table(text, {.columns = {"c", "a"}, .rows = 2});
  EXPECT_EQ(t.names(), (Names{"c", "a"}));
  EXPECT_EQ(numbers(t, "c"), (Values{4, 8}));
  EXPECT_EQ(words(parse_table("zip,n\n01234,1\n98765,2\n", {.text = {"zip"}}), "zip"), (Names{"01234", "98765"}));
  EXPECT_ERROR(not_found, parse_table(text, {.columns = {"d"}}), "\"d\"", "id, a, b, c");
  EXPECT_ERROR(invalid_argument, parse_table(text, {.columns = {"a", "a"}}), "twice");
}

TEST(TableCsv, PackedFiles) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(read_table(folder.write("t.csv.gz", testing::gzip("a,b\n1,2\n3,4.5\n"))).rows(), 2);
  const std::string whole = testing::gzip(std::string(100000, '1') + "\n");
  EXPECT_ERROR(corrupt, read_table(folder.write("cut.csv.gz", whole.substr(0, whole.size() - 12))), "cut.csv.gz", "truncated");
}

/// Long enough for many blocks, with line ends inside cells in places a block may begin.
std::string long_text(int rows) {
  std::mt19937 random(1);
  std::string text = "id,note,value,kind\n";
  for (int i = 0; i < rows; ++i) {
    text += std::to_string(i) + ",\"line one of " + std::to_string(i) + "\n";
    for (int k = random() % 6; k > 0; --k) text += "1,2,3,4\n, \"\"quoted\"\" and so on,,\n";
    text += "end\"," + std::to_string(i) + ".25," + (i % 3 ? "odd" : "even") + "\n";
  }
  return text;
}

TEST(TableCsv, TheSameForAnyNumberOfThreads) {
  const std::string text = long_text(8000);
  const int before = threads();
  set_threads(1);
  const Table one = parse_table(text);
  set_threads(4);
  const Table four = parse_table(text);
  set_threads(before);
  ASSERT_EQ(one.rows(), 8000);
  for (std::size_t c = 0; c < one.columns.size(); ++c) {
    EXPECT_EQ(one.columns[c].numbers, four.columns[c].numbers);
    EXPECT_EQ(one.columns[c].codes, four.columns[c].codes);
    EXPECT_EQ(one.columns[c].words, four.columns[c].words);
  }
  for (int i = 0; i < 8000; i += 13) ASSERT_EQ(one.at("value").numbers[static_cast<std::size_t>(i)], i + .25);
  EXPECT_EQ(one.at("kind").words.size(), 2u);
  EXPECT_EQ(one.at("note").words.size(), 8000u);
  EXPECT_ERROR(corrupt, parse_table(text + "1,2\n"), "row 8001 (line ", "has 2 cell(s), expected 4");
}

TEST(TableCsv, AMillionDifferentWords) {
  std::string text = "word,n\n";
  for (int i = 0; i < 1000000; ++i) text += "w" + std::to_string(i * 7919LL % 1000003) + ",1\n";
  const Table t = parse_table(text);
  ASSERT_EQ(t.rows(), 1000000);
  EXPECT_EQ(t.at("word").words.size(), 1000000u);
  EXPECT_EQ(t.at("word").codes[999999], 999999);
  EXPECT_EQ(t.at("word").cell(500000), "w" + std::to_string(500000 * 7919LL % 1000003));
}

TEST(TableCsv, AHundredThousandColumns) {
  std::string text;
  for (int c = 0; c < 100000; ++c) text += (c ? ",c" : "c") + std::to_string(c);
  for (int r = 0; r < 3; ++r) {
    text += "\n";
    for (int c = 0; c < 100000; ++c) text += (c ? "," : "") + std::to_string((r * 7 + c) % 10);
  }
  const Table t = parse_table(text);
  ASSERT_EQ(t.columns.size(), 100000u);
  EXPECT_EQ(t.columns[99998].numbers, (Values{8, 5, 2}));
}

// Bad input.

TEST(TableCsvBad, Empty) {
  EXPECT_ERROR(corrupt, parse_table("", {}, "t.csv"), "t.csv", "the file is empty");
  EXPECT_ERROR(corrupt, parse_table("\xef\xbb\xbf"), "the file is empty");
  EXPECT_ERROR(corrupt, parse_table("\n \n"), "only blank lines");
  EXPECT_ERROR(corrupt, parse_table("# x\n\n"), "only blank lines");
  EXPECT_ERROR(corrupt, parse_table("a,b\n"), "no rows below the header (a, b)");
  EXPECT_ERROR(corrupt, parse_table("a,b"), "no rows below the header (a, b)");
  EXPECT_ERROR(corrupt, parse_table("a,b\n#x\n"), "no rows below the header (a, b)");
}
TEST(TableCsvBad, Missing) { EXPECT_ERROR(not_found, read_table("/no/such.csv"), "/no/such.csv"); }
TEST(TableCsvBad, Binary) {
  EXPECT_ERROR(corrupt, parse_table(std::string_view("1,2\n\0\x01", 6)), "not a text table", "byte 4 is 0x00");
  EXPECT_ERROR(corrupt, parse_table(std::string_view("\x89PNG\r\n\x1a\n\0", 9)), "a PNG image");
  std::string late = "a,b\n";
  for (int i = 0; i < 300000; ++i) late += "1,x\n";
  EXPECT_ERROR(corrupt, parse_table(late + std::string("1,\0y\n", 5)), "not a text table", "0x00");
}
TEST(TableCsvBad, RaggedRows) {
  EXPECT_ERROR(corrupt, parse_table("a,b,y\n1,2,3\n1,2\n1,2,3\n", {}, "t.csv"), "t.csv: row 2 (line 3) has 2 cell(s), expected 3 as in the header");
  EXPECT_ERROR(corrupt, parse_table("1,2,3\n\n1,2,3,4\n1,2,3\n4,5,6\n"), "row 2 (line 3) has 4 cell(s), expected 3 as in the first row");
  EXPECT_ERROR(corrupt, parse_table("a,b,y\n1,2,3\n4,5,6\n7,8,9\n1,2"), "row 4 (line 5) has 2 cell(s)", "cut off");
}
TEST(TableCsvBad, MixedSeparators) {
  EXPECT_ERROR(corrupt, parse_table("a;b;c\n1;2;3\n4,5,6\n7;8;9\n"), "row 2 (line 3) has 1 cell(s), expected 3", "mixes separators");
}
TEST(TableCsvBad, DuplicateNames) {
  EXPECT_ERROR(corrupt, parse_table("a,b,a\n1,2,3\n"), "several columns are named \"a\" (columns 1 and 3)", "different names");
}
TEST(TableCsvBad, Quotes) {
  EXPECT_ERROR(corrupt, parse_table("a,y\n1,0\n\"1,0\n2,1\n"), "row 2 (line 3)", "quote");
  EXPECT_ERROR(corrupt, parse_table("a,y\n1,0\n\"1\"x,0\n2,1\n"), "row 2 (line 3)", "quote");
  EXPECT_ERROR(corrupt, parse_table("\"a,y\n1,2"), "line 1", "quote");
}
TEST(TableCsvBad, LinesThatEndWithCarriageReturns) {
  const Table t = parse_table("a,y\r1,0\r2,1\r");
  EXPECT_EQ(numbers(t, "y"), (Values{0, 1}));
  EXPECT_TRUE(has(t, "csv.line-ends"));
}
TEST(TableCsvBad, Options) {
  EXPECT_ERROR(invalid_argument, parse_table("a,y\n1,2\n", {.separator = '"'}), "separator");
  EXPECT_ERROR(invalid_argument, parse_table("a,y\n1,2\n", {.decimal = 'x'}), "decimal mark");
  EXPECT_ERROR(invalid_argument, parse_table("a,y\n1,2\n", {.separator = ',', .decimal = ','}), "both");
}

}  // namespace
}  // namespace candor::data
