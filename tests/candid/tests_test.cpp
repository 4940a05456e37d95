// Intervals, tests and distances against recorded ones, case by case.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/candid/metrics/curves.h"
#include "candor/candid/metrics/drift.h"
#include "candor/candid/metrics/proportions.h"
#include "candor/candid/metrics/resampling.h"
#include "candor/candid/metrics/tests.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"
#include "tests/support/stat_cases.h"

namespace candor::candid {
namespace {

using nlohmann::json;
using testing::StatCase;
using testing::StatCheck;

json pair(const Interval& i) { return json::array({i.low, i.high}); }

void proportion(const StatCase& c, StatCheck& check) {
  const auto n = static_cast<std::int64_t>(c.number("n"));
  const double level = 1 - c.number("alpha");
  for (const double count : c.numbers("k")) {
    const auto k = static_cast<std::int64_t>(count);
    check.expect(std::to_string(k), {{"wilson", pair(wilson(k, n, level))}, {"clopper_pearson", pair(clopper_pearson(k, n, level))}, {"agresti_coull", pair(agresti_coull(k, n, level))},
                                     {"wald", pair(wald(k, n, level))}, {"jeffreys", pair(jeffreys(k, n, level))}, {"jeffreys_adjusted", pair(jeffreys(k, n, level, true))},
                                     {"wilson_continuity", pair(wilson_continuity(k, n, level))}});
  }
}

void areas(const StatCase& c, StatCheck& check) {
  const DeLong d = delong(c.labels("y_true"), {c.numbers("score_a"), c.numbers("score_b")});
  const double level = 1 - c.number("alpha");
  check.expect("auc", d.auc), check.expect("covariance", d.covariance);
  check.expect("ci", json::array({pair(d.interval(0, level)), pair(d.interval(1, level))}));
  check.expect("ci_logit", json::array({pair(d.logit_interval(0, level)), pair(d.logit_interval(1, level))}));
  check.expect("z", d.z()), check.expect("p", d.p()), check.expect("difference_ci", pair(d.difference_interval(level)));
}

void resampled(const StatCase& c, StatCheck& check) {
  const Matrix data = c.matrix("data");
  const auto draws = c.value("resample_indices").get<std::vector<std::vector<std::int64_t>>>();
  const bool median = c.name.find("median") != std::string::npos, area = c.name.find("auc") != std::string::npos, paired = c.name.find("paired") != std::string::npos;
  ASSERT_TRUE(median || area || paired || c.name.find("mean") != std::string::npos) << "no statistic for " << c.name;
  const auto statistic = [&](std::span<const std::int64_t> rows) {
    std::vector<double> first, second;
    std::vector<std::int32_t> labels;
    for (const std::int64_t r : rows) {
      first.push_back(data.at(r, 0)), labels.push_back(static_cast<std::int32_t>(data.at(r, 0)));
      if (data.columns > 1) second.push_back(data.at(r, 1));
    }
    if (area) return roc_auc(labels, second);
    if (median) {
      std::sort(first.begin(), first.end());
      return sorted_quantile(first, .5);
    }
    double a = 0, b = 0;
    for (const double v : first) a += v;
    for (const double v : second) b += v;
    const double n = static_cast<double>(first.size());
    return paired ? a / n - b / n : a / n;
  };
  const Bootstrap b = bootstrap(data.rows, draws, statistic, 1 - c.number("alpha"));
  check.expect("statistic", b.statistic), check.expect("replicates", b.replicates), check.expect("standard_error", b.standard_error);
  check.expect("percentile", pair(b.percentile)), check.expect("basic", pair(b.basic)), check.expect("z0", b.z0), check.expect("acceleration", b.acceleration);
  check.expect("bca_levels", pair(b.bca_levels)), check.expect("bca", pair(b.bca)), check.expect("jackknife", b.jackknife);
}

void paired(const StatCase& c, StatCheck& check) {
  const PairedTests t = paired_tests(c.numbers("a"), c.numbers("b"));
  check.expect("mean_difference", t.mean_difference), check.expect("t", t.t), check.expect("p", t.p), check.expect("df", t.df), check.expect("ci", pair(t.interval));
  check.expect("w_plus", t.w_plus), check.expect("w_minus", t.w_minus), check.expect("wilcoxon_exact_p", t.wilcoxon_exact_p), check.expect("wilcoxon_approx_p", t.wilcoxon_approx_p);
  check.expect("sign_test_p", t.sign_test_p), check.expect("cohen_dz", t.cohen_dz), check.expect("nadeau_bengio_t", t.corrected_t), check.expect("nadeau_bengio_p", t.corrected_p);
}

void multiple(const StatCase& c, StatCheck& check) {
  const std::vector<double> p = c.numbers("p");
  const auto with = [&](const std::string& name, const std::vector<double>& adjusted) {
    std::vector<bool> reject;
    for (const double v : adjusted) reject.push_back(v <= c.number("alpha"));
    check.expect(name, {{"adjusted", adjusted}, {"reject", reject}});
  };
  with("bonferroni", bonferroni(p)), with("holm", holm(p)), with("hochberg", hochberg(p)), with("sidak", sidak(p));
  with("benjamini_hochberg", benjamini_hochberg(p)), with("benjamini_yekutieli", benjamini_yekutieli(p));
}

void drift(const StatCase& c, StatCheck& check) {
  const std::vector<double> x = c.numbers("x"), y = c.numbers("y"), edges = c.numbers("bin_edges");
  const KolmogorovSmirnov ks = kolmogorov_smirnov(x, y);
  check.expect("ks_d", ks.d), check.expect("ks_p_asymp", ks.p_finite), check.expect("ks_p_exact", ks.p_exact), check.expect("ks_p_kolmogorov", ks.p_kolmogorov);
  const std::vector<double> p = bin_counts(x, edges), q = bin_counts(y, edges);
  const double js = jensen_shannon(p, q);
  check.expect("counts_x", p), check.expect("counts_y", q), check.expect("psi", population_stability(p, q)), check.expect("kl_floored", kullback_leibler(p, q));
  check.expect("js_nats", js), check.expect("js_bits", js / std::log(2)), check.expect("js_distance_nats", std::sqrt(js)), check.expect("js_distance_bits", std::sqrt(js / std::log(2)));
  const ChiSquare chi = chi_square({p, q});
  check.expect("chi2", chi.chi2), check.expect("chi2_df", chi.df), check.expect("chi2_p", chi.p);
  check.expect("wasserstein1", wasserstein(x, y)), check.expect("energy_distance", energy_distance(x, y)), check.expect("anderson_ksamp", anderson_darling(x, y));
  const MeanDiscrepancy m = mean_discrepancy({static_cast<std::int64_t>(x.size()), 1, x}, {static_cast<std::int64_t>(y.size()), 1, y}, c.number("gamma"));
  check.expect("mmd2_biased", m.biased), check.expect("mmd2_unbiased", m.unbiased);
}

void discrepancy(const StatCase& c, StatCheck& check) {
  const Matrix x = c.matrix("x"), y = c.matrix("y");
  const double gamma = c.number("gamma");
  const MeanDiscrepancy m = mean_discrepancy(x, y, gamma);
  check.expect("mmd2_biased", m.biased), check.expect("mmd2_unbiased", m.unbiased);
  Matrix all = x;
  all.values.insert(all.values.end(), y.values.begin(), y.values.end());
  all.rows += y.rows;
  check.expect("median_distance", median_distance(all));
  const std::vector<double> permuted = permuted_discrepancies(x, y, gamma, c.value("permutations").get<std::vector<std::vector<std::int64_t>>>());
  check.expect("permutation_statistics", permuted);
  double above = 0;
  for (const double v : permuted) above += v >= m.biased;
  check.expect("permutation_p", (1 + above) / (1 + static_cast<double>(permuted.size())));
}

class Tests : public ::testing::TestWithParam<StatCase> {};

TEST_P(Tests, AsRecorded) {
  const StatCase& c = GetParam();
  StatCheck check(c);
  if (c.has("k") && c.has("n")) proportion(c, check);
  else if (c.has("rows")) {
    json results = json::array();
    for (const json& row : c.value("rows")) {
      const auto v = row.get<std::vector<std::int64_t>>();
      results.push_back({{"difference", static_cast<double>(v[0]) / static_cast<double>(v[1]) - static_cast<double>(v[2]) / static_cast<double>(v[3])},
                         {"newcombe", pair(newcombe(v[0], v[1], v[2], v[3], 1 - c.number("alpha")))}, {"fisher_p", fisher_exact(v[0], v[1], v[2], v[3])}});
    }
    check.expect("results", results);
  } else if (c.has("score_a")) areas(c, check);
  else if (c.has("bc")) {
    json results = json::array();
    for (const json& row : c.value("bc")) {
      const McNemar m = mcnemar(row[0], row[1]);
      results.push_back({{"exact", m.exact}, {"midp", m.midp}, {"chi2", m.chi2}, {"chi2_p", m.chi2_p}, {"chi2_corrected", m.chi2_corrected}, {"chi2_corrected_p", m.chi2_corrected_p}});
    }
    check.expect("results", results);
  } else if (c.has("resample_indices")) resampled(c, check);
  else if (c.has("a") && c.has("b")) paired(c, check);
  else if (c.has("p")) multiple(c, check);
  else if (c.has("bin_edges")) drift(c, check);
  else if (c.has("permutations")) discrepancy(c, check);
  else if (c.has("counts")) {
    const ChiSquare chi = chi_square(c.value("counts").get<std::vector<std::vector<double>>>());
    check.expect("chi2", chi.chi2), check.expect("df", chi.df), check.expect("p", chi.p), check.expect("g", chi.g), check.expect("cramers_v", chi.cramers_v), check.expect("expected", chi.expected);
  } else if (c.has("residuals")) {
    std::vector<double> q;
    for (const double alpha : c.numbers("alphas")) q.push_back(conformal_quantile(c.numbers("residuals"), 1 - alpha));
    check.expect("q", q);
  } else if (c.has("x") && c.has("y")) {
    const TwoSampleTests t = two_sample_tests(c.numbers("x"), c.numbers("y"));
    check.expect("t", t.t), check.expect("df", t.df), check.expect("p", t.p), check.expect("ci", pair(t.interval)), check.expect("u", t.u), check.expect("u_p", t.u_p);
  } else {
    FAIL() << "no test for " << c.name << ": " << c.what;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, Tests, ::testing::ValuesIn(testing::stat_cases("intervals")), [](const auto& one) { return testing::gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Tests);

TEST(Tests, RefuseWhatDoesNotFit) {
  EXPECT_ERROR(invalid_argument, clopper_pearson(3, 2), "3 successes in 2 trials");
  EXPECT_ERROR(invalid_argument, paired_tests(std::vector<double>{1}, std::vector<double>{1}), "two pairs");
  EXPECT_ERROR(invalid_argument, delong(std::vector<std::int32_t>{1, 1, 0}, {{1, 2, 3}}), "two rows of each class");
  EXPECT_ERROR(invalid_argument, kolmogorov_smirnov({}, std::vector<double>{1}), "empty");
  EXPECT_ERROR(shape, population_stability(std::vector<double>{1}, std::vector<double>{1, 2}), "1 bins against 2");
}

}  // namespace
}  // namespace candor::candid
