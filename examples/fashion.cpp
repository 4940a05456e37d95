// Ten kinds of garments in 60,000 small grey pictures (Fashion-MNIST): a dense network, and a convolutional one with half of the pictures mirrored anew in each
// epoch: a mirrored shirt is a shirt. So the test pictures, too, can be asked about both ways round. Judged once on the 10,000 test pictures, with 95 %
// intervals; then what is taken for what.
//   fashion [EPOCHS] [SEEDS]                 8 and 5 when not given; medians of so many networks, with the smallest and the largest
//   fashion --model resnet50 [EPOCHS [SEEDS [PICTURES [FILE]]]]     a ResNet-50 (He et al. 2015) in their place, 8 and 1; of the first PICTURES when
//                                            given, 0 is all; interrupted, the same line goes on from FILE.0 (one for each seed), to the bit
#include <candor/candid/baseline.h>
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace candor;

Sequential dense() {
  return Sequential{Rescale{1 / 255.0, -0.286}, Flatten{}, Dense{512, {.activation = relu}}, Dropout{0.3}, Dense{256, {.activation = relu}}, Dropout{0.3}, Dense{10}};
}

Sequential convolutional() {
  std::vector<Layer> layers{Rescale{1 / 255.0}};
  for (const std::int64_t filters : {32, 64, 128})
    for (const Layer& layer : std::vector<Layer>{Conv2D{filters, {3, 3}, {.padding = "same", .use_bias = false}}, BatchNormalization{{.momentum = 0.9}}, ReLU{}, MaxPooling2D{}}) layers.push_back(layer);
  for (const Layer& layer : std::vector<Layer>{Flatten{}, Dense{128, {.activation = relu}}, Dropout{0.4}, Dense{10}}) layers.push_back(layer);
  return Sequential(layers);
}

// Three convolutions beside a way past them. What is added starts at nothing, so that fifty layers begin as one would.
Symbol bottleneck(const Symbol& x, std::int64_t filters, int stride) {
  const auto convolution = [](const Symbol& in, std::int64_t out, int side, int step) { return Conv2D{out, {side, side}, {.strides = step, .padding = "same", .use_bias = false}}(in); };
  Symbol y = ReLU{}(BatchNormalization{{.momentum = 0.9}}(convolution(x, filters, 1, 1)));
  y = ReLU{}(BatchNormalization{{.momentum = 0.9}}(convolution(y, filters, 3, stride)));
  y = BatchNormalization{{.momentum = 0.9, .gamma_initializer = Zeros{}}}(convolution(y, 4 * filters, 1, 1));
  const Symbol past = x.shape()[-1] == 4 * filters ? x : BatchNormalization{{.momentum = 0.9}}(convolution(x, 4 * filters, 1, stride));
  return ReLU{}(Add{}({y, past}));
}

// The stem halves once where pictures of 224 x 224 are halved twice: of 28 x 28 little would be left.
Model resnet50() {
  const Symbol pictures = Input({28, 28, 1}, {.dtype = DType::u8});
  Symbol x = Conv2D{64, {3, 3}, {.strides = 2, .padding = "same", .use_bias = false}}(Rescale{1 / 255.0, -0.286}(pictures));
  x = ReLU{}(BatchNormalization{{.momentum = 0.9}}(x));
  std::int64_t filters = 64;
  for (const int blocks : {3, 4, 6, 3}) {
    for (int block = 0; block < blocks; ++block) x = bottleneck(x, filters, block == 0 && filters > 64 ? 2 : 1);
    filters *= 2;
  }
  return Model{pictures, Dense{10}(GlobalAveragePooling2D{}(x))};
}

struct Row {
  const char* name;
  std::int64_t parameters = 0;
  std::vector<double> scores = {}, seconds = {};
};

void print(Row row, std::int64_t n) {
  std::sort(row.scores.begin(), row.scores.end());
  std::sort(row.seconds.begin(), row.seconds.end());
  const double median = row.scores[row.scores.size() / 2];
  const auto interval = candid::wilson(std::llround(median * static_cast<double>(n)), n);
  std::printf("%-32s %10lld   %.4f   [%.4f, %.4f]   [%.4f, %.4f]   %5.1f s\n", row.name, static_cast<long long>(row.parameters), median, row.scores.front(), row.scores.back(), interval.low, interval.high,
              row.seconds[row.seconds.size() / 2]);
  std::fflush(stdout);
}

int main(int argc, char** argv) try {
  const bool residual = argc > 2 && std::string(argv[1]) == "--model" && std::string(argv[2]) == "resnet50";
  const auto number = [&](int place, int otherwise) { return argc > place + 2 * residual ? std::max(1, std::atoi(argv[place + 2 * residual])) : otherwise; };
  const int epochs = number(1, 8), seeds = number(2, residual ? 1 : 5);
  data::Loaded garments = data::load("fashion-mnist");
  const int pictures = argc > 5 ? std::atoi(argv[5]) : 0;
  if (residual && pictures > 0) garments.train = garments.train.slice(0, std::min<std::int64_t>(pictures, garments.train.rows()));
  const std::string point = residual && argc > 6 ? argv[6] : "";
  const std::vector<std::int32_t> truth = garments.test.targets.to_vector<std::int32_t>();
  const auto n = static_cast<std::int64_t>(truth.size());
  const candid::Baseline guess = candid::majority(garments.train.targets.to_vector<std::int32_t>(), truth, 10);
  std::printf("%lld pictures to learn from, %lld to judge by; %d epochs, medians of %d seeds\n\n%-32s parameters   score   [least, most]      95 %% interval\n%-32s %10s   %.4f\n",
              static_cast<long long>(garments.train.rows()), static_cast<long long>(n), epochs, seeds, "", "baseline: always the same", "", guess.value);
  const Tensor labels = one_hot(garments.train.targets, 10);
  const Tensor mirrored = data::Augmentation{data::FlipHorizontal{.chance = 1}}.apply(garments.test, 0).features;
  std::vector<std::int32_t> said(truth.size());
  const auto score = [&](const Tensor& probabilities) {
    const std::vector<float> p = probabilities.to_vector();
    std::int64_t right = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const auto first = p.begin() + static_cast<std::ptrdiff_t>(10 * i);
      said[i] = static_cast<std::int32_t>(std::max_element(first, first + 10) - first);
      right += said[i] == truth[i];
    }
    return static_cast<double>(right) / static_cast<double>(n);
  };
  for (const bool convolutions : residual ? std::vector<bool>{true} : std::vector<bool>{false, true}) {
    Row once{residual ? "ResNet-50, pictures mirrored" : convolutions ? "convolutional, pictures mirrored" : "dense"}, both{"the same, asked both ways round"};
    for (int seed = 0; seed < seeds; ++seed) {
      const auto start = std::chrono::steady_clock::now();
      const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
      set_random_seed(static_cast<std::uint64_t>(seed));
      const Model model = residual ? resnet50() : convolutions ? Model(convolutional()) : Model(dense());
      const double steps = epochs * std::ceil(static_cast<double>(garments.train.rows()) / 64);
      const CosineDecay rate{.initial_learning_rate = 1.5e-4, .decay_steps = 0.9 * steps, .alpha = 0.005, .warmup_target = convolutions ? 0.003 : 0.002, .warmup_steps = 0.1 * steps};
      model.compile({.loss = CategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.1}, .optimizer = AdamW{LearningRate(rate), {.weight_decay = 0.05}}, .metrics = {Accuracy{}}});
      model.fit(garments.train.features, labels,
                {.epochs = epochs, .batch_size = 64, .seed = static_cast<std::uint64_t>(seed), .verbose = residual ? 2 : 0,
                 .resume = point.empty() ? "" : point + "." + std::to_string(seed),
                 .augmentation = convolutions ? data::Augmentation{data::FlipHorizontal{}} : data::Augmentation{}});
      const Tensor probabilities = softmax(model.predict(garments.test.features), -1);
      once.parameters = both.parameters = model.count_parameters();
      once.scores.push_back(score(probabilities));
      once.seconds.push_back(seconds());
      if (!convolutions) continue;
      both.scores.push_back(score(add(probabilities, softmax(model.predict(mirrored), -1))));
      both.seconds.push_back(seconds());
    }
    print(once, n);
    if (convolutions) print(both, n);
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
