// Decision trees that were grown elsewhere, as a layer: they are saved, planned and answered with like any network.
#pragma once

#include <cstdint>

#include "candor/nn/layer.h"

namespace candor {

struct TreeEnsembleOptions {
  std::int64_t outputs = 1;             ///< tree t adds to output t % outputs
  std::int64_t trees = 0, inner = 0, leaves = 0;  ///< how many trees, inner nodes and leaves; found from the tensors where they are given
  Tensor nodes = {};                    ///< [inner, 5]: column, threshold, left, right, 1 where a missing number goes left; as tree_sum has it
  Tensor values = {};                   ///< [leaves]
  Tensor roots = {};                    ///< [trees]
  Tensor start = {};                    ///< [outputs] what each output begins with
  std::string name = {};
};
/// Sum of decision trees (Friedman 2001): a row goes left at a node where its feature is at most the threshold, and each tree adds the value of the leaf where it ends.
/// [rows, features] gives [rows, outputs].
/// Weights (f32, not trained, in any dtype policy): nodes [inner, 5], values [leaves], roots [trees], start [outputs]. No gradient goes through.
/// Throws Error: invalid_argument for counts below 1 (inner: 0) or tensors that do not fit each other; shape; corrupt when loaded weights lead nowhere.
class TreeEnsemble : public Layer {
 public:
  explicit TreeEnsemble(TreeEnsembleOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
