// What if this customer drove less? A model of 10,000 customers of a car insurance is asked: about one customer with other values, about the smallest
// change that would put a customer into another group, and about what speed, age and miles do on the whole.
//   what_if [SEEDS]     5 when not given
// Data: insurance-risk/insurance-customers-10000.csv and -500-test.csv (`candor data get insurance-customers`). Ends with 2 when they are not there.
#include <candor/candid/baseline.h>
#include <candor/candid/interval.h>
#include <candor/candor.h>
#include <candor/explain/counterfactual.h>
#include <candor/explain/importance.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>

using namespace candor;

const char* const groups[] = {"many accidents", "few accidents", "in between"};

Sequential trained(const data::Dataset& train, std::uint64_t seed) {
  set_random_seed(seed);
  const Sequential model{Standardize::fitted(train.features), Dense{64, {.activation = relu}}, Dropout{0.1}, Dense{64, {.activation = relu}}, Dropout{0.1}, Dense{3}};
  constexpr int epochs = 15;
  const double steps = std::ceil(static_cast<double>(train.rows()) / 64) * epochs;
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{CosineDecay{.initial_learning_rate = 0.005, .decay_steps = steps}}, .metrics = {Accuracy{}}});
  model.fit(train, {.epochs = epochs, .batch_size = 64, .seed = seed, .verbose = 0});
  return model;
}

/// The test without the customers that the training file knows as well: those would be recognised, not foretold.
data::Dataset unknown_to(const data::Dataset& train, const data::Dataset& test) {
  const auto rows_of = [](const data::Dataset& set) {
    const std::vector<float> x = set.features.to_vector();
    const std::vector<std::int32_t> y = set.targets.to_vector<std::int32_t>();
    std::vector<std::vector<float>> rows;
    for (std::size_t i = 0; i < y.size(); ++i) rows.push_back({x[3 * i], x[3 * i + 1], x[3 * i + 2], static_cast<float>(y[i])});
    return rows;
  };
  const auto known_rows = rows_of(train);
  const std::set<std::vector<float>> known(known_rows.begin(), known_rows.end());
  std::vector<std::int64_t> kept;
  std::int64_t number = 0;
  for (const auto& row : rows_of(test)) {
    if (!known.count(row)) kept.push_back(number);
    ++number;
  }
  return test.take(kept);
}

/// How often the best possible judge is right, who knows the nine bell curves that the customers were drawn from.
double best_possible(const data::Dataset& test) {
  constexpr float curves[9][5] = {{0, 150, 35, 50, 4}, {0, 120, 75, 20, 8}, {0, 120, 30, 30, 9}, {1, 110, 50, 25, 9}, {1, 140, 45, 40, 5}, {1, 110, 40, 15, 8}, {2, 120, 55, 30, 18}, {2, 130, 50, 45, 12}, {2, 100, 25, 15, 5}};
  const std::vector<float> x = test.features.to_vector();
  const std::vector<std::int32_t> truth = test.targets.to_vector<std::int32_t>();
  double right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    std::array<float, 3> density{};
    for (const auto& [group, speed, age, miles, sd] : curves) {
      const float square = std::pow(x[3 * i] - speed, 2.f) + std::pow(x[3 * i + 1] - age, 2.f) + std::pow(x[3 * i + 2] - miles, 2.f);
      density[static_cast<std::size_t>(group)] += std::exp(-square / (2 * sd * sd)) / (sd * sd * sd);
    }
    right += std::max_element(density.begin(), density.end()) - density.begin() == truth[i];
  }
  return right / static_cast<double>(truth.size());
}

data::Table customer(const data::Table& like, double speed, double age, double miles) {
  data::Table row = explain::rows_of(like, {0});
  row.columns[0].numbers = {speed};
  row.columns[1].numbers = {age};
  row.columns[2].numbers = {miles};
  return row;
}

int main(int argc, char** argv) try {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const data::Dataset train = data::load("insurance-risk/insurance-customers-10000.csv").train, all = data::load("insurance-risk/insurance-customers-500-test.csv").train;
  const data::Dataset test = unknown_to(train, all);

  std::vector<double> scores;
  std::vector<Sequential> models;
  for (int seed = 0; seed < seeds; ++seed) {
    models.push_back(trained(train, static_cast<std::uint64_t>(seed)));
    scores.push_back(models.back().evaluate(test)["accuracy"]);
  }
  std::sort(scores.begin(), scores.end());
  const double score = scores[scores.size() / 2];
  const candid::Interval interval = candid::wilson(std::lround(score * static_cast<double>(test.rows())), test.rows());
  const double guess = candid::majority(train.targets.to_vector<std::int32_t>(), test.targets.to_vector<std::int32_t>(), 3).value;
  std::printf("%lld of %lld test customers stand in the training file, too, and are left out\n", static_cast<long long>(all.rows() - test.rows()), static_cast<long long>(all.rows()));
  std::printf("accuracy on the other %lld: %.3f, median of %d seeds [%.3f, %.3f], 95 %% interval [%.3f, %.3f]; baseline, the commonest group: %.3f\n", static_cast<long long>(test.rows()), score, seeds,
              scores.front(), scores.back(), interval.low, interval.high, guess);
  std::printf("the best possible judge, who knows the bell curves that the customers were drawn from, has %.3f on these rows\n", best_possible(test));

  const explain::TableAnswer answer = [&](const data::Table& rows) { return softmax(models[0].predict(explain::features_of(rows))); };
  const data::Table customers = explain::table_of(train);
  const auto shares = [&](const data::Table& row) { return answer(row).to_vector(); };

  std::printf("\n1. A young driver with a fast car, and the same one with other values\n\n");
  for (const auto [speed, age, miles] : {std::array{150., 35., 50.}, std::array{150., 35., 20.}, std::array{120., 35., 50.}, std::array{150., 50., 50.}}) {
    const std::vector<float> p = shares(customer(customers, speed, age, miles));
    std::printf("   %3.0f km/h, %2.0f years, %2.0f thousand miles:  ", speed, age, miles);
    for (std::size_t g = 0; g < 3; ++g) std::printf(" %s %.2f%s", groups[g], p[g], g < 2 ? "," : "\n");
  }

  std::printf("\n2. The smallest change that would bring few accidents\n\n");
  const data::Table risky = customer(customers, 150, 35, 50);
  const auto print = [&](const char* how, const std::vector<explain::Counterfactual>& found) {
    if (found.empty()) return (void)std::printf("   %-34s nothing found\n", how);
    std::printf("   %-34s", how);
    for (const explain::Change& change : found[0].changes) std::printf(" %s %s -> %s ", change.column.c_str(), change.from.c_str(), change.to.c_str());
    std::printf(" (few accidents: %.2f)\n", found[0].answer[1]);
  };
  const explain::Wanted few{.output = 1};
  print("any column may change:", explain::nearest_change(answer, customers, risky, few));
  print("nobody gets older at will:", explain::nearest_change(answer, customers, risky, few, {.keep = {"age"}}));
  print("towards a customer there was:", explain::nearest_example(answer, customers, risky, few));

  std::printf("\n3. On the whole: the share of \"many accidents\" when a column is set to a value for everybody\n\n");
  for (const candid::Dependence& one : explain::dependences(answer, customers, {"speed", "age", "miles"}, {"0", "1", "2"}, {.points = 7})) {
    std::printf("   %-6s", one.column.c_str());
    for (std::size_t i = 0; i < one.curves[0].x.size(); ++i) std::printf("  %4.0f: %.2f", one.curves[0].x[i], one.curves[0].y[i]);
    std::printf("\n");
  }
  std::printf("\n4. How much accuracy falls when a column is shuffled among the customers of the test\n\n");
  for (const candid::Importance& one : explain::importances(answer, explain::table_of(test), test)) std::printf("   %-6s %.3f [%.3f, %.3f]\n", one.name.c_str(), one.value, one.low, one.high);
  std::printf("\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
} catch (const Error& error) {
  std::fprintf(stderr, "what_if: %s\n", error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
