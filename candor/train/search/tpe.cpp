#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "candor/tensor/random.h"
#include "candor/train/search/search.h"

namespace candor::detail {
namespace {

/// Uniform numbers in [0, 1), one after the other.
class Numbers {
 public:
  Numbers(std::uint64_t seed, std::uint64_t index) : values_(random_uniform(Shape{2048}, 0, 1, RandomStream{seed, 0x736561726368ull + index}).to_vector()) {}
  double next() { return static_cast<double>(values_[at_++ % values_.size()]); }
  double normal() {
    const double radius = std::sqrt(-2 * std::log(std::max(next(), 1e-12)));
    return radius * std::cos(2 * 3.14159265358979323846 * next());
  }

 private:
  std::vector<float> values_;
  std::size_t at_ = 0;
};

// Parameters are handled in [0, 1], logarithms where that is asked for.
double to_unit(const SearchParameter& p, double value) {
  if (p.high <= p.low) return 0;
  return p.log ? (std::log(value) - std::log(p.low)) / (std::log(p.high) - std::log(p.low)) : (value - p.low) / (p.high - p.low);
}

double from_unit(const SearchParameter& p, double unit) {
  unit = std::clamp(unit, 0.0, 1.0);
  double value = p.log ? std::exp(std::log(p.low) + unit * (std::log(p.high) - std::log(p.low))) : p.low + unit * (p.high - p.low);
  if (p.integer) value = std::round(value);
  return std::clamp(value, p.low, p.high);
}

double draw(const SearchParameter& p, Numbers& numbers) {
  if (!p.words.empty()) return std::min(std::floor(numbers.next() * static_cast<double>(p.words.size())), p.high);
  return from_unit(p, numbers.next());
}

/// How likely values of a parameter are among some trials: words by counts, numbers by normal curves around each, and a uniform part for what was not tried.
struct Density {
  const SearchParameter& parameter;
  std::vector<double> centres;  // in [0, 1], or words

  double width() const { return std::max(1.0 / static_cast<double>(centres.size() + 1), 0.05); }
  double at(double value) const {
    const auto n = static_cast<double>(centres.size());
    if (!parameter.words.empty()) {
      const auto same = static_cast<double>(std::count(centres.begin(), centres.end(), value));
      return (same + 1) / (n + static_cast<double>(parameter.words.size()));
    }
    const double x = to_unit(parameter, value), s = width();
    double sum = 1;  // the uniform part counts as one trial
    for (const double c : centres) sum += std::exp(-(x - c) * (x - c) / (2 * s * s)) / (s * 2.5066282746310002) / inside(c);
    return sum / (n + 1);
  }
  double sample(Numbers& numbers) const {
    const auto pick = static_cast<std::size_t>(numbers.next() * static_cast<double>(centres.size() + 1));
    if (pick >= centres.size()) return draw(parameter, numbers);
    if (!parameter.words.empty()) return centres[pick];
    // Drawn again outside the range: moved to its edge, the edges would be tried far too often.
    for (int attempt = 0; attempt < 10; ++attempt) {
      const double x = centres[pick] + width() * numbers.normal();
      if (x >= 0 && x <= 1) return from_unit(parameter, x);
    }
    return from_unit(parameter, centres[pick]);
  }

  // The part of a curve that lies in the range.
  double inside(double centre) const {
    const double s = width() * 1.4142135623730951;
    return (std::erf((1 - centre) / s) + std::erf(centre / s)) / 2;
  }
};

}  // namespace

Choice random_choice(const SearchSpace& space, std::uint64_t seed, std::uint64_t index) {
  Numbers numbers(seed, index);
  Choice choice;
  for (const SearchParameter& p : space) choice.push_back(draw(p, numbers));
  return choice;
}

Choice tpe_choice(const SearchSpace& space, const std::vector<Trial>& trials, std::uint64_t seed) {
  if (trials.size() < 10) return random_choice(space, seed, trials.size());
  std::vector<std::size_t> order(trials.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return trials[a].loss < trials[b].loss; });
  const std::size_t good = std::max<std::size_t>(2, trials.size() / 4);
  std::vector<Density> near, far;
  for (std::size_t p = 0; p < space.size(); ++p) {
    near.push_back({space[p], {}});
    far.push_back({space[p], {}});
    for (std::size_t i = 0; i < order.size(); ++i) {
      const double value = trials[order[i]].choice[p];
      (i < good ? near : far)[p].centres.push_back(space[p].words.empty() ? to_unit(space[p], value) : value);
    }
  }
  Numbers numbers(seed, 1'000'000 + trials.size());
  const auto tried = [&](const Choice& choice) { return std::any_of(trials.begin(), trials.end(), [&](const Trial& t) { return t.choice == choice; }); };
  // Parameters are judged one by one, so a word that stood beside bad numbers early would never be tried again: every third trial draws one
  // parameter of the best choice anew.
  if (trials.size() % 3 == 0) {
    // Drawn anew may be the same again, a word above all: a trial that was made tells nothing when it is made twice.
    for (int attempt = 0; attempt < 20; ++attempt) {
      Choice choice = trials[order.front()].choice;
      const auto p = std::min(static_cast<std::size_t>(numbers.next() * static_cast<double>(space.size())), space.size() - 1);
      choice[p] = draw(space[p], numbers);
      if (!tried(choice)) return choice;
    }
  }
  Choice best;
  double best_ratio = 0;
  for (int candidate = 0; candidate < 24; ++candidate) {
    Choice choice;
    double ratio = 0;
    for (std::size_t p = 0; p < space.size(); ++p) {
      choice.push_back(near[p].sample(numbers));
      ratio += std::log(near[p].at(choice[p])) - std::log(far[p].at(choice[p]));
    }
    if (!tried(choice) && (best.empty() || ratio > best_ratio)) best = choice, best_ratio = ratio;
  }
  // Few words, and all likely ones were tried: any that was not, if there is one.
  for (std::uint64_t attempt = 0; attempt < 50 && best.empty(); ++attempt)
    if (Choice choice = random_choice(space, seed, trials.size() + 2'000'000 * attempt); attempt == 49 || !tried(choice)) best = std::move(choice);
  return best;
}

}  // namespace candor::detail
