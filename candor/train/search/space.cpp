#include "candor/train/search/space.h"

#include <algorithm>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor {

SearchParameter SearchParameter::real(std::string name, double low, double high, bool log) {
  if (!(low < high) || (log && !(low > 0))) fail(ErrorKind::invalid_argument, "search: " + name + ": the range " + std::to_string(low) + " to " + std::to_string(high) + " is none");
  return {.name = std::move(name), .low = low, .high = high, .log = log};
}

SearchParameter SearchParameter::whole(std::string name, std::int64_t low, std::int64_t high, bool log) {
  if (low > high || (log && low < 1)) fail(ErrorKind::invalid_argument, "search: " + name + ": the range " + std::to_string(low) + " to " + std::to_string(high) + " is none");
  return {.name = std::move(name), .low = static_cast<double>(low), .high = static_cast<double>(high), .log = log, .integer = true};
}

SearchParameter SearchParameter::choice(std::string name, std::vector<std::string> words) {
  if (words.empty()) fail(ErrorKind::invalid_argument, "search: " + name + ": there is nothing to choose from");
  const double last = static_cast<double>(words.size() - 1);
  return {.name = std::move(name), .low = 0, .high = last, .integer = true, .words = std::move(words)};
}

Config to_config(const SearchSpace& space, const Choice& choice) {
  Config config = Config::map();
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!space[i].words.empty()) config.set(space[i].name, space[i].words[static_cast<std::size_t>(choice[i])]);
    else if (space[i].integer) config.set(space[i].name, static_cast<std::int64_t>(choice[i]));
    else config.set(space[i].name, choice[i]);
  }
  return config;
}

Choice choice_from_config(const SearchSpace& space, const Config& config) {
  Choice choice;
  for (const SearchParameter& p : space) {
    const Config& value = config.at(p.name);
    if (!p.words.empty()) {
      const auto found = std::find(p.words.begin(), p.words.end(), value.text());
      if (found == p.words.end()) fail(ErrorKind::corrupt, "search: " + p.name + " is " + quoted(value.text()) + ", which is not among " + name_list(p.words));
      choice.push_back(static_cast<double>(found - p.words.begin()));
      continue;
    }
    const double number = value.number();
    if (!(number >= p.low && number <= p.high)) fail(ErrorKind::corrupt, "search: " + p.name + " is " + std::to_string(number) + ", which lies outside " + std::to_string(p.low) + " to " + std::to_string(p.high));
    choice.push_back(number);
  }
  return choice;
}

std::string to_string(const SearchSpace& space, const Choice& choice) {
  std::string out;
  for (std::size_t i = 0; i < space.size(); ++i) {
    char number[32];
    std::snprintf(number, sizeof number, "%.4g", choice[i]);
    out += (out.empty() ? "" : ", ") + space[i].name + " " + (space[i].words.empty() ? std::string(number) : space[i].words[static_cast<std::size_t>(choice[i])]);
  }
  return out;
}

}  // namespace candor
