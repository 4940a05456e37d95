// candor evaluate and candor predict within a limit of memory that the whole table would break.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "tests/support/environment.h"
#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using testing::Finished;
using testing::program_path;
using testing::run_candor;
using testing::TemporaryFolder;

// With so many kB of memory to write to (RLIMIT_DATA), which counts what is taken, not what lies in the file's pages.
Finished within(int kilobytes, const std::string& words) {
  const std::string line = "ulimit -d " + std::to_string(kilobytes) + "; exec " + program_path() + " " + words + " --threads 2 --quiet";
  return testing::signal_program({"/bin/sh", "-c", line}, {}, [] { return false; }, SIGKILL);
}

// Columns beside the three that the model knows: of the whole table they take eight bytes a cell.
constexpr int extra = 60;

void write_table(const std::string& path, int rows, bool word_at_the_end) {
  std::ofstream out(path);
  out << "age,miles,plan";
  for (int c = 0; c < extra; ++c) out << ",e" << c;
  out << ",bought\n";
  const char* const plans[] = {"basic", "gold", "silver"};
  std::string others;
  for (int c = 0; c < extra; ++c) others += "," + std::to_string(c % 10);
  std::uint32_t state = 7;
  const auto draw = [&](std::uint32_t below) { return ((state = state * 1664525u + 1013904223u) >> 16) % below; };
  for (int i = 0; i < rows; ++i) {
    const std::uint32_t age = 18 + draw(60), plan = draw(3);
    out << age << "," << draw(500) << "," << plans[plan] << others << ((age > 45) != (plan == 2) ? ",yes\n" : ",no\n");
  }
  if (word_at_the_end) out << "30,100,gold" << others.substr(0, others.size() - 1) << "x,yes\n";
}

std::string some_columns() {
  std::string names = "e0";
  for (int c = 1; c < extra; ++c) names += ",e" + std::to_string(c);
  return names;
}

TEST(Memory, ATableIsJudgedAndAnsweredPieceByPiece) {
  if (testing::sanitized) GTEST_SKIP() << "a sanitizer's own memory is larger than the limit";
  const TemporaryFolder folder;
  const std::string few = folder / "few.csv", many = folder / "many.csv", odd = folder / "odd.csv", model = folder / "m/model.candor";
  write_table(few, 300, false);
  ASSERT_EQ(run_candor({"train", few, "--target", "bought", "--ignore", some_columns(), "--model", "mlp", "--members", "1", "--epochs", "2", "--no-report", "--out", folder / "m"}).code, 0);
  constexpr int rows = 400'000;  // 55 MB of text; 200 MB of cells
  write_table(many, rows, false);
  constexpr int limit = 270'000;
  const Finished judged = within(limit, "evaluate " + model + " " + many);
  EXPECT_EQ(judged.code, 0) << judged.err;
  EXPECT_NE(judged.out.find("400,000 rows"), std::string::npos) << judged.out;
  const Finished answered = within(limit, "predict " + model + " " + many + " --out " + (folder / "answers.csv"));
  EXPECT_EQ(answered.code, 0) << answered.err;
  // A word among the last row's numbers: what a column holds is decided by all rows then, so that the table is read whole. The same limit is too low for that.
  write_table(odd, rows, true);
  const Finished whole = within(limit, "evaluate " + model + " " + odd);
  EXPECT_EQ(whole.code, 1) << whole.out << whole.err;
  EXPECT_NE(whole.err.find("memory"), std::string::npos) << whole.err;
}

TEST(Memory, AnArrayIsJudgedPieceByPiece) {
  if (testing::sanitized) GTEST_SKIP() << "a sanitizer's own memory is larger than the limit";
  const TemporaryFolder folder;
  constexpr int columns = 100, rows = 200'000;  // bytes in the file, eight times as much as cells: 160 MB
  const auto write = [&](const std::string& path, int count) {
    std::string head = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + std::to_string(count) + ", " + std::to_string(columns) + "), }";
    while ((10 + head.size() + 1) % 64 != 0) head += ' ';
    head += '\n';
    std::ofstream out(path, std::ios::binary);
    out << std::string("\x93NUMPY\x01\x00", 8) << static_cast<char>(head.size() & 0xff) << static_cast<char>(head.size() >> 8) << head;
    std::uint32_t state = 7;
    std::string row(columns, '\0');
    for (int r = 0; r < count; ++r) {
      for (char& cell : row) cell = static_cast<char>(((state = state * 1664525u + 1013904223u) >> 16) % 100);
      row.back() = static_cast<char>(row[0] > 50);
      out << row;
    }
  };
  const std::string few = folder / "few.npy", many = folder / "many.npy", model = folder / "m/model.candor";
  write(few, 300);
  write(many, rows);
  std::string others = "column_3";
  for (int c = 4; c < columns; ++c) others += ",column_" + std::to_string(c);
  ASSERT_EQ(run_candor({"train", few, "--ignore", others, "--model", "mlp", "--members", "1", "--epochs", "2", "--no-report", "--out", folder / "m"}).code, 0);
  const Finished judged = within(170'000, "evaluate " + model + " " + many);
  EXPECT_EQ(judged.code, 0) << judged.err;
  EXPECT_NE(judged.out.find("200,000 rows"), std::string::npos) << judged.out;
}

}  // namespace
}  // namespace candor
