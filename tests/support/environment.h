// Where data and fixtures lie is known from the environment alone; a test that lacks them skips and says which variable.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace candor::testing {

inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// True in a build with a sanitizer, whose tests repeat nothing that only takes time.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace candor::testing

/// Skips the running test unless the variable (CANDOR_DATA, CANDOR_FIXTURES, CANDOR_MODELS) is set.
#define CANDOR_NEEDS(variable)                                      \
  if (::candor::testing::environment(variable).empty()) GTEST_SKIP() << "needs " variable
