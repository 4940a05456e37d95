// The standard treatment of columns: numbers by hand, nothing learned from rows that are not training rows, stored and read back exactly.
#include "candor/data/table/recipe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "candor/data/table/telling_edges.h"
#include "candor/formats/config_json.h"
#include "candor/tensor/random.h"
#include "tests/data/small_tables.h"
#include "tests/support/errors.h"

namespace candor::data {
namespace {

using testing::nothing;
using testing::number_column;
using testing::repeated;
using testing::small_table;
using testing::text_column;

std::vector<float> feature(const Recipe& recipe, const Tensor& features, const std::string& name) {
  const std::vector<std::string> names = recipe.feature_names();
  const auto at = std::find(names.begin(), names.end(), name) - names.begin();
  EXPECT_LT(static_cast<std::size_t>(at), names.size()) << name;
  const std::vector<float> all = features.to_vector<float>();
  std::vector<float> values;
  for (std::size_t r = 0; r * names.size() < all.size(); ++r) values.push_back(all[r * names.size() + static_cast<std::size_t>(at)]);
  return values;
}

Recipe fit(const Table& table, const SchemaOptions& options = {}, const RecipeOptions& recipe = {}) { return Recipe::fit(table, infer_schema(table, options), recipe); }

Column some_target(int rows) {
  return number_column("y", repeated(rows, [](int i) { return .5 * i; }));
}

TEST(Recipe, NumbersAreFilledMarkedAndStandardised) {
  const Table table = small_table({number_column("a", {1, 2, nothing, 4, 9}), some_target(5)});
  const Recipe recipe = fit(table);
  EXPECT_EQ(recipe.feature_names(), (std::vector<std::string>{"a", "a missing"}));
  EXPECT_EQ(recipe.source_columns(), (std::vector<std::string>{"a", "a"}));
  // The median of 1, 2, 4, 9 is 3; 1, 2, 3, 4, 9 have mean 3.8 and variance (7.84 + 3.24 + .64 + .04 + 27.04) / 5 = 7.76.
  const std::vector<float> a = feature(recipe, recipe.features(table), "a");
  const double deviation = std::sqrt(7.76);
  for (std::size_t r = 0; r < 5; ++r) EXPECT_NEAR(a[r], (std::vector<double>{1, 2, 3, 4, 9}[r] - 3.8) / deviation, 1e-6);
  EXPECT_EQ(feature(recipe, recipe.features(table), "a missing"), (std::vector<float>{0, 0, 1, 0, 0}));
  EXPECT_NE(recipe.treatments()[0].what.find("1 missing filled with 3 (median)"), std::string::npos) << recipe.treatments()[0].what;
  // Another table is measured by the training rows, not by its own.
  const Table other = small_table({number_column("a", {3.8, 3.8 + deviation})});
  EXPECT_NEAR(feature(recipe, recipe.features(other), "a")[1], 1, 1e-6);
  EXPECT_FALSE(recipe.dataset(other).has_targets());
}

TEST(Recipe, LongTails) {
  const Table table = small_table({number_column("income", repeated(200, [](int i) { return std::exp(.05 * i); })), some_target(200)});
  const Recipe recipe = fit(table);
  EXPECT_NE(recipe.treatments()[0].what.find("logarithm"), std::string::npos) << recipe.treatments()[0].what;
  const std::vector<float> x = feature(recipe, recipe.features(table), "income");
  EXPECT_TRUE(std::is_sorted(x.begin(), x.end()));
  EXPECT_LT(x.back(), 4);
  // One wild cell among well-behaved ones on both sides of zero: no logarithm helps, the ends are cut.
  const Table wild = small_table({number_column("x", repeated(1000, [](int i) { return i == 500 ? 1e9 : 1000. + i % 100; })), some_target(1000)});
  const Recipe cut = fit(wild);
  for (float value : feature(cut, cut.features(wild), "x")) EXPECT_LT(std::fabs(value), 5);
}

TEST(Recipe, PiecesOfANumber) {
  // The target is 1 from 300 to 339 and 0 elsewhere: what tells is cut there, the rest where rows are.
  const int rows = 1000;
  const Table table = small_table({number_column("a", repeated(rows, [](int i) { return 1. * i; })), number_column("y", repeated(rows, [](int i) { return i >= 300 && i < 340 ? 1.5 : .25; }))});
  const SchemaOptions options{.roles = {{"a", Role::number}}};
  const Recipe recipe = fit(table, options, {.pieces = 8});
  const std::vector<std::string> names = recipe.feature_names();
  for (const char* name : {"a", "a 249.75..299.5", "a 299.5..339.5", "a 339.5..499.5", "a 749.25..999"}) EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  const Tensor features = recipe.features(small_table({number_column("a", {-5, 319.5, 340, 4000})}));
  EXPECT_EQ(feature(recipe, features, "a 299.5..339.5"), (std::vector<float>{0, .5f, 1, 1}));
  EXPECT_EQ(feature(recipe, features, "a 749.25..999"), (std::vector<float>{0, 0, 0, 1}));
  EXPECT_EQ(fit(table, options).feature_names(), (std::vector<std::string>{"a"}));
}

TEST(TellingEdges, CutsWhereTheTargetChanges) {
  const std::vector<double> x = repeated(400, [](int i) { return i < 100 ? 0. : i < 200 ? 5013. : i < 300 ? 5178. : nothing; });
  detail::TargetNumbers targets{400, 1, repeated(400, [](int i) { return i >= 200 ? 1.f : 0.f; }), {"y"}};
  EXPECT_EQ(detail::telling_edges(x, targets, 2), (std::vector<double>{0, 5095.5, 5178}));
  // Nothing to gain: the target does not change, there is none, or all numbers are one.
  EXPECT_TRUE(detail::telling_edges(x, {400, 1, std::vector<float>(400, 1.f), {"y"}}, 8).empty());
  EXPECT_TRUE(detail::telling_edges(x, {}, 8).empty());
  EXPECT_TRUE(detail::telling_edges(std::vector<double>(400, 3.), targets, 8).empty());
  EXPECT_TRUE(detail::telling_edges({}, {0, 1, {}, {"y"}}, 8).empty());
  // Several targets: a cut that tells about any of them. Never a piece of fewer than 16 rows.
  detail::TargetNumbers two{400, 2, {}, {"u", "v"}};
  for (int i = 0; i < 400; ++i) two.values.push_back(i < 100 ? 1.f : 0.f), two.values.push_back(i == 250 ? 1e6f : 0.f);
  const std::vector<double> ramp = repeated(400, [](int i) { return 1. * i; });
  const std::vector<double> edges = detail::telling_edges(ramp, two, 6);
  EXPECT_NE(std::find(edges.begin(), edges.end(), 99.5), edges.end());
  for (std::size_t i = 1; i < edges.size(); ++i) EXPECT_GE(edges[i] - edges[i - 1], 15);
}

TEST(Recipe, Categories) {
  const Table table = small_table({text_column("colour", repeated(100, [](int i) { return std::string(i == 3 ? "" : i == 50 ? "mauve" : i % 3 ? "red" : "blue"); })), some_target(100)});
  const Recipe recipe = fit(table);
  EXPECT_EQ(recipe.feature_names(), (std::vector<std::string>{"colour=red", "colour=blue", "colour other", "colour missing"}));
  const Tensor features = recipe.features(small_table({text_column("colour", {"blue", "green", "", "red", "mauve"})}));
  EXPECT_EQ(features.to_vector<float>(), (std::vector<float>{0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0}));
  // Codes that are numbers here and words there are the same.
  const Recipe codes = fit(small_table({number_column("kind", repeated(60, [](int i) { return 1. + i % 3; })), some_target(60)}), {.roles = {{"kind", Role::category}}});
  EXPECT_EQ(codes.features(small_table({text_column("kind", {"2"})})).to_vector<float>(), codes.features(small_table({number_column("kind", {2})})).to_vector<float>());
}

TEST(Recipe, ManyWordsEnterByTheMeanOfTheTarget) {
  // 200 words, each five times; the target is the word's own number.
  const int rows = 1000;
  const auto word = [](int i) { return "w" + std::to_string(i * 7 % 200); };
  const Table table = small_table({text_column("word", repeated(rows, word)), number_column("y", repeated(rows, [](int i) { return (i * 7 % 200) / 10. + .25; }))});
  const Recipe recipe = fit(table);
  const std::string name = "word mean of y";
  const std::vector<float> later = feature(recipe, recipe.features(table), name), training = feature(recipe, recipe.training_features(table), name);
  const std::vector<float> y = recipe.targets(table).to_vector<float>();
  // Both rise with the target, and no training row knows itself: a row alone of its word learns nothing from its own target.
  const auto correlation = [&](const std::vector<float>& x) {
    double mx = 0, my = 0, xy = 0, xx = 0, yy = 0;
    for (std::size_t r = 0; r < x.size(); ++r) mx += x[r] / 1000., my += y[r] / 1000.;
    for (std::size_t r = 0; r < x.size(); ++r) xy += (x[r] - mx) * (y[r] - my), xx += (x[r] - mx) * (x[r] - mx), yy += (y[r] - my) * (y[r] - my);
    return xy / std::sqrt(xx * yy);
  };
  EXPECT_GT(correlation(later), .99);
  EXPECT_GT(correlation(training), .9);
  Table alone = table;
  for (int i = 0; i < 2; ++i) {  // the target of one row changes: its own input stays as it was
    alone.columns[1].numbers[500] = i * 1000.;
    static float before = 0;
    const float now = feature(recipe, recipe.training_features(alone), name)[500];
    if (i == 0) before = now;
    else EXPECT_EQ(now, before);
  }
  EXPECT_EQ(recipe.training_features(table).shape(), recipe.features(table).shape());
  // A new word stands at the whole mean.
  EXPECT_EQ(feature(recipe, recipe.features(small_table({text_column("word", {"new"})})), name)[0], 0.f);
}

TEST(Recipe, NoiseDoesNotLeakIntoMeans) {
  // Every word twice, its own effect and noise: in-fold means would correlate with the noise strongly.
  const int rows = 2000;
  const RandomStream noise{7, 1}, effect{7, 2};
  const auto word = [](int i) { return "w" + std::to_string(i / 2); };
  const auto own = [&](int i) { return static_cast<double>(noise.normal(static_cast<std::uint64_t>(i))); };
  const auto of_word = [&](int i) { return static_cast<double>(effect.normal(static_cast<std::uint64_t>(i / 2))); };
  const Column words = text_column("word", repeated(rows, word)), x_column = number_column("x", repeated(rows, [](int i) { return i * .1; }));
  const Table table = small_table({words, x_column, number_column("y", repeated(rows, [&](int i) { return own(i) + of_word(i); }))});
  const Recipe recipe = fit(table, {.roles = {{"word", Role::category}}});
  const std::vector<float> x = feature(recipe, recipe.training_features(table), "word mean of y"), leaky = feature(recipe, recipe.features(table), "word mean of y");
  double honest = 0, xx = 0, told = 0, ll = 0, yy = 0;
  for (std::size_t r = 0; r < x.size(); ++r) {
    const double y = own(static_cast<int>(r)), honest_x = static_cast<double>(x[r]), leaky_x = static_cast<double>(leaky[r]);
    honest += honest_x * y, xx += honest_x * honest_x, told += leaky_x * y, ll += leaky_x * leaky_x, yy += y * y;
  }
  EXPECT_LT(std::fabs(honest / std::sqrt(xx * yy)), .1);
  EXPECT_GT(told / std::sqrt(ll * yy), .3);

  // Words that mean nothing get no means: what folds tell by leaving a row out is all there would be.
  for (const int words_there : {40, 1000}) {
    const Table nothing_there = small_table({text_column("word", repeated(rows, [&](int i) { return "w" + std::to_string(i % words_there); })), x_column, number_column("y", repeated(rows, own))});
    const std::vector<std::string> names = fit(nothing_there, {.roles = {{"word", Role::category}}}).feature_names();
    EXPECT_EQ(std::count_if(names.begin(), names.end(), [](const std::string& name) { return name.find("mean of") != std::string::npos; }), 0) << words_there << " words";
  }
}

TEST(Recipe, DatesLieOnCircles) {
  const Table table = small_table({text_column("day", repeated(366, [](int i) {
                                     const int month = i / 31 + 1, day = i % 28 + 1;
                                     return "2024-" + std::string(month < 10 ? "0" : "") + std::to_string(month) + "-" + (day < 10 ? "0" : "") + std::to_string(day);
                                   })),
                                   some_target(366)});
  const Recipe recipe = fit(table);
  const std::vector<std::string> names = recipe.feature_names();
  for (const char* name : {"day time", "day year sin", "day year cos", "day weekday sin", "day weekday cos", "day weekend"}) EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  const Tensor features = recipe.features(small_table({text_column("day", {"2024-12-31", "2025-01-01", "2024-07-01", "2024-03-02"})}));
  const std::vector<float> sine = feature(recipe, features, "day year sin"), cosine = feature(recipe, features, "day year cos");
  EXPECT_LT(std::hypot(sine[0] - sine[1], cosine[0] - cosine[1]), .03);  // New Year's Eve is next to New Year
  EXPECT_GT(std::hypot(sine[0] - sine[2], cosine[0] - cosine[2]), 1.9);
  EXPECT_EQ(feature(recipe, features, "day weekend"), (std::vector<float>{0, 0, 0, 1}));  // 2 March 2024 was a Saturday
  EXPECT_ERROR(corrupt, recipe.features(small_table({text_column("day", {"2024-12-31", "31.12.2024"})})), "row 2", "\"day\"", "31.12.2024");
}

TEST(Recipe, Texts) {
  const int rows = 200;
  const Table table = small_table({text_column("review", repeated(rows, [](int i) { return "the film number " + std::to_string(i) + (i % 2 ? " was very good indeed" : " was rather bad and long"); })),
                                   text_column("opinion", repeated(rows, [](int i) { return std::string(i % 2 ? "for" : "against"); }))});
  const Recipe recipe = fit(table, {}, {.text_features = 6});
  EXPECT_EQ(recipe.feature_names().size(), 6u);
  const Tensor features = recipe.features(small_table({text_column("review", {"GOOD indeed", "bad", ""})}));
  EXPECT_GT(feature(recipe, features, "review \"good\"")[0], 0.f);
  EXPECT_EQ(feature(recipe, features, "review \"good\"")[1], 0.f);
  const std::vector<float> all = features.to_vector<float>();
  EXPECT_TRUE(std::all_of(all.end() - 6, all.end(), [](float x) { return x == 0; }));
}

TEST(Recipe, TargetsAndClasses) {
  const Table table = small_table({number_column("x", {1, 2, 3, 4}), number_column("y", {10, 2, 10, 2})});
  const Recipe recipe = fit(table);
  EXPECT_EQ(recipe.class_names(), (std::vector<std::string>{"2", "10"}));
  EXPECT_EQ(recipe.targets(table).to_vector<std::int32_t>(), (std::vector<std::int32_t>{1, 0, 1, 0}));
  EXPECT_EQ(recipe.targets(small_table({text_column("y", {"2.0", "10"})})).to_vector<std::int32_t>(), (std::vector<std::int32_t>{0, 1}));
  EXPECT_ERROR(invalid_argument, recipe.targets(small_table({number_column("y", {2, 3})})), "row 2", "\"3\"", "2, 10");
  EXPECT_ERROR(invalid_argument, recipe.targets(small_table({number_column("y", {2, nothing, 10, nothing})})), "2 of 4", "row 2");
  const Dataset set = recipe.dataset(table);
  EXPECT_EQ(set.target_names, (std::vector<std::string>{"y"}));
  const Table two = small_table({number_column("x", {1, 2, 3, 4}), number_column("u", {.5, 2, 3, 4}), number_column("v", {1.5, 2, 3, 4})});
  EXPECT_EQ(fit(two, {.targets = {"u", "v"}}).targets(two).shape(), (Shape{4, 2}));
}

TEST(Recipe, Weights) {
  const Table table = small_table({number_column("x", {1, 2, 3, 4}), number_column("sample_weight", {1, 3, 0, 4}), number_column("y", {10, 2, 10, 2})});
  const Recipe recipe = fit(table);
  EXPECT_EQ(recipe.weights(table).to_vector<float>(), (std::vector<float>{.5, 1.5, 0, 2}));
  EXPECT_EQ(recipe.feature_names(), (std::vector<std::string>{"x"}));
  EXPECT_ERROR(corrupt, recipe.weights(small_table({number_column("sample_weight", {1, -3})})), "row 2", "-3");
}

TEST(Recipe, NothingToLearnFrom) {
  const Schema schema = infer_schema(small_table({number_column("x", {1, 2, 3}), number_column("y", {1, 2, 4})}));
  EXPECT_ERROR(invalid_argument, Recipe::fit(small_table({number_column("x", {1, 1, 1}), number_column("y", {1, 2, 4})}), schema), "no column is left to learn from");
  EXPECT_ERROR(invalid_argument, Recipe::fit(small_table({number_column("x", {1, 2, 1}), number_column("y", {1, nothing, 4})}), schema), "1 of 3");
  EXPECT_ERROR(not_found, Recipe::fit(small_table({number_column("y", {1, 2, 4})}), schema), "x");
  EXPECT_ERROR(invalid_argument, Recipe::fit(small_table({number_column("x", {1, 2, 1}), number_column("y", {1, 2, 4})}), schema, {.max_categories = -1}), "max_categories");
}

TEST(Recipe, DifferencesAreFoundByName) {
  const int rows = 60;
  const Table table = small_table({number_column("Body Mass", repeated(rows, [](int i) { return 20. + i * .25; })), text_column("colour", repeated(rows, [](int i) { return std::string(i % 2 ? "red" : "blue"); })),
                                   number_column("age", repeated(rows, [](int i) { return 20. + i % 30; })), text_column("day", repeated(rows, [](int i) { return "2024-03-" + std::to_string(10 + i % 20); })), some_target(rows)});
  const Recipe recipe = fit(table);
  const TableDifferences none = recipe.compare(table);
  EXPECT_TRUE(none.missing.empty() && none.extra.empty() && none.renamed.empty() && none.retyped.empty() && none.new_words.empty() && none.out_of_range.empty() && !none.reordered);
  Table other = table;
  std::swap(other.columns[0], other.columns[1]);
  EXPECT_TRUE(recipe.compare(other).reordered);
  EXPECT_EQ(recipe.features(other).to_vector<float>(), recipe.features(table).to_vector<float>());

  other = table;
  other.columns[0].name = "body_mass";
  other.columns[2] = text_column("age", repeated(rows, [](int i) { return std::string(i == 7 ? "old" : "30"); }));
  other.columns[1].words[0] = "green";
  other.columns[3].words[0] = "2031-01-01";
  other.columns.push_back(number_column("shoe size", repeated(rows, [](int i) { return 1. * i; })));
  const TableDifferences found = recipe.compare(other);
  ASSERT_EQ(found.renamed.size(), 1u);
  EXPECT_NE(found.renamed[0].find("\"body_mass\" may be meant"), std::string::npos) << found.renamed[0];
  ASSERT_EQ(found.extra.size(), 1u);
  EXPECT_NE(found.extra[0].find("shoe size"), std::string::npos);
  ASSERT_EQ(found.retyped.size(), 1u);
  EXPECT_NE(found.retyped[0].find("\"old\" in row 8"), std::string::npos) << found.retyped[0];
  ASSERT_EQ(found.new_words.size(), 1u);
  EXPECT_NE(found.new_words[0].find("\"green\""), std::string::npos) << found.new_words[0];
  ASSERT_EQ(found.out_of_range.size(), 1u);
  EXPECT_NE(found.out_of_range[0].find("2031-01-01"), std::string::npos) << found.out_of_range[0];
  EXPECT_ERROR(not_found, recipe.features(other), "Body Mass", "body_mass");
  other.columns[0].name = "Body Mass";
  EXPECT_ERROR(corrupt, recipe.features(other), "row 8", "\"age\"", "\"old\"");
  other.columns.erase(other.columns.begin() + 2);
  EXPECT_EQ(recipe.compare(other).missing.size(), 1u);
  EXPECT_ERROR(not_found, recipe.features(other), "\"age\"");
}

/// A table nobody would make: every kind of column with holes, wild numbers and few or many words.
Table random_table(std::uint64_t seed) {
  const RandomStream random{seed, 3};
  std::uint64_t next = 0;
  const auto below = [&](std::uint64_t n) { return static_cast<int>(random.below(next++, n)); };
  const int rows = 5 + below(200), columns = 2 + below(8);
  Table table;
  table.source = "random";
  for (int c = 0; c < columns; ++c) {
    const std::string name = std::string(1, static_cast<char>('a' + c));
    const int holes = below(3) * 20, kind = below(6);
    const double scale = std::pow(10., below(600) - 300);
    const auto hole = [&] { return below(100) < holes; };
    if (kind < 3)
      table.columns.push_back(number_column(name, repeated(rows, [&](int) {
        if (hole()) return nothing;
        return kind == 0 ? 1. * below(4) : kind == 1 ? scale * random.normal(next++) : below(50) == 0 ? std::numeric_limits<double>::max() * (below(2) ? 1 : -1) : random.normal(next++);
      })));
    else if (kind == 3)
      table.columns.push_back(text_column(name, repeated(rows, [&](int) { return hole() ? std::string() : "2024-0" + std::to_string(1 + below(9)) + "-" + std::to_string(10 + below(19)); })));
    else
      table.columns.push_back(text_column(name, repeated(rows, [&](int) {
        std::string text;
        for (int w = hole() ? 0 : kind == 4 ? 1 : 6; w-- > 0;) text += (text.empty() ? "" : " ") + std::string("word") + std::to_string(below(kind == 4 ? 60 : 15));
        return text;
      })));
  }
  table.columns.push_back(number_column("y", repeated(rows, [&](int i) { return seed % 2 ? i % 3 + 0. : random.normal(next++) + 0.; })));
  return table;
}

TEST(Recipe, RandomTablesGiveFiniteNumbersAndComeBackFromJson) {
  int made = 0;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    const Table table = random_table(seed);
    Recipe recipe;
    try {
      recipe = fit(table, {}, {.max_categories = static_cast<std::int64_t>(seed % 40), .text_features = 20, .pieces = static_cast<std::int64_t>(seed % 3 * 4)});
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::invalid_argument) << error.what();
      continue;
    }
    ++made;
    for (const Tensor& features : {recipe.features(table), recipe.training_features(table)}) {
      ASSERT_EQ(features.shape(1), static_cast<std::int64_t>(recipe.feature_names().size()));
      for (float x : features.to_vector<float>()) ASSERT_TRUE(std::isfinite(x) && std::fabs(x) <= 20) << seed;
    }
    ASSERT_EQ(recipe.source_columns().size(), recipe.feature_names().size());
    const std::string json = formats::to_json(recipe.config());
    const Recipe back = Recipe::from_config(formats::config_from_json(json, "test"));
    ASSERT_EQ(formats::to_json(back.config()), json) << seed;
    const std::vector<float> a = recipe.features(table).to_vector<float>(), b = back.features(table).to_vector<float>();
    ASSERT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << seed;
    ASSERT_EQ(back.feature_names(), recipe.feature_names());
    const TableDifferences none = back.compare(table);
    ASSERT_TRUE(none.missing.empty() && none.extra.empty() && none.retyped.empty() && none.new_words.empty() && none.out_of_range.empty() && !none.reordered) << seed;
  }
  EXPECT_GT(made, 100);
}

/// Every place of a configuration, replaced by something else.
void corrupted(const Config& config, const std::function<void(const Config&)>& each) {
  for (const Config& junk : {Config(), Config(-1), Config(1e300), Config("junk"), Config(Config::List{}), Config::map(), Config(true)}) each(junk);
  if (config.is_list()) {
    for (std::size_t i = 0; i < std::min<std::size_t>(config.items().size(), 6); ++i) {
      corrupted(config.items()[i], [&](const Config& item) {
        Config::List items = config.items();
        items[i] = item;
        each(Config(items));
      });
      Config::List fewer = config.items();
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      each(Config(fewer));
    }
  } else if (config.is_map()) {
    for (std::size_t i = 0; i < config.entries().size(); ++i)
      corrupted(config.entries()[i].second, [&](const Config& item) {
        Config::Map entries = config.entries();
        entries[i].second = item;
        each(Config(entries));
      });
  }
}

TEST(Recipe, DamagedConfigurationsAreErrors) {
  const int rows = 100;
  const Table table = small_table({number_column("a", repeated(rows, [](int i) { return i % 17 == 0 ? nothing : i * .5; })), text_column("w", repeated(rows, [](int i) { return "w" + std::to_string(i * 7 % 40); })),
                                   text_column("day", repeated(rows, [](int i) { return "2024-03-" + std::to_string(10 + i % 20); })),
                                   text_column("text", repeated(rows, [](int i) { return "some words here and there " + std::to_string(i % 50); })), some_target(rows)});
  const Recipe recipe = fit(table, {.roles = {{"w", Role::category}, {"text", Role::text}}}, {.max_categories = 5, .text_features = 5, .pieces = 3});
  const Config config = recipe.config();
  int refused = 0, taken = 0;
  corrupted(config, [&](const Config& damaged) {
    try {
      const Recipe read = Recipe::from_config(damaged);
      for (float x : read.features(table).to_vector<float>()) ASSERT_TRUE(std::isfinite(x)) << to_string(damaged);
      ++taken;  // what is still a recipe, as with another median
    } catch (const Error& error) {
      ASSERT_TRUE(error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::not_found) << error.what() << "\n" << to_string(damaged);
      ++refused;
    }
  });
  EXPECT_GT(refused, 500);
  EXPECT_GT(taken, 10);
}

}  // namespace
}  // namespace candor::data
