// Conformal prediction: sets of classes and intervals of values that hold the truth as often as they say, whatever the model is worth, as long as new rows are drawn
// like those that were held out (Vovk et al., 2005; Angelopoulos and Bates, 2023).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "candor/candid/baselines/matrix.h"
#include "candor/candid/interval.h"
#include "candor/nn/config.h"

namespace candor::candid {

/// How strange the truth of held-out rows was to the model, smallest first. Of more than 1,000 rows some are kept, and the next larger one is read: coverage is never less.
class ConformalScores {
 public:
  ConformalScores() = default;
  /// Throws Error (invalid_argument) for scores that are NaN.
  explicit ConformalScores(std::vector<double> scores);

  std::int64_t rows() const { return rows_; }
  /// The ceil((n + 1) coverage)-th smallest; infinite when there are too few rows for that coverage (19 for .95). `coverage` in (0, 1), else Error (invalid_argument).
  double threshold(double coverage) const;
  /// The share of held-out rows whose score is at least this: small for what is unlike all of them. (1 + count) / (n + 1), never 0.
  double p_value(double score) const;

  /// For the model file, and back. Throws Error (corrupt) for a damaged one.
  Config config() const;
  static ConformalScores from_config(const Config& config);

 private:
  std::int64_t rows_ = 0;
  std::vector<double> kept_ = {};
  std::vector<std::int64_t> rank_ = {};  // of each kept score among all, from 1
};

/// How strange a class is to probabilities. lac: 1 - p of the class, which gives the smallest sets (Sadinle et al., 2019). aps: the probability of it and all classes
/// before it, which makes sets larger where the model is unsure, and covers hard rows better (Romano et al., 2020).
enum class SetMethod { lac, aps };
SetMethod set_method_from(const std::string& name);
std::string to_string(SetMethod method);

/// The score of the true class of each row. Throws Error (shape, invalid_argument).
std::vector<double> truth_scores(const Matrix& probabilities, std::span<const std::int32_t> truth, SetMethod method);
/// The classes whose score is at most the threshold, the most probable first; the most probable one always.
std::vector<std::int32_t> prediction_set(std::span<const double> probabilities, SetMethod method, double threshold);

/// |truth - prediction|, or that divided by how hard each row is held to be (deviation of an ensemble, distance, ...; raised to a thousandth of its mean).
std::vector<double> value_scores_of(std::span<const double> truth, std::span<const double> predicted, std::span<const double> difficulty = {});

/// CV+ (Barber et al., 2021): each held-out row was judged by the member of its fold; `members` says of one new row what each member says of it. Holds the truth of at
/// least 2 coverage - 1 of new rows, mostly of `coverage`. `fold` numbers the members. Throws Error (shape, invalid_argument).
Interval cross_interval(std::span<const double> members, std::span<const std::int32_t> fold, std::span<const double> residuals, double coverage);
/// The same for classes: those whose score by the members is strange to fewer than (1 - coverage)(n + 1) held-out rows (Romano et al., 2020). `members` [k, classes].
std::vector<std::int32_t> cross_set(const Matrix& members, std::span<const std::int32_t> fold, std::span<const double> scores, SetMethod method, double coverage);

}  // namespace candor::candid
