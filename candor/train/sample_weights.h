// How much samples count.
#pragma once

#include <utility>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor {

/// None, one tensor for all outputs, or one an output (an undefined one: all 1). Each is [rows], or has further axes of the output's losses:
/// [rows, steps] weighs the steps of sequences.
class SampleWeights {
 public:
  SampleWeights() = default;
  SampleWeights(const Tensor& for_all);
  SampleWeights(std::vector<Tensor> of_each);
  bool defined() const;
  const std::vector<Tensor>& tensors() const { return tensors_; }

 private:
  std::vector<Tensor> tensors_;
};

}  // namespace candor
