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

// Lists of types that hardly any program looks at: kept here, they cost those that do not nothing.
struct History::State {
  std::vector<Scores> epochs;
  std::vector<std::pair<std::string, std::vector<double>>> columns;  // the same numbers by name
  std::vector<double> seconds;
  std::string ended = "finished";
  std::vector<Finding> findings;
  std::vector<SkippedCheck> skipped;
  std::vector<LayerRecord> layers;
  std::vector<double> looked_at;

  static const State& of(const Shared<State>& state) {
    static const State none;
    return state ? *state : none;
  }
};

History::State& History::own() {
  if (!state_) state_ = Shared<State>::make();
  else if (state_.shared()) state_ = Shared<State>::make(*state_);
  return *state_;
}

const std::vector<Scores>& History::epochs() const { return State::of(state_).epochs; }
const std::vector<double>& History::seconds() const { return State::of(state_).seconds; }
const std::string& History::ended() const { return State::of(state_).ended; }
bool History::interrupted() const { return ended() == "interrupted"; }
const std::vector<Finding>& History::findings() const { return State::of(state_).findings; }
const std::vector<SkippedCheck>& History::skipped() const { return State::of(state_).skipped; }
const std::vector<LayerRecord>& History::layers() const { return State::of(state_).layers; }
const std::vector<double>& History::looked_at() const { return State::of(state_).looked_at; }

const std::vector<double>& History::operator[](std::string_view name) const& {
  std::string names;
  for (const auto& [label, values] : State::of(state_).columns) {
    if (label == name) return values;
    names += (names.empty() ? "" : ", ") + label;
  }
  fail(ErrorKind::not_found, "history: there is no '" + std::string(name) + "'; there are " + (names.empty() ? "none: no epoch has ended" : names));
}

std::vector<double> History::operator[](std::string_view name) && { return std::as_const(*this)[name]; }

void History::add(Finding finding) { own().findings.push_back(std::move(finding)); }
void History::add(SkippedCheck skipped) { own().skipped.push_back(std::move(skipped)); }

void History::add(Scores scores, double seconds) {
  State& s = own();
  for (const auto& [name, value] : scores.items()) {
    auto column = std::find_if(s.columns.begin(), s.columns.end(), [&n = name](const auto& c) { return c.first == n; });
    if (column == s.columns.end()) column = s.columns.emplace(column, name, std::vector<double>());
    column->second.resize(s.epochs.size(), std::numeric_limits<double>::quiet_NaN());  // epochs that had none
    column->second.push_back(value);
  }
  s.epochs.push_back(std::move(scores));
  for (auto& [name, values] : s.columns) values.resize(s.epochs.size(), std::numeric_limits<double>::quiet_NaN());
  s.seconds.push_back(seconds);
}

void History::set_layers(std::vector<LayerRecord> layers, std::vector<double> looked_at) {
  State& s = own();
  s.layers = std::move(layers);
  s.looked_at = std::move(looked_at);
}

void History::end(std::string why) { own().ended = std::move(why); }

}  // namespace candor
