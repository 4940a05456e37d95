// Against learning by heart, one thing at a time: customers of a car insurance in three groups of risk, a network that is too large, and what early
// stopping, fewer neurons, dropout, batch normalisation, penalties and noise each do to it. Every row trains with the same seeds on the same split.
//   regularisation [SEEDS [EPOCHS]]     5 and 150 when not given
// Data: insurance-risk/insurance-customers-1500.csv below the folder that CANDOR_DATA names. Ends with 2 when it is not there.
#include <candor/candid/baseline.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

/// What a row of the table changes.
struct Recipe {
  const char* name;
  std::int64_t units = 200;
  bool stop_early = false;
  double noise = 0;  ///< augmentation: customers a little unlike those in the file
  double dropout = 0;
  bool batch_norm = false;
  Regularizer penalty = {};
};

struct TrainAndTest {
  double train = 0, test = 0;
};

TrainAndTest run(const Recipe& recipe, const data::Split& data, std::uint64_t seed, int epochs) {
  set_random_seed(seed);
  Sequential model{Standardize::fitted(data.train.features)};
  if (recipe.noise > 0) model.add(GaussianNoise{recipe.noise});
  for (int i = 0; i < 3; ++i) {
    model.add(Dense{recipe.units, {.kernel_regularizer = recipe.penalty}});
    if (recipe.batch_norm) model.add(BatchNormalization{});
    model.add(ReLU{});
    if (recipe.dropout > 0) model.add(Dropout{recipe.dropout});
  }
  model.add(Dense{3});
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{1e-3}, .metrics = {Accuracy{}}});
  std::vector<Callback> callbacks;
  if (recipe.stop_early) callbacks.push_back(EarlyStopping{.patience = 10, .restore_best_weights = true});
  model.fit(data.train, {.epochs = epochs, .batch_size = 32, .validation_split = recipe.stop_early ? 0.2 : 0, .seed = seed, .callbacks = callbacks, .verbose = 0});
  return {model.evaluate(data.train)["accuracy"], model.evaluate(data.test)["accuracy"]};
}

/// Mean of paired differences with its 95 % interval (Student's t).
struct Difference {
  double mean = 0, half = 0;
};
Difference difference(const std::vector<double>& with, const std::vector<double>& without) {
  static const double quantiles[] = {0, 12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};  // of 1 to 9 degrees of freedom
  const std::size_t n = with.size();
  Difference d;
  for (std::size_t i = 0; i < n; ++i) d.mean += (with[i] - without[i]) / static_cast<double>(n);
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) squares += std::pow(with[i] - without[i] - d.mean, 2);
  d.half = n < 2 ? NAN : quantiles[std::min<std::size_t>(n - 1, 9)] * std::sqrt(squares / static_cast<double>(n - 1) / static_cast<double>(n));
  return d;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int main(int argc, char** argv) try {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5, epochs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 150;
  const data::Dataset customers = data::load("insurance-risk/insurance-customers-1500.csv").train;
  const Recipe recipes[] = {
      {.name = "3 x 200 neurons, nothing else"},
      {.name = "stopped early", .stop_early = true},
      {.name = "3 x 16 neurons", .units = 16},
      {.name = "dropout 0.5", .dropout = 0.5},
      {.name = "batch normalisation", .batch_norm = true},
      {.name = "L2 penalty 0.003", .penalty = L2{0.003}},
      {.name = "L1 penalty 0.0003", .penalty = L1{0.0003}},
      {.name = "noise 0.2 on the inputs", .noise = 0.2},
      {.name = "noise, dropout, stopped early", .stop_early = true, .noise = 0.1, .dropout = 0.4},
  };

  std::vector<data::Split> splits;
  std::vector<double> guesses;
  for (int seed = 0; seed < seeds; ++seed) {
    splits.push_back(data::split(customers, {.test = 0.3, .seed = static_cast<std::uint64_t>(seed)}));
    const auto& [train, test] = splits.back();
    const std::vector<std::int32_t> seen = train.targets.to_vector<std::int32_t>(), held = test.targets.to_vector<std::int32_t>();
    guesses.push_back(candid::majority(seen, held, 3).value);
  }
  std::printf("%lld customers to learn from, %lld to judge, %d epochs; medians of %d seeds, each with a split of its own\n\n", static_cast<long long>(splits[0].train.rows()),
              static_cast<long long>(splits[0].test.rows()), epochs, seeds);
  std::printf("%-32s  train   test   [smallest, largest]   better than nothing else by\n", "");
  std::printf("%-32s          %.3f\n", "baseline: the commonest group", median(guesses));
  std::vector<double> plain;
  for (const Recipe& recipe : recipes) {
    std::vector<double> train, test;
    for (int seed = 0; seed < seeds; ++seed) {
      const TrainAndTest scores = run(recipe, splits[static_cast<std::size_t>(seed)], static_cast<std::uint64_t>(seed), epochs);
      train.push_back(scores.train);
      test.push_back(scores.test);
    }
    std::printf("%-32s  %.3f  %.3f  [%.3f, %.3f]", recipe.name, median(train), median(test), *std::min_element(test.begin(), test.end()), *std::max_element(test.begin(), test.end()));
    if (plain.empty()) plain = test;
    else if (const Difference d = difference(test, plain); seeds > 1) std::printf("       %+.3f [%+.3f, %+.3f]", d.mean, d.mean - d.half, d.mean + d.half);
    std::printf("\n");
  }
  std::printf("\nThe customers were drawn from nine bell curves that overlap: nobody can do better than .811 on average. A difference whose interval\nreaches across 0 may be chance.\n");
  std::printf("\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
} catch (const Error& error) {
  std::fprintf(stderr, "regularisation: %s\n", error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
