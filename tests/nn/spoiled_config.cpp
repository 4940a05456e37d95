#include "tests/nn/spoiled_config.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <ctime>
#include <limits>
#include <vector>

#include "candor/base/error.h"
#include "candor/nn/weight_budget.h"

namespace candor::testing {
namespace {

std::vector<Config> hostile_values() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Config nested = 3;
  for (int i = 0; i < 60; ++i) nested = i % 2 ? Config(Config::List{nested}) : Config{{"config", nested}};
  return {Config(), true, -1, 0, 7, std::int64_t{1} << 31, std::int64_t{1} << 32, std::int64_t{1} << 40, std::int64_t{1} << 59, INT64_MAX, INT64_MIN, 0.5, -0.5, 1e30, 1e308, -inf, std::nan(""), "", "nope", "-1", std::string(5000, 'x'), "\xff\xfe",
          Config::list(), Config::map(), Config(Config::List{Config()}), Config::integers({-1, 3}), Config::integers({0, 0, 0, 0, 0}), Config::integers({std::int64_t{1} << 40, std::int64_t{1} << 40}),
          Config::numbers({std::nan(""), inf}), Config(Config::List{"a", "a"}), Config{{"class_name", "Lambda"}, {"config", {{"function", "4wAA"}}}}, Config{{"class_name", "Dense"}, {"config", {}}},
          Config{{"class_name", "Constant"}, {"config", {{"value", 1e300}}}}, nested};
}

// The thread sanitizer keeps a shadow of all memory that was ever used, several times its size: what is resident then is not the program's (187 MB without it).
#if defined(__SANITIZE_THREAD__)
constexpr bool shadowed = true;
#else
constexpr bool shadowed = false;
#endif

std::string current;  // what is tried, for one who looks at a crash

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

[[noreturn]] void say_and_end(int signal) {
  const std::string text = "signal " + std::to_string(signal) + " with " + current + "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
  ::_exit(128 + signal);
}

}  // namespace

void each_spoiled(const Config& config, const Yield& yield) {
  static const std::vector<Config> values = hostile_values();
  for (const Config& value : values) yield(value, " = " + to_string(value).substr(0, 100));
  if (config.is_map()) {
    const Config::Map& entries = config.entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      Config::Map copy = entries;
      each_spoiled(entries[i].second, [&](const Config& value, const std::string& how) {
        copy[i].second = value;
        yield(copy, "." + entries[i].first + how);
      });
      copy.erase(copy.begin() + static_cast<std::ptrdiff_t>(i));
      yield(copy, " without " + entries[i].first);
    }
    Config::Map copy = entries;
    copy.emplace_back("no_such_option", 1);
    yield(copy, ".no_such_option = 1");
  }
  if (config.is_list()) {
    const Config::List& items = config.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      Config::List copy = items;
      const std::string place = "[" + std::to_string(i) + "]";
      each_spoiled(items[i], [&](const Config& value, const std::string& how) {
        copy[i] = value;
        yield(copy, place + how);
      });
      copy.erase(copy.begin() + static_cast<std::ptrdiff_t>(i));
      yield(copy, " without " + place);
      copy = items;
      copy.insert(copy.end(), 300, items[i]);
      yield(copy, " with 300 times " + place);
    }
  }
}

Spoiled try_spoiled(const Config& whole, const std::function<void(const Config& spoiled)>& use) {
  for (const int signal : {SIGSEGV, SIGFPE, SIGABRT, SIGTERM, SIGBUS, SIGILL}) ::signal(signal, &say_and_end);
  const long before = peak_kilobytes();
  Spoiled seen;
  each_spoiled(whole, [&](const Config& spoiled, const std::string& how) {
    current = how;
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, how.substr(0, 300));
    const std::clock_t start = std::clock();  // of the processor: a machine that is busy, or stopped for a while, is no hang
    try {
      const detail::WeightBudget budget(std::size_t{16} << 20, ErrorKind::memory);
      use(spoiled);
      ++seen.built;
    } catch (const Error& error) {
      ++seen.refused;
      EXPECT_NE(to_string(error.kind()), to_string(ErrorKind::internal)) << error.what();
      EXPECT_FALSE(error.message().empty());
      EXPECT_LT(error.message().size(), 4200u);
    } catch (const std::exception& error) {
      ADD_FAILURE() << "not an Error of Candor: " << error.what();
    }
    EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 10);
    if (!shadowed) {
      EXPECT_LT(peak_kilobytes() - before, 600 << 10);
    }
  });
  return seen;
}

}  // namespace candor::testing
