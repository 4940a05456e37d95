#include "candor/candid/finding.h"

#include <cmath>
#include <cstdio>

#include "candor/base/text.h"

namespace candor::candid {

std::string score_text(double value) {
  // Four decimals are all that a score between -1 and 1 has to say; smaller numbers are errors in small units.
  const double size = std::fabs(value);
  const double shown = size >= .001 && size < 1 ? std::round(value * 1e4) / 1e4 : value;
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", shown);
  return text;
}

Finding constant_finding(const std::vector<std::string>& columns) {
  return {"data.constant", Severity::warning,
          std::to_string(columns.size()) + (columns.size() == 1 ? " column holds" : " columns hold") + " one value in every training row (" + name_list(columns) +
              "): nothing can be learned from it; leave it out with --ignore, or look how it was made"};
}

std::vector<Finding> check_result(double score, const Interval& interval, const Baseline& baseline) {
  if (baseline.value < interval.low) return {};
  const std::string what = score > baseline.value ? "the score " + score_text(score) + " is not clearly above" : "the score " + score_text(score) + " is not above";
  return {{"result.baseline", Severity::warning,
           what + " the baseline (" + baseline.name + ", " + score_text(baseline.value) + "; 95 % interval of the score " + score_text(interval.low) + " to " +
               score_text(interval.high) + "): guessing does as well; check the target, train longer, or find better columns"}};
}

}  // namespace candor::candid
