#include "candor/train/snapshot.h"

#include <cstring>

namespace candor::detail {

void Snapshot::take(const std::vector<Variable>& variables) {
  if (variables_.size() != variables.size()) {
    variables_ = variables;
    values_.clear();
    for (const Variable& v : variables_) values_.push_back(Tensor::empty(v.shape(), v.type().dtype));
  }
  for (std::size_t i = 0; i < values_.size(); ++i) std::memcpy(values_[i].raw(), variables_[i].tensor().raw(), values_[i].type().bytes());
}

void Snapshot::restore() const {
  for (std::size_t i = 0; i < values_.size(); ++i) std::memcpy(variables_[i].tensor().raw(), values_[i].raw(), values_[i].type().bytes());
}

}  // namespace candor::detail
