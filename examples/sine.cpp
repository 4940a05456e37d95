// A sine, learned from two waves of it: perfect between the points, lost beyond them. No score on rows held out shows that, because those come from
// the same two waves. What shows it: five networks that agree where there was data and nowhere else.
//   sine [SEEDS]     5 when not given
#include <candor/candid/interval.h>
#include <candor/candor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace candor;

constexpr float two_waves = 6.2831853f;

Sequential fitted(const data::Dataset& train, std::uint64_t seed) {
  set_random_seed(seed);
  const Sequential model{Standardize::fitted(train.features), Dense{64, {.activation = tanh}}, Dense{64, {.activation = tanh}}, Dense{1}};
  constexpr int epochs = 250;
  const double steps = std::ceil(static_cast<double>(train.rows()) / 32) * epochs;
  model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{CosineDecay{.initial_learning_rate = 0.01, .decay_steps = steps}}});
  model.fit(train.features, reshape(train.targets, {train.rows(), 1}), {.epochs = epochs, .batch_size = 32, .seed = seed, .verbose = 0});
  return model;
}

int main(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  const int seeds = argc > 1 ? std::max(2, std::atoi(argv[1])) : 5;
  const auto [train, test] = data::split(data::sine(1000), {.test = 0.2});
  std::vector<Sequential> models;
  for (int seed = 0; seed < seeds; ++seed) models.push_back(fitted(train, static_cast<std::uint64_t>(seed)));

  // One line for each place: truth, the middle of the answers, and how far they lie apart.
  std::vector<float> places, truth;
  for (int i = -48; i <= 48; ++i) {
    places.push_back(two_waves * static_cast<float>(i) / 24);
    truth.push_back(std::sin(places.back()));
  }
  std::vector<std::vector<float>> answers(places.size()), on_test;
  for (const Sequential& model : models) {
    const std::vector<float> said = model.predict(Tensor::from(places, {static_cast<std::int64_t>(places.size()), 1})).to_vector();
    for (std::size_t i = 0; i < said.size(); ++i) answers[i].push_back(said[i]);
    on_test.push_back(model.predict(test.features).to_vector());
  }
  for (auto& all : answers) std::sort(all.begin(), all.end());

  std::vector<double> scores;
  const std::vector<float> held_out = test.targets.to_vector();
  for (const auto& said : on_test) scores.push_back(candid::r2(held_out, said));
  std::sort(scores.begin(), scores.end());
  const candid::Interval interval = candid::bootstrap_r2(held_out, on_test[0]);
  std::printf("R2 on %lld held-out points: %.5f [%.5f, %.5f] over %d seeds, 95 %% interval over rows [%.5f, %.5f]; baseline, the mean: 0\n", static_cast<long long>(test.rows()),
              scores[scores.size() / 2], scores.front(), scores.back(), seeds, interval.low, interval.high);

  // How far apart the answers to the held-out points lie sets the limit.
  std::vector<float> apart;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    float low = on_test[0][i], high = low;
    for (const auto& said : on_test) low = std::min(low, said[i]), high = std::max(high, said[i]);
    apart.push_back(high - low);
  }
  std::sort(apart.begin(), apart.end());
  const float limit = 2 * apart[apart.size() * 99 / 100];
  double inside = 0, outside = 0;
  int flagged = 0, beyond = 0, false_alarms = 0;
  std::printf("\n     x    -2        -1         0         1         2      (* truth, o answer, ? answers more than %.3f apart)\n", limit);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const float middle = answers[i][answers[i].size() / 2], error = std::abs(middle - truth[i]);
    const bool far = std::abs(places[i]) > two_waves * 1.001f, unsure = answers[i].back() - answers[i].front() > limit;
    (far ? outside : inside) = std::max(far ? outside : inside, static_cast<double>(error));
    beyond += far;
    flagged += far && unsure;
    false_alarms += !far && unsure;
    if (i % 4 != 0) continue;
    char row[43] = "                                          ";
    const auto column = [](float y) { return static_cast<int>(std::clamp(std::lround(10 * y) + 20, 0L, 41L)); };
    row[column(middle)] = unsure ? '?' : 'o';
    row[column(truth[i])] = '*';
    std::printf("%7.2f   %s %s\n", places[i], row, far ? "no data here" : "");
  }
  std::printf("\nlargest error: %.3f between the points, %.2f beyond them\n", inside, outside);
  std::printf("the networks disagree at %d of %d places beyond the data and at %d of %d places inside\n", flagged, beyond, false_alarms, static_cast<int>(places.size()) - beyond);
  std::printf("\n%.1f s in all\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
