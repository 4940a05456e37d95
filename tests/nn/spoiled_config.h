// Configurations that someone spoiled, one place after another.
#pragma once

#include <functional>
#include <string>

#include "candor/nn/config.h"

namespace candor::testing {

using Yield = std::function<void(const Config& spoiled, const std::string& how)>;

/// The configuration with one place after another spoiled: other kinds of values, numbers without measure, entries that are gone or not known.
void each_spoiled(const Config& config, const Yield& yield);

/// How many of them were read, and how many refused.
struct Spoiled {
  int built = 0, refused = 0;
};

/// Calls `use` with each. It may throw Error; a failure of the test is everything else: another exception, a signal, more than ten seconds or 600 MB.
Spoiled try_spoiled(const Config& whole, const std::function<void(const Config& spoiled)>& use);

}  // namespace candor::testing
