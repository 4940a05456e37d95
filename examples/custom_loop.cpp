// A training loop of your own: two compiled steps and a plain C++ loop, with something that `fit` does not do (mixup, Zhang et al. 2018: the network
// learns from blends of two pictures). Beside it the same network trained by `fit`, with the time of both.
//   custom_loop [EPOCHS]     6 when not given
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace candor;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Sequential network() {
  set_random_seed(1);
  const Sequential model{Flatten{}, Dense{128, {.activation = relu}}, Dense{64, {.activation = relu}}, Dense{10}};
  model.build({28, 28, 1});
  return model;
}

/// Pixels 0 to 255 as numbers 0 to 1, classes as one-hot rows: what the loop blends.
data::Dataset prepared(const data::Dataset& digits) { return data::from_arrays(Rescale{1 / 255.f}(digits.features), one_hot(digits.targets, 10)); }

int main(int argc, char** argv) {
  const int epochs = argc > 1 ? std::max(1, std::atoi(argv[1])) : 6;
  const auto [train_rows, test_rows] = data::split(data::digits(5000), {.test = 0.2, .seed = 1});
  const data::Dataset train = prepared(train_rows), test = prepared(test_rows);
  const CategoricalCrossentropy loss{.from_logits = true};

  // What happens in a step is an ordinary function. `compile` traces it once for each shape of a batch; the second call runs a program.
  const Sequential model = network();
  const Adam optimizer{1e-3};
  const auto train_step = compile([&](const Tensor& x, const Tensor& y, const Tensor& share) {
    const Tensor blend = share * x + (1.f - share) * flip(x, {0}), labels = share * y + (1.f - share) * flip(y, {0});
    const auto [value, gradients] = value_and_grad([&] { return Loss(loss)(labels, model(blend, training)); }, model.parameters());
    optimizer.apply(clip_gradients(gradients, {.global_clipnorm = 5}));
    return value;
  });
  const auto test_step = compile([&](const Tensor& x, const Tensor& y) { return sum(cast(equal(argmax(model(x), -1), argmax(y, -1)), DType::f32)); });
  const auto accuracy = [&] {
    double right = 0;
    for (const auto& [x, y] : data::batches(test, 256)) right += test_step(x, y).item();
    return right / static_cast<double>(test.rows());
  };

  std::printf("%lld pictures of digits to learn from, %lld to judge; always saying the same digit would be right for 10 %%\n\n", static_cast<long long>(train.rows()),
              static_cast<long long>(test.rows()));
  const double start = seconds();
  for (int epoch = 0; epoch < epochs; ++epoch) {
    Mean mean_loss;
    std::uint64_t step = 0;
    for (const auto& [x, y] : data::batches(train, 32, {.shuffle = true, .epoch = static_cast<std::uint64_t>(epoch)})) {
      const Tensor share = random_uniform({}, 0.7f, 1, RandomStream{static_cast<std::uint64_t>(epoch), step++});
      mean_loss.add(train_step(x, y, share));
    }
    std::printf("epoch %d: loss %.3f, accuracy %.3f\n", epoch + 1, mean_loss.result(), accuracy());
  }
  const double own = seconds() - start, own_accuracy = accuracy();

  const Sequential fitted = network();
  fitted.compile({.loss = loss, .optimizer = Adam(1e-3, {.global_clipnorm = 5}), .metrics = {Accuracy{}}});
  const double fit_start = seconds();
  fitted.fit(train, {.epochs = epochs, .batch_size = 32, .validation_data = test, .verbose = 0});
  const double by_fit = seconds() - fit_start;

  std::printf("\n              accuracy   seconds\nown loop      %.3f      %.2f\nfit           %.3f      %.2f\n", own_accuracy, own, fitted.evaluate(test)["accuracy"], by_fit);
}
