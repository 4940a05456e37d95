// Two classes with a bent border between them, and a group of points far behind it: 200 points, seen by five kinds of network. Held-out scores with their
// 95 % intervals, the regions that a network draws, and what precision, recall and AUC say about one and the same network.
//   classification [SEEDS]     5 when not given; scores are the median of that many, with the smallest and the largest
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

struct Points {
  Tensor places;   ///< [n, 2]
  Tensor upper;    ///< [n, 1]: 1 above the border
  Tensor classes;  ///< [n]: the same as a class number
  Tensor labels;   ///< [n, 2]: above the border, right half; a point can be both
};

/// Half the points lie above a wave, half below it, and noise carries about one in twenty across. Every seventh of the upper ones lies far off at the top right, where
/// nobody could take it for a lower one. It spoils least squares all the same: there 3 in place of 1 is as wrong as -1, so the plane is tilted until the far group gets
/// about 1, and then points near the border are on the wrong side. A logistic loss knows no "too right": it asks which side, and how surely.
Points draw(std::int64_t n, std::uint64_t seed) {
  const std::vector<float> along = random_uniform({n}, -2, 2, {seed, 0}).to_vector(), noise = random_normal({n, 2}, 0, 0.3f, {seed, 1}).to_vector();
  std::vector<float> places, labels;
  std::vector<std::int32_t> classes;
  for (std::size_t i = 0; i < along.size(); ++i) {
    const bool up = i % 2 == 0, far = i % 14 == 0;
    const float border = 0.35f * std::sin(1.6f * along[i]);
    const float x = far ? 5.5f + noise[2 * i] : along[i], y = (far ? 3.4f : border + (up ? 0.5f : -0.5f)) + noise[2 * i + 1];
    places.insert(places.end(), {x, y});
    labels.insert(labels.end(), {up ? 1.f : 0.f, x > 0 ? 1.f : 0.f});
    classes.push_back(up);
  }
  const Tensor both = Tensor::from(labels, {n, 2});
  return {Tensor::from(places, {n, 2}), both.view_slice(1, 0, 1).contiguous(), Tensor::from(classes), both};
}

/// What the five kinds differ in: the last layer, and the loss, targets and metric that go with it.
struct Kind {
  const char* name;
  std::vector<Layer> (*layers)();
  Loss loss;
  Tensor Points::*targets;
  Metric metric = Accuracy{};
};

std::vector<Layer> hidden(std::int64_t outputs) {
  return {Dense{100, {.activation = relu}}, Dense{100, {.activation = relu}}, Dense{100, {.activation = relu}}, Dense{outputs}};
}

Sequential trained(const Kind& kind, const Points& train, std::uint64_t seed) {
  set_random_seed(seed);
  const Sequential model{kind.layers()};
  model.compile({.loss = kind.loss, .optimizer = Adam{0.01}, .metrics = {kind.metric}});
  model.fit(train.places, train.*kind.targets, {.epochs = 60, .batch_size = 32, .seed = seed, .verbose = 0});
  return model;
}

/// The plane around the border as the network sees it: # above, . lower, ? between 30 and 70 %.
void draw_regions(const Sequential& model) {
  constexpr int width = 72, height = 20;
  std::vector<float> grid;
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column) grid.insert(grid.end(), {-2.2f + 4.4f * column / (width - 1), 1.5f - 3.f * row / (height - 1)});
  const std::vector<float> share = sigmoid(model.predict(Tensor::from(grid, {width * height, 2}))).to_vector();
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      const float p = share[static_cast<std::size_t>(row * width + column)];
      std::putchar(p > 0.7f ? '#' : p < 0.3f ? '.' : '?');
    }
    std::putchar('\n');
  }
}

int main(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t seeds = argc > 1 ? static_cast<std::uint64_t>(std::max(1, std::atoi(argv[1]))) : 5;
  const Points train = draw(200, 1), test = draw(2000, 2);
  const Kind kinds[] = {
      {"linear: 0 or 1 by least squares", [] { return std::vector<Layer>{Dense{1}}; }, MeanSquaredError{}, &Points::upper},
      {"sigmoid: logistic regression", [] { return std::vector<Layer>{Dense{1}}; }, BinaryCrossentropy{.from_logits = true}, &Points::upper},
      {"100 x 3, one sigmoid", [] { return hidden(1); }, BinaryCrossentropy{.from_logits = true}, &Points::upper},
      {"100 x 3, softmax of two", [] { return hidden(2); }, SparseCategoricalCrossentropy{.from_logits = true}, &Points::classes},
      {"100 x 3, two labels at once", [] { return hidden(2); }, BinaryCrossentropy{.from_logits = true}, &Points::labels, BinaryAccuracy{{.name = "accuracy"}}},
  };

  std::printf("%lld points to learn from, %lld to judge\n\n%-34s  train   held out  [%llu seeds]      95 %% interval\n", static_cast<long long>(train.places.shape(0)),
              static_cast<long long>(test.places.shape(0)), "", static_cast<unsigned long long>(seeds));
  std::printf("%-34s  0.500   0.500\n", "baseline: always the same class");
  Sequential judged;
  for (const Kind& kind : kinds) {
    std::vector<double> scores, on_train;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      const Sequential model = trained(kind, train, seed);
      scores.push_back(model.evaluate(test.places, test.*kind.targets)["accuracy"]);
      on_train.push_back(model.evaluate(train.places, train.*kind.targets)["accuracy"]);
      if (&kind == &kinds[2] && seed == 0) judged = model;
    }
    std::sort(scores.begin(), scores.end());
    std::sort(on_train.begin(), on_train.end());
    const double score = scores[scores.size() / 2];
    const std::int64_t answers = (test.*kind.targets).size();
    const auto interval = candid::wilson(static_cast<std::int64_t>(std::lround(score * static_cast<double>(answers))), answers);
    std::printf("%-34s  %.3f   %.3f     [%.3f, %.3f]   [%.3f, %.3f]\n", kind.name, on_train[on_train.size() / 2], score, scores.front(), scores.back(), interval.low, interval.high);
  }

  std::printf("\nThe regions of \"%s\" (# above, . below, ? not sure):\n\n", kinds[2].name);
  draw_regions(judged);

  // One number is not enough. The same network, judged as a detector of what lies above.
  const Tensor share = sigmoid(judged.predict(test.places));
  const Thresholds thresholds{0.1, 0.3, 0.5, 0.7, 0.9};
  const Precision precision({.thresholds = thresholds});
  const Recall recall({.thresholds = thresholds});
  const FalsePositives false_alarms({.thresholds = thresholds});
  const ExactAUC roc, pr({.curve = "PR"});
  for (const Metric& metric : std::vector<Metric>{precision, recall, false_alarms, roc, pr}) metric.update(test.upper, share);
  const double lower = static_cast<double>(test.upper.size()) - static_cast<double>(sum(test.upper).item());
  std::printf("\nthreshold   precision   recall      F1   false alarms\n");
  for (std::size_t i = 0; i < thresholds.values.size(); ++i) {
    const double p = precision.results()[i], r = recall.results()[i];
    std::printf("   %.1f        %.3f     %.3f    %.3f      %.3f\n", thresholds.values[i], p, r, 2 * p * r / (p + r), false_alarms.results()[i] / lower);
  }
  std::printf("\nover all thresholds: area under ROC %.4f, under precision and recall %.4f (guessing: 0.5 and %.1f)\n", roc.result(), pr.result(),
              1 - lower / static_cast<double>(test.upper.size()));
  std::printf("\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
