// Made tables of kinds that the files lack: few flowers, words alone, counts, visits of persons, texts, rare classes, curves, skewed targets.
#include <algorithm>
#include <cmath>

#include "bench/candid/made_sources.h"
#include "bench/candid/parts.h"

namespace candor::bench {
namespace {

Source named(const std::string& name, const std::string& target, std::vector<data::Column> columns) {
  Source source{name};
  source.table.source = name;
  source.table.columns = std::move(columns);
  source.target = target;
  return source;
}

const std::string& one_of(const std::vector<std::string>& words, Draw& d) { return words[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(words.size())))]; }

/// Three kinds that one measurement tells apart, and another nearly as well.
Source flowers() {
  Draw d(21);
  std::vector<double> a, b, c, e;
  std::vector<std::string> kind;
  const double middle[3][4] = {{4.9, 3.4, 1.5, .25}, {5.9, 2.8, 4.2, 1.3}, {6.6, 3, 5.6, 2}};
  for (int i = 0; i < 180; ++i) {
    const double* m = middle[i % 3];
    const auto tenth = [](double x) { return std::round(10 * x) / 10; };
    a.push_back(tenth(m[0] + .4 * d.normal())), b.push_back(tenth(m[1] + .35 * d.normal())), c.push_back(tenth(m[2] + .3 * d.normal())), e.push_back(tenth(m[3] + .18 * d.normal()));
    kind.push_back(std::vector<std::string>{"alba", "rubra", "magna"}[static_cast<std::size_t>(i % 3)]);
  }
  return named("made (flowers)", "kind", {numbers("sepal_length", a), numbers("sepal_width", b), numbers("petal_length", c), numbers("petal_width", e), words("kind", kind)});
}

/// Words alone.
Source mushrooms() {
  Draw d(22);
  const std::vector<std::pair<std::string, std::vector<std::string>>> columns = {{"odour", {"almond", "none", "foul", "spicy", "fishy"}}, {"cap", {"bell", "conical", "flat", "sunken"}}, {"colour", {"brown", "white", "grey", "red", "yellow"}},
                                                                                {"gill", {"broad", "narrow"}}, {"habitat", {"wood", "grass", "path", "urban"}}, {"spore", {"black", "brown", "white", "green"}}};
  std::vector<std::vector<std::string>> cells(columns.size());
  std::vector<std::string> kind;
  for (int i = 0; i < 3000; ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) cells[j].push_back(one_of(columns[j].second, d));
    const double z = (cells[0].back().find('f') == 0 || cells[0].back() == "spicy" ? 2.5 : -1.5) + (cells[5].back() == "green" || cells[5].back() == "white" ? 1.2 : -.8) + (cells[3].back() == "narrow" ? .7 : -.4);
    kind.push_back(d.share() < 1 / (1 + std::exp(-1.6 * z)) ? "poisonous" : "edible");
  }
  std::vector<data::Column> all;
  for (std::size_t j = 0; j < columns.size(); ++j) all.push_back(words(columns[j].first, cells[j]));
  all.push_back(words("kind", kind));
  return named("made (words alone)", "kind", all);
}

/// Pieces sold: whole numbers, densest at their lower end.
Source sales() {
  Draw d(23);
  std::vector<double> price, week, stock, sold;
  std::vector<std::string> store, promoted;
  std::vector<double> of_store;
  for (int s = 0; s < 12; ++s) of_store.push_back(.5 * d.normal());
  for (int i = 0; i < 2500; ++i) {
    const auto s = static_cast<std::size_t>(d.below(12));
    store.push_back("S" + std::to_string(s));
    promoted.push_back(d.share() < .25 ? "yes" : "no");
    price.push_back(std::round(100 * std::exp(2.2 + .4 * d.normal())) / 100), week.push_back(static_cast<double>(1 + d.below(52))), stock.push_back(std::floor(std::exp(4 + .5 * d.normal())));
    const double mean = std::exp(2.6 + of_store[s] - .9 * std::log(price.back() / 9) + (promoted.back() == "yes" ? .6 : 0));
    sold.push_back(std::max(0.0, std::round(mean + std::sqrt(mean) * d.normal())));
  }
  return named("made (counts)", "sold", {words("store", store), numbers("price", price), words("promoted", promoted), numbers("week", week), numbers("stock", stock), numbers("sold", sold)});
}

/// Four to eight visits each; a person is on one side alone.
Source visits() {
  Draw d(24);
  std::vector<double> age, weight, pressure, pulse, sugar;
  std::vector<std::string> patient, ill;
  for (int p = 0; p < 300; ++p) {
    const double years = std::floor(d.between(20, 90)), mass = 75 + 13 * d.normal(), base = d.normal();
    const bool sick = d.share() < 1 / (1 + std::exp(-3 * base));
    for (std::int64_t v = 4 + d.below(5); v > 0; --v) {
      patient.push_back("P" + std::to_string(1000 + p)), ill.push_back(sick ? "yes" : "no");
      age.push_back(years), weight.push_back(std::round(10 * (mass + d.normal())) / 10), pressure.push_back(std::round(120 + 8 * base + 6 * d.normal())), pulse.push_back(std::round(70 + 5 * base + 4 * d.normal())), sugar.push_back(std::round(100 * (5 + .6 * base + .5 * d.normal())) / 100);
    }
  }
  Source source = named("made (visits)", "ill", {words("patient", patient), numbers("age", age), numbers("weight", weight), numbers("pressure", pressure), numbers("pulse", pulse), numbers("sugar", sugar), words("ill", ill)});
  source.group = "patient";
  return source;
}

Source reviews() {
  Draw d(25);
  const std::vector<std::string> good = {"great", "lovely", "fast", "friendly", "clean", "tasty", "perfect"}, bad = {"slow", "cold", "rude", "dirty", "broken", "late", "noisy"}, any = {"the", "room", "food", "staff", "price", "place", "we", "were", "very", "again", "today", "with", "our", "table"};
  std::vector<std::string> text, opinion;
  std::vector<double> likes, length, hour;
  for (int i = 0; i < 1200; ++i) {
    const bool likes_it = d.share() < .5;
    std::string said;
    for (std::int64_t k = 8 + d.below(9); k > 0; --k) said += one_of(any, d) + " ";
    for (int k = 0; k < 3; ++k) said += one_of((d.share() < .85) == likes_it ? good : bad, d) + (k < 2 ? " " : "");
    text.push_back(said), opinion.push_back(likes_it ? "good" : "bad");
    likes.push_back(static_cast<double>(d.below(400))), length.push_back(static_cast<double>(said.size())), hour.push_back(static_cast<double>(d.below(24)));
  }
  return named("made (texts)", "opinion", {words("text", text), numbers("likes", likes), numbers("length", length), numbers("hour", hour), words("opinion", opinion)});
}

/// Who left a company: one in six, by few of the columns.
Source leavers() {
  Draw d(26);
  std::vector<double> tenure, salary, way;
  std::vector<std::string> overtime, part, status;
  for (int i = 0; i < 1800; ++i) {
    tenure.push_back(std::round(-60 * std::log(1 - d.share())) / 10), salary.push_back(std::round(std::exp(10.6 + .3 * d.normal()))), way.push_back(std::round(-120 * std::log(1 - d.share())) / 10);
    overtime.push_back(one_of({"often", "rarely", "never"}, d)), part.push_back(one_of({"Sales", "R&D", "Finance", "Legal", "HR"}, d));
    const double z = -.6 - .25 * tenure.back() + (overtime.back() == "often" ? 1.6 : 0) + .05 * way.back() - .00002 * (salary.back() - 40000) + .4 * d.normal();
    status.push_back(d.share() < 1 / (1 + std::exp(-z)) ? "left" : "stayed");
  }
  return named("made (leavers)", "status", {numbers("tenure_years", tenure), numbers("salary", salary), words("overtime", overtime), words("part", part), numbers("commute_km", way), words("status", status)});
}

/// What fields gave: curved in two columns, flat in others.
Source crops() {
  Draw d(27);
  std::vector<double> nitrogen, rain, acid, warmth, tonnes;
  std::vector<std::string> soil;
  for (int i = 0; i < 700; ++i) {
    nitrogen.push_back(std::round(d.between(20, 200))), rain.push_back(std::round(600 + 120 * d.normal())), acid.push_back(std::round(650 + 60 * d.normal()) / 100), warmth.push_back(std::round(170 + 30 * d.normal()) / 10);
    soil.push_back(one_of({"clay", "loam", "sand", "silt"}, d));
    const double n = nitrogen.back(), off = acid.back() - 6.6, of_soil = soil.back() == "loam" ? .8 : soil.back() == "sand" ? -.7 : .2;
    tonnes.push_back(std::round(100 * (2 + .02 * n - .00005 * n * n + .004 * rain.back() - .8 * off * off + of_soil + .1 * warmth.back() + .5 * d.normal())) / 100);
  }
  return named("made (crops)", "yield_t", {numbers("nitrogen", nitrogen), numbers("rain_mm", rain), numbers("acidity", acid), words("soil", soil), numbers("mean_temp", warmth), numbers("yield_t", tonnes)});
}

/// Minutes at a counter: a skewed target of skewed columns.
Source waits() {
  Draw d(28);
  std::vector<double> waiting, desks, hour, minutes;
  std::vector<std::string> day, urgency;
  for (int i = 0; i < 2500; ++i) {
    waiting.push_back(static_cast<double>(d.below(31))), desks.push_back(static_cast<double>(1 + d.below(8))), hour.push_back(static_cast<double>(6 + d.below(17)));
    day.push_back(one_of({"Mon", "Tue", "Wed", "Thu", "Fri"}, d)), urgency.push_back(one_of({"low", "mid", "high"}, d));
    const double mean = std::max(.5, (waiting.back() + 1) / desks.back()) * (urgency.back() == "low" ? 1.4 : urgency.back() == "mid" ? 1 : .5);
    minutes.push_back(std::round(-10 * mean * (std::log(1 - d.share()) + std::log(1 - d.share()))) / 10);
  }
  return named("made (waits)", "minutes", {numbers("waiting", waiting), numbers("desks", desks), numbers("hour", hour), words("weekday", day), words("urgency", urgency), numbers("minutes", minutes)});
}

/// Machines: one sound, three broken in their own ways, told apart by several columns together.
Source machines() {
  Draw d(29);
  std::vector<double> shake, peak, heat, turns, current;
  std::vector<std::string> state;
  const std::vector<std::string> names = {"ok", "bearing", "imbalance", "misaligned"};
  const double middle[4][3] = {{1, .2, 40}, {2.2, 1.5, 55}, {3.2, .4, 45}, {2.4, .5, 60}};
  for (int i = 0; i < 1200; ++i) {
    const auto k = static_cast<std::size_t>(d.below(4));
    shake.push_back(std::round(1000 * (middle[k][0] + .5 * d.normal())) / 1000), peak.push_back(std::round(1000 * (1 + middle[k][1] + .35 * d.normal())) / 1000), heat.push_back(std::round(10 * (middle[k][2] + 6 * d.normal())) / 10);
    turns.push_back(d.share() < .33 ? 2900 : d.share() < .5 ? 1475 : 1450), current.push_back(std::round(100 * (5 + .5 * d.normal())) / 100), state.push_back(names[k]);
  }
  return named("made (machines)", "diagnosis", {numbers("rms_mm_s", shake), numbers("crest", peak), numbers("housing_temp", heat), numbers("rpm", turns), numbers("amps", current), words("diagnosis", state)});
}

}  // namespace

std::vector<Source> made_sources() { return {flowers(), mushrooms(), sales(), visits(), reviews(), leavers(), crops(), waits(), machines()}; }

}  // namespace candor::bench
