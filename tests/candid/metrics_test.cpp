// Scores against recorded ones, case by case.
#include <gtest/gtest.h>

#include <numeric>

#include <cmath>
#include <functional>

#include "candor/candid/metrics/answers.h"
#include "candor/candid/metrics/bleu.h"
#include "candor/candid/metrics/edit_distance.h"
#include "candor/candid/metrics/entities.h"
#include "candor/candid/metrics/rouge.h"
#include "candor/candid/metrics/calibration.h"
#include "candor/candid/metrics/classification.h"
#include "candor/candid/metrics/clustering.h"
#include "candor/candid/metrics/curves.h"
#include "candor/candid/metrics/values.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"
#include "tests/support/stat_cases.h"

namespace candor::candid {
namespace {

using nlohmann::json;
using testing::StatCase;
using testing::StatCheck;

std::vector<StatCase> cases() { return testing::stat_cases("metrics"); }

std::vector<double> weights(const StatCase& c) { return c.has("sample_weight") ? c.numbers("sample_weight") : std::vector<double>{}; }
json triple(const PrecisionRecallF1& one) { return {{"precision", one.precision}, {"recall", one.recall}, {"f1", one.f1}}; }

void classes(const StatCase& c, StatCheck& check) {
  const int k = static_cast<int>(c.number("classes"));
  const Matrix confusion = confusion_matrix(c.labels("y_true"), c.labels("y_pred"), k, weights(c));
  const ClassificationScores scores(confusion);
  check.expect("accuracy", scores.accuracy());
  check.expect("balanced_accuracy", scores.balanced_accuracy());
  check.expect("confusion_matrix", confusion);
  for (const int zero : {0, 1}) {
    const ClassificationScores other(confusion, zero);
    json each = {{"precision", json::array()}, {"recall", json::array()}, {"f1", json::array()}, {"support", json::array()}};
    std::int64_t row = 0;
    for (const PrecisionRecallF1& one : other.per_class()) {
      each["precision"].push_back(one.precision), each["recall"].push_back(one.recall), each["f1"].push_back(one.f1);
      double support = 0;
      for (const double v : confusion.row(row++)) support += v;
      each["support"].push_back(support);
    }
    check.expect("zero_division_" + std::to_string(zero), {{"micro", triple(other.micro())}, {"macro", triple(other.macro())}, {"weighted", triple(other.weighted())}, {"per_class", each}});
  }
  check.expect("f2_macro", scores.f_beta_macro(2));
  check.expect("jaccard_macro", scores.jaccard_macro());
  check.expect("hamming_loss", scores.hamming_loss());
  check.expect("mcc", scores.matthews());
  check.expect("kappa", scores.kappa());
  check.expect("kappa_linear", scores.kappa(1));
  check.expect("kappa_quadratic", scores.kappa(2));
}

double trapezoid(const std::vector<double>& x, const std::vector<double>& y) {
  double area = 0;
  for (std::size_t i = 1; i < x.size(); ++i) area += std::abs(x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
  return area;
}

void binary(const StatCase& c, StatCheck& check) {
  const std::vector<std::int32_t> y = c.labels("y_true");
  const std::vector<double> s = c.numbers("score"), w = weights(c);
  const auto curve = [](const Roc& roc) { return json{{"fpr", roc.false_positive_rate}, {"tpr", roc.true_positive_rate}, {"thresholds", roc.thresholds}}; };
  check.expect("roc", curve(roc_curve(y, s, w)));
  check.expect("roc_drop_intermediate", curve(roc_curve(y, s, w, true)));
  check.expect("auc", roc_auc(y, s, w));
  check.expect("auc_max_fpr_0.2_mcclish", partial_auc(y, s, .2, w));
  const PrecisionRecall pr = precision_recall_curve(y, s, w);
  check.expect("pr", {{"precision", pr.precision}, {"recall", pr.recall}, {"thresholds", pr.thresholds}});
  check.expect("average_precision", average_precision(y, s, w));
  check.expect("pr_auc_trapezoid", trapezoid(pr.recall, pr.precision));
  const Matrix p{static_cast<std::int64_t>(s.size()), 1, s};
  check.expect("log_loss", log_loss(y, p, w));
  check.expect("brier", brier(y, p, w));
  const AtThreshold at = at_threshold(y, s, c.number("threshold"), w);
  check.expect("at_threshold", {{"accuracy", at.accuracy}, {"precision", at.precision}, {"recall", at.recall}, {"f1", at.f1}, {"mcc", at.mcc}, {"specificity", at.specificity}, {"balanced_accuracy", at.balanced_accuracy}});
}

void probabilities(const StatCase& c, StatCheck& check) {
  const std::vector<std::int32_t> y = c.labels("y_true");
  const Matrix p = c.matrix("proba");
  const std::vector<double> w = weights(c), areas = auc_one_against_rest(y, p, w);
  const double loss = log_loss(y, p, w);
  check.expect("log_loss", loss);
  check.expect("perplexity", std::exp(loss));
  check.expect("brier_sum", brier(y, p, w));
  double all = 0, weighted = 0, plain = 0, ap = 0;
  for (std::int64_t k = 0; k < p.columns; ++k) {
    if (k > 0) check.expect("top" + std::to_string(k), top_k_accuracy(y, p, static_cast<int>(k), w));
    double share = 0;
    std::vector<std::int32_t> is;
    std::vector<double> scores;
    for (std::size_t i = 0; i < y.size(); ++i) {
      share += y[i] == k ? (w.empty() ? 1 : w[i]) : 0;
      is.push_back(y[i] == k), scores.push_back(p.at(static_cast<std::int64_t>(i), k));
    }
    all += share, weighted += share * areas[static_cast<std::size_t>(k)], plain += areas[static_cast<std::size_t>(k)] / static_cast<double>(p.columns);
    ap += average_precision(is, scores, w) / static_cast<double>(p.columns);
  }
  check.expect("top" + std::to_string(p.columns), top_k_accuracy(y, p, static_cast<int>(p.columns), w));
  check.expect("auc_per_class", areas);
  check.expect("auc_ovr_macro", plain);
  check.expect("auc_ovr_weighted", weighted / all);
  // Pairs of classes with weights are not defined by the source.
  check.expect("auc_ovo_macro", w.empty() ? json(auc_one_against_one(y, p, false)) : json());
  check.expect("auc_ovo_weighted", w.empty() ? json(auc_one_against_one(y, p, true)) : json());
  check.expect("average_precision_macro", ap);
}

void values(const StatCase& c, StatCheck& check) {
  const Matrix y = c.matrix("y_true"), p = c.matrix("y_pred");
  const std::vector<double> w = weights(c);
  const auto column = [](const Matrix& m, std::int64_t j) {
    std::vector<double> v;
    for (std::int64_t i = 0; i < m.rows; ++i) v.push_back(m.at(i, j));
    return v;
  };
  std::map<std::string, std::vector<double>> each;
  double spread = 0, weighted = 0;
  const std::int64_t targets = std::max<std::int64_t>(1, y.columns);
  for (std::int64_t j = 0; j < targets; ++j) {
    const std::vector<double> t = column(y, j), a = column(p, j);
    const ValueScores s = value_scores(t, a, w);
    for (const auto& [name, value] : std::map<std::string, double>{{"r2", s.r2}, {"explained_variance", s.explained_variance}, {"mae", s.mae}, {"mse", s.mse}, {"rmse", s.rmse}, {"mape", s.mape},
                                                                   {"d2_absolute", s.d2_absolute}, {"median_ae", s.median_ae}, {"max_error", s.max_error}}) each[name].push_back(value);
    for (const double alpha : {.1, .5, .9}) each["pinball_" + std::string(alpha == .1 ? "0.1" : alpha == .5 ? "0.5" : "0.9")].push_back(pinball(t, a, alpha, w));
    each["d2_pinball_0.9"].push_back(d2_pinball(t, a, .9, w));
    if (c.expected.contains("msle")) each["msle"].push_back(mean_squared_log_error(t, a, w));
    if (c.expected.contains("poisson_deviance")) {
      each["poisson_deviance"].push_back(tweedie_deviance(t, a, 1, w));
      each["gamma_deviance"].push_back(tweedie_deviance(t, a, 2, w));
      each["tweedie_1.5"].push_back(tweedie_deviance(t, a, 1.5, w));
      each["d2_tweedie_1.5"].push_back(d2_tweedie(t, a, 1.5, w));
    }
    if (c.expected.contains("nash_sutcliffe")) each["nash_sutcliffe"].push_back(nash_sutcliffe(t, a));
    if (c.expected.contains("pearson")) {
      each["pearson"].push_back(pearson(t, a)), each["spearman"].push_back(spearman(t, a)), each["kendall_tau_b"].push_back(kendall_tau_b(t, a));
      each["kling_gupta_2009"].push_back(kling_gupta(t, a));
    }
    const double variance = s.r2 < 1 ? s.mse / (1 - s.r2) : 0;
    spread += variance, weighted += variance * s.r2;
  }
  for (const auto& [name, list] : each) {
    double mean = 0;
    for (const double v : list) mean += v / static_cast<double>(list.size());
    check.expect(name, mean);
    check.expect(name + "_raw", list);
  }
  check.expect("r2_variance_weighted", weighted / spread);
}

json bins(const Reliability& r) { return {{"count", r.count}, {"mean_confidence", r.mean_confidence}, {"accuracy", r.accuracy}, {"ece", r.ece}, {"mce", r.mce}, {"rmsce", r.rmsce}}; }

void calibration(const StatCase& c, StatCheck& check) {
  const Matrix logits = c.matrix("logits"), p = softmax_rows(logits);
  const std::vector<std::int32_t> y = c.labels("y_true");
  std::vector<double> confidence, positive;
  std::vector<std::int32_t> hits;
  for (std::int64_t i = 0; i < p.rows; ++i) {
    const auto best = std::max_element(p.row(i).begin(), p.row(i).end());
    confidence.push_back(*best), hits.push_back(best - p.row(i).begin() == y[static_cast<std::size_t>(i)]), positive.push_back(p.at(i, p.columns - 1));
  }
  for (const int b : {10, 15}) {
    check.expect("bins" + std::to_string(b), bins(reliability(p, y, b)));
    if (p.columns == 2) check.expect("positive_class_bins" + std::to_string(b), bins(reliability(positive, y, b)));
  }
  check.expect("equal_mass_ece15", equal_mass_ece(confidence, hits, 15));
  check.expect("classwise_ece15", classwise_ece(p, y, 15));
  const double t = best_temperature(logits, y);
  check.expect("temperature", t);
  check.expect("nll_before", mean_nll(logits, y));
  check.expect("nll_after", mean_nll(logits, y, t));
  check.expect("ece15_after", reliability(softmax_rows(logits, t), y, 15).ece);
}

void platt_isotonic(const StatCase& c, StatCheck& check) {
  const std::vector<double> s = c.numbers("score"), query = c.numbers("query"), truth = c.numbers("y_true");
  const std::vector<std::int32_t> y = c.labels("y_true");
  const Platt plain = platt_scaling(s, y), smooth = platt_scaling(s, y, true);
  check.expect("platt_a", plain.a), check.expect("platt_b", plain.b), check.expect("platt_nll", plain.nll);
  check.expect("smoothed_a", smooth.a), check.expect("smoothed_b", smooth.b), check.expect("smoothed_nll", smooth.nll);
  const Isotonic steps = isotonic_regression(s, truth);
  check.expect("isotonic_thresholds_x", steps.x), check.expect("isotonic_thresholds_y", steps.y);
  const auto all = [](const std::vector<double>& at, const auto& f) {
    std::vector<double> out;
    for (const double v : at) out.push_back(f(v));
    return out;
  };
  check.expect("isotonic_fitted", all(s, steps)), check.expect("isotonic_query", all(query, steps)), check.expect("platt_query", all(query, plain));
}

void multilabel(const StatCase& c, StatCheck& check) {
  const MultilabelScores s = multilabel_scores(c.matrix("y_true"), c.matrix("score"), c.number("threshold"));
  check.expect("subset_accuracy", s.subset_accuracy), check.expect("hamming_loss", s.hamming_loss);
  check.expect("f1_micro", s.f1_micro), check.expect("f1_macro", s.f1_macro), check.expect("f1_weighted", s.f1_weighted), check.expect("f1_samples", s.f1_samples);
  check.expect("auc_macro", s.auc_macro), check.expect("average_precision_macro", s.average_precision_macro);
  check.expect("ranking_loss", s.ranking_loss), check.expect("lrap", s.lrap), check.expect("coverage_error", s.coverage_error);
}

void clustering(const StatCase& c, StatCheck& check) {
  const GroupingByDistance d = grouping_by_distance(c.matrix("x"), c.labels("labels"));
  check.expect("silhouette", d.silhouette), check.expect("silhouette_samples", d.silhouettes);
  check.expect("calinski_harabasz", d.calinski_harabasz), check.expect("davies_bouldin", d.davies_bouldin);
  const GroupingAgreement a = grouping_agreement(c.labels("classes"), c.labels("labels"));
  check.expect("rand", a.rand), check.expect("adjusted_rand", a.adjusted_rand), check.expect("mutual_info", a.mutual_info), check.expect("ami", a.ami);
  check.expect("nmi_arithmetic", a.nmi_arithmetic), check.expect("nmi_geometric", a.nmi_geometric);
  check.expect("homogeneity", a.homogeneity), check.expect("completeness", a.completeness), check.expect("v_measure", a.v_measure), check.expect("fowlkes_mallows", a.fowlkes_mallows);
}

class Metrics : public ::testing::TestWithParam<StatCase> {};

std::vector<std::string> texts(const json& list) { return list.get<std::vector<std::string>>(); }

void translations(const StatCase& c, StatCheck& check) {
  const std::vector<std::string> said = texts(c.value("hypotheses"));
  const auto references = c.value("references").get<std::vector<std::vector<std::string>>>();
  const auto parts = [](const Bleu& b) {
    return json{{"score", b.score}, {"precisions", b.precisions}, {"bp", b.brevity_penalty}, {"sys_len", b.said}, {"ref_len", b.reference}, {"counts", b.matches}, {"totals", b.totals}};
  };
  check.expect("corpus_exp", parts(corpus_bleu(said, references)));
  check.expect("corpus_none", parts(corpus_bleu(said, references, BleuSmoothing::none)));
  check.expect("corpus_floor", parts(corpus_bleu(said, references, BleuSmoothing::floor)));
  check.expect("corpus_add-k", parts(corpus_bleu(said, references, BleuSmoothing::add_k)));
  check.expect("corpus_exp_lowercase", corpus_bleu(said, references, BleuSmoothing::exp, true).score);
  std::vector<double> each;
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < said.size(); ++i) {
    std::vector<std::string> own;
    for (const auto& all : references) own.push_back(all[i]);
    each.push_back(sentence_bleu(said[i], own));
    tokens.push_back(tokens_13a(said[i]));
  }
  check.expect("sentence_exp_effective_order", each);
  check.passed_over("tokens_13a");
  EXPECT_EQ(tokens, texts(c.expected["tokens_13a"]));
  check.expect("chrf2", corpus_chrf(said, references));
  check.expect("ter", translation_edit_rate(said, references));
}

void summaries(const StatCase& c, StatCheck& check) {
  const std::vector<std::string> said = texts(c.value("hypotheses")), references = texts(c.value("references"));
  const auto parts = [](const Overlap& o) { return json{{"precision", o.precision}, {"recall", o.recall}, {"f", o.f}}; };
  json all = json::array();
  for (std::size_t i = 0; i < said.size(); ++i) {
    const Rouge r = rouge(references[i], said[i], c.value("use_stemmer").get<bool>());
    all.push_back({{"rouge1", parts(r.one)}, {"rouge2", parts(r.two)}, {"rougeL", parts(r.longest)}, {"rougeLsum", parts(r.longest_by_sentence)}});
  }
  check.expect("scores", all);
}

void names(const StatCase& c, StatCheck& check) {
  using Marks = std::vector<std::vector<std::string>>;
  const EntityScores s = entity_scores(c.value("y_true").get<Marks>(), c.value("y_pred").get<Marks>(), c.value("mode") == "strict" ? EntityReading::strict : EntityReading::lenient);
  check.expect("micro", triple(s.micro));
  check.expect("token_accuracy", s.word_accuracy);
  const auto with = [](const PrecisionRecallF1& one, std::int64_t support) {
    json out = triple(one);
    out["support"] = support;
    return out;
  };
  json types = {{"micro avg", with(s.micro, s.names)}, {"macro avg", with(s.macro, s.names)}, {"weighted avg", with(s.weighted, s.names)}};
  for (const auto& [type, one] : s.types) types[type] = with(one.scores, one.names);
  check.expect("per_type", types);
}

void answered(const StatCase& c, StatCheck& check) {
  std::vector<double> em, f1;
  const std::vector<std::string> said = texts(c.value("predictions"));
  for (std::size_t i = 0; i < said.size(); ++i) {
    const AnswerScore one = answer_score(said[i], texts(c.value("answers")[i]));
    em.push_back(one.exact), f1.push_back(one.f1);
  }
  const auto mean = [](const std::vector<double>& all) { return 100 * std::accumulate(all.begin(), all.end(), 0.) / static_cast<double>(all.size()); };
  check.expect("em", em), check.expect("f1", f1), check.expect("mean_em", mean(em)), check.expect("mean_f1", mean(f1));
}

void edits(const StatCase& c, StatCheck& check) {
  std::vector<std::int64_t> plain, swaps;
  for (const json& pair : c.value("pairs")) {
    const std::string a = pair[0], b = pair[1];
    plain.push_back(edit_distance(a, b)), swaps.push_back(edit_distance_with_swaps(a, b));
  }
  check.expect("levenshtein", plain), check.expect("osa", swaps);
  const json& example = c.expected["wer_example"];
  const std::string reference = example["reference"], said = example["hypothesis"];
  check.passed_over("wer_example");
  EXPECT_DOUBLE_EQ(word_error_rate(reference, said), example["wer"].get<double>());
  EXPECT_DOUBLE_EQ(character_error_rate(reference, said), example["cer"].get<double>());
}

TEST_P(Metrics, AsRecorded) {
  const StatCase& c = GetParam();
  StatCheck check(c);
  if (c.has("hypotheses")) c.has("use_stemmer") ? summaries(c, check) : translations(c, check);
  else if (c.has("mode")) names(c, check);
  else if (c.has("answers")) answered(c, check);
  else if (c.has("pairs")) edits(c, check);
  else if (c.has("nll")) {
    const std::vector<std::int64_t> lengths = c.value("lengths").get<std::vector<std::int64_t>>();
    const Perplexity p = perplexity(c.numbers("nll"), lengths);
    check.expect("perplexity", p.corpus), check.expect("per_sequence", p.sequences), check.expect("bits_per_token", p.bits_per_token);
  } else if (c.has("y_pred") && c.has("classes")) classes(c, check);
  else if (c.has("y_true") && c.has("threshold") && c.value("y_true")[0].is_array()) multilabel(c, check);
  else if (c.has("score") && c.has("threshold")) binary(c, check);
  else if (c.has("proba") && c.has("classes")) probabilities(c, check);
  else if (c.has("proba")) check.expect("log_loss", log_loss(c.labels("y_true"), c.matrix("proba")));
  else if (c.has("relevance")) {
    const Matrix r = c.matrix("relevance"), s = c.matrix("score");
    check.expect("ndcg", ndcg(r, s));
    const auto k = static_cast<std::int64_t>(c.number("k"));
    check.expect("ndcg_at_" + std::to_string(k), ndcg(r, s, k));
    check.expect("dcg", dcg(r, s));
  } else if (c.has("logits")) calibration(c, check);
  else if (c.has("query")) platt_isotonic(c, check);
  else if (c.has("y_pred")) values(c, check);
  else if (c.has("embedding")) {
    const Matrix x = c.matrix("x"), e = c.matrix("embedding");
    for (const auto& [key, value] : c.expected.items()) {
      const std::int64_t k = std::stoll(key.substr(key.find('_') + 1));
      // Equal distances among these rows leave the order of neighbours open, in the source too, whose numbers differ from machine to machine.
      check.passed_over(key);
      EXPECT_NEAR(key[0] == 't' ? trustworthiness(x, e, k) : trustworthiness(e, x, k), value.get<double>(), 5e-4) << key;
    }
  } else if (c.has("labels")) clustering(c, check);
  else if (c.has("a") && c.has("b")) {
    std::vector<double> rand, nmi;
    for (const json& other : c.value("b")) {
      const GroupingAgreement a = grouping_agreement(c.labels("a"), other.get<std::vector<std::int32_t>>());
      rand.push_back(a.adjusted_rand), nmi.push_back(a.nmi_arithmetic);
    }
    check.expect("adjusted_rand", rand), check.expect("nmi", nmi);
  } else {
    FAIL() << "no score for " << c.name << ": " << c.what;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Metrics, ::testing::ValuesIn(cases()), [](const auto& one) { return testing::gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Metrics);

TEST(Metrics, OfTexts) {
  for (const auto& [word, stem] : std::vector<std::pair<std::string, std::string>>{{"caresses", "caress"}, {"ponies", "poni"}, {"ties", "tie"}, {"cats", "cat"}, {"agreed", "agre"}, {"plastered", "plaster"}, {"motoring", "motor"},
                                                                                  {"hopping", "hop"}, {"filing", "file"}, {"happy", "happi"}, {"relational", "relat"}, {"generalizations", "gener"}, {"skies", "sky"}, {"adjustment", "adjust"}, {"controlling", "control"}})
    EXPECT_EQ(porter_stem(word), stem) << word;
  EXPECT_EQ(translation_edit_rate({"b c a"}, {{"a b c"}}), 100. / 3);   // one move
  EXPECT_EQ(translation_edit_rate({""}, {{"a b"}}), 100);
  EXPECT_EQ(translation_edit_rate({"same words"}, {{"Same words"}}), 0);
  EXPECT_EQ(corpus_bleu({""}, {{"some words"}}).score, 0);
  EXPECT_NEAR(corpus_bleu({"one two three four"}, {{"one two three four"}}).score, 100, 1e-12);
  EXPECT_EQ(corpus_chrf({""}, {{"ab"}}), 0);
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(rouge("", "").one.f, 0);
  EXPECT_EQ(characters_of("a\xff\xc3\xa9\xe2\x82").size(), 5u);   // bytes that are no UTF-8 stand alone
  EXPECT_EQ(entities_of({}).size(), 0u);
  EXPECT_ERROR(shape, corpus_bleu({"a", "b"}, {{"a"}}), "2 hypotheses and 1 references");
  EXPECT_ERROR(shape, entity_scores({{"O"}}, {{"O", "O"}}), "text 1 has 1 true marks and 2 predicted");
  EXPECT_ERROR(shape, perplexity(std::vector<double>{1, 2}, std::vector<std::int64_t>{3}), "do not add up");
}

TEST(Metrics, RefuseWhatDoesNotFit) {
  EXPECT_ERROR(invalid_argument, confusion_matrix(std::vector<std::int32_t>{0, 3}, std::vector<std::int32_t>{0, 1}, 3), "label 3");
  EXPECT_ERROR(shape, value_scores(std::vector<double>{1, 2}, std::vector<double>{1}), "2 true values, 1 predictions");
  EXPECT_ERROR(invalid_argument, roc_curve(std::vector<std::int32_t>{0, 1}, std::vector<double>{NAN, 1}), "not a number");
  EXPECT_ERROR(invalid_argument, grouping_by_distance(Matrix::zeros(3, 1), std::vector<std::int32_t>{1, 1, 1}), "at least two groups");
  EXPECT_ERROR(shape, reliability(std::vector<double>{.5}, std::vector<std::int32_t>{1, 0}), "1 answers for 2 labels");
}

}  // namespace
}  // namespace candor::candid
