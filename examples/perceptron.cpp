// One neuron, by hand and by rule. A bug with two eyes that seeks the light; Rosenblatt's rule, which finds every straight border there is; XOR,
// for which there is none; and the hidden layer that helps.
//   perceptron
#include <candor/candor.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

using namespace candor;

/// Weighs two inputs and fires above the threshold.
struct Neuron {
  double first, second, threshold;
  double sum(double a, double b) const { return first * a + second * b; }
  bool fires(double a, double b) const { return sum(a, b) > threshold; }
};

constexpr std::array<std::array<int, 2>, 4> corners{{{0, 0}, {0, 1}, {1, 0}, {1, 1}}};

/// How many of the four corners the neuron gets right.
int right(const Neuron& neuron, const std::array<int, 4>& wanted) {
  int count = 0;
  for (std::size_t i = 0; i < 4; ++i) count += neuron.fires(corners[i][0], corners[i][1]) == (wanted[i] == 1);
  return count;
}

/// Rosenblatt's rule (1958): after each mistake move weights and threshold by the error. Stops when a round had none, or after 100.
int learn(Neuron& neuron, const std::array<int, 4>& wanted) {
  for (int round = 1; round <= 100; ++round) {
    bool mistakes = false;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto [a, b] = corners[i];
      const int error = wanted[i] - neuron.fires(a, b);
      neuron.first += error * a;
      neuron.second += error * b;
      neuron.threshold -= error;
      mistakes = mistakes || error != 0;
    }
    if (!mistakes) return round;
  }
  return 0;
}

int main() {
  const auto start = std::chrono::steady_clock::now();
  std::printf("1. A bug that seeks the light: the right leg moves when 1.0 x left eye + 0.2 x right eye is above 1.\n\n");
  const Neuron leg{1.0, 0.2, 1.0};
  for (const auto [left, other] : {std::array{0.99, 0.46}, std::array{0.46, 0.99}}) {
    std::printf("   left eye %.2f, right eye %.2f:  1.0 x %.2f + 0.2 x %.2f = %.2f  %s\n", left, other, left, other, leg.sum(left, other), leg.fires(left, other) ? "fires" : "rests");
  }

  std::printf("\n2. Rosenblatt's rule on the corners of a square (baseline, always the commoner answer: 3 of 4 for and, or; 2 of 4 for xor)\n\n");
  const std::pair<const char*, std::array<int, 4>> tables[] = {{"and", {0, 0, 0, 1}}, {"or", {0, 1, 1, 1}}, {"xor", {0, 1, 1, 0}}};
  for (const auto& [name, wanted] : tables) {
    Neuron neuron{0, 0, 0};
    const int rounds = learn(neuron, wanted);
    std::printf("   %-4s %d of 4 right, ", name, right(neuron, wanted));
    if (rounds) std::printf("after %d rounds: %g a + %g b > %g\n", rounds, neuron.first, neuron.second, neuron.threshold);
    else std::printf("and no end: no straight line parts these corners\n");
  }

  std::printf("\n3. XOR with two neurons between, by hand: \"at least one\" and \"both\"; the third fires for the first without the second\n\n");
  const Neuron one{1, 1, 0.5}, both{1, 1, 1.5}, last{1, -1, 0.5};
  int count = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto [a, b] = corners[i];
    const bool fires = last.fires(one.fires(a, b), both.fires(a, b));
    count += fires == (tables[2].second[i] == 1);
    std::printf("   %d xor %d = %d\n", a, b, fires);
  }
  std::printf("   %d of 4 right\n", count);

  std::printf("\n4. The same learned: two tanh neurons and a sigmoid, five seeds, beside one sigmoid alone\n\n");
  const Tensor x = Tensor::from<float>({0, 0, 0, 1, 1, 0, 1, 1}, {4, 2}), y = Tensor::from<float>({0, 1, 1, 0}, {4, 1});
  for (const std::int64_t hidden : {0, 2, 4}) {
    std::vector<int> scores;
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      set_random_seed(seed);
      Sequential model;
      if (hidden) model.add(Dense{hidden, {.activation = tanh}});
      model.add(Dense{1});
      model.compile({.loss = BinaryCrossentropy{.from_logits = true}, .optimizer = Adam{0.05}});
      model.fit(x, y, {.epochs = 400, .batch_size = 4, .verbose = 0});
      const std::vector<float> said = model.predict(x).to_vector();
      int hits = 0;
      for (std::size_t i = 0; i < 4; ++i) hits += (said[i] > 0) == (tables[2].second[i] == 1);
      scores.push_back(hits);
    }
    std::sort(scores.begin(), scores.end());
    std::printf("   %lld hidden neurons: %d of 4 right [%d, %d]\n", static_cast<long long>(hidden), scores[2], scores.front(), scores.back());
  }
  std::printf("\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
