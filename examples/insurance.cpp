// Which customers of a car insurance will have many accidents? Three groups of risk by speed, age and miles: 1500 customers, a fifth of them kept
// back for the test. A few networks that each see the customers a little blurred vote; beside them what simple methods reach on the same rows, and what
// nobody can beat, because the customers were drawn from nine bell curves that are known.
//   insurance [SEEDS]     5 when not given: each has a split of its own
// Data: insurance-risk/insurance-customers-1500.csv (`candor data get insurance-customers`). Ends with 2 when it is not there.
#include <candor/candid/baselines/run_baselines.h>
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

using namespace candor;

/// One network: shares of the three groups for each customer of the test. It must not learn single customers by heart, so it is shown them with
/// noise and some neurons missing.
Tensor opinion(const data::Split& data, std::uint64_t seed) {
  set_random_seed(seed);
  constexpr int epochs = 60;
  const Sequential model{Standardize::fitted(data.train.features), GaussianNoise{0.15}, Dense{64, {.activation = relu}}, Dropout{0.2}, Dense{64, {.activation = relu}}, Dropout{0.2}, Dense{3}};
  const double steps = std::ceil(static_cast<double>(data.train.rows()) / 32) * epochs;
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{CosineDecay{.initial_learning_rate = 0.005, .decay_steps = steps}}});
  model.fit(data.train, {.epochs = epochs, .batch_size = 32, .seed = seed, .verbose = 0});
  return softmax(model.predict(data.test.features));
}

double share_right(const Tensor& opinions, const data::Dataset& test) {
  const std::vector<float> p = opinions.to_vector();
  const std::vector<std::int32_t> truth = test.targets.to_vector<std::int32_t>();
  double right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) right += std::max_element(&p[3 * i], &p[3 * i] + 3) - &p[3 * i] == truth[i];
  return right / static_cast<double>(truth.size());
}

/// What the best possible judge says, who knows the nine bell curves.
Tensor all_knowing(const Tensor& customers) {
  constexpr float curves[9][5] = {{0, 150, 35, 50, 4}, {0, 120, 75, 20, 8}, {0, 120, 30, 30, 9}, {1, 110, 50, 25, 9}, {1, 140, 45, 40, 5}, {1, 110, 40, 15, 8}, {2, 120, 55, 30, 18}, {2, 130, 50, 45, 12}, {2, 100, 25, 15, 5}};
  const std::vector<float> x = customers.to_vector();
  std::vector<float> density(x.size(), 0);
  for (std::size_t i = 0; i < x.size(); i += 3)
    for (const auto& [group, speed, age, miles, sd] : curves)
      density[i + static_cast<std::size_t>(group)] += std::exp(-(std::pow(x[i] - speed, 2.f) + std::pow(x[i + 1] - age, 2.f) + std::pow(x[i + 2] - miles, 2.f)) / (2 * sd * sd)) / (sd * sd * sd);
  return Tensor::from(density, customers.shape());
}

int main(int argc, char** argv) try {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const data::Dataset customers = data::load("insurance-risk/insurance-customers-1500.csv").train;

  std::vector<std::string> names;  // in the order they are printed
  std::map<std::string, std::vector<double>> scores;
  const auto note = [&](const std::string& name, double score) {
    if (scores[name].empty()) names.push_back(name);
    scores[name].push_back(score);
  };
  std::int64_t judged = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    const data::Split data = data::split(customers, {.test = 0.2, .seed = static_cast<std::uint64_t>(seed)});
    judged = data.test.rows();
    for (const candid::BaselineScore& baseline : candid::run_baselines(data.train, data.test)) note(baseline.name, baseline.value);
    Tensor votes = opinion(data, 100 * static_cast<std::uint64_t>(seed));
    note("one network", share_right(votes, data.test));
    for (int voter = 1; voter < 5; ++voter) votes = votes + opinion(data, 100 * static_cast<std::uint64_t>(seed) + static_cast<std::uint64_t>(voter));
    note("five networks that vote", share_right(votes, data.test));
    note("who knows the bell curves", share_right(all_knowing(data.test.features), data.test));
  }

  std::printf("%lld customers to learn from, %lld to judge; medians of %d seeds, each with a split of its own\n\n", static_cast<long long>(customers.rows() - judged), static_cast<long long>(judged), seeds);
  std::printf("%-28s  accuracy  [smallest, largest]  95 %% interval\n", "");
  for (const std::string& name : names) {
    std::vector<double>& all = scores[name];
    std::sort(all.begin(), all.end());
    const double median = all[all.size() / 2];
    const candid::Interval interval = candid::wilson(std::lround(median * static_cast<double>(judged)), judged);
    std::printf("%-28s  %.3f     [%.3f, %.3f]      [%.3f, %.3f]\n", name.c_str(), median, all.front(), all.back(), interval.low, interval.high);
  }
  std::printf("\nOn customers without end nobody can do better than .811 on average; on the rows of a test it is a little more or less.\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
} catch (const Error& error) {
  std::fprintf(stderr, "insurance: %s\n", error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
