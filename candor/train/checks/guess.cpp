#include "candor/train/checks/guess.h"

#include <algorithm>
#include <cmath>

#include "candor/train/checks/targets.h"

namespace candor::detail {

Guess guess_of(const Loss& loss, const Tensor& y, std::int64_t rows, std::int64_t width) {
  Guess g;
  if (!loss.stored() || loss.reduction() == Reduction::sum || loss.reduction() == Reduction::none) return g;
  const std::string kind = loss.config().get("class_name", "");
  const bool numbered = kind == "SparseCategoricalCrossentropy", hot = kind == "CategoricalCrossentropy", yes_no = kind == "BinaryCrossentropy";
  const bool squared = kind == "MeanSquaredError", absolute = kind == "MeanAbsoluteError";
  if (!numbered && !hot && !yes_no && !squared && !absolute) return g;
  const TargetSummary t = summarize_targets(y, rows);
  if (t.values < 1 || !t.finite || width < 1) return g;
  g.known = true;
  g.mean = t.mean;
  if (numbered || hot) {
    if (width < 2) return {};
    g.classes = true;
    g.untrained = std::log(static_cast<double>(width));
    // Of one-hot rows only the number of classes is counted here.
    g.constant = numbered && !t.counts.empty() ? t.entropy() : g.untrained;
    if (numbered && !t.counts.empty()) g.commonest = static_cast<double>(*std::max_element(t.counts.begin(), t.counts.end())) / static_cast<double>(t.values);
  } else if (yes_no) {
    if (t.low < 0 || t.high > 1) return {};
    g.classes = true;
    g.untrained = std::log(2.0);
    if (t.width == 1) g.commonest = std::max(t.mean, 1 - t.mean);
    g.constant = t.mean > 0 && t.mean < 1 ? -t.mean * std::log(t.mean) - (1 - t.mean) * std::log(1 - t.mean) : 0;
  } else {
    g.untrained = g.constant = squared ? t.variance : t.absolute_deviation;
  }
  return g;
}

}  // namespace candor::detail
