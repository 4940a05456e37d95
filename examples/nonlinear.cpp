// A curve through 100 points: y = 10 (sin 10x + noise). Which last activation can give numbers from -10 to 10, how good the fit is where there
// were points, and what it says where there were none: there all networks are wrong, and some agree about it, so the warning must come from the range
// of what was learned.
//   nonlinear [SEEDS]     5 when not given
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

float truth(float x) { return 10 * std::sin(10 * x); }

Sequential fitted(const data::Dataset& points, const char* last, std::uint64_t seed) {
  set_random_seed(seed);
  const Sequential model{Standardize::fitted(points.features), Dense{64, {.activation = tanh}}, Dense{64, {.activation = tanh}}, Dense{1, {.activation = last}}};
  constexpr int epochs = 600;
  model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{CosineDecay{.initial_learning_rate = 0.01, .decay_steps = 10.0 * epochs}}});
  model.fit(points.features, reshape(points.targets, {points.rows(), 1}), {.epochs = epochs, .batch_size = 10, .seed = seed, .verbose = 0});
  return model;
}

/// Median, smallest, largest.
struct Three {
  double median, low, high;
};
Three three(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back()};
}

int main(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const data::Dataset points = data::noisy_sine(100, 42), fresh = data::noisy_sine(500, 43);
  const std::vector<float> x = fresh.features.to_vector(), noisy = fresh.targets.to_vector();
  std::vector<float> curve;
  for (const float v : x) curve.push_back(truth(v));

  std::printf("R2 on 500 fresh points inside 0..1; median of %d seeds [smallest, largest]\n\n%-26s  against the curve       against noisy points\n", seeds, "last activation");
  std::printf("%-26s  %.3f                   %.3f\n", "baseline: the mean", 0.0, 0.0);
  const Dense straight{1};
  const Sequential line{straight};
  line.compile({.loss = MeanSquaredError{}, .optimizer = Adam{0.05}});
  line.fit(points.features, reshape(points.targets, {100, 1}), {.epochs = 200, .batch_size = 100, .verbose = 0});
  const std::vector<float> on_line = line.predict(fresh.features).to_vector();
  std::printf("%-26s  %.3f                   %.3f\n", "baseline: a line", candid::r2(curve, on_line), candid::r2(noisy, on_line));
  std::vector<Sequential> linear;
  const std::pair<const char*, const char*> kinds[] = {{"sigmoid: 0 to 1 only", "sigmoid"}, {"tanh: -1 to 1 only", "tanh"}, {"relu: never below 0", "relu"}, {"linear: any number", "linear"}};
  std::vector<float> last;
  for (const auto& [name, activation] : kinds) {
    std::vector<double> on_curve, on_noisy;
    for (int seed = 0; seed < seeds; ++seed) {
      const Sequential model = fitted(points, activation, static_cast<std::uint64_t>(seed));
      last = model.predict(fresh.features).to_vector();
      on_curve.push_back(candid::r2(curve, last));
      on_noisy.push_back(candid::r2(noisy, last));
      if (name[0] == 'l') linear.push_back(model);
    }
    const Three c = three(on_curve), n = three(on_noisy);
    std::printf("%-26s  %.3f [%.3f, %.3f]   %.3f [%.3f, %.3f]\n", name, c.median, c.low, c.high, n.median, n.low, n.high);
  }
  const candid::Interval interval = candid::bootstrap_r2(noisy, last, 1);
  std::printf("\nOf the last one, against noisy points: 95 %% interval over rows [%.3f, %.3f]. The noise alone keeps everybody below %.3f there.\n", interval.low, interval.high, candid::r2(noisy, curve));

  // What the models say between -.5 and 1.5, and how far apart they are.
  std::vector<float> asked;
  for (int i = 0; i <= 20; ++i) asked.push_back(-0.5f + 0.1f * static_cast<float>(i));
  const auto answers_of = [&](const std::vector<float>& at) {
    std::vector<std::vector<float>> answers;
    for (const Sequential& model : linear) answers.push_back(model.predict(Tensor::from(at, {static_cast<std::int64_t>(at.size()), 1})).to_vector());
    return answers;
  };
  const auto spread = [](const std::vector<std::vector<float>>& answers, std::size_t i) {
    float low = answers[0][i], high = low;
    for (const auto& one : answers) low = std::min(low, one[i]), high = std::max(high, one[i]);
    return high - low;
  };
  const auto at = answers_of(asked);
  const std::vector<float> seen = points.features.to_vector();
  std::printf("\n    x    truth   answer   apart   (points lay in %.2f .. %.2f)\n", seen.front(), seen.back());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    std::vector<double> all;
    for (const auto& one : at) all.push_back(one[i]);
    const bool outside = asked[i] < seen.front() || asked[i] > seen.back();
    const double wrong = std::abs(three(all).median - truth(asked[i]));
    std::printf("%5.1f  %7.2f  %7.2f  %6.2f   %s%s\n", asked[i], truth(asked[i]), three(all).median, spread(at, i), outside ? "warning: outside of what was learned" : "",
                outside && wrong > 3 * spread(at, i) ? "; all agree, all are wrong" : "");
  }
  std::printf("\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
