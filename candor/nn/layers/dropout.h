// Dropout.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct DropoutOptions {
  std::vector<std::int64_t> noise_shape = {};  ///< without the batch axis; empty: every element on its own. Extents 1 share a decision
  std::string name = {};
};
/// In training zeroes a share `rate` in [0, 1) of the elements and scales the rest by 1 / (1 - rate) (Srivastava et al. 2014).
class Dropout : public Layer {
 public:
  explicit Dropout(double rate, DropoutOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
