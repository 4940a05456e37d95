// A table with columns of different kinds to one matrix: each column has its own preprocessing, some are crossed.
#pragma once

#include <optional>

#include "candor/nn/layers/preprocessing/preprocessing_layer.h"

namespace candor {

/// One column: its dtype ("float32", "int32", "string"), its layer, and what it becomes: "float", "int" or "one_hot".
struct Feature {
  std::string dtype;
  Layer preprocessor;  ///< undefined: the numbers as they are
  std::string output_mode;
};
/// Columns hashed together into `crossing_dim` buckets.
struct FeatureCross {
  std::vector<std::string> feature_names;
  std::int64_t crossing_dim = 32;
  std::string output_mode = "one_hot";  ///< or "int"
  /// "kind_X_code".
  std::string name() const;
};

struct FeatureSpaceOptions {
  std::string output_mode = "concat";  ///< one matrix; or "dict": a column for each name
  std::vector<FeatureCross> crosses{};
  std::int64_t crossing_dim = 32;
  std::int64_t hashing_dim = 32;
  std::int64_t num_discretization_bins = 32;
  std::string name{};
};

using NamedColumns = std::vector<std::pair<std::string, Column>>;

/// Keras's FeatureSpace. Columns [N] or [N, 1] by name to [N, width], columns in the alphabetical order of their names and crosses after
/// them. adapt() learns from columns of the same names, in batches of 32 rows as Keras does.
class FeatureSpace : public PreprocessingLayer {
 public:
  /// Throws Error (invalid_argument) for no features, unknown names in crosses, unknown modes.
  explicit FeatureSpace(std::vector<std::pair<std::string, Feature>> features, FeatureSpaceOptions options = {});

  /// `layer` seen as one, for layers made by layer_from_config. Throws Error (invalid_argument) when it is none.
  static FeatureSpace from(const Layer& layer);

  /// "concat". Throws Error (invalid_argument) that names a missing column, or before adapt().
  Tensor operator()(const NamedColumns& columns) const;
  /// "dict", or "concat" under the name "features".
  NamedColumns encode(const NamedColumns& columns) const;
  void adapt(const NamedColumns& columns) const;

  static Feature float_(std::string name = {});
  static Feature float_rescaled(double scale = 1, double offset = 0, std::string name = {});
  static Feature float_normalized(std::string name = {});
  static Feature float_discretized(std::int64_t num_bins, std::vector<double> bin_boundaries = {}, std::string output_mode = "one_hot", std::string name = {});
  static Feature integer_categorical(std::optional<std::int64_t> max_tokens = {}, std::int64_t num_oov_indices = 1, std::string output_mode = "one_hot",
                                     std::string name = {});
  static Feature string_categorical(std::optional<std::int64_t> max_tokens = {}, std::int64_t num_oov_indices = 1, std::string output_mode = "one_hot",
                                    std::string name = {});
  static Feature string_hashed(std::int64_t num_bins, std::string output_mode = "one_hot", std::string name = {});
  static Feature integer_hashed(std::int64_t num_bins, std::string output_mode = "one_hot", std::string name = {});
  /// By Keras's name of the kind: "float", "float_normalized", "float_rescaled", "float_discretized", "integer_categorical",
  /// "string_categorical", "integer_hashed", "string_hashed". Throws Error (invalid_argument) for others.
  static Feature feature(const std::string& kind, const FeatureSpaceOptions& options = {});
  static Layer from_config(const Config& options);

 private:
  explicit FeatureSpace(std::shared_ptr<detail::LayerBody> body) : PreprocessingLayer(std::move(body)) {}
};

}  // namespace candor
