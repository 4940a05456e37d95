// Handwritten digits: a dense and a convolutional network on MNIST's 60,000 pictures, judged once on its 10,000 test pictures, with 95 % intervals and times.
// The convolutional one sees each digit a little turned, zoomed and moved, anew in every epoch: people write so.
//   mnist [EPOCHS] [SEEDS]     5 and 5 when not given; the median of that many networks is shown, with the smallest and the largest
#include <candor/candid/baseline.h>
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

Sequential dense() {
  return Sequential{Rescale{1 / 255.0}, Flatten{}, Dense{256, {.activation = relu}}, Dropout{0.2}, Dense{128, {.activation = relu}}, Dropout{0.2}, Dense{10}};
}

std::vector<Layer> block(std::int64_t filters) { return {Conv2D{filters, {3, 3}, {.padding = "same", .use_bias = false}}, BatchNormalization{{.momentum = 0.9}}, ReLU{}, MaxPooling2D{}}; }

Sequential convolutional() {
  std::vector<Layer> layers{Rescale{1 / 255.0}};
  for (const std::int64_t filters : {24, 48})
    for (const Layer& layer : block(filters)) layers.push_back(layer);
  for (const Layer& layer : std::vector<Layer>{Flatten{}, Dropout{0.1}, Dense{128, {.activation = relu}}, Dropout{0.2}, Dense{10}}) layers.push_back(layer);
  return Sequential(layers);
}

int main(int argc, char** argv) try {
  const int epochs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const int seeds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
  const data::Loaded digits = data::load("mnist");
  const candid::Baseline guess = candid::majority(digits.train.targets.to_vector<std::int32_t>(), digits.test.targets.to_vector<std::int32_t>(), 10);
  std::printf("%lld pictures to learn from, %lld to judge by; %d epochs, medians of %d seeds\n\n%-28s parameters   score   [least, most]      95 %% interval\n%-28s %10s   %.4f\n",
              static_cast<long long>(digits.train.rows()), static_cast<long long>(digits.test.rows()), epochs, seeds, "", "baseline: the commonest class", "", guess.value);
  const struct {
    const char* name;
    Sequential (*network)();
  } networks[] = {{"dense", dense}, {"convolutional", convolutional}};
  const data::Augmentation varied{data::Rotate{8}, data::Zoom{0.08, 0.08}, data::Shift{0.05, 0.05}};
  for (const auto& [name, network] : networks) {
    std::vector<double> scores, seconds;
    std::int64_t parameters = 0;
    for (int seed = 0; seed < seeds; ++seed) {
      const auto start = std::chrono::steady_clock::now();
      set_random_seed(static_cast<std::uint64_t>(seed));
      const Sequential model = network();
      const double steps = epochs * std::ceil(static_cast<double>(digits.train.rows()) / 64);
      model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true},
                     .optimizer = Adam{CosineDecay{.initial_learning_rate = 1e-4, .decay_steps = 0.9 * steps, .alpha = 0.001, .warmup_target = 0.003, .warmup_steps = 0.1 * steps}},
                     .metrics = {Accuracy{}}});
      model.fit(digits.train, {.epochs = epochs, .batch_size = 64, .seed = static_cast<std::uint64_t>(seed), .verbose = 0, .augmentation = network == convolutional ? varied : data::Augmentation{}});
      scores.push_back(model.evaluate(digits.test)["accuracy"]);
      seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      parameters = model.count_parameters();
    }
    std::sort(scores.begin(), scores.end());
    std::sort(seconds.begin(), seconds.end());
    const std::size_t middle = scores.size() / 2;
    const std::int64_t n = digits.test.rows();
    const auto interval = candid::wilson(std::llround(scores[middle] * static_cast<double>(n)), n);
    std::printf("%-28s %10lld   %.4f   [%.4f, %.4f]   [%.4f, %.4f]   %5.1f s\n", name, static_cast<long long>(parameters), scores[middle], scores.front(), scores.back(), interval.low, interval.high, seconds[middle]);
    std::fflush(stdout);
  }
} catch (const Error& error) {
  std::fprintf(stderr, "%s\nGet the files with `candor data get mnist`.\n", error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
