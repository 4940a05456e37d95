#include "candor/train/history.h"

#include <cstdio>
#include <ostream>

#include "candor/base/error.h"

namespace candor {

const double* Scores::find(std::string_view name) const {
  for (const auto& [label, value] : items_) {
    if (label == name) return &value;
  }
  return nullptr;
}

double Scores::operator[](std::string_view name) const {
  if (const double* value = find(name)) return *value;
  std::string names;
  for (const auto& [label, value] : items_) names += (names.empty() ? "" : ", ") + label;
  fail(ErrorKind::not_found, "scores: there is no '" + std::string(name) + "'; there are " + (names.empty() ? "none" : names));
}

void Scores::set(std::string name, double value) {
  for (auto& [label, old] : items_) {
    if (label == name) {
      old = value;
      return;
    }
  }
  items_.emplace_back(std::move(name), value);
}

std::string to_string(const Scores& scores) {
  std::string out;
  for (const auto& [label, value] : scores.items()) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    out += (out.empty() ? "" : ", ") + label + " " + text;
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const Scores& scores) { return out << to_string(scores); }

std::vector<double> History::operator[](std::string_view name) const {
  std::vector<double> out;
  for (const Scores& scores : epochs_) out.push_back(scores[name]);
  return out;
}

void History::add(Scores scores, double seconds) {
  epochs_.push_back(std::move(scores));
  seconds_.push_back(seconds);
}

}  // namespace candor
