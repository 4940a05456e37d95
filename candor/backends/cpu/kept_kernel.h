// What a kernel makes of constant weights: once, in the first run, and then kept as long as the plan lives.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "candor/ops/op.h"

namespace candor::cpu {

/// Whether a node's second operand is constant; see the rewrite constant_kernels.
inline bool has_constant_kernel(const NodeInfo& node) { return node.attrs.has("constant") && node.attrs.flag("constant"); }

/// Numbers that are made once. Copies are the same numbers.
class KeptKernel {
 public:
  /// make(to) fills `floats` numbers unless that has been done; parallel calls wait for the first.
  template <class Make>
  const float* get(std::size_t floats, Make&& make) const {
    std::call_once(state_->made, [&] {
      state_->numbers.resize(floats);
      make(state_->numbers.data());
    });
    return state_->numbers.data();
  }

 private:
  struct State {
    std::once_flag made;
    std::vector<float> numbers;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace candor::cpu
