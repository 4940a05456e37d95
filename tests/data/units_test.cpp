// Numbers with units: found, read, and checked when a model is asked.
#include <gtest/gtest.h>

#include "candor/data/table/read_table.h"
#include "candor/data/table/units.h"
#include "tests/support/errors.h"

namespace candor::data {
namespace {

std::string column(const std::string& name, const std::vector<std::string>& cells) {
  std::string csv = name + ",other\n";
  for (const std::string& cell : cells) csv += "\"" + cell + "\",1\n";
  return csv;
}
Table table(const std::vector<std::string>& cells) { return parse_table(column("x", cells), {.separator = ',', .header = Header::yes}); }

TEST(Units, OneUnitMakesNumbers) {
  struct Case {
    std::vector<std::string> cells;
    std::string unit;
    std::vector<double> values;
  };
  const Case cases[] = {
      {{"12 kg", "3.5 kg", "7kg"}, "kg", {12, 3.5, 7}},
      {{"$1,200", "$950", "-$3.50"}, "$", {1200, 950, -3.5}},
      {{"45 %", "7%", "100 %"}, "%", {45, 7, 100}},
      {{"1.200,50 \u20AC", "3,20 \u20AC", "7 \u20AC"}, "\u20AC", {1200.5, 3.2, 7}},
      {{"EUR 12", "EUR 1,200.5", "EUR 3"}, "EUR", {12, 1200.5, 3}},
      {{"21.5 \u00B0C", "-3 \u00B0C", "0 \u00B0C"}, "\u00B0C", {21.5, -3, 0}},
      {{"12 km/h", "13 km/h", "14.5 km/h"}, "km/h", {12, 13, 14.5}},
      {{"30 m2", "41 m2", "55 m2"}, "m2", {30, 41, 55}},
  };
  for (const Case& c : cases) {
    Table t = table(c.cells);
    const std::vector<ColumnUnit> units = read_units(t);
    ASSERT_EQ(units.size(), 1u) << c.cells[0];
    EXPECT_EQ(units[0].column, "x");
    EXPECT_EQ(units[0].unit, c.unit);
    EXPECT_EQ(t.at("x").numbers, c.values) << c.cells[0];
    EXPECT_EQ(t.remarks.back().id, "table.units");
  }
}

TEST(Units, MissingCellsStayMissing) {
  Table t = table({"12 kg", "NA", "", "3 kg", "4 kg"});
  ASSERT_EQ(read_units(t).size(), 1u);
  EXPECT_EQ(t.at("x").missing(), 2);
  EXPECT_EQ(t.at("x").numbers[3], 3);
}

TEST(Units, OtherWordsStayWords) {
  for (const std::vector<std::string>& cells : std::vector<std::vector<std::string>>{
           {"12 kg", "3 kg", "heavy"}, {"10 am", "11 am", "9 am"}, {"1st", "2nd", "3rd", "4th", "21st", "x"}, {"12 Main Street", "13 Elm Street", "7 Oak Road"},
           {"A 12", "A 13", "A 14"}, {"3:1", "2:1", "1:1"}, {"5-10 kg", "1-2 kg", "2-3 kg"}, {"12 kg", "13 kg"}, {"kg", "kg", "g"}, {"1.2.3 kg", "4 kg", "5 kg"}}) {
    Table t = table(cells);
    EXPECT_TRUE(read_units(t).empty()) << cells[0];
    EXPECT_EQ(t.at("x").kind, Column::Kind::text) << cells[0];
  }
  Table kept = table({"12 kg", "3 kg", "4 kg"});
  EXPECT_TRUE(read_units(kept, {"x"}).empty());
}

TEST(Units, DifferentUnitsAreSaidAndNotMixed) {
  Table t = table({"12 kg", "300 g", "4 kg", "5"});
  EXPECT_TRUE(read_units(t).empty());
  EXPECT_EQ(t.at("x").kind, Column::Kind::text);
  ASSERT_EQ(t.remarks.back().id, "table.mixed-units");
  EXPECT_NE(t.remarks.back().message.find("2 with \"kg\""), std::string::npos) << t.remarks.back().message;
  EXPECT_NE(t.remarks.back().message.find("1 with no unit"), std::string::npos) << t.remarks.back().message;
}

TEST(Units, AModelTakesItsUnitOrNone) {
  Schema schema;
  schema.columns = {{"x", Role::number, "", "", "kg"}};
  Table same = table({"12 kg", "3", "NA"});
  read_units(same, schema);
  EXPECT_EQ(same.at("x").numbers[0], 12);
  EXPECT_EQ(same.at("x").numbers[1], 3);
  EXPECT_EQ(same.at("x").missing(), 1);
  Table other = table({"12 kg", "300 g"});
  EXPECT_ERROR(corrupt, read_units(other, schema), "row 2", "\"g\"", "\"kg\"");
  EXPECT_EQ(schema_from_config(to_config(schema)).columns[0].unit, "kg");
}

TEST(Units, OfOneCell) {
  EXPECT_EQ(unit_of("12 kg"), "kg");
  EXPECT_EQ(unit_of("12"), "");
  EXPECT_EQ(unit_of("kg"), std::nullopt);
  EXPECT_EQ(unit_of(""), std::nullopt);
  EXPECT_EQ(unit_of("- kg"), std::nullopt);
}

}  // namespace
}  // namespace candor::data
