#include "candor/candid/result/calibration.h"

#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/candid/check.h"
#include "candor/candid/metrics/calibration.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

constexpr int bins = 15;

// ECE of hits against confidences, in bins whose numbers are known already.
double ece_of(std::span<const double> confidence, std::span<const int> bin, const auto& hit, const auto& row, std::size_t n) {
  double gap[bins] = {};
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t r = row(i);
    gap[bin[r]] += hit(r, i) - confidence[r];
  }
  double sum = 0;
  for (const double g : gap) sum += std::abs(g);
  return sum / static_cast<double>(n);
}

}  // namespace

CalibrationError calibration_error(const Tensor& probabilities, std::span<const std::int32_t> truth, std::uint64_t seed, int draws) {
  const Matrix p = matrix_of(probabilities);
  CalibrationError out;
  out.ece = reliability(p, truth, bins).ece;
  const std::size_t n = truth.size();
  std::vector<double> confidence, hits;
  std::vector<int> bin;
  for (std::int64_t i = 0; i < p.rows; ++i) {
    const std::span<const double> row = p.row(i);
    const auto best = std::max_element(row.begin(), row.end());
    confidence.push_back(*best);
    hits.push_back(best - row.begin() == truth[static_cast<std::size_t>(i)]);
    bin.push_back(std::clamp(static_cast<int>(std::ceil(*best * bins)) - 1, 0, bins - 1));
  }
  std::vector<double> chance(static_cast<std::size_t>(draws)), again(static_cast<std::size_t>(draws));
  parallel_for(draws, [&](std::int64_t d) {
    const RandomStream draw = RandomStream{seed, 0x65636521}.derived(static_cast<std::uint64_t>(d));
    const auto at = static_cast<std::size_t>(d);
    chance[at] = ece_of(confidence, bin, [&](std::size_t r, std::size_t i) { return static_cast<double>(draw.below(i, 1u << 30)) / (1u << 30) < confidence[r] ? 1.0 : 0.0; }, [](std::size_t i) { return i; }, n);
    const RandomStream rows = RandomStream{seed, 0x65636522}.derived(static_cast<std::uint64_t>(d));
    again[at] = ece_of(confidence, bin, [&](std::size_t r, std::size_t) { return hits[r]; }, [&](std::size_t i) { return static_cast<std::size_t>(rows.below(i, n)); }, n);
  });
  double sum = 0, as_much = 1;
  for (const double c : chance) sum += c, as_much += c >= out.ece;
  out.by_chance = sum / draws;
  out.p = as_much / (draws + 1);
  // Drawn rows carry the noise of the rows and that of the drawing: twice what chance gives goes off.
  Interval interval = percentile_interval(std::move(again));
  const double twice = std::sqrt(2.0) * out.by_chance;
  out.real = std::max(out.ece - out.by_chance, 0.0);
  out.interval = {std::clamp(interval.low - twice, 0.0, out.real), std::max(interval.high - out.by_chance, out.real)};
  return out;
}

std::vector<Finding> check_calibration(const CalibrationError& e, std::int64_t rows, double mean_confidence, double accuracy, const Temperature& t, bool tell_temperature) {
  if (rows < 50) skip(too_few(rows, 50));
  const double real = e.real;
  std::vector<Finding> findings;
  const auto add = [&](Severity severity, const std::string& message) {
    Finding f{"result.calibration", severity, message};
    f.evidence = {{"ECE", e.ece}, {"by chance", e.by_chance}, {"interval low", e.interval.low}, {"interval high", e.interval.high}, {"p", e.p}, {"mean confidence", mean_confidence}, {"accuracy", accuracy}, {"temperature", t.value}};
    findings.push_back(std::move(f));
  };
  const bool shown = e.p < .01 && real >= .04;
  if (shown) {
    const std::string seen = "the model says it is " + score_text(std::round(mean_confidence * 1000) / 10) + " % sure on average and is right in " + score_text(std::round(accuracy * 1000) / 10) +
                             " % of " + with_thousands(rows) + " test rows; probabilities and truth lie " + score_text(std::round(e.ece * 1000) / 1000) + " apart (ECE; " + score_text(std::round(e.by_chance * 1000) / 1000) + " would be chance)";
    add(real >= .1 && e.interval.low > .05 ? Severity::warning : Severity::note,
        seen + ": do not read its probabilities as such; " + (t.rows == 0 ? "no rows were left out to fit a temperature on: train with --members 5, or fit one on rows of their own" : "the test rows differ from the training rows, or a temperature is not enough"));
  } else if (tell_temperature && t.rows > 0 && (t.value > 1.25 || t.value < .8)) {
    const auto rounded = [](double x) { return score_text(std::round(x * 1000) / 1000); };
    // What is fitted is the loss. The calibration error of a few hundred rows is mostly noise, and may not fall with it.
    const bool both = t.ece_after < t.ece_before;
    add(Severity::note, std::string("the network was too ") + (t.value > 1 ? "sure" : "careful") + ": a temperature of " + score_text(std::round(t.value * 100) / 100) + ", fitted on " + with_thousands(t.rows) + " rows it did not learn from, brings the " +
                            (both ? "calibration error there from " + rounded(t.ece_before) + " to " + rounded(t.ece_after) : "log loss there from " + rounded(t.loss_before) + " to " + rounded(t.loss_after)) + "; it is stored in the model and used in every answer");
  }
  return findings;
}

}  // namespace candor::candid
