#include "candor/candid/finding.h"

#include <cstdio>

#include "candor/base/text.h"

namespace candor::candid {
namespace {

// Columns of a table whose rows all hold the same value.
std::vector<std::string> constant_columns(const data::Dataset& set) {
  std::vector<std::string> names;
  if (set.features.rank() != 2 || set.rows() < 2 || set.features.dtype() != DType::f32) return names;
  const Tensor features = set.features.contiguous();
  const float* x = features.data<float>();
  const std::int64_t width = features.shape(1);
  for (std::int64_t j = 0; j < width; ++j) {
    bool constant = true;
    for (std::int64_t i = 1; constant && i < set.rows(); ++i) constant = x[i * width + j] == x[j];
    if (!constant) continue;
    const auto index = static_cast<std::size_t>(j);
    names.push_back(index < set.feature_names.size() ? set.feature_names[index] : "column_" + std::to_string(j + 1));
  }
  return names;
}

}  // namespace

std::string score_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

Finding constant_finding(const std::vector<std::string>& columns) {
  return {"data.constant", Severity::warning,
          std::to_string(columns.size()) + (columns.size() == 1 ? " column holds" : " columns hold") + " one value in every training row (" + name_list(columns) +
              "): nothing can be learned from it; leave it out with --ignore, or look how it was made"};
}

std::vector<Finding> check_data(const data::Dataset& train) {
  std::vector<Finding> findings;
  if (const auto names = constant_columns(train); !names.empty()) findings.push_back(constant_finding(names));
  if (train.is_classification()) {
    const std::vector<std::int64_t> counts = data::class_counts(train);
    std::vector<std::string> few;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] < 10) few.push_back(train.class_names[i] + " (" + std::to_string(counts[i]) + ")");
    }
    if (!few.empty()) {
      findings.push_back({"data.few", Severity::warning, "classes with fewer than 10 training rows: " + name_list(few) +
                                                             ": their score says little; gather more rows or join classes"});
    }
  }
  if (train.skipped > 0) {
    findings.push_back({"data.skipped", Severity::note, std::to_string(train.skipped) + " bad files or rows were left out, as asked"});
  }
  return findings;
}

std::vector<Finding> check_result(double score, const Interval& interval, const Baseline& baseline) {
  if (baseline.value < interval.low) return {};
  const std::string what = score > baseline.value ? "the score " + score_text(score) + " is not clearly above" : "the score " + score_text(score) + " is not above";
  return {{"result.baseline", Severity::warning,
           what + " the baseline (" + baseline.name + ", " + score_text(baseline.value) + "; 95 % interval of the score " + score_text(interval.low) + " to " +
               score_text(interval.high) + "): guessing does as well; check the target, train longer, or find better columns"}};
}

}  // namespace candor::candid
