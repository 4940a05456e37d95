// Every class of layer_names() from configurations that someone spoiled: each is built, or refused with an Error. Nothing crashes, hangs or takes memory
// that a wrong number asks for.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <set>

#include "candor/nn/layer_body.h"
#include "candor/nn/layers.h"
#include "candor/nn/model.h"
#include "candor/nn/weight_budget.h"
#include "tests/nn/layer_samples.h"
#include "tests/support/config.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"

namespace candor::testing {
namespace {

using Yield = std::function<void(const Config& spoiled, const std::string& how)>;

std::vector<Config> hostile_values() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Config nested = 3;
  for (int i = 0; i < 60; ++i) nested = i % 2 ? Config(Config::List{nested}) : Config{{"config", nested}};
  return {Config(), true, -1, 0, 7, std::int64_t{1} << 31, std::int64_t{1} << 32, std::int64_t{1} << 40, std::int64_t{1} << 59, INT64_MAX, INT64_MIN, 0.5, -0.5, 1e30, 1e308, -inf, std::nan(""), "", "nope", "-1", std::string(5000, 'x'), "\xff\xfe",
          Config::list(), Config::map(), Config(Config::List{Config()}), Config::integers({-1, 3}), Config::integers({0, 0, 0, 0, 0}), Config::integers({std::int64_t{1} << 40, std::int64_t{1} << 40}),
          Config::numbers({std::nan(""), inf}), Config(Config::List{"a", "a"}), Config{{"class_name", "Lambda"}, {"config", {{"function", "4wAA"}}}}, Config{{"class_name", "Dense"}, {"config", {}}},
          Config{{"class_name", "Constant"}, {"config", {{"value", 1e300}}}}, nested};
}

/// The configuration with one place after another spoiled.
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

class HostileConfig : public ::testing::TestWithParam<LayerSample> {};

TEST_P(HostileConfig, IsBuiltOrRefused) {
  const LayerSample& sample = GetParam();
  const Config whole = layer_from_config({{"class_name", sample.kind}, {"config", sample.options}}).config();
  for (const int signal : {SIGSEGV, SIGFPE, SIGABRT, SIGTERM, SIGBUS, SIGILL}) ::signal(signal, &say_and_end);
  const long before = peak_kilobytes();
  int built = 0, refused = 0, ran = 0;
  each_spoiled(whole, [&](const Config& spoiled, const std::string& how) {
    current = how;
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, how.substr(0, 300));
    if (HasFatalFailure()) return;
    const auto start = std::chrono::steady_clock::now();
    try {
      const detail::WeightBudget budget(std::size_t{16} << 20, ErrorKind::memory);
      const Layer layer = layer_from_config(spoiled);
      ++built;
      // What was understood can be written, and is understood again.
      const Config config = layer_from_config(layer.config()).config();
      EXPECT_EQ(to_string(layer_from_config(config).config()), to_string(config));
      const std::vector<Tensor> inputs = sample.inputs();
      if (!inputs.empty()) {
        for (const Mode mode : {inference, training}) layer.call(inputs, mode);
        ++ran;
      }
    } catch (const Error& error) {
      ++refused;
      EXPECT_NE(to_string(error.kind()), to_string(ErrorKind::internal)) << error.what();
      EXPECT_FALSE(error.message().empty());
      EXPECT_LT(std::string(error.what()).size(), 4200u);
    } catch (const std::exception& error) {
      ADD_FAILURE() << "not an Error of Candor: " << error.what();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    EXPECT_LT(seconds, 10);
    EXPECT_LT(peak_kilobytes() - before, 600 << 10);
  });
  EXPECT_GT(built, 0);
  EXPECT_GT(refused, 50);
  EXPECT_EQ(ran > 0, !sample.shapes.empty());
}

INSTANTIATE_TEST_SUITE_P(Registry, HostileConfig, ::testing::ValuesIn(layer_samples()), [](const auto& one) { return one.param.kind; });

TEST(LayerSamples, EveryArgumentOfKerasIsAnOption) {
  std::ifstream file(environment("CANDOR_FIXTURES") + "/keras/defaults.json");
  if (!file) GTEST_SKIP() << "CANDOR_FIXTURES is not set";
  const auto classes = nlohmann::json::parse(file).at("classes").at("layers");
  int tried = 0;
  for (const LayerSample& sample : layer_samples()) {
    for (const auto& one : classes) {
      if (one.at("name") != sample.kind || sample.kind == "Functional" || sample.kind == "Sequential") continue;
      for (const auto& argument : one.at("args")) {
        if (!argument.contains("default") || argument.at("default").is_null() || sample.options.find(argument.at("name").get<std::string>())) continue;
        Config options = sample.options;
        options.set(argument.at("name").get<std::string>(), to_config(argument.at("default")));
        ++tried;
        EXPECT_NO_THROW(layer_from_config({{"class_name", sample.kind}, {"config", options}})) << sample.kind << ": " << argument.at("name");
      }
    }
  }
  EXPECT_GT(tried, 300);
}

TEST(LayerConfigErrors, SayClassOptionAndValue) {
  const auto read = [](const char* kind, Config options) { return layer_from_config({{"class_name", kind}, {"config", std::move(options)}}); };
  EXPECT_ERROR(corrupt, read("Dense", {{"units", 3}, {"activaton", "relu"}}), "Dense has no option \"activaton\"; did you mean \"activation\"?", "kernel_initializer");
  EXPECT_ERROR(corrupt, read("Dense", {{"units", "three"}, {"name", "last"}}), "'units': expected a whole number, found a text, \"three\"", "at the configuration of Dense \"last\"");
  EXPECT_ERROR(corrupt, read("Dropout", {{"rate", true}}), "'rate': expected a number, found a truth value, true");
  EXPECT_ERROR(corrupt, read("Dens", {{"units", 3}}), "'Dens' is not known; did you mean \"Dense\"?");
  EXPECT_ERROR(corrupt, read("TimeDistributed", {{"layer", {{"class_name", "Conv1D"}, {"config", {{"filters", 2}, {"kernel_size", "big"}}}}}}), "'kernel_size'", "Conv1D", "TimeDistributed");
  EXPECT_ERROR(invalid_argument, read("Conv2D", {{"filters", 2}, {"kernel_size", std::int64_t{1} << 40}}), "kernel_size must be at most 2147483647");
  // What an earlier Keras wrote and what changes nothing is no reason to refuse a file.
  EXPECT_NO_THROW(read("LSTM", {{"units", 3}, {"implementation", 2}, {"time_major", false}}));
  EXPECT_NO_THROW(read("Dense", {{"units", 3}, {"batch_input_shape", Config::List{Config(), 4}}, {"build_config", {{"input_shape", Config::List{Config(), 4}}}}}));
}

TEST(LayerSamples, HaveEveryClass) {
  std::set<std::string> missing;
  for (const std::string& name : layer_names()) missing.insert(name);
  for (const LayerSample& sample : layer_samples()) missing.erase(sample.kind);
  EXPECT_TRUE(missing.empty()) << "add a row to tests/nn/layer_samples.cpp for " << ::testing::PrintToString(missing);
}

}  // namespace
}  // namespace candor::testing
