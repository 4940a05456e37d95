// The table itself: columns, cells, rows that are taken, rows that are recognised.
#include "candor/data/table/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "candor/data/table/read_table.h"
#include "tests/support/errors.h"

namespace candor::data {
namespace {

Table people() { return parse_table("name,age,risk\nann,30,low\nbob,,high\ncy,1.5,\ndee,-7,low\n"); }

TEST(Table, ColumnsOfNumbersAndWords) {
  const Table t = people();
  ASSERT_EQ(t.rows(), 4);
  EXPECT_EQ(t.names(), (std::vector<std::string>{"name", "age", "risk"}));
  EXPECT_EQ(t.at("age").kind, Column::Kind::number);
  EXPECT_EQ(t.at("risk").kind, Column::Kind::text);
  EXPECT_EQ(t.at("risk").words, (std::vector<std::string>{"low", "high"}));
  EXPECT_EQ(t.at("risk").codes, (std::vector<std::int32_t>{0, 1, missing_word, 0}));
  EXPECT_TRUE(std::isnan(t.at("age").numbers[1]));
  EXPECT_TRUE(t.at("age").is_missing(1));
  EXPECT_FALSE(t.at("age").is_missing(0));
  EXPECT_EQ(t.at("age").missing(), 1);
  EXPECT_EQ(t.at("risk").missing(), 1);
  EXPECT_EQ(t.find("nobody"), nullptr);
  EXPECT_ERROR(not_found, t.at("rsk"), "\"rsk\"", "name, age, risk", "did you mean \"risk\"?");
}

TEST(Table, CellsAsText) {
  Column c{"x", Column::Kind::number, {30, 1.5, -0.0, 1e300, 123456789012345, 0.1, NAN}};
  const char* expected[] = {"30", "1.5", "0", "1e+300", "123456789012345", "0.1", ""};
  for (int r = 0; r < 7; ++r) EXPECT_EQ(c.cell(r), expected[r]);
  EXPECT_EQ(people().at("risk").cell(1), "high");
  EXPECT_EQ(people().at("risk").cell(2), "");
}

TEST(Table, TakesRowsInAnyOrder) {
  const std::vector<std::int64_t> rows{3, 0, 0};
  const Table t = people().take(rows);
  ASSERT_EQ(t.rows(), 3);
  EXPECT_EQ(t.at("name").cell(0), "dee");
  EXPECT_EQ(t.at("name").cell(2), "ann");
  EXPECT_EQ(t.at("age").numbers, (std::vector<double>{-7, 30, 30}));
  const std::vector<std::int64_t> none{};
  EXPECT_EQ(people().take(none).rows(), 0);
  const std::vector<std::int64_t> beyond{4}, before{-1};
  EXPECT_ERROR(invalid_argument, people().take(beyond), "row 4", "4 rows");
  EXPECT_ERROR(invalid_argument, people().take(before), "row -1");
}

TEST(Table, RowsAreRecognisedByTheirContents) {
  const Table a = parse_table("x,name\n1,a\n2,b\n1,a\n,b\n"), b = parse_table("name,x\nb,2.0\na,1\n");
  const auto ids = a.row_identities(), others = b.row_identities();
  EXPECT_EQ(ids[0], ids[2]);
  EXPECT_EQ(ids[0], others[1]);
  EXPECT_EQ(ids[1], others[0]);
  EXPECT_EQ(std::set<std::uint64_t>(ids.begin(), ids.end()).size(), 3u);
  // A spoiled cell makes words of a column; the rows that were not spoiled are the same rows.
  EXPECT_EQ(parse_table("x,name\n1,a\n2,b\noops,c\n").row_identities()[1], ids[1]);
  // The same values under other names are another row.
  EXPECT_NE(parse_table("y,name\n1,a\n").row_identities()[0], ids[0]);
  EXPECT_NE(parse_table("x,y\n1,2\n").row_identities()[0], parse_table("x,y\n2,1\n").row_identities()[0]);
}

}  // namespace
}  // namespace candor::data
