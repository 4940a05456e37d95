// One table in every form that tables come in: trained on, judged and answered alike.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "candor/data/encode_png.h"
#include "tests/support/files.h"
#include "tests/support/gzip.h"
#include "tests/support/pictures.h"
#include "tests/support/program.h"
#include "tests/support/sqlite.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

struct Customer {
  int age, miles;
  std::string plan, bought;
};

std::vector<Customer> some_customers(int rows) {
  const char* plans[] = {"basic", "gold", "silver"};
  std::vector<Customer> out;
  std::uint32_t state = 7;
  const auto draw = [&](std::uint32_t below) { return static_cast<int>(((state = state * 1664525u + 1013904223u) >> 16) % below); };
  for (int i = 0; i < rows; ++i) {
    const int age = 18 + draw(60), plan = draw(3);
    out.push_back({age, draw(500), plans[plan], (age > 45) != (plan == 2) ? "yes" : "no"});
  }
  return out;
}

std::string csv_text(const std::vector<Customer>& all) {
  std::string out = "age,miles,plan,bought\n";
  for (const Customer& c : all) out += std::to_string(c.age) + "," + std::to_string(c.miles) + "," + c.plan + "," + c.bought + "\n";
  return out;
}

// zstd's frame of raw blocks: what any packer may write for bytes that do not shrink.
std::string zstd(const std::string& text) {
  std::string out("\x28\xb5\x2f\xfd\x80\x58", 6);  // magic number; four bytes of size; a window
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(text.size() >> shift & 0xff);
  constexpr std::size_t most = 1 << 16;
  for (std::size_t at = 0; at < text.size(); at += most) {
    const std::size_t size = std::min(most, text.size() - at), head = size << 3 | (at + size == text.size());
    for (int shift = 0; shift < 24; shift += 8) out += static_cast<char>(head >> shift & 0xff);
    out.append(text, at, size);
  }
  return out;
}

// An array of doubles, or of words of a fixed width, as numpy.save writes it.
std::string npy(const std::string& type, std::size_t rows, const std::string& bytes) {
  std::string head = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ",), }";
  while ((10 + head.size() + 1) % 64 != 0) head += ' ';
  head += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(head.size() & 0xff);
  out += static_cast<char>(head.size() >> 8);
  return out + head + bytes;
}

std::string numbers(const std::vector<Customer>& all, int Customer::*which) {
  std::string out;
  for (const Customer& c : all) {
    const double value = c.*which;
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof value);
  }
  return npy("<f8", all.size(), out);
}

std::string words(const std::vector<Customer>& all, std::string Customer::*which) {
  std::string out;
  for (const Customer& c : all) out += (c.*which + std::string(6, '\0')).substr(0, 6);
  return npy("|S6", all.size(), out);
}

class Source : public ::testing::Test {
 protected:
  void SetUp() override {
    all = some_customers(400);
    csv = folder.write("plain.csv", csv_text(all));
    const Finished done = train(csv, "plain");
    ASSERT_EQ(done.code, 0) << done.err;
    score = json::parse(done.out)["test"]["value"];
    EXPECT_GT(score, .85);
    answers = run_candor({"predict", folder / "plain/model.candor", csv}).out;
    EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 401);
    whole = json::parse(run_candor({"evaluate", folder / "plain/model.candor", csv, "--json", "--quiet"}).out);
  }

  Finished train(const std::string& source, const std::string& out, const std::vector<std::string>& more = {}) {
    std::vector<std::string> command{"train", source, "--target", "bought", "--model", "mlp", "--members", "1", "--epochs", "15", "--no-record", "--no-report", "--json", "--quiet", "--out", folder / out};
    command.insert(command.end(), more.begin(), more.end());
    return run_candor(command);
  }

  /// The same score, the same answers, whatever the rows came from.
  void same(const std::string& source, const std::string& out, const std::vector<std::string>& more = {}) {
    const Finished done = train(source, out, more);
    ASSERT_EQ(done.code, 0) << done.err;
    EXPECT_EQ(json::parse(done.out)["test"]["value"].get<double>(), score) << source;
    const auto with = [&](std::vector<std::string> command) {
      command.insert(command.end(), more.begin(), more.end());
      return run_candor(command);
    };
    const Finished said = with({"predict", folder / "plain/model.candor", source, "--quiet"});
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.out, answers) << source;
    const Finished judged = with({"evaluate", folder / "plain/model.candor", source, "--json", "--quiet"});
    ASSERT_EQ(judged.code, 0) << judged.err;
    EXPECT_EQ(json::parse(judged.out)["test"], whole["test"]) << source;
    EXPECT_NE(judged.out.find("result.test-reused"), std::string::npos) << judged.out;  // the rows it learned from are known in any form
  }

  TemporaryFolder folder;
  std::vector<Customer> all;
  std::string csv, answers;
  double score = 0;
  json whole;
};

TEST_F(Source, CommaSeparatedPackedByGzip) { same(folder.write("t.csv.gz", testing::gzip(csv_text(all))), "m"); }

TEST_F(Source, CommaSeparatedPackedByZstd) { same(folder.write("t.csv.zst", zstd(csv_text(all))), "m"); }

TEST_F(Source, TabsAndSemicolonsWithAByteOrderMark) {
  std::string text = csv_text(all);
  std::replace(text.begin(), text.end(), ',', ';');
  same(folder.write("t.csv", "\xef\xbb\xbf" + text), "m");
  std::replace(text.begin(), text.end(), ';', '\t');
  same(folder.write("t.tsv", text), "t");
}

TEST_F(Source, JsonLines) {
  std::string text;
  for (const Customer& c : all) text += json{{"age", c.age}, {"miles", c.miles}, {"plan", c.plan}, {"bought", c.bought}}.dump() + "\n";
  // The columns of an object have no order: the model finds them by name, a new one may number its inputs otherwise.
  const std::string path = folder.write("t.jsonl", text);
  const Finished done = train(path, "m");
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_GT(json::parse(done.out)["test"]["value"], .85);
  EXPECT_EQ(run_candor({"predict", folder / "plain/model.candor", path, "--quiet"}).out, answers);
  const Finished judged = run_candor({"evaluate", folder / "plain/model.candor", path, "--json", "--quiet"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  EXPECT_EQ(json::parse(judged.out)["test"], whole["test"]);
}

TEST_F(Source, NumPyArrays) {
  const std::string path = folder / "t.npz";
  std::ofstream(path, std::ios::binary) << testing::as_zip({{"age.npy", numbers(all, &Customer::age)},
                                                         {"miles.npy", numbers(all, &Customer::miles)},
                                                         {"plan.npy", words(all, &Customer::plan)},
                                                         {"bought.npy", words(all, &Customer::bought)}});
  same(path, "m");
}

TEST_F(Source, SqliteByTableAndByQuery) {
  std::string sql = "create table customers(age integer, miles integer, plan text, bought text);begin;";
  for (const Customer& c : all) sql += "insert into customers values(" + std::to_string(c.age) + "," + std::to_string(c.miles) + ",'" + c.plan + "','" + c.bought + "');";
  const std::string path = folder / "shop.db";
  if (!testing::run_sqlite(path, sql + "commit;")) GTEST_SKIP() << "needs libsqlite3.so.0";
  same("sqlite:" + path, "m");
  same(path, "q", {"--query", "select * from customers order by rowid"});
  const Finished some = run_candor({"predict", folder / "plain/model.candor", path, "--query", "select plan, miles, age from customers limit 3", "--quiet"});
  // The same answers but for the last digit: three rows are another batch.
  std::istringstream few(some.out), all_of(answers);
  for (std::string one, other; std::getline(few, one) && std::getline(all_of, other);) EXPECT_EQ(one.substr(0, 9), other.substr(0, 9));
  EXPECT_EQ(std::count(some.out.begin(), some.out.end(), '\n'), 4) << some.err;
  for (const char* wrong : {"select nope from customers", "delete from customers", "selec *", "select * from customers where age > 1000"}) {
    const Finished failed = run_candor({"predict", folder / "plain/model.candor", path, "--query", wrong, "--out", folder / "none.csv"});
    EXPECT_EQ(failed.code, 2) << wrong;
    EXPECT_NE(failed.err.find("query"), std::string::npos) << failed.err;
    EXPECT_FALSE(std::ifstream(folder / "none.csv").good()) << wrong;  // nothing half-written
  }
  // A query that fails on its way, behind rows that were answered: no file either.
  const Finished late = run_candor({"predict", folder / "plain/model.candor", path, "--query",
                                    "select age, miles, plan, abs(case when rowid = 300 then -9223372036854775807 - 1 else 1 end) as x from customers", "--out", folder / "none.csv"});
  EXPECT_EQ(late.code, 2);
  EXPECT_NE(late.err.find("row 300"), std::string::npos) << late.err;
  EXPECT_FALSE(std::ifstream(folder / "none.csv").good());
}

TEST_F(Source, FilesThatAreNotWhatTheySay) {
  for (const auto& [name, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"cut.csv.gz", testing::gzip(csv_text(all)).substr(0, 400)}, {"cut.csv.zst", zstd(csv_text(all)).substr(0, 400)}, {"text.npz", "no archive"}, {"text.db", "SQLite format 3 and no more"},
           {"half.jsonl", "{\"age\": 1, \"bought\": \"yes\"}\n{\"age\": "}}) {
    const Finished done = train(folder.write(name, bytes), "bad");
    EXPECT_EQ(done.code, 2) << name << done.out;
    EXPECT_NE(done.err.find(name), std::string::npos) << done.err;
    EXPECT_FALSE(std::ifstream(folder / "bad/model.candor").good()) << name;
  }
}

}  // namespace
}  // namespace candor
