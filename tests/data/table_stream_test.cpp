// Tables in pieces: the same rows as at once, whatever the size of the pieces.
#include "candor/data/table/table_stream.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/errors.h"
#include "tests/support/files.h"
#include "tests/support/gzip.h"
#include "tests/support/sqlite.h"

namespace candor::data {
namespace {

using testing::TemporaryFolder;

/// All cells in order.
std::vector<std::string> cells(const Table& table) {
  std::vector<std::string> result;
  for (std::int64_t r = 0; r < table.rows(); ++r)
    for (const Column& column : table.columns) result.push_back(column.cell(r));
  return result;
}

std::vector<std::string> streamed(TableStream& stream, std::size_t& pieces) {
  std::vector<std::string> result;
  pieces = 0;
  while (const auto piece = stream.next()) {
    EXPECT_EQ(piece->names(), stream.names());
    const auto more = cells(*piece);
    result.insert(result.end(), more.begin(), more.end());
    ++pieces;
  }
  EXPECT_FALSE(stream.next().has_value());
  return result;
}

bool drain(TableStream& stream) {
  while (stream.next()) {
  }
  return true;
}

std::string awkward(int rows, const char* end = "\n") {
  std::mt19937 random(5);
  std::string text = std::string("# a comment") + end + "id;note;preis;kind" + end;
  for (int i = 0; i < rows; ++i) {
    if (i % 50 == 7) text += std::string("# between") + end + end;
    text += std::to_string(i) + ";\"note " + std::to_string(i);
    for (int k = random() % 4; k > 0; --k) text += std::string(end) + "with; \"\"more\"\"";
    text += "\";" + std::to_string(i) + ",25;" + (i % 3 ? "odd" : i % 2 ? "NA" : "gr\xc3\xbcn") + end;
  }
  return text;
}

TEST(TableStream, TheSameRowsInPiecesOfAnySize) {
  const TemporaryFolder folder;
  for (const char* end : {"\n", "\r\n"}) {
    const std::string path = folder.write("t.csv", awkward(4000, end));
    const Table whole = read_table(path);
    ASSERT_EQ(whole.rows(), 4000);
    for (const std::size_t bytes : {std::size_t{1} << 12, std::size_t{10007}, std::size_t{1} << 16, std::size_t{1} << 24}) {
      TableStream stream(path, {}, bytes);
      EXPECT_EQ(stream.names(), whole.names());
      std::size_t pieces = 0;
      EXPECT_EQ(streamed(stream, pieces), cells(whole)) << bytes;
      EXPECT_EQ(stream.rows(), 4000);
      EXPECT_TRUE(bytes > 10007 || pieces > 5);
      bool commas = false, comments = false;
      for (const Remark& r : stream.remarks()) commas = commas || r.id == "csv.decimal-comma", comments = comments || r.id == "csv.comments";
      EXPECT_TRUE(commas);
      EXPECT_TRUE(comments);
    }
  }
}

TEST(TableStream, PackedAndWide) {
  const TemporaryFolder folder;
  const std::string text = awkward(3000);
  const Table whole = parse_table(text);
  std::size_t pieces = 0;
  TableStream packed(folder.write("t.csv.gz", testing::gzip(text)), {}, 1 << 13);
  EXPECT_EQ(streamed(packed, pieces), cells(whole));
  EXPECT_GT(pieces, 5u);
  std::string wide = "\xff\xfe";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) == 0xc3) wide += {static_cast<char>(0xfc), 0}, ++i;  // the only letter beyond ASCII
    else wide += {text[i], 0};
  }
  TableStream utf16(folder.write("u.csv", wide), {}, 1 << 13);
  EXPECT_EQ(streamed(utf16, pieces), cells(whole));
  const std::string cut = testing::gzip(text);
  const std::string path = folder.write("cut.csv.gz", cut.substr(0, cut.size() / 2));
  EXPECT_ERROR(corrupt, TableStream(path, {}, 1 << 12), "truncated");
}

TEST(TableStream, OptionsAndTheEnd) {
  const TemporaryFolder folder;
  std::string text = "name,a\n";
  for (int i = 0; i < 20000; ++i) text += "x" + std::to_string(i % 100) + "," + std::to_string(i) + "\n";
  const std::string path = folder.write("t.csv", text + "Total,199990000\n");
  std::size_t pieces = 0;
  TableStream totals(path, {}, 1 << 13);
  EXPECT_EQ(streamed(totals, pieces).size(), 40000u);
  EXPECT_EQ(totals.remarks().back().id, "csv.totals-row");
  TableStream some(path, {.columns = {"a"}, .rows = 5000}, 1 << 13);
  EXPECT_EQ(streamed(some, pieces).size(), 5000u);
  TableStream one(folder.write("one.csv", "a,b\n1,2"));
  EXPECT_EQ(streamed(one, pieces), (std::vector<std::string>{"1", "2"}));
}

TEST(TableStream, KindsAreKept) {
  const TemporaryFolder folder;
  std::string text = "n,w\n";
  for (int i = 0; i < 300000; ++i) text += std::to_string(i) + ",5\n";
  const std::string path = folder.write("t.csv", text + "\nold,six\n");
  TableStream stream(path, {}, 1 << 16);
  EXPECT_ERROR(corrupt, drain(stream), "row 300001 (line 300003), column \"n\"", "expected a number as in the rows before, got \"old\"");
  std::size_t pieces = 0;
  TableStream words(path, {.text = {"n", "w"}}, 1 << 16);
  EXPECT_EQ(streamed(words, pieces).back(), "six");
  EXPECT_ERROR(corrupt, read_table(path, {.numbers = {"n"}}), "row 300001 (line 300003), column \"n\": expected a number, got \"old\"");
  EXPECT_EQ(read_table(path).at("n").kind, Column::Kind::text);
  EXPECT_EQ(parse_table("a,b\nNA,1\n?,2\n", {.numbers = {"a"}}).at("a").missing(), 2);
  EXPECT_ERROR(invalid_argument, parse_table("a,b\n1,1\n", {.text = {"a"}, .numbers = {"a"}}), "as numbers and as words");
}

TEST(TableStream, BadInput) {
  const TemporaryFolder folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 100000; ++i) text += "1,2\n";
  TableStream ragged(folder.write("r.csv", text + "1,2,3\n" + text.substr(4)), {}, 1 << 14);
  EXPECT_ERROR(corrupt, drain(ragged), "row 100001 (line 100002) has 3 cell(s), expected 2");
  TableStream quote(folder.write("q.csv", text + "\"1,2\n" + text.substr(4)), {}, 1 << 14);
  EXPECT_ERROR(corrupt, drain(quote), "row 100001 (line 100002)", "quote");
  EXPECT_ERROR(not_found, TableStream(folder / "no.csv"), "no.csv");
  EXPECT_ERROR(io, TableStream(folder.path()), "folder");
  EXPECT_ERROR(corrupt, TableStream(folder.write("e.csv", "")), "empty");
}

/// Rows of JSON: some with columns that the first ones lack, objects inside, lists, escapes that look like ends.
std::vector<std::string> json_rows(int rows) {
  std::vector<std::string> result;
  for (int i = 0; i < rows; ++i) {
    std::string row = "{\"a\":" + std::to_string(i) + ",\"w\":\"x\\\"}{[],\\n" + std::to_string(i % 9) + "\\\\\",\"in\":{\"b\":" + std::to_string(i / 4.0) + "},\"l\":[1,\"],\",{\"z\":[]}]";
    if (i > rows / 2) row += ",\"late\":" + std::to_string(-i);
    result.push_back(row + "}");
  }
  return result;
}

TEST(TableStream, JsonInEachForm) {
  const TemporaryFolder folder;
  const std::vector<std::string> rows = json_rows(3000);
  std::string lines, list = "\n [ \n", spread;
  for (const std::string& row : rows) {
    lines += row + (row.size() % 2 ? "\n" : "  \r\n\n");
    list += (list.size() > 5 ? " ,\n" : "") + row;
    std::string over = row;
    for (std::size_t at = 0; (at = over.find(",\"", at)) != std::string::npos; at += 4)
      if (over[at + 2] != ']') over.insert(at + 1, "\n ");
    spread += over + "\n";
  }
  list += " ]\n\n";
  const std::string path = folder.write("t.jsonl", lines);
  const Table want = read_table(path);
  ASSERT_EQ(want.rows(), 3000);
  EXPECT_EQ(want.names(), (std::vector<std::string>{"a", "w", "in.b", "l", "late"}));
  EXPECT_EQ(want.at("w").cell(10), "x\"}{[],\n1\\");
  EXPECT_EQ(want.at("l").cell(10), "[1,\"],\",{\"z\":[]}]");
  EXPECT_EQ(want.at("late").missing(), 1501);
  for (const std::string& source : {path, folder.write("list.json", list), folder.write("spread.json", spread), folder.write("t.json.gz", testing::gzip(list)), folder.write("named_otherwise.txt", lines)}) {
    EXPECT_EQ(cells(read_table(source)), cells(want)) << source;
    for (const std::size_t bytes : {std::size_t{1} << 12, std::size_t{1} << 16, std::size_t{1} << 24}) {
      TableStream stream(source, {}, bytes);
      EXPECT_EQ(stream.names(), want.names());
      std::size_t pieces = 0;
      EXPECT_EQ(streamed(stream, pieces), cells(want)) << source << " " << bytes;
      EXPECT_TRUE(bytes == std::size_t{1} << 24 ? pieces == 1 : pieces > 5) << pieces;
    }
  }
  std::size_t pieces = 0;
  TableStream some(path, {.columns = {"late", "a"}, .rows = 2000}, 1 << 12);
  EXPECT_EQ(streamed(some, pieces).size(), 4000u);
  EXPECT_ERROR(not_found, TableStream(path, {.columns = {"late"}, .rows = 100}, 1 << 12).next(), "\"late\"");
}

TEST(TableStream, JsonThatIsBad) {
  const TemporaryFolder folder;
  std::string lines;
  for (int i = 0; i < 5000; ++i) lines += "{\"a\":" + std::to_string(i) + "}\n";
  EXPECT_ERROR(corrupt, TableStream(folder.write("cut.jsonl", lines + "{\"a\":")), "line 5001", "not JSON");
  TableStream words(folder.write("w.jsonl", lines + "{\"a\":\"many\"}\n"), {}, 1 << 12);
  EXPECT_ERROR(corrupt, drain(words), "row 5001, column \"a\": expected a number as in the rows before, got \"many\"");
  const auto list = [&](const std::string& text) { return folder.write("l.json", text); };
  EXPECT_ERROR(corrupt, read_table(list("[{\"a\":1} {\"a\":2}]")), "line 1", "a comma or the end of the list is expected");
  EXPECT_ERROR(corrupt, read_table(list("[{\"a\":1},\n\n{\"a\":2}")), "line 3", "is not closed");
  EXPECT_ERROR(corrupt, read_table(list("[{\"a\":1},]")), "a row is expected, got \"]\"");
  EXPECT_ERROR(corrupt, read_table(list("[{\"a\":1}] 5")), "something follows the list");
  EXPECT_ERROR(corrupt, read_table(list("[{\"a\":1]}]")), "not JSON");
  EXPECT_ERROR(corrupt, read_table(list("{\n\"a\":1\n}\n}")), "line 4", "a row is expected to be an object");
  EXPECT_ERROR(corrupt, read_table(list("[]")), "no rows");
  EXPECT_ERROR(corrupt, read_table(list("{\"data\":[{\"a\":1},{\"a\":2}]}")), "\"data\" is a list", "jq .data");
  EXPECT_ERROR(corrupt, read_table(list("{\"a\":{\"0\":1,\"1\":2},\"b\":{\"0\":1,\"1\":2}}")), "orient=\"records\"");
  EXPECT_ERROR(unsupported, read_table(folder.write("u.csv", std::string("\xff\xfe\0\0a\0\0\0", 8))), "UTF-32");
  // A row without end must not take all memory.
  EXPECT_ERROR(corrupt, TableStream(folder.write("endless.jsonl", "{\"a\":\"" + std::string(70 << 20, 'x') + "\"}")), "line 1: a row of more than 67,108,864 bytes");
  EXPECT_ERROR(corrupt, TableStream(folder.write("deep.jsonl", lines + std::string(70 << 20, '[') + "\n")), "line 5001: a row of more than 67,108,864 bytes");
  std::string wide;
  for (int i = 0; i < 20000; ++i) wide += "{\"c" + std::to_string(i) + "\":1}\n";
  EXPECT_ERROR(corrupt, TableStream(folder.write("wide.jsonl", wide)), "columns of its own");
}

TEST(TableStream, AnswersOfADatabase) {
  const TemporaryFolder folder;
  const std::string path = folder / "t.db";
  // zip is made of digits in the first pieces and of words later; late is empty at first; n has a word at the end.
  const std::string rows = "with recursive i(x) as (select 0 union all select x + 1 from i where x < 9999) ";
  if (!testing::run_sqlite(path, "create table t(id integer, zip text, late real, n); " + rows + "insert into t select x, 'z' || (x % 7), case when x > 5000 then x / 2.0 end, x from i"))
    GTEST_SKIP() << "needs libsqlite3.so.0";
  const Table whole = read_table(path);
  for (const std::size_t bytes : {std::size_t{1} << 12, std::size_t{1} << 16, std::size_t{1} << 24}) {
    TableStream stream("sqlite:" + path, {}, bytes);
    EXPECT_EQ(stream.names(), whole.names());
    std::size_t pieces = 0;
    EXPECT_EQ(streamed(stream, pieces), cells(whole)) << bytes;
    EXPECT_EQ(stream.rows(), 10000);
    EXPECT_TRUE(bytes == std::size_t{1} << 24 ? pieces == 1 : pieces > 5) << pieces;
  }
  std::size_t pieces = 0;
  {
    TableStream some(path, {.query = "select zip, id from t order by id desc", .columns = {"id"}, .rows = 3000}, 1 << 12);
    EXPECT_EQ(some.names(), (std::vector<std::string>{"id"}));
    const auto got = streamed(some, pieces);
    ASSERT_EQ(got.size(), 3000u);
    EXPECT_EQ(got.front(), "9999");
    EXPECT_EQ(got.back(), "7000");
  }
  TableStream none(path, {.query = "select * from t where id < 0"});
  EXPECT_ERROR(corrupt, none.next(), "gives no rows");
  EXPECT_ERROR(invalid_argument, TableStream(path, {.query = "select nope from t"}), "no such column: nope");

  // A column stays what it was. (A reader that is not at its end keeps the file from being written.)
  ASSERT_TRUE(testing::run_sqlite(path, "update t set n = 'many' where id = 8000; update t set zip = '12' where id < 6000"));
  TableStream word(path, {}, 1 << 12);
  EXPECT_ERROR(corrupt, drain(word), "column \"zip\": expected a number as in the rows before, got \"z", "row 600");
  TableStream asked(path, {}, 1 << 12);
  asked.expect({"id", "n", "no such column"}, {"zip"});
  EXPECT_ERROR(corrupt, drain(asked), "row 8001, column \"n\": expected a number as in the rows before, got \"many\"");
  TableStream words(path, {}, 1 << 12);
  words.expect({}, {"n", "zip"});
  EXPECT_EQ(streamed(words, pieces).size(), 40000u);
  EXPECT_ERROR(invalid_argument, words.expect({"n"}, {}), "before rows are taken");
  TableStream failing(path, {.query = "select id, abs(case when id = 5000 then -9223372036854775807 - 1 else 1 end) as a from t"}, 1 << 12);
  EXPECT_ERROR(invalid_argument, drain(failing), "the query failed at row 5,001", "integer overflow");
}

TEST(TableStream, WhatColumnsHoldCanBeSaidWhenTheirNamesAreKnown) {
  const TemporaryFolder folder;
  const std::string csv = folder.write("t.csv", "a,b\n1,2\n3,x\n");
  TableStream numbers(csv);
  EXPECT_ERROR(corrupt, numbers.expect({"b", "c"}, {"a"}), "column \"b\"", "got \"x\"");
  TableStream words(csv);
  words.expect({}, {"a", "b"});
  EXPECT_EQ(words.next()->at("a").kind, Column::Kind::text);
  TableStream lines(folder.write("t.jsonl", "{\"a\":1}\n{\"a\":2}\n"));
  lines.expect({}, {"a"});
  EXPECT_EQ(lines.next()->at("a").kind, Column::Kind::text);
}

}  // namespace
}  // namespace candor::data
