// Terms, TF-IDF and hashing against scikit-learn's numbers; sequences by hand.
#include <gtest/gtest.h>

#include "candor/base/fingerprint.h"
#include "candor/data/table/text_sequences.h"
#include "candor/data/table/tf_idf.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"
#include "tests/support/fixture_file.h"

namespace candor::data {
namespace {

std::vector<std::string> strings(const nlohmann::json& list) { return list.get<std::vector<std::string>>(); }

/// An expected matrix: written out, or a tensor of the other file.
std::vector<double> matrix(const testing::FixtureFile& file, const nlohmann::json& value) {
  if (value.is_object()) return file.tensors->get(value.at("tensor").get<std::string>()).to(DType::f64).to_vector<double>();
  std::vector<double> all;
  for (const auto& row : value)
    for (double x : row) all.push_back(x);
  return all;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want, double tolerance, const std::string& name) {
  ASSERT_EQ(got.size(), want.size()) << name;
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], tolerance) << name << " " << i;
}

TEST(TextFeatures, EqualScikitLearn) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  const testing::FixtureFile* file = testing::fixture_file("stats/text/cases.json");
  ASSERT_TRUE(file);
  int checked = 0;
  for (const auto& c : file->json.at("cases")) {
    const std::string name = c.at("name");
    const auto& params = c.at("params");
    if (name == "hashing") {
      const std::vector<std::string> texts = strings(c.at("inputs").at("documents"));
      expect_near(hash_terms(texts, params.at("n_features")), matrix(*file, c.at("expected").at("matrix")), 0, name);
      ++checked;
    }
    if (!name.starts_with("tfidf") && !name.starts_with("ngrams")) continue;
    const std::vector<std::string> texts = strings(c.at("inputs").at("documents"));
    TfIdfOptions options;
    if (params.contains("ngram_range")) options.tokens.shortest = params["ngram_range"][0], options.tokens.longest = params["ngram_range"][1];
    if (params.value("analyzer", "") == "char_wb") options.tokens.unit = TextUnit::character_in_word;
    options.min_texts = params.value("min_df", 1);
    options.smooth = params.value("smooth_idf", true);
    options.sublinear = params.value("sublinear_tf", false);
    if (params.value("norm", "l2") == "l1") options.norm = TextNorm::l1;
    if (name == "ngrams-1-3") options.counts_only = true, options.tokens.longest = 3, options.tokens.least_letters = 1;
    const TfIdf fitted = TfIdf::fit(texts, options);
    EXPECT_EQ(fitted.terms(), strings(c.at("expected").at("terms"))) << name;
    if (c.at("expected").contains("idf")) expect_near(fitted.idf(), c.at("expected").at("idf").get<std::vector<double>>(), 1e-12, name);
    expect_near(fitted.transform(texts), matrix(*file, c.at("expected").at(options.counts_only ? "counts" : "matrix")), 1e-12, name);
    const TfIdf back = TfIdf::from_config(fitted.config());
    EXPECT_EQ(back.transform(texts), fitted.transform(texts)) << name;
    ++checked;
  }
  EXPECT_GE(checked, 7);
}

TEST(TextFeatures, MurmurHash) {
  // The published test values of MurmurHash3_x86_32.
  EXPECT_EQ(murmur3(""), 0u);
  EXPECT_EQ(murmur3("", 1), 0x514E28B7u);
  EXPECT_EQ(murmur3("", 0xffffffffu), 0x81F16F39u);
  EXPECT_EQ(murmur3("\xff\xff\xff\xff"), 0x76293B50u);
  EXPECT_EQ(murmur3("Hello, world!", 0x9747b28cu), 0x24884CBAu);
  EXPECT_EQ(murmur3("aaa", 0x9747b28cu), 0x283E0130u);
}

TEST(TextFeatures, WordsInManyLanguages) {
  EXPECT_EQ(text_terms("ÄPFEL für 7 €, größer – ЁЖ Ωmega"), (std::vector<std::string>{"äpfel", "für", "größer", "ёж", "ωmega"}));
  EXPECT_EQ(text_terms("it's 日本語!", {.least_letters = 1}), (std::vector<std::string>{"it", "s", "日本語"}));
  EXPECT_EQ(text_terms("a  b\n", {.unit = TextUnit::character, .shortest = 2, .longest = 2}), (std::vector<std::string>{"a ", " b", "b\n"}));
  EXPECT_EQ(text_terms("To be", {.unit = TextUnit::character_in_word, .shortest = 5, .longest = 6, .lower_case = false}), (std::vector<std::string>{" To ", " be "}));
  // Bytes that are no UTF-8 do no harm.
  EXPECT_EQ(text_terms("ok\xff\xc3 fine"), (std::vector<std::string>{"ok", "fine"}));
  EXPECT_EQ(text_terms(""), std::vector<std::string>{});
  EXPECT_ERROR(invalid_argument, text_terms("a", {.shortest = 2, .longest = 1}), "1 to 20");
}

TEST(TextFeatures, LimitsOfTerms) {
  const std::vector<std::string> texts{"red red blue", "red green", "red blue pink"};
  EXPECT_EQ(TfIdf::fit(texts, {.min_texts = 2}).terms(), (std::vector<std::string>{"blue", "red"}));
  EXPECT_EQ(TfIdf::fit(texts, {.max_share = .7}).terms(), (std::vector<std::string>{"blue", "green", "pink"}));
  EXPECT_EQ(TfIdf::fit(texts, {.max_terms = 2}).terms(), (std::vector<std::string>{"blue", "red"}));
  EXPECT_ERROR(invalid_argument, TfIdf::fit(texts, {.min_texts = 9}), "no term is left");
  EXPECT_ERROR(invalid_argument, TfIdf::fit(texts, {.min_texts = 0}), "min_texts");
  EXPECT_ERROR(invalid_argument, hash_terms(texts, 0), "16,777,216");
  Config config = TfIdf::fit(texts).config();
  config.set("idf", Config::numbers({1, 2}));
  EXPECT_ERROR(corrupt, TfIdf::from_config(config), "equally many");
  EXPECT_ERROR(corrupt, TfIdf::from_config(Config::map()));
}

TEST(TextFeatures, Sequences) {
  const std::vector<std::string> texts{"the cat sat", "The cat", "a dog the the"};
  const TextSequences fitted = TextSequences::fit(texts, {.min_texts = 1, .length = 4});
  EXPECT_EQ(fitted.words(), (std::vector<std::string>{"the", "cat", "a", "dog", "sat"}));
  EXPECT_EQ(fitted.vocabulary_size(), 7);
  const std::vector<std::string> others{"the bird sat", "a cat a dog a cat"};
  EXPECT_EQ(fitted.transform(others).to_vector<std::int32_t>(), (std::vector<std::int32_t>{2, 1, 6, 0, 4, 3, 4, 5}));
  const TextSequences before = TextSequences::fit(texts, {.min_texts = 1, .length = 4, .pad_before = true, .cut_before = true});
  EXPECT_EQ(before.transform(others).to_vector<std::int32_t>(), (std::vector<std::int32_t>{0, 2, 1, 6, 4, 5, 4, 3}));
  const TextSequences back = TextSequences::from_config(before.config());
  EXPECT_EQ(back.transform(others).to_vector<std::int32_t>(), before.transform(others).to_vector<std::int32_t>());
  EXPECT_EQ(TextSequences::fit(texts).length(), 3);  // 95 in 100 of three texts: the middle one
  EXPECT_ERROR(invalid_argument, TextSequences::fit(texts, {.length = -1}), "length");
  Config damaged = before.config();
  damaged.set("length", 0);
  EXPECT_ERROR(corrupt, TextSequences::from_config(damaged), "length");
}

}  // namespace
}  // namespace candor::data
