// How far a row lies from what a network learned from, seen where it decides: in its last hidden layer. Far out, an answer is a guess however sure it sounds.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/nn/config.h"
#include "candor/nn/model.h"

namespace candor::candid {

/// Mahalanobis distances of the outputs of the last hidden layer (of each network, where several are averaged), brought to at most 24 directions drawn by chance. A model file keeps it.
class TrainingDistance {
 public:
  TrainingDistance() = default;
  /// From at most 1,000 of these rows, one half for mean and covariance, the other for how far is usual. Knows nothing for fewer than 100 rows and for networks without a
  /// hidden layer before a Dense.
  static TrainingDistance fit(const Model& model, const Tensor& rows);

  bool known() const { return !mean_.empty(); }
  /// The least and the greatest number among the training rows' inputs; NaN where it was not kept.
  double low() const { return low_; }
  double high() const { return high_; }
  /// Of each row, in units of what 99 of 100 training rows stay within: above 2 is far. Empty when nothing is known. Throws Error (shape) for another network.
  std::vector<double> operator()(const Model& model, const Tensor& rows) const;

  /// For the model file, and back. Throws Error (corrupt).
  Config config() const;
  static TrainingDistance from_config(const Config& config);

 private:
  std::vector<double> raw(const std::vector<double>& hidden, std::int64_t rows) const;
  std::int64_t width_ = 0;                     // of the hidden layers together
  std::vector<double> mean_ = {}, factor_ = {};// in the directions; lower triangle of the covariance's factor, by rows
  double usual_ = 1;
  double low_ = std::numeric_limits<double>::quiet_NaN(), high_ = std::numeric_limits<double>::quiet_NaN();
};

/// serve.extrapolate: a note that names rows further out than twice the usual, a warning when they are more than one in twenty and at least 5. `first` is the number of the first row.
std::vector<Finding> check_extrapolation(const std::vector<double>& distances, std::int64_t first = 1);
/// The same for rows of these numbers, counted from 0; people read them from 1.
std::vector<Finding> check_extrapolation(const std::vector<double>& distances, const std::vector<std::int64_t>& rows);

}  // namespace candor::candid
