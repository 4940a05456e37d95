#include "candor/train/history.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <ostream>

#include "candor/base/error.h"

namespace candor {

Scores::Scores(std::vector<Item> items) : items_(std::move(items)) {}

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

const std::vector<double>& History::operator[](std::string_view name) const& {
  std::string names;
  for (const auto& [label, values] : columns_) {
    if (label == name) return values;
    names += (names.empty() ? "" : ", ") + label;
  }
  fail(ErrorKind::not_found, "history: there is no '" + std::string(name) + "'; there are " + (names.empty() ? "none: no epoch has ended" : names));
}

std::vector<double> History::operator[](std::string_view name) && { return std::as_const(*this)[name]; }

void History::add(Scores scores, double seconds) {
  for (const auto& [name, value] : scores.items()) {
    auto column = std::find_if(columns_.begin(), columns_.end(), [&n = name](const auto& c) { return c.first == n; });
    if (column == columns_.end()) column = columns_.emplace(column, name, std::vector<double>());
    column->second.resize(epochs_.size(), std::numeric_limits<double>::quiet_NaN());  // epochs that had none
    column->second.push_back(value);
  }
  epochs_.push_back(std::move(scores));
  for (auto& [name, values] : columns_) values.resize(epochs_.size(), std::numeric_limits<double>::quiet_NaN());
  seconds_.push_back(seconds);
}

void History::set_layers(std::vector<LayerRecord> layers, std::vector<double> looked_at) {
  layers_ = std::move(layers);
  looked_at_ = std::move(looked_at);
}

bool History::interrupted() const { return ended_ == "interrupted"; }
void History::end(std::string why) { ended_ = std::move(why); }

}  // namespace candor
