// A theatre whose audience seems to stop growing. It does not: the seats are full. A fit that takes "300" for "300 or more" (Tobin 1958) finds how many
// would have come; one that takes the counts as they stand does not.
//   theatre [SEEDS]     5 when not given: as many theatres
#include <candor/candor.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

/// Weights of week, weekend, advertised, rain, then the intercept, all by maximum likelihood.
struct Fit {
  std::vector<float> weights;
  float deviation = 0;
};

/// Density of the normal distribution where there were seats left, its tail where there were none. With `censored` false, plain least squares.
Fit fit(const data::Dataset& evenings, bool censored) {
  const Tensor scale = Tensor::from<float>({1 / 100.f, 1, 1, 1}, {1, 4});  // weeks in hundreds, so that one step size fits all
  const Tensor x = evenings.features * scale, y = evenings.targets / 100.f;
  const Tensor full = cast(greater_equal(evenings.targets, Tensor::full({}, static_cast<float>(data::theatre_seats))), DType::f32);
  const Variable w(Tensor::zeros({4, 1}), "weights"), b(Tensor::full({}, 2), "intercept"), log_sd(Tensor::full({}, 0), "log_sd");
  const Adam optimizer{0.02};
  const auto step = compile([&](const Tensor& xs, const Tensor& ys, const Tensor& at_limit) {
    const auto [loss, gradients] = value_and_grad(
        [&] {
          const Tensor z = (ys - reshape(matmul(xs, w.value()), {xs.shape(0)}) - b.value()) * exp(-log_sd.value());
          const Tensor density = 0.5f * square(z) + log_sd.value();
          if (!censored) return mean(density);
          // -log of the chance of at least this many: erfc keeps its digits where 1 - erf has lost them.
          const Tensor tail = -log(maximum(0.5f * erfc(z * 0.70710678f), Tensor::full({}, 1e-30f)));
          return mean(at_limit * tail + (1.f - at_limit) * density);
        },
        std::vector{w, b, log_sd});
    optimizer.apply(gradients);
    return loss;
  });
  for (int i = 0; i < 3000; ++i) step(x, y, full);
  Fit result{w.value().to_vector(), 100 * std::exp(log_sd.value().item<float>())};
  result.weights[0] /= 100;
  result.weights.push_back(b.value().item<float>());
  for (float& weight : result.weights) weight *= 100;
  return result;
}

float foretold(const Fit& fit, const float* x) { return fit.weights[0] * x[0] + fit.weights[1] * x[1] + fit.weights[2] * x[2] + fit.weights[3] * x[3] + fit.weights[4]; }

int main(int argc, char** argv) {
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const data::Dataset one = data::theatre(360, 0);
  const std::vector<float> visitors = one.targets.to_vector();
  std::printf("%lld evenings of %d seats. Sold out, year by year:", static_cast<long long>(one.rows()), data::theatre_seats);
  for (std::size_t from = 0; from < visitors.size(); from += 156) {
    const auto begin = visitors.begin() + static_cast<std::ptrdiff_t>(from), end = visitors.begin() + static_cast<std::ptrdiff_t>(std::min(from + 156, visitors.size()));
    std::printf("  %.0f %%", 100. * static_cast<double>(std::count(begin, end, static_cast<float>(data::theatre_seats))) / static_cast<double>(end - begin));
  }
  const float largest = *std::max_element(visitors.begin(), visitors.end());
  const auto at_largest = std::count(visitors.begin(), visitors.end(), largest);
  std::printf("\n%lld evenings have exactly the largest count, %.0f: that many equal numbers are a limit, not an audience.\n\n", static_cast<long long>(at_largest), largest);

  const char* names[] = {"growth a week", "weekend", "advertised", "rain", "at the start"};
  const float truth[] = {1.6f, 60, 35, -20, 140};
  const char* kinds[] = {"as they stand", "300 or more"};
  std::vector<std::vector<std::vector<float>>> weights(2, std::vector<std::vector<float>>(5));
  std::vector<std::vector<float>> off(2);
  for (int seed = 0; seed < seeds; ++seed) {
    const data::Dataset evenings = data::theatre(360, static_cast<std::uint64_t>(seed));
    const std::vector<float> x = evenings.features.to_vector();
    for (std::size_t kind = 0; kind < 2; ++kind) {
      const Fit found = fit(evenings, kind == 1);
      for (std::size_t i = 0; i < 5; ++i) weights[kind][i].push_back(found.weights[i]);
      double squares = 0;  // against the audience that would have come in the last year
      constexpr std::size_t from = 4 * (360 - 156);
      for (std::size_t at = from; at < x.size(); at += 4) squares += std::pow(foretold(found, &x[at]) - data::theatre_demand(x[at], x[at + 1] > 0, x[at + 2] > 0, x[at + 3] > 0), 2.);
      off[kind].push_back(static_cast<float>(std::sqrt(squares / 156)));
    }
  }
  const auto show = [](std::vector<float> values) {
    std::sort(values.begin(), values.end());
    std::printf("   %7.2f [%7.2f, %7.2f]", values[values.size() / 2], values.front(), values.back());
  };
  std::printf("%-40s truth   %-27s %s\n", "median of the seeds [smallest, largest]", kinds[0], kinds[1]);
  for (std::size_t i = 0; i < 5; ++i) {
    std::printf("%-38s %7.2f", names[i], truth[i]);
    for (std::size_t kind = 0; kind < 2; ++kind) show(weights[kind][i]);
    std::printf("\n");
  }
  std::printf("%-38s        ", "demand of the last year, off by");
  for (std::size_t kind = 0; kind < 2; ++kind) show(off[kind]);
  std::printf("\n");
}
