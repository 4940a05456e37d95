// Ten kinds of garments in 60,000 small grey pictures (Fashion-MNIST): a dense and a convolutional network, and the convolutional one with half of the
// pictures mirrored anew in each epoch: a mirrored shirt is a shirt. Judged once on the 10,000 test pictures, with 95 % intervals; then what is taken for what.
//   fashion [EPOCHS]     12 when not given
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
  return Sequential{Rescale{1 / 255.0, -0.286}, Flatten{}, Dense{256, {.activation = relu}}, Dropout{0.3}, Dense{128, {.activation = relu}}, Dropout{0.3}, Dense{10}};
}

Sequential convolutional() {
  std::vector<Layer> layers{Rescale{1 / 255.0}};
  for (const std::int64_t filters : {32, 64})
    for (const Layer& layer : std::vector<Layer>{Conv2D{filters, {3, 3}, {.padding = "same", .use_bias = false}}, BatchNormalization{{.momentum = 0.9}}, ReLU{}, MaxPooling2D{}}) layers.push_back(layer);
  for (const Layer& layer : std::vector<Layer>{Flatten{}, Dropout{0.3}, Dense{128, {.activation = relu}}, Dropout{0.4}, Dense{10}}) layers.push_back(layer);
  return Sequential(layers);
}

int main(int argc, char** argv) try {
  const int epochs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 12;
  const data::Loaded garments = data::load("fashion-mnist");
  const std::vector<std::int32_t> truth = garments.test.targets.to_vector<std::int32_t>();
  const candid::Baseline guess = candid::majority(garments.train.targets.to_vector<std::int32_t>(), truth, 10);
  std::printf("%lld pictures to learn from, %lld to judge by; %d epochs\n\n%-32s parameters   score   95 %% interval\n%-32s %10s   %.4f\n", static_cast<long long>(garments.train.rows()),
              static_cast<long long>(garments.test.rows()), epochs, "", "baseline: always the same", "", guess.value);
  const data::Augmentation none, some{data::FlipHorizontal{}};
  const struct {
    const char* name;
    Sequential (*network)();
    const data::Augmentation& augmentation;
  } experiments[] = {{"dense", dense, none}, {"convolutional", convolutional, none}, {"convolutional, pictures mirrored", convolutional, some}};
  std::vector<std::int32_t> said(truth.size());
  for (const auto& experiment : experiments) {
    const auto start = std::chrono::steady_clock::now();
    set_random_seed(0);
    const Sequential model = experiment.network();
    const double steps = epochs * std::ceil(static_cast<double>(garments.train.rows()) / 64);
    const CosineDecay rate{.initial_learning_rate = 1e-4, .decay_steps = 0.9 * steps, .alpha = 0.001, .warmup_target = 0.002, .warmup_steps = 0.1 * steps};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = AdamW{LearningRate(rate), {.weight_decay = 0.02}}, .metrics = {Accuracy{}}});
    model.fit(garments.train, {.epochs = epochs, .batch_size = 64, .verbose = 0, .augmentation = experiment.augmentation});
    const std::vector<float> logits = model.predict(garments.test.features).to_vector();
    std::int64_t right = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const auto first = logits.begin() + static_cast<std::ptrdiff_t>(10 * i);
      said[i] = static_cast<std::int32_t>(std::max_element(first, first + 10) - first);
      right += said[i] == truth[i];
    }
    const auto n = static_cast<std::int64_t>(truth.size());
    const auto interval = candid::wilson(right, n);
    std::printf("%-32s %10lld   %.4f   [%.4f, %.4f]   %5.1f s\n", experiment.name, static_cast<long long>(model.count_parameters()), static_cast<double>(right) / static_cast<double>(n), interval.low,
                interval.high, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    std::fflush(stdout);
  }
  std::vector<std::vector<int>> taken(10, std::vector<int>(10, 0));
  for (std::size_t i = 0; i < truth.size(); ++i) ++taken[static_cast<std::size_t>(truth[i])][static_cast<std::size_t>(said[i])];
  std::printf("\nMost often taken for another, of 1,000 each:\n");
  for (int shown = 0; shown < 5; ++shown) {
    std::size_t row = 0, column = 1;
    for (std::size_t a = 0; a < 10; ++a)
      for (std::size_t b = 0; b < 10; ++b)
        if (a != b && taken[a][b] > taken[row][column]) row = a, column = b;
    std::printf("  %-12s for %-12s %4d\n", garments.train.class_names[row].c_str(), garments.train.class_names[column].c_str(), taken[row][column]);
    taken[row][column] = -1;
  }
} catch (const Error& error) {
  std::fprintf(stderr, "%s\nGet the files with `candor data get fashion-mnist`.\n", error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
