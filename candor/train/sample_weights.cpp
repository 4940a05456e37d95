#include "candor/train/sample_weights.h"

namespace candor {

SampleWeights::SampleWeights(const Tensor& for_all) {
  if (for_all.defined()) tensors_.push_back(for_all);
}
SampleWeights::SampleWeights(std::vector<Tensor> of_each) : tensors_(std::move(of_each)) {}
bool SampleWeights::defined() const { return !tensors_.empty(); }

}  // namespace candor
