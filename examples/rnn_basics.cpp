// Recurrent networks on a series that everybody can continue: 10, 20, ..., 90. Three numbers go in, the next one comes out; asked is what follows
// 70, 80, 90, which no network has seen. Then two series at once, and two steps ahead.
//   rnn_basics [SEEDS]     5 when not given; the median of that many is shown, with the smallest and the largest
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

constexpr std::size_t window = 3;

/// Every run of three steps of the series with its answer: `ahead` numbers of `answers` from the step behind the run on.
struct Windows {
  Tensor x, y;
};
Windows windows(const std::vector<std::vector<float>>& series, const std::vector<float>& answers, std::size_t ahead = 1) {
  std::vector<float> x, y;
  std::int64_t count = 0;
  for (std::size_t start = 0; start + window + ahead <= answers.size(); ++start, ++count) {
    for (std::size_t step = start; step < start + window; ++step)
      for (const std::vector<float>& one : series) x.push_back(one[step]);
    for (std::size_t step = 0; step < ahead; ++step) y.push_back(answers[start + window + step]);
  }
  return {Tensor::from(x, {count, std::int64_t{window}, static_cast<std::int64_t>(series.size())}), Tensor::from(y, {count, static_cast<std::int64_t>(ahead)})};
}

/// Numbers up to 200 as the networks like them, small and around 0, and back. What is asked must lie where tanh is not flat yet: a network that saw
/// numbers up to 1 as its largest would answer 98.7 for 100.
std::vector<Layer> between_scales(const std::vector<Layer>& layers) {
  std::vector<Layer> all{Rescale{1 / 400.f, -1 / 8.f}};
  all.insert(all.end(), layers.begin(), layers.end());
  all.push_back(Rescale{400, 50});
  return all;
}

/// Trains with each seed and prints what the network says to the question.
template <class Layers>
void ask(const char* name, int seeds, const Windows& data, const Tensor& question, std::vector<float> truth, Layers layers) {
  std::vector<std::vector<float>> answers(truth.size());
  for (int seed = 0; seed < seeds; ++seed) {
    set_random_seed(static_cast<std::uint64_t>(seed));
    const Sequential model{between_scales(layers())};
    model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{0.01}});
    model.fit(data.x, data.y, {.epochs = 300, .batch_size = data.x.shape(0), .verbose = 0});
    const std::vector<float> said = model.predict(question).to_vector();
    for (std::size_t i = 0; i < truth.size(); ++i) answers[i].push_back(said[i]);
  }
  for (std::size_t i = 0; i < truth.size(); ++i) {
    std::sort(answers[i].begin(), answers[i].end());
    const float median = answers[i][answers[i].size() / 2];
    std::printf("%-30s %7.2f  [%.2f, %.2f]   truth %.0f, off by %.2f\n", i == 0 ? name : "", median, answers[i].front(), answers[i].back(), truth[i], std::abs(median - truth[i]));
  }
}

int main(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  std::vector<float> tens, fives, sums{0};  // sums of the step before
  for (int i = 1; i <= 9; ++i) {
    tens.push_back(10.f * i);
    fives.push_back(10.f * i + 5);
    sums.push_back(tens.back() + fives.back());
  }

  std::printf("10, 20, ..., 90: what comes after 70, 80, 90?\n\n");
  std::printf("%-30s %7.2f                     truth 100, off by 10.00\n", "baseline: the last number", 90.0);
  std::printf("%-30s %7.2f                     truth 100, off by 0.00\n", "baseline: the last step again", 100.0);
  const Windows one = windows({tens}, tens);
  const Tensor question = Tensor::from<float>({70, 80, 90}, {1, 3, 1});
  ask("SimpleRNN", seeds, one, question, {100}, [] { return std::vector<Layer>{SimpleRNN{50}, Dense{1}}; });
  ask("LSTM", seeds, one, question, {100}, [] { return std::vector<Layer>{LSTM{50}, Dense{1}}; });
  ask("GRU", seeds, one, question, {100}, [] { return std::vector<Layer>{GRU{50}, Dense{1}}; });
  ask("LSTM on LSTM", seeds, one, question, {100}, [] { return std::vector<Layer>{LSTM{50, {.return_sequences = true}}, LSTM{50}, Dense{1}}; });
  ask("LSTM, both directions", seeds, one, question, {100}, [] { return std::vector<Layer>{Bidirectional{LSTM{50}}, Dense{1}}; });

  std::printf("\nTwo series at once, 10, 20, ... and 15, 25, ...: the sum of the newest step of 80, 90, 100 and 85, 95, 105?\n\n");
  std::printf("%-30s %7.2f                     truth 205, off by 20.00\n", "baseline: the sum before", 185.0);
  ask("LSTM", seeds, windows({tens, fives}, sums), Tensor::from<float>({80, 85, 90, 95, 100, 105}, {1, 3, 2}), {205}, [] { return std::vector<Layer>{LSTM{50}, Dense{1}}; });

  std::printf("\nTwo steps ahead of 70, 80, 90, by one network with two outputs?\n\n");
  ask("LSTM", seeds, windows({tens}, tens, 2), question, {100, 110}, [] { return std::vector<Layer>{LSTM{50}, Dense{2}}; });
  std::printf("\nA rule of one line is exact here. The networks were not told that the world is a straight line, and beyond what they saw nobody promises anything.\n");
  std::printf("\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
