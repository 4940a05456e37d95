// Searching hyper-parameters: at random, by Hyperband, or by a tree-structured Parzen estimator (TPE).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/base/function.h"
#include "candor/train/search/space.h"

namespace candor {

enum class SearchMethod { random, hyperband, tpe };
/// Throws Error (invalid_argument) with the methods.
SearchMethod search_method_from(const std::string& name);

/// A choice that was tried.
struct Trial {
  Choice choice;
  double share = 1;        ///< of the full training it was given; below 1 in Hyperband's first rounds
  double loss = 0;         ///< what was to become small; infinity when training failed
  double seconds = 0;
};

struct SearchOptions {
  SearchMethod method = SearchMethod::tpe;
  int trials = 30;                 ///< full trainings; Hyperband counts its short ones by their share
  double seconds = 300;            ///< no trial is begun after it
  std::uint64_t seed = 0;
  std::vector<Choice> first = {};  ///< tried before all others: the default, so that what is found is not worse
  std::vector<Trial> done = {};    ///< of a search that was stopped: taken for tried, in their order
  Function<void(const Trial&, std::size_t number)> each = {};  ///< after each new trial
};

/// What `judge` gives for a choice trained by a share of the full effort; smaller is better, NaN and infinity are failures. Called with the same rows
/// and seeds for every choice, so that choices are compared in pairs.
using Objective = Function<double(const Choice& choice, double share)>;

/// All trials in the order in which they were made. The same for the same seed and number of trials. Throws Error (invalid_argument) for an empty space or no trials,
/// and what `judge` throws but numeric and memory errors, which are failures of the choice.
std::vector<Trial> search(const SearchSpace& space, const Objective& judge, const SearchOptions& options);

/// The best trial among those with the largest share; throws Error (numeric) when all have failed.
const Trial& best_trial(const std::vector<Trial>& trials);

namespace detail {
/// A choice drawn from the space by number `index` of a stream.
Choice random_choice(const SearchSpace& space, std::uint64_t seed, std::uint64_t index);
/// TPE (Bergstra, Bardenet, Bengio, Kegl: Algorithms for Hyper-Parameter Optimization, 2011): of 24 candidates drawn near the best quarter of the
/// trials the one that is most likely among these and least among the others, each parameter by itself; every third draws one parameter of the best anew.
/// At random for the first ten.
Choice tpe_choice(const SearchSpace& space, const std::vector<Trial>& trials, std::uint64_t seed);
}  // namespace detail

}  // namespace candor
