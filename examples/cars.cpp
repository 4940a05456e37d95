// From which side was this car photographed? 1,600 pictures in eight classes, 320 to judge by (front, 40 degrees, 90 ...: the zip is read as it is). Four
// experiments: dense, convolutional, with every picture varied, and mirrored as well with the label that a mirrored picture has: a nose to the left becomes
// a nose to the right. Then the labels are looked at: which do networks that never saw the pictures hold for wrong? The test pictures were also looked at by
// eye, one by one; the last network is judged on all of them, and on those whose label is right.
//   cars [EPOCHS] [FOLDS] [SEEDS]     32, 4 and 5 when not given; scores are the median of so many networks, with the smallest and the largest
#include <candor/candid/baseline.h>
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace candor;

constexpr std::int64_t height = 48, width = 72, classes = 8;
constexpr float sure = 0.8f;  // of a label that is not the one given, by networks that did not see the picture: then it is called doubtful

/// Test pictures whose label in the source is wrong by eye ("180/433343" shows a front), or that show no car or a part of one that could be of two classes.
const std::vector<std::string> wrong_by_eye{"000/440210", "000/442127", "000/453570", "000/466474", "000/467403", "000/468762", "000/471678", "000/473177", "000/479155", "000/491073",
                                            "000/493356", "000/497798", "090/336876", "130/437277", "130/441350", "130/480114", "180/427232", "180/433343", "180/442275", "180/450767",
                                            "180/468313", "180/471393", "180/474390", "180/482017", "230/486134", "270/452502", "270/454168", "270/456522", "270/480962", "320/485587"};

Sequential dense() { return Sequential{Rescale{1 / 255.0, -0.2}, Flatten{}, Dense{128, {.activation = relu}}, Dropout{0.4}, Dense{classes}}; }

Sequential convolutional() {
  std::vector<Layer> layers{Rescale{1 / 255.0}};
  for (const std::int64_t filters : {16, 32, 64, 128}) {
    const int size = filters == 16 ? 5 : 3;
    for (const Layer& layer : std::vector<Layer>{Conv2D{filters, {size, size}, {.padding = "same", .use_bias = false}}, BatchNormalization{{.momentum = 0.9}}, ReLU{}, MaxPooling2D{}}) layers.push_back(layer);
  }
  for (const Layer& layer : std::vector<Layer>{Flatten{}, Dense{128, {.activation = relu}}, Dropout{0.3}, Dense{classes}}) layers.push_back(layer);
  return Sequential(layers);
}

void train(const Sequential& model, const data::Dataset& rows, const data::Augmentation& augmentation, int epochs, std::uint64_t seed) {
  const double steps = static_cast<double>(epochs * ((rows.rows() + 31) / 32));
  const CosineDecay rate{.initial_learning_rate = 1.5e-4, .decay_steps = 0.9 * steps, .alpha = 0.001, .warmup_target = 0.003, .warmup_steps = 0.1 * steps};
  model.compile({.loss = CategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.1}, .optimizer = AdamW{LearningRate(rate), {.weight_decay = 0.05}}, .metrics = {Accuracy{}}});
  model.fit(rows.features, one_hot(rows.targets, classes), {.epochs = epochs, .batch_size = 32, .seed = seed, .verbose = 0, .augmentation = augmentation.for_classes(rows.class_names)});
}

std::vector<float> probabilities(const Sequential& model, const data::Dataset& rows) { return softmax(model.predict(rows.features), -1).to_vector(); }

std::int32_t likeliest(const std::vector<float>& p, std::size_t row) {
  const auto first = p.begin() + static_cast<std::ptrdiff_t>(row * classes);
  return static_cast<std::int32_t>(std::max_element(first, first + classes) - first);
}

/// The median of several networks, and the interval of the pictures judged.
void print_row(const char* name, std::vector<std::int64_t> right, std::int64_t n, std::vector<double> seconds) {
  std::sort(right.begin(), right.end());
  std::sort(seconds.begin(), seconds.end());
  const auto share = [&](std::int64_t hits) { return static_cast<double>(hits) / static_cast<double>(n); };
  const std::int64_t median = right[right.size() / 2];
  const auto interval = candid::wilson(median, n);
  std::printf("%-38s %.3f   [%.3f, %.3f]   [%.3f, %.3f]   %5.1f s\n", name, share(median), share(right.front()), share(right.back()), interval.low, interval.high, seconds[seconds.size() / 2]);
  std::fflush(stdout);
}

std::int64_t count_right(const std::vector<float>& p, const std::vector<std::int32_t>& truth) {
  std::int64_t right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) right += likeliest(p, i) == truth[i];
  return right;
}

int main(int argc, char** argv) try {
  const int epochs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 32;
  const int folds = argc > 2 ? std::max(2, std::atoi(argv[2])) : 4;
  const int seeds = argc > 3 ? std::max(1, std::atoi(argv[3])) : 5;
  const data::Loaded cars = data::load("cars/car-angles-8x200+40.zip", {.images = {.height = height, .width = width, .fit = data::Fit::pad}});
  const std::vector<std::int32_t> truth = cars.test.targets.to_vector<std::int32_t>();
  const candid::Baseline guess = candid::majority(cars.train.targets.to_vector<std::int32_t>(), truth, classes);
  std::printf("%lld pictures to learn from, %lld to judge by, %lld x %lld pixels, %d epochs, medians of %d seeds\n\n%-38s score   [least, most]    95 %% interval\n%-38s %.3f\n", static_cast<long long>(cars.train.rows()),
              static_cast<long long>(cars.test.rows()), static_cast<long long>(width), static_cast<long long>(height), epochs, seeds, "", "baseline: always the same side", guess.value);

  const data::AugmentStep rotate = data::Rotate{5}, zoom = data::Zoom{0.15, 0.15}, shift = data::Shift{0.08, 0.08}, colour = data::Colour{0.3, 0.3, 0.3, 0.03};
  const data::Augmentation none;
  data::Augmentation varied{rotate, zoom, shift, colour};
  data::Augmentation mirrored{data::FlipHorizontal{.swap_labels = {{"040", "320"}, {"090", "270"}, {"130", "230"}}}, rotate, zoom, shift, colour};
  varied.border(data::Border::black);
  mirrored.border(data::Border::black);
  const struct {
    const char* name;
    Sequential (*network)();
    const data::Augmentation& augmentation;
  } experiments[] = {{"dense", dense, none}, {"convolutional", convolutional, none}, {"convolutional, varied", convolutional, varied}, {"convolutional, varied and mirrored", convolutional, mirrored}};
  // Of the test pictures, those whose label is right by eye.
  std::vector<std::size_t> right_by_eye;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const std::string& path = cars.test.row_names[i];
    if (std::find(wrong_by_eye.begin(), wrong_by_eye.end(), path.substr(path.find("test/") + 5, 10)) == wrong_by_eye.end()) right_by_eye.push_back(i);
  }
  std::vector<std::int64_t> right, right_cleaned;
  std::vector<double> seconds;
  const auto seconds_since = [](std::chrono::steady_clock::time_point begin) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  for (const auto& experiment : experiments) {
    right.clear(), right_cleaned.clear(), seconds.clear();
    for (int seed = 0; seed < seeds; ++seed) {
      const auto start = std::chrono::steady_clock::now();
      set_random_seed(static_cast<std::uint64_t>(seed));
      const Sequential model = experiment.network();
      train(model, cars.train, experiment.augmentation, epochs, static_cast<std::uint64_t>(seed));
      const std::vector<float> said = probabilities(model, cars.test);
      right.push_back(count_right(said, truth));
      right_cleaned.push_back(0);
      for (const std::size_t i : right_by_eye) right_cleaned.back() += likeliest(said, i) == truth[i];
      seconds.push_back(seconds_since(start));
    }
    print_row(experiment.name, right, cars.test.rows(), seconds);
  }
  print_row("the last, labels that are right by eye", right_cleaned, static_cast<std::int64_t>(right_by_eye.size()), seconds);

  // Each part of the training pictures is judged by a network that learned from the others; the test pictures by the mean of all those networks.
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::int32_t> labels = cars.train.targets.to_vector<std::int32_t>();
  std::vector<float> outside(labels.size() * classes), of_test(truth.size() * classes);
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<std::int64_t> others, own;
    for (std::int64_t row = 0; row < cars.train.rows(); ++row) (row % folds == fold ? own : others).push_back(row);
    set_random_seed(static_cast<std::uint64_t>(fold) + 1);
    const Sequential model = convolutional();
    train(model, cars.train.take(others), mirrored, epochs, static_cast<std::uint64_t>(fold) + 1);
    const std::vector<float> p = probabilities(model, cars.train.take(own)), t = probabilities(model, cars.test);
    for (std::size_t i = 0; i < own.size(); ++i) std::copy_n(p.begin() + static_cast<std::ptrdiff_t>(i * classes), classes, outside.begin() + own[i] * classes);
    for (std::size_t i = 0; i < t.size(); ++i) of_test[i] += t[i] / static_cast<float>(folds);
  }
  const auto doubtful = [](const std::vector<float>& p, const std::vector<std::int32_t>& given) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < given.size(); ++i)
      if (const std::int32_t best = likeliest(p, i); best != given[i] && p[i * classes + static_cast<std::size_t>(best)] > sure) rows.push_back(i);
    std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return p[a * classes + static_cast<std::size_t>(given[a])] < p[b * classes + static_cast<std::size_t>(given[b])]; });
    return rows;
  };
  const std::vector<std::size_t> in_train = doubtful(outside, labels), in_test = doubtful(of_test, truth);
  std::printf("\n%zu of %zu training labels and %zu of %zu test labels are doubtful (%d networks that did not see them are sure of another). The most doubtful:\n", in_train.size(), labels.size(), in_test.size(),
              truth.size(), folds);
  const auto list = [](const data::Dataset& set, const std::vector<float>& p, const std::vector<std::int32_t>& given, const std::vector<std::size_t>& rows, std::size_t most) {
    for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) {
      const std::string& path = set.row_names[rows[i]];
      std::printf("  %-26s is called %s, looks like %s (%.2f)\n", path.substr(path.find(".zip/") + 5).c_str(), set.class_names[static_cast<std::size_t>(given[rows[i]])].c_str(),
                  set.class_names[static_cast<std::size_t>(likeliest(p, rows[i]))].c_str(), static_cast<double>(p[rows[i] * classes + static_cast<std::size_t>(likeliest(p, rows[i]))]));
    }
  };
  list(cars.train, outside, labels, in_train, 10);
  list(cars.test, of_test, truth, in_test, 10);
  std::int64_t found = 0, mean_cleaned = 0;
  for (const std::size_t i : in_test) found += !std::binary_search(right_by_eye.begin(), right_by_eye.end(), i);
  for (const std::size_t i : right_by_eye) mean_cleaned += likeliest(of_test, i) == truth[i];
  std::printf("By eye %zu test labels are wrong or cannot be told; %lld of them are among the doubtful.\n\n", wrong_by_eye.size(), static_cast<long long>(found));
  print_row("mean of the networks, all", {count_right(of_test, truth)}, cars.test.rows(), {seconds_since(start)});
  print_row("mean of the networks, right by eye", {mean_cleaned}, static_cast<std::int64_t>(right_by_eye.size()), {seconds_since(start)});
} catch (const Error& error) {
  std::fprintf(stderr, "%s\nThe pictures are the set aaryan0bb/Car-angle-classification-task of GitHub (200 + 40 a class, in one zip with train/ and test/); put it into a folder cars here, or\nbelow the folder that CANDOR_DATA names.\n", error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
