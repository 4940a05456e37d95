// fit with a resume point, killed at random moments: the model in the end is that of a training that was never stopped.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/support/environment.h"
#include "tests/support/files.h"
#include "tests/support/program.h"
#include "tests/support/resumable.h"

namespace candor {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

constexpr const char* folder_variable = "CANDOR_TEST_RESUME_FOLDER";

void train(const std::string& resume, const std::string& saved) {
  const auto run = testing::resumable({.how = "images", .units = 4, .rows = 120});
  run.model.fit(run.data, {.epochs = 25, .batch_size = 16, .validation_split = 0.2, .seed = 3, .verbose = 0, .resume = resume, .resume_every = 0});
  run.model.save(saved);
}

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

ino_t file_number(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

TEST(ResumeKilled, TwentyTimesAtRandomMoments) {
  // In the process that is killed.
  if (const std::string place = testing::environment(folder_variable); !place.empty()) {
    train(place + "/point", place + "/pieces.candor");
    return;
  }
  const TemporaryFolder folder;
  train({}, folder / "whole.candor");
  const std::string point = folder / "point";
  const std::vector<std::string> words{testing::own_program(), "--gtest_filter=ResumeKilled.TwentyTimesAtRandomMoments", "--gtest_brief=1"};
  const std::vector<std::string> settings{std::string(folder_variable) + "=" + folder.path(), "CANDOR_FIXTURES=", "GTEST_TOTAL_SHARDS=1", "GTEST_SHARD_INDEX=0"};
  std::mt19937 random(23);
  std::vector<std::size_t> sizes;
  for (int kills = 0; kills < 20; ++kills) {
    // So many steps, then a moment within the next ones: in the arithmetic, while the file is written, between epochs.
    int writes = static_cast<int>(random() % 5);
    const auto delay = std::chrono::microseconds(random() % 3000);
    ino_t seen = file_number(point);
    std::chrono::steady_clock::time_point reached{};
    const auto done = testing::signal_program(words, settings, [&] {
      if (const ino_t now = file_number(point); now != seen) seen = now, --writes;
      if (writes > 0) return false;
      if (reached == std::chrono::steady_clock::time_point{}) reached = std::chrono::steady_clock::now();
      return std::chrono::steady_clock::now() - reached >= delay;
    }, SIGKILL);
    ASSERT_EQ(done.code, 128 + SIGKILL) << "kill " << kills << ": " << done.out << done.err;
    EXPECT_FALSE(fs::exists(folder / "pieces.candor"));
  }
  EXPECT_TRUE(fs::exists(point));
  const auto last = testing::signal_program(words, settings, [] { return false; }, 0);
  ASSERT_EQ(last.code, 0) << last.out << last.err;
  EXPECT_TRUE(contents(folder / "pieces.candor") == contents(folder / "whole.candor"));
}

}  // namespace
}  // namespace candor
