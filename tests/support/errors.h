// EXPECT_ERROR(kind, statement, "part", "other part"): the statement throws candor::Error of that kind and its text has every part.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "candor/base/error.h"

namespace candor::testing {

template <class F>
::testing::AssertionResult throws_error(ErrorKind kind, std::initializer_list<std::string_view> parts, F&& run) {
  try {
    run();
  } catch (const Error& error) {
    const std::string text = error.what();
    if (error.kind() != kind)
      return ::testing::AssertionFailure() << "kind " << to_string(error.kind()) << ", expected " << to_string(kind) << ": " << text;
    for (std::string_view part : parts)
      if (text.find(part) == std::string::npos) return ::testing::AssertionFailure() << "\"" << part << "\" is missing in: " << text;
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "no error was thrown";
}

}  // namespace candor::testing

#define EXPECT_ERROR(kind, statement, ...) \
  EXPECT_TRUE(::candor::testing::throws_error(::candor::ErrorKind::kind, {__VA_ARGS__}, [&] { (void)(statement); }))
