// Trees, neighbours, naive Bayes, support vectors: what classic methods reach beside a network, on the same customers. Which of them is better is said only where the rows can tell.
//   references [SEED]     0 when not given: another split
// Data: insurance-risk/insurance-customers-1500.csv (`candor data get insurance-customers`). Ends with 2 when it is not there.
#include <candor/candid/baselines/run_baselines.h>
#include <candor/candid/compare.h>
#include <candor/candor.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

int main(int argc, char** argv) try {
  const auto seconds = [start = std::chrono::steady_clock::now()] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  const auto seed = static_cast<std::uint64_t>(argc > 1 ? std::max(0, std::atoi(argv[1])) : 0);
  const auto [train, test] = data::split(data::load("insurance-risk/insurance-customers-1500.csv").train, {.test = 0.2, .seed = seed});

  // All of them in one call: fitted on the same rows, judged on the same rows, with what each answered.
  const candid::Baselines classic = candid::fit_baselines(train, test);

  const double before = seconds();
  set_random_seed(seed);
  constexpr int epochs = 60;
  const Sequential model{Standardize::fitted(train.features), GaussianNoise{0.15}, Dense{64, {.activation = relu}}, Dropout{0.2}, Dense{64, {.activation = relu}}, Dropout{0.2}, Dense{3}};
  const double steps = std::ceil(static_cast<double>(train.rows()) / 32) * epochs;
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{CosineDecay{.initial_learning_rate = 0.005, .decay_steps = steps}}});
  model.fit(train, {.epochs = epochs, .batch_size = 32, .seed = seed, .verbose = 0});
  const Tensor network = softmax(model.predict(test.features));
  const candid::Score score = candid::judge(network, test, seed);

  std::printf("%lld customers to learn from, %lld to judge; nobody can do better than about .811\n\n", static_cast<long long>(train.rows()), static_cast<long long>(test.rows()));
  std::printf("%-22s accuracy  95 %% interval     time   network less it\n", "");
  std::printf("%-22s %.3f     %.3f to %.3f  %5.2f s\n", "network", score.value, score.interval.low, score.interval.high, seconds() - before);
  for (std::size_t i = 0; i < classic.scores.size(); ++i) {
    const candid::BaselineScore& one = classic.scores[i];
    const candid::Comparison paired = candid::compare(network, classic.predictions[i], test);
    std::printf("%-22s %.3f     %.3f to %.3f  %5.2f s %+.3f (%+.3f to %+.3f) %s\n", one.name.c_str(), one.value, one.interval.low, one.interval.high, one.seconds, paired.difference,
                paired.interval.low, paired.interval.high, paired.verdict > 0 ? "network better" : paired.verdict < 0 ? "network worse" : "no difference shown");
  }
  std::printf("\nThe intervals of two scores overlap easily; what counts is the last column: both answered the same customers, and only those count that one of them alone gets right.\n");
} catch (const Error& error) {
  std::fprintf(stderr, "references: %s\n", error.what());
  return error.kind() == ErrorKind::not_found ? 2 : 1;
}
