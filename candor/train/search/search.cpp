#include "candor/train/search/search.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor {
namespace {

using Clock = std::chrono::steady_clock;

class Searcher {
 public:
  Searcher(const SearchSpace& space, const Objective& judge, const SearchOptions& options) : space_(space), judge_(judge), o_(options) {}

  std::vector<Trial> run() {
    if (o_.method == SearchMethod::hyperband) halve();
    else one_by_one();
    return std::move(trials_);
  }

 private:
  bool over() const { return std::chrono::duration<double>(Clock::now() - start_).count() > o_.seconds; }

  // False when the time is over. What an earlier search has tried at this place is taken from there.
  bool attempt(const Choice& choice, double share) {
    if (trials_.size() < o_.done.size() && o_.done[trials_.size()].choice == choice && o_.done[trials_.size()].share == share) {
      trials_.push_back(o_.done[trials_.size()]);
      return true;
    }
    if (!trials_.empty() && over()) return false;
    const Clock::time_point begin = Clock::now();
    Trial trial{choice, share, std::numeric_limits<double>::infinity(), 0};
    try {
      trial.loss = judge_(choice, share);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::numeric && e.kind() != ErrorKind::memory) throw;
    }
    if (!std::isfinite(trial.loss)) trial.loss = std::numeric_limits<double>::infinity();
    trial.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    trials_.push_back(trial);
    if (o_.each) o_.each(trial, trials_.size());
    return true;
  }

  void one_by_one() {
    for (int i = 0; i < o_.trials; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const Choice choice = at < o_.first.size()                    ? o_.first[at]
                            : o_.method == SearchMethod::tpe        ? detail::tpe_choice(space_, trials_, o_.seed)
                                                                    : detail::random_choice(space_, o_.seed, at);
      if (!attempt(choice, 1)) return;
    }
  }

  // Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar, 2018) with eta = 3: brackets that begin with many short trainings, or few long ones; the best
  // third of a round goes on with three times the effort.
  void halve() {
    double left = o_.trials;
    std::uint64_t drawn = 0;
    for (int bracket = 2; left > 0; bracket = bracket > 0 ? bracket - 1 : 2) {
      std::vector<Choice> round;
      const int count = bracket == 2 ? 9 : bracket == 1 ? 5 : 3;
      for (int i = 0; i < count; ++i, ++drawn) round.push_back(drawn < o_.first.size() ? o_.first[drawn] : detail::random_choice(space_, o_.seed, drawn));
      for (int rung = bracket; rung >= 0 && !round.empty(); --rung) {
        const double share = std::pow(3.0, -rung);
        std::vector<std::pair<double, std::size_t>> losses;
        for (std::size_t i = 0; i < round.size(); ++i) {
          if (left <= 0 || !attempt(round[i], share)) return;
          left -= share;
          losses.emplace_back(trials_.back().loss, i);
        }
        std::stable_sort(losses.begin(), losses.end());
        losses.resize(std::max<std::size_t>(1, losses.size() / 3));
        std::vector<Choice> next;
        for (const auto& [loss, i] : losses) next.push_back(round[i]);
        round = std::move(next);
      }
    }
  }

  const SearchSpace& space_;
  const Objective& judge_;
  const SearchOptions& o_;
  const Clock::time_point start_ = Clock::now();
  std::vector<Trial> trials_;
};

}  // namespace

SearchMethod search_method_from(const std::string& name) {
  if (name == "random") return SearchMethod::random;
  if (name == "hyperband") return SearchMethod::hyperband;
  if (name == "tpe") return SearchMethod::tpe;
  fail(ErrorKind::invalid_argument, "search: no method " + quoted(name) + "; there are random, hyperband and tpe" + did_you_mean(name, std::vector<std::string>{"random", "hyperband", "tpe"}));
}

std::vector<Trial> search(const SearchSpace& space, const Objective& judge, const SearchOptions& options) {
  if (space.empty()) fail(ErrorKind::invalid_argument, "search: there is nothing to choose");
  if (options.trials < 1) fail(ErrorKind::invalid_argument, "search: at least one trial is needed, and " + std::to_string(options.trials) + " came");
  return Searcher(space, judge, options).run();
}

const Trial& best_trial(const std::vector<Trial>& trials) {
  const Trial* best = nullptr;
  for (const Trial& t : trials) {
    if (!best || t.share > best->share || (t.share == best->share && t.loss < best->loss)) best = &t;
  }
  if (!best || !std::isfinite(best->loss)) fail(ErrorKind::numeric, "search: training failed for every choice; the data or the range of learning rates do not allow it");
  return *best;
}

}  // namespace candor
