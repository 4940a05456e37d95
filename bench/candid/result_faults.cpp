// Faults of results: a model's answers to the rows of a source are drawn, so that what is true of them is known, and then the numbers about them are spoilt.
#include <algorithm>
#include <cmath>
#include <map>

#include "bench/candid/parts.h"
#include "candor/candid/result/bayes.h"
#include "candor/candid/result/calibration.h"
#include "candor/candid/result/export.h"
#include "candor/candid/result/matrix.h"
#include "candor/candid/result/metric.h"
#include "candor/candid/result/ranking.h"
#include "candor/candid/result/slices.h"
#include "candor/candid/result/test_reused.h"
#include "candor/candid/result/too_good.h"

namespace candor::bench {
namespace {

/// Answers to the test part of a source: the truth, and probabilities that are true (a row with .8 is right in 80 % of cases).
struct Judged {
  data::Dataset rows;
  data::Table cells;
  std::vector<std::string> columns;
  std::vector<float> probabilities;
  Tensor outputs() const { return Tensor::from(probabilities, Shape{rows.rows(), static_cast<std::int64_t>(rows.class_names.size())}); }
  candid::Score score() const { return candid::judge(outputs(), rows, 0); }
};

std::optional<Judged> judged(const Source& source, Draw& draw) {
  if (!source.is_table()) return std::nullopt;
  const Parts parts = parted(source, draw, candid::PartKind::test, 1200);
  if (!has_classes(parts)) return std::nullopt;
  Judged out;
  out.cells = parts.other;
  std::map<std::string, std::int32_t> number;
  std::vector<std::int32_t> truth;
  for (const std::string& cell : cells(parts.other, parts.target)) number.emplace(cell, 0);
  for (auto& [name, n] : number) n = static_cast<std::int32_t>(out.rows.class_names.size()), out.rows.class_names.push_back(name);
  const std::size_t k = out.rows.class_names.size();
  if (k < 2 || k > 20 || parts.other.rows() < 100) return std::nullopt;
  for (const std::string& cell : cells(parts.other, parts.target)) {
    const std::int32_t is = number.at(cell);
    truth.push_back(is);
    // The chance to be right is drawn; the answer follows it.
    const double sure = draw.between(.6, .98);
    const bool right = draw.share() < sure;
    const auto said = right ? static_cast<std::size_t>(is) : (static_cast<std::size_t>(is) + 1 + static_cast<std::size_t>(draw.below(static_cast<std::int64_t>(k) - 1))) % k;
    for (std::size_t c = 0; c < k; ++c) out.probabilities.push_back(static_cast<float>(c == said ? sure : (1 - sure) / static_cast<double>(k - 1)));
  }
  out.rows.features = Tensor::from(std::vector<float>(truth.size()), Shape{static_cast<std::int64_t>(truth.size()), 1});
  out.rows.targets = Tensor::from(truth);
  out.rows.source = source.name;
  for (const data::Column& column : out.cells.columns)
    if (column.name != parts.target) out.columns.push_back(column.name);
  return out;
}

using Check = std::function<Findings(Judged&, Draw&)>;

Fault fault(std::string id, std::string name, Check check) {
  return {std::move(id), std::move(name), [check = std::move(check)](const Source& source, std::uint64_t seed) -> Findings {
            Draw draw(seed + 77);
            std::optional<Judged> j = judged(source, draw);
            if (!j) return std::nullopt;
            return check(*j, draw);
          }};
}

std::vector<Finding> ran(const std::string& id, const Function<std::vector<Finding>()>& check) {
  candid::Checkup checkup;
  candid::run_check(checkup, id, check);
  return checkup.findings;
}

candid::Temperature none() { return {}; }

std::vector<Finding> calibration_of(const Judged& j) {
  const std::vector<std::int32_t> truth = j.rows.targets.to_vector<std::int32_t>();
  return ran("result.calibration", [&] { return candid::check_calibration(candid::calibration_error(j.outputs(), truth), j.rows.rows(), .8, j.score().value, none()); });
}
std::vector<Finding> slices_of(const Judged& j) {
  return ran("result.slices", [&] { return candid::check_slices(candid::slice_tests(j.outputs(), j.rows, j.cells, j.columns), j.score()); });
}

// The probability of the answer to the power that makes the network too sure.
void sharpen(Judged& j, double power) {
  const std::size_t k = j.rows.class_names.size();
  for (std::size_t at = 0; at < j.probabilities.size(); at += k) {
    double sum = 0;
    for (std::size_t c = 0; c < k; ++c) sum += j.probabilities[at + c] = static_cast<float>(std::pow(static_cast<double>(j.probabilities[at + c]), power));
    for (std::size_t c = 0; c < k; ++c) j.probabilities[at + c] = static_cast<float>(j.probabilities[at + c] / sum);
  }
}

// A part of the rows whose labels a broken device wrote.
bool scramble(Judged& j, Draw& draw) {
  std::vector<std::int32_t> truth = j.rows.targets.to_vector<std::int32_t>();
  std::vector<std::string> device;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    device.push_back(draw.share() < .3 ? "broken" : "good");
    if (device.back() == "broken") truth[i] = static_cast<std::int32_t>(draw.below(static_cast<std::int64_t>(j.rows.class_names.size())));
  }
  j.rows.targets = Tensor::from(truth);
  put(j.cells, words("device", device));
  j.columns.emplace_back("device");
  return true;
}

std::vector<candid::Result> four(Judged& j, Draw& draw) {
  std::vector<candid::Result> out;
  const candid::Score s = j.score();
  for (int i = 0; i < 4; ++i) {
    const double value = s.value + draw.between(-.02, .02);
    out.push_back({"run " + std::to_string(i + 1), "accuracy", value, candid::wilson(std::llround(value * 120), 120), 120, "rows " + std::to_string(i), 1});
  }
  return out;
}

}  // namespace

std::vector<Fault> result_faults() {
  return {
      fault("result.matrix", "a score that is not the matrix's", [](Judged& j, Draw& d) -> Findings {
        const candid::Score s = j.score();
        return ran("result.matrix", [&] { return candid::check_matrix("accuracy", std::round(100 * (s.value + (d.share() < .5 ? -1 : 1) * d.between(.015, .05))) / 100, 2, s.confusion); });
      }),
      fault("result.matrix", "the matrix of fewer rows", [](Judged& j, Draw& d) -> Findings {
        candid::Score s = j.score();
        s.n += 1 + d.below(20);
        return ran("result.matrix", [&] { return candid::check_matrix(s); });
      }),
      fault("result.metric", "R2 averaged over batches", [](Judged&, Draw& d) -> Findings {
        std::vector<float> y, f;
        for (int i = 0; i < 96; ++i) y.push_back(static_cast<float>(i + d.normal())), f.push_back(static_cast<float>(i + 2 * d.normal()));
        std::vector<double> batches;
        double mean = 0;
        for (std::size_t b = 0; b < 96; b += 8) batches.push_back(candid::r2(std::span(y).subspan(b, 8), std::span(f).subspan(b, 8))), mean += batches.back() / 12;
        return ran("result.metric", [&] { return candid::check_averaged("R2", mean, candid::r2(y, f), batches); });
      }),
      fault("result.metric", "accuracy where one class is nearly all", [](Judged& j, Draw& d) -> Findings {
        candid::Score s = j.score();
        s.classes = {{"usual", 950, 1000, 950}, {"rare", 50, 0, d.below(2)}};
        s.n = 1000, s.value = .95;
        return ran("result.metric", [&] { return candid::check_metric(s); });
      }),
      fault("result.test-reused", "early stopping on the test rows", [](Judged& j, Draw&) -> Findings {
        return ran("result.test-reused", [&] { return candid::check_test_use({.rows = j.rows.rows(), .as_validation = j.rows.rows(), .chose_epoch = true}); });
      }),
      fault("result.test-reused", "a threshold of the test rows", [](Judged& j, Draw&) -> Findings {
        return ran("result.test-reused", [&] { return candid::check_test_use({.rows = j.rows.rows(), .for_threshold = j.rows.rows()}); });
      }),
      fault("result.test-reused", "test rows among those learned from", [](Judged& j, Draw& d) -> Findings {
        std::vector<float> x;
        for (std::int64_t i = 0; i < j.rows.rows(); ++i) x.push_back(static_cast<float>(d.normal()));
        j.rows.features = Tensor::from(x, Shape{j.rows.rows(), 1});
        const std::int64_t common = candid::rows_in_common(j.rows.slice(0, j.rows.rows() / 2), j.rows.slice(j.rows.rows() / 2 - 5, j.rows.rows()));
        return ran("result.test-reused", [&] { return candid::check_test_use({.rows = j.rows.rows() / 2, .learned = common}); });
      }),
      fault("result.export", "weights made anew", [](Judged& j, Draw& d) -> Findings {
        Judged other = j;
        for (float& p : other.probabilities) p = static_cast<float>(d.share());
        return ran("result.export", [&] { return candid::check_export(j.outputs(), other.outputs(), "model.candor"); });
      }),
      fault("result.export", "one layer lost", [](Judged& j, Draw&) -> Findings {
        Judged other = j;
        sharpen(other, 1.2);
        return ran("result.export", [&] { return candid::check_export(j.outputs(), other.outputs(), "model.candor"); });
      }),
      fault("result.bayes", "above the best possible", [](Judged& j, Draw& d) -> Findings {
        candid::Score s = j.score();
        const auto hits = static_cast<std::int64_t>(static_cast<double>(s.n) * d.between(.95, 1));
        s.value = static_cast<double>(hits) / static_cast<double>(s.n), s.interval = candid::wilson(hits, s.n);
        return ran("result.bayes", [&] { return candid::check_bayes(s, "insurance_risk (seed 0)"); });
      }),
      fault("result.slices", "a device that writes labels by chance", [](Judged& j, Draw& d) -> Findings {
        scramble(j, d);
        return slices_of(j);
      }),
      fault("result.calibration", "a network that is far too sure", [](Judged& j, Draw& d) -> Findings {
        // Where the truth is three in four, it says nearly always.
        std::vector<std::int32_t> truth = j.rows.targets.to_vector<std::int32_t>();
        for (std::int32_t& t : truth)
          if (d.share() < .2) t = static_cast<std::int32_t>(d.below(static_cast<std::int64_t>(j.rows.class_names.size())));
        j.rows.targets = Tensor::from(truth);
        sharpen(j, 3);
        return calibration_of(j);
      }),
      fault("result.interval", "four experiments on four sets of test rows", [](Judged& j, Draw& d) -> Findings {
        const std::vector<candid::Result> all = four(j, d);
        return ran("result.interval", [&] { return candid::check_ranking(all); });
      }),
      fault("result.too-good", "a perfect score while a leak is open", [](Judged& j, Draw&) -> Findings {
        candid::Score s = j.score();
        s.value = .998;
        return ran("result.too-good", [&] { return candid::check_too_good(s, {}, {}, {{"data.leak", Severity::warning, "a column knows the answer"}}, {"data.leak", "data.duplicate-rows"}, {}); });
      }),
  };
}

std::vector<Sound> result_runs() {
  return {{"answers whose probabilities are true", [](const Source& source, std::uint64_t seed) -> Findings {
             Draw draw(seed + 99);
             const std::optional<Judged> j = judged(source, draw);
             if (!j) return std::nullopt;
             const candid::Score s = j->score();
             std::vector<Finding> all = calibration_of(*j);
             const auto add = [&](std::vector<Finding> more) { all.insert(all.end(), more.begin(), more.end()); };
             add(slices_of(*j));
             add(ran("result.metric", [&] { return candid::check_metric(s); }));
             add(ran("result.matrix", [&] { return candid::check_matrix(s); }));
             add(ran("result.matrix", [&] { return candid::check_matrix("accuracy", std::round(1000 * s.value) / 1000, 3, s.confusion); }));
             add(ran("result.bayes", [&] { return candid::check_bayes(s, source.name); }));
             add(ran("result.export", [&] { return candid::check_export(j->outputs(), j->outputs(), "model.candor"); }));
             add(ran("result.too-good", [&] { return candid::check_too_good(s, {}, {}, {}, {"data.leak", "data.duplicate-rows"}, {}); }));
             add(ran("result.test-reused", [&] { return candid::check_test_use({.rows = s.n}); }));
             return all;
           }}};
}

}  // namespace candor::bench
