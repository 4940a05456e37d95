// The life of a model: train it, let it through a gate, serve it, notice that the customers have changed before anybody knows how it fares, train again.
//   model_chain [SEEDS]     5 when not given
// Data: insurance-risk/insurance-customers-risk-1500.csv and -shift.csv of the same name, below the folder that CANDOR_DATA names. Ends with 2 when
// they are not there.
#include <candor/candid/baseline.h>
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

using namespace candor;

const char* const columns[] = {"speed", "age", "miles"};

Sequential trained(const data::Dataset& train, std::uint64_t seed) {
  set_random_seed(seed);
  const Sequential model{Standardize::fitted(train.features), GaussianNoise{0.15}, Dense{64, {.activation = relu}}, Dropout{0.2}, Dense{64, {.activation = relu}}, Dropout{0.2}, Dense{3}};
  constexpr int epochs = 40;
  const double steps = std::ceil(static_cast<double>(train.rows()) / 32) * epochs;
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{CosineDecay{.initial_learning_rate = 0.005, .decay_steps = steps}}});
  model.fit(train, {.epochs = epochs, .batch_size = 32, .seed = seed, .verbose = 0});
  return model;
}

std::vector<bool> hits(const Sequential& model, const data::Dataset& rows) {
  const std::vector<std::int32_t> said = argmax(model.predict(rows.features), -1).to_vector<std::int32_t>(), truth = rows.targets.to_vector<std::int32_t>();
  std::vector<bool> result;
  for (std::size_t i = 0; i < truth.size(); ++i) result.push_back(said[i] == truth[i]);
  return result;
}
double share(const std::vector<bool>& hits) { return static_cast<double>(std::count(hits.begin(), hits.end(), true)) / static_cast<double>(hits.size()); }

std::vector<float> column(const data::Dataset& rows, std::int64_t which) { return rows.features.view_slice(1, which, which + 1).contiguous().to_vector(); }

/// Jensen-Shannon divergence in bits between the histograms of two samples: 0 for equal ones, 1 when they share no bin. Bins as wide as Freedman and
/// Diaconis (1981) advise for both together.
double divergence(const std::vector<float>& one, const std::vector<float>& other) {
  std::vector<float> all = one;
  all.insert(all.end(), other.begin(), other.end());
  std::sort(all.begin(), all.end());
  const auto n = static_cast<double>(all.size());
  const double spread = all[all.size() * 3 / 4] - all[all.size() / 4], width = 2 * spread / std::cbrt(n), low = all.front(), high = all.back();
  const auto bins = static_cast<std::size_t>(std::max(1.0, std::ceil((high - low) / width)));
  const auto histogram = [&](const std::vector<float>& values) {
    std::vector<double> counts(bins, 0);
    for (const float v : values) counts[std::min(bins - 1, static_cast<std::size_t>((v - low) / (high - low) * static_cast<double>(bins)))] += 1 / static_cast<double>(values.size());
    return counts;
  };
  const std::vector<double> p = histogram(one), q = histogram(other);
  double sum = 0;
  for (std::size_t i = 0; i < bins; ++i) {
    const double middle = (p[i] + q[i]) / 2;
    for (const double x : {p[i], q[i]}) sum += x > 0 ? 0.5 * x * std::log2(x / middle) : 0;
  }
  return sum;
}

/// What the divergence is by chance alone: the rows of both samples shuffled and dealt again, the largest but one of a hundred times.
double by_chance(std::vector<float> one, const std::vector<float>& other) {
  const std::size_t first = one.size();
  one.insert(one.end(), other.begin(), other.end());
  std::vector<double> values;
  for (std::uint64_t time = 0; time < 100; ++time) {
    const Permutation order(one.size(), {time, 0});
    std::vector<float> a, b;
    for (std::size_t i = 0; i < one.size(); ++i) (i < first ? a : b).push_back(one[order.at(i)]);
    values.push_back(divergence(a, b));
  }
  std::sort(values.begin(), values.end());
  return values[98];
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int main(int argc, char** argv) try {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const data::LoadOptions options{.csv = {.targets = {"group"}, .ignore = {"risk"}}};
  const data::Dataset customers = data::load("insurance-risk/insurance-customers-risk-1500.csv", options).train, later = data::load("insurance-risk/insurance-customers-risk-1500-shift.csv", options).train;
  const auto [train, test] = data::split(customers, {.test = 0.3, .seed = 1});

  std::printf("1. Train\n\n");
  const candid::Baseline guess = candid::majority(train.targets.to_vector<std::int32_t>(), test.targets.to_vector<std::int32_t>(), 3);
  std::vector<Sequential> models;
  std::vector<double> scores;
  for (int seed = 0; seed < seeds; ++seed) {
    models.push_back(trained(train, static_cast<std::uint64_t>(seed)));
    scores.push_back(share(hits(models.back(), test)));
  }
  const Sequential& model = models[0];
  const candid::Interval interval = candid::wilson(std::lround(median(scores) * static_cast<double>(test.rows())), test.rows());
  std::printf("   accuracy %.3f on %lld held-out customers, median of %d seeds [%.3f, %.3f], 95 %% interval [%.3f, %.3f]; baseline, the commonest group: %.3f\n", median(scores), static_cast<long long>(test.rows()),
              seeds, *std::min_element(scores.begin(), scores.end()), *std::max_element(scores.begin(), scores.end()), interval.low, interval.high, guess.value);

  std::printf("\n2. The gate: a model goes out when no slice of customers is served worse than the baseline\n\n");
  const std::vector<bool> right = hits(model, test);
  const std::vector<float> ages = column(test, 1), speeds = column(test, 0);
  const struct {
    const char* name;
    bool (*member)(float age, float speed);
  } slices[] = {{"younger than 30", [](float age, float) { return age < 30; }}, {"30 to 60", [](float age, float) { return age >= 30 && age < 60; }}, {"60 and older", [](float age, float) { return age >= 60; }},
                {"fast cars, above 135", [](float, float speed) { return speed > 135; }}, {"slow cars, below 105", [](float, float speed) { return speed < 105; }}};
  bool open = true;
  for (const auto& slice : slices) {
    std::vector<bool> members;
    for (std::size_t i = 0; i < right.size(); ++i)
      if (slice.member(ages[i], speeds[i])) members.push_back(right[i]);
    const auto n = static_cast<std::int64_t>(members.size());
    const candid::Interval range = candid::wilson(std::count(members.begin(), members.end(), true), n);
    const bool passes = n > 0 && range.low > guess.value;
    open = open && passes;
    std::printf("   %-22s %4lld customers   %.3f [%.3f, %.3f]   %s\n", slice.name, static_cast<long long>(n), n ? share(members) : 0, range.low, range.high, passes ? "passes" : "FAILS");
  }
  std::printf("   the gate is %s\n", open ? "open" : "closed");

  std::printf("\n3. Serve, and watch the customers: nobody knows their accidents yet\n\n   Jensen-Shannon divergence (bits)   the next 450 of before   a year later   by chance, 1 %%\n");
  bool shifted = false;
  for (std::int64_t c = 0; c < 3; ++c) {
    const std::vector<float> before = column(train, c), same = column(test, c), now = column(later, c);
    const double then = divergence(before, same), here = divergence(before, now), limit = by_chance(before, now), first_limit = by_chance(before, same);
    shifted = shifted || here > limit;
    std::printf("   %-34s %.4f %-16s %.4f %-7s %.4f\n", columns[c], then, then > first_limit ? "SHIFT" : "as before", here, here > limit ? "SHIFT" : "", limit);
  }
  std::printf("   all 1500 of before against all 1500 of later: JS(speed) %.4f (a well-known tool prints .0463 for its own bins)\n", divergence(column(customers, 0), column(later, 0)));
  std::printf("   %s\n", shifted ? "The customers have changed: the alarm comes before a single accident is known." : "No shift is seen.");

  std::printf("\n4. Half a year on the accidents are known; train again on what was then and what is now\n\n");
  const auto [known, next] = data::split(later, {.test = 0.5, .seed = 2});
  const data::Dataset both = data::from_arrays(concatenate({train.features, known.features}, 0), concatenate({train.targets, known.targets}, 0));
  std::vector<double> old_on_new, new_on_new, new_on_old;
  for (int seed = 0; seed < seeds; ++seed) {
    const Sequential again = trained(both, static_cast<std::uint64_t>(seed));
    old_on_new.push_back(share(hits(models[static_cast<std::size_t>(seed)], next)));
    new_on_new.push_back(share(hits(again, next)));
    new_on_old.push_back(share(hits(again, test)));
  }
  const auto print = [&](const char* name, const std::vector<double>& values, std::int64_t n) {
    const candid::Interval range = candid::wilson(std::lround(median(values) * static_cast<double>(n)), n);
    std::printf("   %-38s %.3f [%.3f, %.3f], 95 %% interval [%.3f, %.3f]\n", name, median(values), *std::min_element(values.begin(), values.end()), *std::max_element(values.begin(), values.end()), range.low, range.high);
  };
  print("old model, customers of before", scores, test.rows());
  print("old model, customers of later", old_on_new, next.rows());
  print("new model, customers of later", new_on_new, next.rows());
  print("new model, customers of before", new_on_old, test.rows());
  std::printf("\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
} catch (const Error& error) {
  std::fprintf(stderr, "model_chain: %s\n", error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
