// Speed limits read off 379 photographs of German traffic signs (30, 50, 70, 80, 100, 120; the zip is read as it is): a dense network, a convolutional one,
// and the same one with every picture a little turned, moved and lit anew in each epoch. A fifth of the pictures is held out; each score has its 95 %
// interval. Then the pictures that the best network is least sure of, and those it gets wrong.
//   signs [EPOCHS] [SEEDS]     40 and 5 when not given; medians, with the smallest and the largest: each seed holds other pictures out
#include <candor/candid/baseline.h>
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace candor;

constexpr const char* limits[] = {"30", "50", "70", "80", "100", "120"};

/// Photographs differ in light more than in anything else: each is brought to mean 0 and deviation 1 first.
std::vector<Layer> seen() {
  return {Rescale{1 / 255.0}, LayerNormalization{{.axis = {1, 2, 3}, .epsilon = 1e-4, .center = false, .scale = false}}};
}

Sequential dense_network() {
  std::vector<Layer> layers = seen();
  for (const Layer& layer : std::vector<Layer>{Flatten{}, Dense{128, {.activation = relu}}, Dropout{0.4}, Dense{6}}) layers.push_back(layer);
  return Sequential(layers);
}

/// The first convolution looks at 5 x 5 pixels: wide enough for a stroke of a digit.
Sequential convolutional_network() {
  std::vector<Layer> layers = seen();
  for (const std::int64_t filters : {16, 32, 64}) {
    const int size = filters == 16 ? 5 : 3;
    for (const Layer& layer : std::vector<Layer>{Conv2D{filters, {size, size}, {.padding = "same", .use_bias = false}}, BatchNormalization{{.momentum = 0.9}}, ReLU{}, MaxPooling2D{}}) layers.push_back(layer);
  }
  for (const Layer& layer : std::vector<Layer>{Flatten{}, Dense{128, {.activation = relu}}, Dropout{0.2}, Dense{6}}) layers.push_back(layer);
  return Sequential(layers);
}

double seconds_since(std::chrono::steady_clock::time_point start) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }

/// Probabilities of the six limits for each test picture.
Tensor trained(const Sequential& model, const data::Dataset& train, const data::Dataset& test, const data::Augmentation& augmentation, int epochs, std::uint64_t seed) {
  const double steps = static_cast<double>(epochs * ((train.rows() + 31) / 32));
  const CosineDecay rate{.initial_learning_rate = 2.5e-4, .decay_steps = 0.9 * steps, .alpha = 0.005, .warmup_target = 0.005, .warmup_steps = 0.1 * steps};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = AdamW{LearningRate(rate), {.weight_decay = 0.02}}, .metrics = {Accuracy{}}});
  model.fit(train, {.epochs = epochs, .batch_size = 32, .seed = seed, .verbose = 0, .augmentation = augmentation});
  return softmax(model.predict(test.features), -1);
}

/// The likeliest limit of each row, and how likely it is.
std::vector<std::pair<int, float>> answers(const Tensor& probabilities) {
  const std::vector<float> p = probabilities.to_vector();
  std::vector<std::pair<int, float>> best;
  for (std::size_t i = 0; i < p.size(); i += 6) {
    const auto top = std::max_element(p.begin() + static_cast<std::ptrdiff_t>(i), p.begin() + static_cast<std::ptrdiff_t>(i) + 6);
    best.emplace_back(top - p.begin() - static_cast<std::ptrdiff_t>(i), *top);
  }
  return best;
}

/// The median of all seeds, and the interval of as many pictures as one of them held out.
void print_row(const char* name, std::vector<std::int64_t> right, std::int64_t held_out, std::vector<double> seconds) {
  std::sort(right.begin(), right.end());
  std::sort(seconds.begin(), seconds.end());
  const auto share = [&](std::int64_t hits) { return static_cast<double>(hits) / static_cast<double>(held_out); };
  const std::int64_t median = right[right.size() / 2];
  const auto interval = candid::wilson(median, held_out);
  std::printf("%-34s %.3f   [%.3f, %.3f]   [%.3f, %.3f]   %5.1f s\n", name, share(median), share(right.front()), share(right.back()), interval.low, interval.high, seconds[seconds.size() / 2]);
  std::fflush(stdout);
}

int main(int argc, char** argv) try {
  const int epochs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 40;
  const int seeds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
  const data::Dataset all = data::load("speed-limit-signs/speed-limit-signs.zip", {.images = {.height = 32, .width = 32}}).train;
  data::Split parts;
  std::vector<std::int32_t> truth;
  Tensor last;
  const data::Augmentation none, some{data::Rotate{5}, data::Zoom{0.1, 0.1}, data::Shift{0.05, 0.05}};
  const struct {
    const char* name;
    Sequential (*network)();
    const data::Augmentation& augmentation;
  } experiments[] = {{"dense", dense_network, none}, {"convolutional", convolutional_network, none}, {"convolutional, pictures varied", convolutional_network, some}};
  for (const auto& experiment : experiments) {
    std::vector<std::int64_t> right;
    std::vector<double> seconds;
    for (int seed = seeds - 1; seed >= 0; --seed) {  // the last, whose answers are shown below, is seed 0
      parts = data::split(all, {.test = 0.2, .seed = static_cast<std::uint64_t>(seed)});
      truth = parts.test.targets.to_vector<std::int32_t>();
      const auto start = std::chrono::steady_clock::now();
      set_random_seed(static_cast<std::uint64_t>(seed));
      last = trained(experiment.network(), parts.train, parts.test, experiment.augmentation, epochs, static_cast<std::uint64_t>(seed));
      seconds.push_back(seconds_since(start));
      const auto said = answers(last);
      right.push_back(0);
      for (std::size_t i = 0; i < truth.size(); ++i) right.back() += said[i].first == truth[i];
    }
    if (experiment.network == dense_network) {
      const candid::Baseline guess = candid::majority(parts.train.targets.to_vector<std::int32_t>(), truth, 6);
      std::printf("%lld pictures to learn from, %lld held out, 32 x 32 pixels in colour; medians of %d seeds\n\n%-34s score   [least, most]    95 %% interval\n%-34s %.3f\n",
                  static_cast<long long>(parts.train.rows()), static_cast<long long>(parts.test.rows()), seeds, "", "baseline: the commonest limit", guess.value);
    }
    print_row(experiment.name, right, parts.test.rows(), seconds);
  }
  const data::Dataset& test = parts.test;

  const auto said = answers(last);
  std::vector<std::size_t> order(truth.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return said[a].second < said[b].second; });
  std::printf("\nLeast sure of:\n");
  for (std::size_t i = 0; i < std::min<std::size_t>(5, order.size()); ++i) {
    const std::size_t row = order[i];
    std::printf("  %-24s is %-3s, said %-3s with %.2f%s\n", test.row_names[row].substr(test.row_names[row].rfind("signs/") + 6).c_str(), limits[truth[row]], limits[said[row].first], static_cast<double>(said[row].second),
                said[row].first == truth[row] ? "" : "   wrong");
  }
  std::printf("Wrong and sure of it (more than .80):");
  int sure = 0;
  for (const std::size_t row : order)
    if (said[row].first != truth[row] && said[row].second > 0.8f) std::printf("%s %s as %s", sure++ ? "," : "", test.row_names[row].substr(test.row_names[row].rfind("signs/") + 6).c_str(), limits[said[row].first]);
  std::printf("%s\n", sure ? "" : " none");
} catch (const Error& error) {
  std::fprintf(stderr, "%s\nThe pictures are the file data/speed-limit-signs.zip of the repository embarced/notebooks on GitHub; put it into a folder speed-limit-signs here, or below the folder that\nCANDOR_DATA names.\n", error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
