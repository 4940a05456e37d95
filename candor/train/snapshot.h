// A copy of weights and optimizer state, to go back to.
#pragma once

#include <vector>

#include "candor/graph/trace.h"

namespace candor::detail {

/// Copies of variables; memory is taken once and used again.
class Snapshot {
 public:
  void take(const std::vector<Variable>& variables);
  void restore() const;
  /// The copies, in the order of the variables.
  const std::vector<Tensor>& values() const { return values_; }

 private:
  std::vector<Variable> variables_;
  std::vector<Tensor> values_;
};

}  // namespace candor::detail
