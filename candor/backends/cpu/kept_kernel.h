// What a kernel makes of constant weights: once, in the first run, and then kept as long as the plan lives.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "candor/ops/op.h"
#include "candor/tensor/tensor.h"

namespace candor::cpu {

/// Whether a node's second operand is constant; see the rewrite constant_kernels.
inline bool has_constant_kernel(const NodeInfo& node) { return node.attrs.has("constant") && node.attrs.flag("constant"); }

/// Numbers that are made once, on a line of the cache: vectors that cross two lines cost twice. Copies are the same numbers.
class KeptKernel {
 public:
  /// make(to) fills `floats` numbers unless that has been done; parallel calls wait for the first.
  template <class Make>
  const float* get(std::size_t floats, Make&& make) const {
    std::call_once(state_->made, [&] {
      state_->numbers = std::make_unique<Storage>(floats * sizeof(float), true);
      make(reinterpret_cast<float*>(state_->numbers->data()));
    });
    return reinterpret_cast<const float*>(state_->numbers->data());
  }
  /// Numbers made of a kernel: once where it is constant, else each time, to `scratch`.
  template <class Make>
  const float* get(bool constant, std::size_t floats, float* scratch, Make&& make) const {
    if (constant) return get(floats, std::forward<Make>(make));
    make(scratch);
    return scratch;
  }

 private:
  struct State {
    std::once_flag made;
    std::unique_ptr<Storage> numbers;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace candor::cpu
