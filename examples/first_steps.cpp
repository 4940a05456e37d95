// First steps: a straight line through 50 points, found in four ways, from a loss surface looked at by hand to `fit`.
//   first_steps
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>

using namespace candor;

struct Points {
  std::vector<float> x, y;
};

double mse(const Points& p, double slope, double intercept) {
  double sum = 0;
  for (std::size_t i = 0; i < p.x.size(); ++i) sum += std::pow(p.y[i] - (slope * p.x[i] + intercept), 2);
  return sum / static_cast<double>(p.x.size());
}

void print(const char* way, const Points& p, double slope, double intercept) {
  std::vector<float> line;
  for (const float x : p.x) line.push_back(static_cast<float>(slope * x + intercept));
  std::printf("%-36s  y = %6.3f x + %.3f   mse %.5f   R2 %.3f\n", way, slope, intercept, mse(p, slope, intercept), candid::r2(p.y, line));
}

int main() {
  const auto start = std::chrono::steady_clock::now();
  // x = sort(U(0, 1)), y = -x + 1 + N(0, .1): the very numbers that NumPy draws with seed 42.
  const data::Dataset line = data::line(50, 42);
  const Points points{line.features.to_vector(), line.targets.to_vector()};
  const auto n = static_cast<std::int64_t>(points.x.size());
  const Tensor x = Tensor::from(points.x, {n, 1}), y = Tensor::from(points.y, {n, 1});

  std::printf("1. The loss surface: mse for slopes (across) and intercepts (down). Somewhere in the middle lies the valley.\n\n       ");
  for (double slope = -2; slope <= 0.01; slope += 0.25) std::printf("%7.2f", slope);
  for (double intercept = 0.5; intercept <= 1.51; intercept += 0.25) {
    std::printf("\n%7.2f", intercept);
    for (double slope = -2; slope <= 0.01; slope += 0.25) std::printf("%7.3f", mse(points, slope, intercept));
  }

  std::printf("\n\n2. The line\n\n");
  const double mean = std::accumulate(points.y.begin(), points.y.end(), 0.0) / static_cast<double>(n);
  print("baseline: always the mean", points, 0, mean);

  // Downhill by hand: the derivatives of the mse by slope and intercept, worked out on paper.
  double slope = 0, intercept = 0;
  for (int step = 0; step < 2000; ++step) {
    double by_slope = 0, by_intercept = 0;
    for (std::size_t i = 0; i < points.x.size(); ++i) {
      const double error = slope * points.x[i] + intercept - points.y[i];
      by_slope += 2 * error * points.x[i] / static_cast<double>(n);
      by_intercept += 2 * error / static_cast<double>(n);
    }
    slope -= 0.1 * by_slope;
    intercept -= 0.1 * by_intercept;
  }
  print("gradient descent, derived by hand", points, slope, intercept);

  // The same with derivatives that Candor finds. `compile` turns the step into one program.
  Variable a(Tensor::full({}, 0), "slope"), b(Tensor::full({}, 0), "intercept");
  const auto step = compile([&](const Tensor& xs, const Tensor& ys) {
    const auto [loss, gradients] = value_and_grad([&] { return candor::mean(square(a.value() * xs + b.value() - ys)); }, std::vector{a, b});
    a.assign(a.value() - 0.1f * gradients[0]);
    b.assign(b.value() - 0.1f * gradients[1]);
    return loss;
  });
  for (int i = 0; i < 2000; ++i) step(x, y);
  print("gradient descent, value_and_grad", points, a.value().item<double>(), b.value().item<double>());

  // A network of one neuron, trained by `fit`. Weights and order of the rows are random: five seeds, the median of the mse with its spread.
  std::vector<std::pair<double, Sequential>> runs;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    set_random_seed(seed);
    const Dense neuron{1};
    const Sequential model{neuron};
    model.compile({.loss = MeanSquaredError{}, .optimizer = SGD{0.1}});
    model.fit(x, y, {.epochs = 500, .batch_size = n, .seed = seed, .verbose = 0});
    runs.emplace_back(model.evaluate(x, y)["loss"], model);
  }
  std::sort(runs.begin(), runs.end(), [](const auto& one, const auto& other) { return one.first < other.first; });
  const std::vector<Tensor> weights = runs[2].second.weights();
  print("one neuron, fit (median of 5 seeds)", points, weights[0].item<double>(), weights[1].item<double>());

  // What no line can beat: least squares in closed form.
  double xx = 0, xy = 0, x_mean = 0;
  for (const float v : points.x) x_mean += v / static_cast<double>(n);
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    xx += std::pow(points.x[i] - x_mean, 2);
    xy += (points.x[i] - x_mean) * (points.y[i] - mean);
  }
  print("least squares: the best line", points, xy / xx, mean - xy / xx * x_mean);
  std::printf("\nThe mse of the five fits: %.5f to %.5f. R2 is over the whole set; an average over batches would not be R2.\n", runs.front().first, runs.back().first);
  std::printf("\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
