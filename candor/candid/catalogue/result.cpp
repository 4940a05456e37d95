#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid::detail {

std::span<const CheckInfo> result_checks() {
  static constexpr CheckInfo checks[] = {
    {"result.baseline", Moment::result, Severity::warning, Cost::pass, "", "a simple method is as good"},
    {"result.interval", Moment::result, Severity::warning, Cost::none, "two results", "results inside each other's interval, of other test rows or of one seed are ranked"},
    {"result.too-good", Moment::result, Severity::warning, Cost::none, "", "a score above .99 while something that could explain it is open or was not looked for"},
    {"result.test-reused", Moment::result, Severity::error, Cost::none, "", "test rows were learned from, chosen on, or looked at more than once"},
    {"result.metric", Moment::result, Severity::error, Cost::none, "", "a metric of the whole is averaged over batches; accuracy hides a rare class"},
    {"result.slices", Moment::result, Severity::warning, Cost::pass, "30 test rows of a part", "a class, group or range does much worse than the rest"},
    {"result.calibration", Moment::result, Severity::warning, Cost::pass, "classes, 50 test rows", "probabilities are not how often it is so"},
    {"result.matrix", Moment::result, Severity::error, Cost::none, "a confusion matrix", "a stated score does not follow from its confusion matrix"},
    {"result.export", Moment::result, Severity::error, Cost::pass, "a saved model", "the model that was read back gives other answers"},
    {"result.bayes", Moment::result, Severity::warning, Cost::none, "a generator whose best score is known", "a score is above the best possible one"},
    {"result.no-effect", Moment::result, Severity::warning, Cost::none, "two results", "a setting was changed, and all numbers are the same to the last digit"},
    {"result.coverage", Moment::result, Severity::warning, Cost::none, "forecasts", "intervals hold less of the truth than they say"},
  };
  return checks;
}

}  // namespace candor::candid::detail
