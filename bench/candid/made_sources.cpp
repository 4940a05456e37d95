// Made tables of kinds that the files lack: few flowers, words alone, counts, visits of persons, texts.
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

}  // namespace

std::vector<Source> made_sources() { return {flowers(), mushrooms(), sales(), visits(), reviews()}; }

}  // namespace candor::bench
