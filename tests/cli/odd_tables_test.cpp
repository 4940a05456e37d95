// Tables and archives as they come from offices and the net: what is odd is said, what cannot be is refused, answers go by names.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/support/files.h"
#include "tests/support/pictures.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

// age, miles, plan, bought; a line for each of `rows` customers.
std::vector<std::string> customer_lines(int rows) {
  const char* plans[] = {"basic", "gold", "silver"};
  std::vector<std::string> out;
  std::uint32_t state = 5;
  const auto draw = [&](std::uint32_t below) { return static_cast<int>(((state = state * 1664525u + 1013904223u) >> 16) % below); };
  for (int i = 0; i < rows; ++i) {
    const int age = 18 + draw(60), plan = draw(3);
    out.push_back(std::to_string(age) + "," + std::to_string(draw(500)) + "," + plans[plan] + "," + ((age > 45) != (plan == 2) ? "yes" : "no") + "\n");
  }
  return out;
}

const std::string heading = "age,miles,plan,bought\n";

template <class F>
std::string table_of(const std::string& head, int rows, const F& line) {
  std::string out = head;
  int i = 0;
  for (const std::string& one : customer_lines(rows)) out += line(one, i++);
  return out;
}

class OddTable : public ::testing::Test {
 protected:
  Finished train(const std::string& text, std::vector<std::string> more = {}) {
    std::vector<std::string> command{"train", folder.write("t.csv", text), "--model", "mlp", "--members", "1", "--epochs", "2", "--no-record", "--no-report", "--out", folder / "m"};
    command.insert(command.end(), more.begin(), more.end());
    return run_candor(command);
  }
  void refused(const std::string& text, std::initializer_list<std::string_view> parts, const std::vector<std::string>& more = {}) {
    const Finished got = train(text, more);
    EXPECT_EQ(got.code, 2) << got.out;
    for (const std::string_view part : parts) EXPECT_NE(got.err.find(part), std::string::npos) << part << " is missing in: " << got.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "m"));
  }
  void said(const std::string& text, std::initializer_list<std::string_view> parts, const std::vector<std::string>& more = {}) {
    const Finished got = train(text, more);
    EXPECT_EQ(got.code, 0) << got.err;
    for (const std::string_view part : parts) EXPECT_NE((got.err + got.out).find(part), std::string::npos) << part << " is missing in: " << got.err << got.out;
  }
  TemporaryFolder folder;
};

TEST_F(OddTable, MixedSeparators) {
  refused(table_of(heading, 60, [](std::string one, int i) {
            if (i >= 40) std::replace(one.begin(), one.end(), ',', ';');
            return one;
          }),
          {"row 41 (line 42)", "mixes separators", "\";\""});
}

TEST_F(OddTable, DecimalCommaBesideDecimalPoint) {
  const std::string text = table_of("age;price;plan;bought\n", 60, [](std::string one, int i) {
    std::replace(one.begin(), one.end(), ',', ';');
    const std::size_t at = one.find(';', one.find(';') + 1);
    return one.substr(0, at) + (i % 2 ? ",25" : ".25") + one.substr(at);
  });
  said(text, {"column \"price\" holds words", "decimal comma", "row 2", "row 1"});
  std::filesystem::remove_all(folder / "m");
  refused(text, {"\"price\"", "decimal comma", "row 1"}, {"--decimal", ","});
}

TEST_F(OddTable, TotalsAtTheEnd) {
  const auto same = [](const std::string& one, int) { return one; };
  said(table_of(heading, 80, same) + "Total,19000,,\n", {"\"Total\"", "totals and was left out", "64 to train on, 16 to test"});
}

TEST_F(OddTable, HeadersThatAreTheSame) {
  refused(table_of("age,age,plan,bought\n", 40, [](const std::string& one, int) { return one; }), {"several columns are named \"age\"", "columns 1 and 2"});
}

TEST_F(OddTable, SpellingsAreListedAndKeptApart) {
  said(table_of(heading, 120,
                [](const std::string& one, int i) {
                  const std::size_t at = one.find("yes");
                  if (at == std::string::npos || i % 3 == 0) return one;
                  return one.substr(0, at) + (i % 3 == 1 ? " yes\n" : "Yes\n");
                }),
       {"blanks around them, which were left out", "spelt in several ways, which are kept apart", "\"Yes\"", "3 classes"});
}

TEST_F(OddTable, DatesInTwoFormats) {
  std::string text = "joined,age,bought\n";
  const std::vector<std::string> lines = customer_lines(90);
  for (int i = 0; i < 90; ++i) {
    const std::string day = std::to_string(10 + i % 19), month = "0" + std::to_string(1 + i % 9);
    const std::string& one = lines[static_cast<std::size_t>(i)];
    text += (i % 3 ? "2024-" + month + "-" + day : day + "." + month + ".2024") + "," + one.substr(0, 2) + "," + one.substr(one.rfind(',') + 1);
  }
  said(text, {"column \"joined\" has dates in two formats: 60 and 30 cells"});
}

TEST_F(OddTable, AMillionCategories) {
  std::string text = "word,age,bought\n";
  for (int i = 0; i < 1'000'000; ++i) text += "w" + std::to_string(i) + "," + std::to_string(i % 63) + (i % 63 > 30 ? ",yes\n" : ",no\n");
  refused(text, {"\"word\" has 1,000,000 different words", "too many for classes"}, {"--target", "word"});
  // The first rows of as many: an id unless something else is said, and then the rare words share a place.
  said(text.substr(0, text.find("w3000,")), {"word    id"});
  said(text.substr(0, text.find("w3000,")), {"word    category  as asked"}, {"--role", "word=category"});
}

TEST_F(OddTable, TargetsThatAreMissing) {
  said(table_of(heading, 100, [](const std::string& one, int i) { return i % 4 ? one : one.substr(0, one.rfind(',') + 1) + "\n"; }), {"25 of 100 rows have no \"bought\"", "60 to train on, 15 to test"});
  std::filesystem::remove_all(folder / "m");
  refused(table_of(heading, 100, [](const std::string& one, int) { return one.substr(0, one.rfind(',') + 1) + "\n"; }), {"\"bought\"", "missing"}, {"--target", "bought"});
}

TEST_F(OddTable, NothingThatVaries) {
  refused(table_of("a,b,bought\n", 60, [](const std::string& one, int) { return "5,7" + one.substr(one.rfind(',')); }), {"no column is left to learn from", "every cell is 5", "every cell is 7"});
  refused(table_of(heading, 60, [](const std::string& one, int) { return one.substr(0, one.rfind(',')) + ",yes\n"; }), {"\"bought\"", "the same in every row"}, {"--target", "bought"});
}

TEST_F(OddTable, AnswersGoByTheNamesOfColumns) {
  said(table_of(heading, 200, [](const std::string& one, int) { return one; }), {"160 to train on"});
  const std::string model = folder / "m/model.candor";
  const auto ask = [&](const std::string& text) { return run_candor({"predict", model, folder.write("ask.csv", text)}); };
  const Finished plain = ask("age,miles,plan\n30,100,gold\n70,20,silver\n");
  ASSERT_EQ(plain.code, 0) << plain.err;
  const Finished turned = ask("plan,miles,age\ngold,100,30\nsilver,20,70\n");
  EXPECT_EQ(turned.out, plain.out);
  EXPECT_NE(turned.err.find("another order"), std::string::npos) << turned.err;
  const Finished more = ask("id,age,miles,plan\n1,30,100,gold\n2,70,20,silver\n");
  EXPECT_EQ(more.out, plain.out);
  EXPECT_NE(more.err.find("\"id\""), std::string::npos) << more.err;
  for (const auto& [text, parts] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"age,plan\n30,gold\n", {"\"miles\"", "missing"}},
           {"Age,miles,Plan\n30,100,gold\n", {"did you mean \"Age\"", "did you mean \"Plan\""}},
           {"30,100,gold\n31,100,gold\n", {"\"age\""}},
           {"age,miles,plan\nold,100,gold\n31,100,gold\n", {"row 1", "\"age\"", "expected a number", "\"old\""}}}) {
    const Finished got = ask(text);
    EXPECT_EQ(got.code, 2) << text;
    EXPECT_EQ(got.out, "") << text;
    for (const std::string& part : parts) EXPECT_NE(got.err.find(part), std::string::npos) << part << " is missing in: " << got.err;
  }
  const Finished fresh = ask("age,miles,plan\n30,100,platinum\n");
  EXPECT_EQ(fresh.code, 0);
  EXPECT_NE(fresh.err.find("\"platinum\""), std::string::npos) << fresh.err;
}

TEST_F(OddTable, AnArchiveThatPointsOutOfItself) {
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 0; i < 12; ++i) files.emplace_back((i % 2 ? "a/" : "b/") + std::to_string(i) + ".pgm", "P5 2 2 255\n" + std::string(4, static_cast<char>(i * 20)));
  files.emplace_back("../../escaped/a/evil.pgm", "P5 2 2 255\nabcd");
  const std::string path = folder.write("pictures.zip", testing::as_zip(files));
  const std::vector<std::string> command{"train", path, "--epochs", "1", "--no-record", "--no-report", "--out", folder / "m"};
  const Finished got = run_candor(command);
  EXPECT_EQ(got.code, 2);
  EXPECT_NE(got.err.find("../../escaped/a/evil.pgm\" points outside"), std::string::npos) << got.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "m"));
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(folder.path()).parent_path().parent_path() / "escaped"));
  std::vector<std::string> skipping = command;
  skipping.push_back("--skip-bad");
  EXPECT_EQ(run_candor(skipping).code, 0);
}

TEST_F(OddTable, PicturesThatAreTooWideOrNone) {
  for (int i = 0; i < 12; ++i) folder.write((i % 2 ? "p/a/" : "p/b/") + std::to_string(i) + ".pgm", "P5 2 2 255\n" + std::string(4, static_cast<char>(i * 20)));
  folder.write("p/a/wide.pgm", "P5 70000 1 255\n" + std::string(70000, 'x'));
  const Finished got = run_candor({"train", folder / "p", "--epochs", "1", "--no-record", "--no-report", "--out", folder / "m"});
  EXPECT_EQ(got.code, 2);
  for (const char* part : {"wide.pgm", "70,000 x 1", "65,535"}) EXPECT_NE(got.err.find(part), std::string::npos) << part << " is missing in: " << got.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

}  // namespace
}  // namespace candor
