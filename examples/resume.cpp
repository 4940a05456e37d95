// A training that is interrupted in the middle of an epoch and goes on: it ends with the bits of one that was never stopped.
//   resume            shows it: a training is broken off as by a power cut, made anew and resumed
//   resume FILE       a training of your own to kill (Ctrl-C, kill -9) and to start again with the same line
#include <candor/candor.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>

using namespace candor;

constexpr int epochs = 4, batch_size = 32;

/// Everything that a training depends on is made here from nothing, as a program started again would do it.
struct Training {
  data::Dataset data = data::insurance_risk(1500, 3);
  Sequential model{Standardize::fitted(data.features), Dense{64, {.activation = relu}}, BatchNormalization{}, Dropout{0.3}, Dense{3}};

  Training() {
    set_random_seed(7);
    model.build({3});
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true},
                   .optimizer = Adam{CosineDecay{3e-3, 1500. / batch_size * epochs}},
                   .metrics = {Accuracy{}}});
  }
  /// `file` is replaced as a whole after every 10 steps: weights, moments, place in the epoch, random numbers, metrics, callbacks.
  History run(const std::string& file, std::vector<Callback> callbacks = {}, int verbose = 0) const {
    return model.fit(data, {.epochs = epochs, .batch_size = batch_size, .callbacks = std::move(callbacks), .verbose = verbose, .resume = file, .resume_steps = file.empty() ? 0 : 10});
  }
};

/// Numbers of two models that do not have the same bits.
std::int64_t different(const Model& one, const Model& other) {
  std::int64_t count = 0;
  const std::vector<Tensor> a = one.weights(), b = other.weights();
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::vector<float> x = a[i].to_vector(), y = b[i].to_vector();
    for (std::size_t k = 0; k < x.size(); ++k) count += x[k] != y[k];
  }
  return count;
}

int main(int argc, char** argv) {
  if (argc > 1) {
    const Training mine;
    mine.run(argv[1], {}, 2);
    std::printf("done: accuracy %.3f on its own rows. Delete %s to start from the beginning\n", mine.model.evaluate(mine.data)["accuracy"], argv[1]);
    return 0;
  }
  const std::string file = "resume-example.point";
  std::filesystem::remove(file);

  const Training whole;
  whole.run("");
  std::printf("never stopped:    %d epochs of %d steps, accuracy %.3f\n", epochs, (1500 + batch_size - 1) / batch_size, whole.model.evaluate(whole.data)["accuracy"]);

  int steps = 0;
  const auto power_cut = LambdaCallback{.on_train_batch_end = [&](TrainState&, std::int64_t, double) {
    if (++steps == 77) throw std::runtime_error("the light went out");
  }};
  try {
    Training().run(file, {power_cut});
  } catch (const std::runtime_error& error) {
    std::printf("broken off:       after step %d, in the middle of an epoch: %s\n", steps, error.what());
  }

  const Training resumed;
  int done = 0;
  resumed.run(file, {LambdaCallback{.on_train_batch_end = [&](TrainState&, std::int64_t, double) { ++done; }}});
  std::printf("resumed:          %d steps to the end instead of %d, accuracy %.3f\n\n", done, (1500 + batch_size - 1) / batch_size * epochs, resumed.model.evaluate(resumed.data)["accuracy"]);

  const Training baseline;
  baseline.model.fit(baseline.data, {.epochs = epochs, .batch_size = batch_size, .seed = 1, .verbose = 0});
  std::printf("numbers of %lld that differ from the training that was never stopped: %lld when resumed; %lld with another order of the rows\n",
              static_cast<long long>(whole.model.count_parameters()), static_cast<long long>(different(whole.model, resumed.model)),
              static_cast<long long>(different(whole.model, baseline.model)));
  std::filesystem::remove(file);
}
