// Two models on the same rows: which is better, and whether that can be said at all.
#pragma once

#include <cstdint>
#include <string>

#include "candor/candid/interval.h"
#include "candor/data/dataset.h"

namespace candor::candid {

/// Paired: what both get right or wrong says nothing about which is better.
struct Comparison {
  std::string metric;              ///< "accuracy" or "r2"
  std::string test;                ///< "McNemar, mid-p" or "paired bootstrap"
  double a = 0, b = 0;             ///< their scores
  double difference = 0;           ///< a - b
  Interval interval;               ///< 95 %, of the difference
  double p = 1;                    ///< two-sided
  std::int64_t n = 0, only_a = 0, only_b = 0;  ///< classes: rows that only the one or only the other gets right
  /// 1: a is better; -1: b is; 0: no difference shown, the interval holds 0 or p is above .05.
  int verdict = 0;
};

/// Accuracy: McNemar's test (mid-p) and the interval of Bonett and Price (2012) for the difference of paired shares. R2: percentile bootstrap over rows, both
/// models on the same draws; of more than 32,768 rows, 16,384 groups of every 16,384th row are drawn instead, in a time that does not grow with the rows. Outputs as for judge(). Throws Error (shape) when they do not fit.
Comparison compare(const Tensor& a, const Tensor& b, const data::Dataset& set, std::uint64_t seed = 0);

/// The difference alone, with its interval: what BaselineScore::difference holds.
Interval difference_interval(const Tensor& model, const Tensor& baseline, const data::Dataset& set, std::uint64_t seed = 0);

/// "A is better by .021 (95 % interval .008 to .034)", or "no difference shown: ...".
std::string to_string(const Comparison& comparison, const std::string& a, const std::string& b);

}  // namespace candor::candid
