// A set of predictions judged: the metric of the task with its interval, the baseline beside it, and what a person wants to see of it.
#pragma once

#include <string>
#include <vector>

#include "candor/candid/interval.h"
#include "candor/data/dataset.h"

namespace candor::candid {

/// One class in a set of answers: its rows, how often it was answered, and how often both.
struct ClassScore {
  std::string name;
  std::int64_t rows = 0, predicted = 0, hits = 0;
};

/// A set of answers judged.
struct Score {
  std::string task;    ///< "classification" or "regression"
  std::string metric;  ///< "accuracy" or "r2"
  double value = 0;
  Interval interval;
  std::int64_t n = 0;
  std::vector<ClassScore> classes;                  ///< classification
  std::vector<std::vector<std::int64_t>> confusion; ///< [truth][prediction]
  double mean_absolute_error = 0;                   ///< regression
};

/// Answers that come in pieces, judged as one set. Of classes only counts are kept, of values truth and answer of each row.
class Judge {
 public:
  /// As for judge(); the first piece says whether they are classes.
  void add(const Tensor& outputs, const data::Dataset& piece);
  Score score(std::uint64_t seed) const;

 private:
  Score counts_;
  std::vector<float> truth_, prediction_;
};

/// `outputs` are probabilities [n, classes] or values [n] / [n, 1]; `set` holds the truth. Throws Error (shape) when they do not fit.
Score judge(const Tensor& outputs, const data::Dataset& set, std::uint64_t seed);

}  // namespace candor::candid
