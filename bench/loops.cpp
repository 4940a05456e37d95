// A loop of one's own through compile() beside fit, and what resume points cost: both on the network of the case.
#include <chrono>
#include <filesystem>

#include "bench/inputs.h"
#include "bench/measure.h"
#include "bench/network.h"
#include "candor/base/file.h"
#include "candor/base/threads.h"
#include "candor/data/batches.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/train/fit.h"

namespace candor::bench {
namespace {

// A row that is judged by its own value, not beside a peer.
Measured absolute_row(const Case& c) {
  Measured row;
  row.test = c.name;
  row.system = "Candor";
  row.unit = c.unit;
  row.threads = candor::threads();
  row.must = c.must;
  row.absolute = true;
  return row;
}

template <class F>
double seconds_of(F f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Optimizer adam() { return Adam{1e-3}; }
Loss loss_of() { return SparseCategoricalCrossentropy{.from_logits = true}; }

/// The first rows of the inputs: c.steps whole batches.
data::Dataset rows_of(const Case& c, const Inputs& in) {
  const std::int64_t rows = c.steps * c.batch;
  return data::from_arrays(in.x.view_slice(0, 0, rows).contiguous(), in.y.view_slice(0, 0, rows).contiguous());
}

Sequential compiled_network(const Case& c, const Inputs& in) {
  const Sequential model = make_network(c, in);
  model.compile({.loss = loss_of(), .optimizer = adam()});
  return model;
}

FitOptions epochs(const Case& c, int count) { return {.epochs = count, .batch_size = c.batch, .seed = c.seed, .verbose = 0}; }

}  // namespace

std::vector<Measured> measure_custom_loop(const Case& c, const Settings& settings) {
  const Inputs in = make_inputs(c);
  const data::Dataset rows = rows_of(c, in);
  const Sequential fitted = compiled_network(c, in), own = make_network(c, in);
  const Optimizer optimizer = adam();
  const Loss loss = loss_of();
  auto step = compile([&](Tensor x, Tensor y) {
    auto [value, gradients] = value_and_grad([&] { return loss(y, own(x, training)); }, own.parameters());
    optimizer.apply(gradients);
    return value;
  });
  std::vector<double> of_loop, of_fit, ratios;
  std::uint64_t epoch = 0;
  double last = 0;
  const auto run_loop = [&] {
    double total = 0;
    for (auto [x, y] : data::batches(rows, c.batch, {.shuffle = true, .seed = c.seed, .epoch = epoch})) total += step(x, y).item<double>();
    last = total / static_cast<double>(c.steps);
    ++epoch;
  };
  double fit_last = 0;
  const auto run_fit = [&] {
    // One epoch of a training that goes on: the order is the loop's.
    FitOptions options = epochs(c, static_cast<int>(epoch));
    options.initial_epoch = static_cast<int>(epoch) - 1;
    fit_last = fitted.fit(rows, options)["loss"].back();
  };
  settings.say(c.name + ": " + std::to_string(settings.rounds) + " rounds");
  run_loop();
  run_fit();
  for (int round = 0; round < 3 * settings.rounds; ++round) {
    of_loop.push_back(seconds_of(run_loop));
    of_fit.push_back(seconds_of(run_fit));
    ratios.push_back(of_loop.back() / of_fit.back());
  }
  Measured row = absolute_row(c);
  row.value = median(of_loop) / median(of_fit);
  median(ratios);  // sorts
  row.low = ratios.front();
  row.high = ratios.back();
  row.parity = std::abs(last - fit_last) / std::max(std::abs(fit_last), 1e-3);
  row.agrees = *row.parity < 1e-3;
  return {row};
}

std::vector<Measured> measure_resume_cost(const Case& c, const Settings& settings) {
  const Inputs in = make_inputs(c);
  const data::Dataset rows = rows_of(c, in);
  make_folders(settings.place.work);
  const std::string point = settings.place.work + "/" + c.name + ".resume";
  const auto seconds = [&](bool with_points) {
    std::filesystem::remove(point);
    const Sequential model = compiled_network(c, in);
    model.fit(rows, epochs(c, 1));  // traced and planned
    FitOptions options = epochs(c, 2);
    options.initial_epoch = 1;
    if (with_points) options.resume = point, options.resume_steps = 1;
    return seconds_of([&] { model.fit(rows, options); });
  };
  settings.say(c.name + ": " + std::to_string(settings.rounds) + " rounds");
  std::vector<double> percent;
  for (int round = 0; round < settings.rounds; ++round) {
    const double without = seconds(false), with = seconds(true);
    percent.push_back(100 * (with - without) / static_cast<double>(c.steps) / 60);  // one point a minute
  }
  std::filesystem::remove(point);
  Measured row = absolute_row(c);
  row.value = median(percent);
  row.low = percent.front();
  row.high = percent.back();
  return {row};
}

std::vector<Measured> measure_checks_cost(const Case& c, const Settings& settings) {
  const Inputs in = make_inputs(c);
  const data::Dataset rows = rows_of(c, in);
  const int count = c.calls > 0 ? static_cast<int>(c.calls) : 5;
  // From the first step to the last, with everything that is made for it.
  const auto seconds = [&](bool checks) {
    const Sequential model = compiled_network(c, in);
    FitOptions options = epochs(c, count);
    options.checks = checks;
    return seconds_of([&] { model.fit(rows, options); });
  };
  settings.say(c.name + ": " + std::to_string(settings.rounds) + " rounds");
  std::vector<double> with, without, percent;
  for (int round = 0; round < 3 * settings.rounds; ++round) {
    without.push_back(seconds(false));
    with.push_back(seconds(true));
    percent.push_back(100 * (with.back() / without.back() - 1));
  }
  Measured row = absolute_row(c);
  row.value = 100 * (median(with) / median(without) - 1);
  median(percent);  // sorts
  row.low = percent.front();
  row.high = percent.back();
  return {row};
}

}  // namespace candor::bench
