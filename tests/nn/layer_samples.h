// One small configuration of every class of layer_names(), and an input for it.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "candor/nn/config.h"
#include "candor/tensor/tensor.h"

namespace candor::testing {

struct LayerSample {
  std::string kind;
  Config options;                ///< those that the class needs; the others have their defaults
  std::vector<Shape> shapes = {};  ///< of the inputs; empty for layers that are not called with numbers
  DType dtype = DType::f32;

  /// Numbers from 0 to 1, or small whole ones.
  std::vector<Tensor> inputs() const;
};
std::ostream& operator<<(std::ostream& out, const LayerSample& sample);

/// In the order of layer_names().
std::vector<LayerSample> layer_samples();

}  // namespace candor::testing
