// `candor train --resume`: killed at any moment, it ends with the model of a training that was never stopped.
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

namespace candor {
namespace {

namespace fs = std::filesystem;
using testing::Finished;
using testing::run_candor;
using testing::signal_candor;
using testing::TemporaryFolder;

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Which of the files that replaced each other lies there now.
ino_t file_number(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

std::vector<std::string> command(const std::string& out, const std::vector<std::string>& more) {
  std::vector<std::string> words{"train", "insurance_risk", "--rows", "260", "--epochs", "25", "--quiet", "--no-report", "--out", out};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Resume, KilledTwentyTimesAtRandomMoments) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_candor(command(folder / "whole", {})).code, 0);
  const std::string point = folder / "point";
  const auto words = command(folder / "pieces", {"--resume", point, "--resume-every", "0"});
  std::mt19937 random(17);
  int kills = 0;
  for (; kills < 20; ++kills) {
    // A number of steps, then a moment within the next: in the step, while the file is written, or between.
    int writes = static_cast<int>(random() % 6);
    const auto delay = std::chrono::microseconds(random() % 8000);
    ino_t seen = file_number(point);
    std::chrono::steady_clock::time_point reached{};
    const Finished done = signal_candor(words, [&] {
      if (const ino_t now = file_number(point); now != seen) seen = now, --writes;
      if (writes > 0) return false;
      if (reached == std::chrono::steady_clock::time_point{}) reached = std::chrono::steady_clock::now();
      return std::chrono::steady_clock::now() - reached >= delay;
    }, SIGKILL);
    ASSERT_EQ(done.code, 128 + SIGKILL) << "kill " << kills << ": " << done.err;
    EXPECT_FALSE(fs::exists(folder / "pieces/model.candor"));
  }
  EXPECT_TRUE(fs::exists(point));
  const Finished last = run_candor(words);
  ASSERT_EQ(last.code, 0) << last.err;
  EXPECT_TRUE(contents(folder / "pieces/model.candor") == contents(folder / "whole/model.candor"));
  // What it wrote aside when it was killed is gone, and so is the file once the model is saved.
  for (const auto& entry : fs::directory_iterator(folder.path())) EXPECT_FALSE(entry.path().filename().string().starts_with("point")) << entry.path();
}

TEST(Resume, CtrlCThenTheSameCommandAgain) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_candor(command(folder / "whole", {})).code, 0);
  const std::string point = folder / "point";
  const auto words = command(folder / "pieces", {"--resume", point, "--resume-every", "0"});
  const Finished stopped = signal_candor(words, [&] { return fs::exists(point); }, SIGINT);
  ASSERT_EQ(stopped.code, 0) << stopped.err;
  EXPECT_TRUE(fs::exists(point));  // to go on from
  EXPECT_NE(contents(folder / "pieces/model.candor"), contents(folder / "whole/model.candor"));
  ASSERT_EQ(run_candor(words).code, 0);
  EXPECT_TRUE(contents(folder / "pieces/model.candor") == contents(folder / "whole/model.candor"));
  EXPECT_FALSE(fs::exists(point));
}

TEST(Resume, WhatChangedIsSaid) {
  const TemporaryFolder folder;
  const std::string point = folder / "point";
  const auto words = command(folder / "m", {"--resume", point, "--resume-every", "0"});
  signal_candor(words, [&] { return fs::exists(point); }, SIGKILL);
  const auto refused = [&](const std::vector<std::string>& more, const std::string& what) {
    auto changed = words;
    changed.insert(changed.end(), more.begin(), more.end());
    const Finished done = run_candor(changed);
    EXPECT_EQ(done.code, 2) << done.err;
    EXPECT_NE(done.err.find(what), std::string::npos) << done.err;
  };
  refused({"--layers", "64,32"}, "units was 64, is 32");
  refused({"--batch-size", "16"}, "batch_size was 32, is 16");
  refused({"--lr", "0.01"}, "initial_learning_rate was 0.001, is 0.01");
  refused({"--seed", "1"}, "seed was 0, is 1");
  EXPECT_EQ(run_candor(command(folder / "m", {"--resume-every", "1"})).code, 2);  // without --resume
  EXPECT_EQ(run_candor(command(folder / "m", {"--resume", folder.write("text", "no such thing")})).code, 2);
}

}  // namespace
}  // namespace candor
