// Speed limits read off 379 photographs of German traffic signs (30, 50, 70, 80, 100, 120; the zip is read as it is): a dense network, a convolutional one,
// and the same one with every picture a little turned, moved and lit anew in each epoch. A fifth of the pictures is held out; each score has its 95 %
// interval. Then the pictures that the best network is least sure of, and those it gets wrong.
//   signs [EPOCHS] [SEED]     60 and 0 when not given
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

Sequential convolutional_network() {
  std::vector<Layer> layers = seen();
  for (const std::int64_t filters : {24, 48, 96})
    for (const Layer& layer : std::vector<Layer>{Conv2D{filters, {3, 3}, {.padding = "same", .use_bias = false}}, BatchNormalization{{.momentum = 0.9}}, ReLU{}, MaxPooling2D{}}) layers.push_back(layer);
  for (const Layer& layer : std::vector<Layer>{Flatten{}, Dense{128, {.activation = relu}}, Dropout{0.4}, Dense{6}}) layers.push_back(layer);
  return Sequential(layers);
}

double seconds_since(std::chrono::steady_clock::time_point start) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }

/// Probabilities of the six limits for each test picture.
Tensor trained(const Sequential& model, const data::Dataset& train, const data::Dataset& test, const data::Augmentation& augmentation, int epochs, std::uint64_t seed) {
  const double steps = static_cast<double>(epochs * ((train.rows() + 31) / 32));
  const CosineDecay rate{.initial_learning_rate = 1e-4, .decay_steps = 0.9 * steps, .alpha = 0.001, .warmup_target = 0.002, .warmup_steps = 0.1 * steps};
  model.compile({.loss = CategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.1}, .optimizer = AdamW{LearningRate(rate), {.weight_decay = 0.02}}, .metrics = {Accuracy{}}});
  model.fit(train.features, one_hot(train.targets, 6), {.epochs = epochs, .batch_size = 32, .seed = seed, .verbose = 0, .augmentation = augmentation});
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

void print_row(const char* name, const Tensor& probabilities, const std::vector<std::int32_t>& truth, double seconds) {
  const auto said = answers(probabilities);
  std::int64_t right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) right += said[i].first == truth[i];
  const auto interval = candid::wilson(right, static_cast<std::int64_t>(truth.size()));
  std::printf("%-34s %.3f   [%.3f, %.3f]   %5.1f s\n", name, static_cast<double>(right) / static_cast<double>(truth.size()), interval.low, interval.high, seconds);
}

int main(int argc, char** argv) try {
  const int epochs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 60;
  const std::uint64_t seed = argc > 2 ? static_cast<std::uint64_t>(std::atoi(argv[2])) : 0;
  const data::Dataset all = data::load("speed-limit-signs/speed-limit-signs.zip", {.images = {.height = 48, .width = 48}}).train;
  const auto [train, test] = data::split(all, {.test = 0.2, .seed = seed});
  const std::vector<std::int32_t> truth = test.targets.to_vector<std::int32_t>();
  const candid::Baseline guess = candid::majority(train.targets.to_vector<std::int32_t>(), truth, 6);
  std::printf("%lld pictures to learn from, %lld held out, 48 x 48 pixels in colour\n\n%-34s score   95 %% interval\n%-34s %.3f\n", static_cast<long long>(train.rows()), static_cast<long long>(test.rows()), "", "baseline: the commonest limit",
              guess.value);

  const data::Augmentation none, some{data::Rotate{8}, data::Zoom{0.15, 0.15}, data::Shift{0.1, 0.1}, data::Colour{0.3, 0.3, 0.3, 0.03}};
  const struct {
    const char* name;
    Sequential (*network)();
    const data::Augmentation& augmentation;
  } experiments[] = {{"dense", dense_network, none}, {"convolutional", convolutional_network, none}, {"convolutional, pictures varied", convolutional_network, some}};
  Tensor last;
  for (const auto& experiment : experiments) {
    const auto start = std::chrono::steady_clock::now();
    set_random_seed(seed);
    last = trained(experiment.network(), train, test, experiment.augmentation, epochs, seed);
    print_row(experiment.name, last, truth, seconds_since(start));
  }

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
