#include "candor/candid/baseline.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "candor/base/error.h"
#include "candor/candid/interval.h"

namespace candor::candid {

Baseline majority(std::span<const std::int32_t> train, std::span<const std::int32_t> test, int classes) {
  if (train.empty() || classes < 1) fail(ErrorKind::invalid_argument, "baseline: no training rows");
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes));
  for (const std::int32_t label : train) {
    if (label < 0 || label >= classes) {
      fail(ErrorKind::invalid_argument, "baseline: label " + std::to_string(label) + " outside 0.." + std::to_string(classes - 1));
    }
    ++counts[static_cast<std::size_t>(label)];
  }
  const auto guess = static_cast<std::int32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  const auto hits = std::count(test.begin(), test.end(), guess);
  return {"majority", test.empty() ? 0 : static_cast<double>(hits) / static_cast<double>(test.size()), static_cast<double>(guess)};
}

Baseline mean(std::span<const float> train, std::span<const float> test) {
  if (train.empty()) fail(ErrorKind::invalid_argument, "baseline: no training rows");
  const double guess = std::accumulate(train.begin(), train.end(), 0.) / static_cast<double>(train.size());
  const std::vector<float> guesses(test.size(), static_cast<float>(guess));
  return {"mean", r2(test, guesses), guess};
}

}  // namespace candor::candid
