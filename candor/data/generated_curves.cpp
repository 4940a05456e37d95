// Numbers against numbers: lines, waves, counting.
#include <cmath>

#include "candor/data/draws.h"
#include "candor/data/generators.h"
#include "candor/data/numpy_random.h"

namespace candor::data {
namespace {

using detail::blank;

/// x sorted and uniform in 0..1 and y of it, both as NumPy draws them: first all x, then the noise.
template <class Curve>
Dataset curve(const std::string& name, std::int64_t rows, std::uint64_t seed, Curve&& y_of) {
  Dataset set = blank(name, rows, seed, {1}, DType::f32, {"y"});
  set.feature_names = {"x"};
  NumpyRandom random(static_cast<std::uint32_t>(seed));
  std::vector<double> x(static_cast<std::size_t>(rows));
  for (double& value : x) value = random.uniform();
  std::sort(x.begin(), x.end());
  auto *features = set.features.mutable_data<float>(), *targets = set.targets.mutable_data<float>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    features[i] = static_cast<float>(x[i]);
    targets[i] = static_cast<float>(y_of(x[i], random.normal(0, 0.1)));
  }
  return set;
}

}  // namespace

Dataset line(std::int64_t rows, std::uint64_t seed) {
  return curve("line", rows, seed, [](double x, double noise) { return -x + 1 + noise; });
}

Dataset noisy_sine(std::int64_t rows, std::uint64_t seed) {
  return curve("noisy_sine", rows, seed, [](double x, double noise) { return 10 * (std::sin(10 * x) + noise); });
}

Dataset sine(std::int64_t rows, std::uint64_t seed) {
  Dataset set = blank("sine", rows, seed, {1}, DType::f32, {"y"});
  set.feature_names = {"x"};
  auto *x = set.features.mutable_data<float>(), *y = set.targets.mutable_data<float>();
  detail::for_rows(rows, {seed, 0x73696E65}, [&](std::int64_t i, detail::Draws& draws) {
    x[i] = draws.uniform(-6.2831853f, 6.2831853f);
    y[i] = std::sin(x[i]);
  });
  return set;
}

Dataset counting(std::int64_t rows, std::uint64_t seed) {
  Dataset set = blank("counting", rows, seed, {3, 1}, DType::f32, {"next"});
  auto *x = set.features.mutable_data<float>(), *y = set.targets.mutable_data<float>();
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t step = 0; step < 3; ++step) x[3 * i + step] = static_cast<float>(10 * (i + step + 1));
    y[i] = static_cast<float>(10 * (i + 4));
  }
  return set;
}

Dataset hidden_markov(std::int64_t rows, std::uint64_t seed) {
  // The ice creams of Eisner (2002): how many were eaten on a day tells whether it was hot.
  constexpr float stay[2] = {0.8f, 0.8f}, eaten[2][3] = {{0.7f, 0.2f, 0.1f}, {0.1f, 0.2f, 0.7f}};
  Dataset set = blank("hidden_markov", rows, seed, {1}, DType::f32, {"weather"}, {"cold", "hot"});
  set.feature_names = {"ice_creams"};
  auto* x = set.features.mutable_data<float>();
  auto* y = set.targets.mutable_data<std::int32_t>();
  const RandomStream stream{seed, 0x686D6D};
  int state = stream.uniform(0) < 0.5f ? 0 : 1;
  for (std::int64_t i = 0; i < rows; ++i) {  // each day follows from the one before: in order
    detail::Draws draws(stream, i);
    if (i > 0 && draws.uniform() >= stay[state]) state = 1 - state;
    const float u = draws.uniform();
    x[i] = u < eaten[state][0] ? 1 : u < eaten[state][0] + eaten[state][1] ? 2 : 3;
    y[i] = state;
  }
  return set;
}

}  // namespace candor::data
