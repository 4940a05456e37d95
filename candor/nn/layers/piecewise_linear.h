// A number as its place between the quantiles of the training rows: what lets a network see thresholds as a tree does.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/nn/layer.h"

namespace candor {

struct PiecewiseLinearOptions {
  std::vector<std::int64_t> columns = {};  ///< the features that are encoded; the others are passed over
  std::int64_t bins = 0;                   ///< inputs a feature becomes
  Tensor low = {};                         ///< [columns, bins] where each bin begins; undefined: zeros, to be set by loading weights
  Tensor slope = {};                       ///< [columns, bins] one over its width; 0 for a bin that is not used
  std::string name = {};
};
/// Piecewise linear encoding (Gorishniy, Rubachev, Babenko: On Embeddings for Numerical Features in Tabular Deep Learning, 2022):
/// feature x becomes clip((x - low_t) slope_t, 0, 1) for each of its bins t. [rows, features] gives [rows, columns * bins].
/// Weights (not trained): low, slope, each [columns, bins].
class PiecewiseLinear : public Layer {
 public:
  explicit PiecewiseLinear(PiecewiseLinearOptions options = {});
  /// Bins between quantiles of these rows, f32 [rows, features]; features with at most two different values are left out. Throws Error
  /// (invalid_argument) when there are no rows, bins is below 1 or no feature is left: ask `encodable` first.
  static PiecewiseLinear fitted(const Tensor& rows, std::int64_t bins, std::string name = {});
  /// The features with more than two different values.
  static std::vector<std::int64_t> encodable(const Tensor& rows);
  static Layer from_config(const Config& options);
};

}  // namespace candor
