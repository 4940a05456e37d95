#include "candor/base/progress.h"

#include <gtest/gtest.h>

#include <thread>

#include "candor/base/error.h"
#include "candor/base/log.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

/// What a task prints in a style.
std::string printed(ProgressStyle style, bool finish = true) {
  std::FILE* file = std::tmpfile();
  {
    Progress progress("epoch 1/5", 10, style, file);
    for (int i = 1; i <= 10; ++i) {
      if (i == 5) std::this_thread::sleep_for(std::chrono::milliseconds(120));
      progress.update(i, "loss 0.5");
    }
    if (finish) progress.finish("loss 0.4");
  }
  std::rewind(file);
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

TEST(Progress, QuietPrintsNothing) { EXPECT_EQ(printed(ProgressStyle::quiet), ""); }

TEST(Progress, PipedOutputIsOnePlainLine) {
  for (ProgressStyle style : {ProgressStyle::lines, ProgressStyle::automatic}) {
    const std::string text = printed(style);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    EXPECT_EQ(text.find('\r'), std::string::npos);
    EXPECT_NE(text.find("epoch 1/5"), std::string::npos);
    EXPECT_NE(text.find("loss 0.4"), std::string::npos);
  }
}

TEST(Progress, ATerminalLineIsRedrawnAndEnded) {
  const std::string text = printed(ProgressStyle::bar);
  EXPECT_NE(text.find("\r\x1b[Kepoch 1/5 [============>"), std::string::npos) << text;
  EXPECT_NE(text.find("50%"), std::string::npos);
  EXPECT_TRUE(text.ends_with("loss 0.4\n"));
  EXPECT_TRUE(printed(ProgressStyle::bar, false).ends_with("\n"));
}

TEST(Progress, TheDefaultStyleCanBeSet) {
  set_progress_style(ProgressStyle::quiet);
  EXPECT_EQ(printed(ProgressStyle::automatic), "");
  set_progress_style(ProgressStyle::automatic);
}

TEST(Progress, Durations) {
  EXPECT_EQ(format_seconds(0.0123), "12 ms");
  EXPECT_EQ(format_seconds(0.3), "0.3 s");
  EXPECT_EQ(format_seconds(42.4), "42 s");
  EXPECT_EQ(format_seconds(59.7), "1 min 00 s");
  EXPECT_EQ(format_seconds(245), "4 min 05 s");
  EXPECT_EQ(format_seconds(7800), "2 h 10 min");
}

TEST(Log, LevelsFilterAndGoToStandardError) {
  const LogLevel before = log_level();
  set_log_level(LogLevel::warning);
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  log_info("unseen {}");
  log_warning("seen {} %s");
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(text.find("unseen"), std::string::npos);
  EXPECT_NE(text.find("warning: seen {} %s"), std::string::npos) << text;
  set_log_level(before);
  EXPECT_ERROR(invalid_argument, log_level_from_string("loud"), "\"loud\"", "warning");
}

}  // namespace
}  // namespace candor
