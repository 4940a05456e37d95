// `candor evaluate` on tables that come in pieces, and training on arrays that are larger than the memory there is.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "candor/formats/model_file.h"
#include "candor/pipeline/check_results.h"
#include "candor/pipeline/judge_rows.h"
#include "candor/pipeline/test_rows.h"
#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

std::string customers(int rows, int seed, bool values) {
  std::string csv = "age,city,spent,bought\n";
  const char* const cities[] = {"Ulm", "Bonn", "Kiel", "Jena", "Gera"};
  for (int i = 0; i < rows; ++i) {
    const int x = (i * 7919 + seed * 31) % 1009;
    const double spent = x * .37 + std::sin(i) * 20;
    const std::string target = values ? std::to_string(spent * 2 + x % 5) : spent > 180 ? "yes" : "no";
    csv += std::to_string(18 + x % 60) + "," + (x % 13 ? cities[x % (seed ? 5 : 4)] : "") + "," + (i % 19 ? std::to_string(spent) : "") + "," + (i % 23 || seed == 0 ? target : "") + "\n";
  }
  return csv;
}

class JudgeRows : public ::testing::TestWithParam<bool> {};

TEST_P(JudgeRows, InPiecesGiveTheScoreOfAll) {
  const TemporaryFolder folder;
  folder.write("train.csv", customers(400, 0, GetParam()));
  folder.write("new.csv", customers(18000, 1, GetParam()));
  const Finished trained = run_candor({"train", "train.csv", "--target", "bought", "--epochs", "2", "--members", "1", "--no-report", "--quiet", "--out", "m"}, folder.path());
  ASSERT_EQ(trained.code, 0) << trained.err;
  const formats::ModelFile file = formats::read_model_file(folder / "m/model.candor");
  const std::string name = folder / "new.csv";
  const pipeline::ModelRows rows = pipeline::load_for_model(name, file, {});
  const Tensor outputs = pipeline::answers(file, rows.set);
  const candid::Score whole = candid::judge(outputs, rows.set, 3);
  const pipeline::JudgedRows pieces = pipeline::judge_rows(name, file, {}, 3, {.piece_bytes = 50'000});
  EXPECT_EQ(pieces.score.n, whole.n);
  EXPECT_EQ(pieces.score.value, whole.value);
  EXPECT_EQ(pieces.score.interval.low, whole.interval.low);
  EXPECT_EQ(pieces.score.interval.high, whole.interval.high);
  EXPECT_EQ(pieces.score.mean_absolute_error, whole.mean_absolute_error);
  EXPECT_EQ(pieces.score.confusion, whole.confusion);
  EXPECT_EQ(pieces.digest, rows.set.digest());
  EXPECT_EQ(pieces.mark, pipeline::test_rows_mark(rows.set, rows.cells));
  EXPECT_EQ(pieces.seen_text, rows.seen_text);
  EXPECT_EQ(pieces.differences.new_words, rows.differences.new_words);
  EXPECT_EQ(pieces.outputs.to_vector(), outputs.to_vector());
  EXPECT_EQ(pieces.checked.targets.to_vector<double>(), rows.set.targets.to_vector<double>());
  ASSERT_EQ(pieces.cells.rows(), rows.cells.rows());
  for (std::int64_t row = 0; row < rows.cells.rows(); ++row) ASSERT_EQ(pieces.cells.at("city").cell(row), rows.cells.at("city").cell(row)) << row;
  EXPECT_EQ(pieces.set.rows(), rows.set.rows());
  EXPECT_EQ(pieces.set.features.size(), 0);  // the rows themselves are gone
  // Beyond the limit the checks look at an even share; the score stays that of all rows.
  const pipeline::JudgedRows few = pipeline::judge_rows(name, file, {}, 3, {.checked_rows = 3000, .piece_bytes = 50'000});
  EXPECT_EQ(few.score.value, whole.value);
  EXPECT_EQ(few.mark, pieces.mark);
  EXPECT_LE(few.checked.rows(), 3000);
  EXPECT_GT(few.checked.rows(), 1000);
  EXPECT_EQ(few.outputs.shape(0), few.checked.rows());
  EXPECT_EQ(few.cells.rows(), few.checked.rows());
  const candid::Score share = candid::judge(few.outputs, few.checked, 3);
  EXPECT_NEAR(share.value, whole.value, .05);
}

INSTANTIATE_TEST_SUITE_P(OfClassesAndValues, JudgeRows, ::testing::Bool());

TEST(JudgeRows, AreReadWholeWhereAPieceMisleads) {
  const TemporaryFolder folder;
  // Codes that are numbers for long: read in pieces the column would be one of numbers.
  const auto table = [](int rows, int words_from) {
    std::string csv = "code,x,y\n";
    for (int i = 0; i < rows; ++i) csv += (i >= words_from && i % 2 ? "B" + std::to_string(i % 3) : std::to_string(i % 4)) + "," + std::to_string(i * 37 % 101) + "," + std::to_string(i % 4 + i * 37 % 101 * .1) + "\n";
    return csv;
  };
  folder.write("train.csv", table(300, 0));
  folder.write("new.csv", table(20000, 15000));
  const Finished trained = run_candor({"train", "train.csv", "--target", "y", "--role", "code=category", "--epochs", "2", "--members", "1", "--no-report", "--quiet", "--out", "m"}, folder.path());
  ASSERT_EQ(trained.code, 0) << trained.err;
  const formats::ModelFile file = formats::read_model_file(folder / "m/model.candor");
  const pipeline::ModelRows rows = pipeline::load_for_model(folder / "new.csv", file, {});
  const pipeline::JudgedRows judged = pipeline::judge_rows(folder / "new.csv", file, {}, 0, {.piece_bytes = 20'000});
  EXPECT_EQ(judged.score.value, candid::judge(pipeline::answers(file, rows.set), rows.set, 0).value);
  // What is wrong is said as for the whole table.
  folder.write("bad.csv", "code,x,z\n1,2,3\n");
  const Finished refused = run_candor({"evaluate", "m/model.candor", "bad.csv"}, folder.path());
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("no column \"y\""), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace candor
