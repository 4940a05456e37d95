// The harmonic mean of precision and recall, class by class. Targets and predictions are [batch, classes].
#pragma once

#include <optional>

#include "candor/nn/metrics/metric.h"

namespace candor {

struct FBetaOptions {
  std::string average{};              ///< empty (None in Keras): one number a class; "micro", "macro", or "weighted" by how often a class occurs
  double beta = 1;                       ///< recall counts beta times as much as precision
  std::optional<double> threshold{};  ///< yes: above it, in (0, 1]; none: the largest score of a row
  std::string name = "fbeta_score";
};
/// (1 + beta^2) precision recall / (beta^2 precision + recall).
class FBetaScore : public Metric { public: explicit FBetaScore(FBetaOptions options = {}); };

struct F1Options {
  std::string average{};
  std::optional<double> threshold{};
  std::string name = "f1_score";
};
/// FBetaScore with beta 1.
class F1Score : public Metric { public: explicit F1Score(F1Options options = {}); };

}  // namespace candor
