// What a search may choose from, and a choice.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/nn/config.h"

namespace candor {

/// One hyper-parameter: a number in a range, or one of some words.
struct SearchParameter {
  std::string name;
  double low = 0, high = 1;
  bool log = false;                       ///< equal ratios are equally likely
  bool integer = false;
  std::vector<std::string> words = {};    ///< not empty: one of these

  static SearchParameter real(std::string name, double low, double high, bool log = false);
  static SearchParameter whole(std::string name, std::int64_t low, std::int64_t high, bool log = false);
  static SearchParameter choice(std::string name, std::vector<std::string> words);
};

using SearchSpace = std::vector<SearchParameter>;

/// A value for each parameter, in the order of the space: the number, or the index of the word.
using Choice = std::vector<double>;

/// {"lr": 0.002, "layers": "128,128"}.
Config to_config(const SearchSpace& space, const Choice& choice);
/// Throws Error (corrupt) when it is no choice of this space.
Choice choice_from_config(const SearchSpace& space, const Config& config);
/// "lr 0.002, layers 128,128".
std::string to_string(const SearchSpace& space, const Choice& choice);

}  // namespace candor
