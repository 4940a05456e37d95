// Numbers to the index of the interval they lie in.
#pragma once

#include <optional>

#include "candor/nn/layers/preprocessing/preprocessing_layer.h"

namespace candor {

struct DiscretizationOptions {
  std::vector<double> bin_boundaries{};      ///< ascending; empty: learned by adapt()
  std::optional<std::int64_t> num_bins{};    ///< how many intervals adapt() makes, of about equally many numbers each
  double epsilon = 0.01;                        ///< error of the quantiles that adapt() estimates, as a share; in (0, 1]
  std::string output_mode = "int";              ///< "int" (i32), "one_hot", "multi_hot" or "count" (f32)
  bool sparse = false;
  std::string name{};
};
/// n boundaries make n + 1 intervals; a number equal to a boundary belongs to the upper one. adapt() merges a summary of at most 1 / epsilon
/// weighted quantiles with that of each batch, then takes num_bins - 1 of them, by linear interpolation. Keras's Discretization.
class Discretization : public PreprocessingLayer {
 public:
  /// Throws Error (invalid_argument): boundaries and num_bins both or neither given, boundaries that do not ascend.
  explicit Discretization(DiscretizationOptions options);
  /// Empty before adapt().
  std::vector<double> bin_boundaries() const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
