#include "candor/base/log.h"

#include <gtest/gtest.h>

#include "candor/base/error.h"

namespace candor {
namespace {

struct KeepLevel {
  LogLevel before = log_level();
  ~KeepLevel() { set_log_level(before); }
};

std::string written(void (*log)(std::string_view), std::string_view message) {
  testing::internal::CaptureStderr();
  log(message);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesWhatIsAtOrAboveTheLevel) {
  const KeepLevel keep;
  set_log_level(LogLevel::info);
  EXPECT_EQ(written(log_debug, "not this"), "");
  EXPECT_NE(written(log_info, "100 % of {} rows").find("info"), std::string::npos);
  EXPECT_NE(written(log_error, "100 % of {} rows").find(": 100 % of {} rows\n"), std::string::npos);
  set_log_level(LogLevel::off);
  EXPECT_EQ(written(log_error, "nor this"), "");
}

TEST(Log, KnowsItsLevelsByName) {
  EXPECT_EQ(log_level_from_string("debug"), LogLevel::debug);
  EXPECT_EQ(log_level_from_string("warning"), LogLevel::warning);
  EXPECT_EQ(log_level_from_string("off"), LogLevel::off);
  EXPECT_THROW(log_level_from_string("loud"), Error);
}

}  // namespace
}  // namespace candor
