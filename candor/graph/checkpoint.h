// Gradient checkpointing (Griewank, Walther 2000; Chen et al. 2016): what a part of a network makes on its way is not kept for the
// backward pass but made again there. Memory for time: one more forward pass of that part.
#pragma once

#include <vector>

#include "candor/base/function.h"
#include "candor/tensor/tensor.h"

namespace candor {

/// f(), of which only what it reads from outside and what it gives is kept until the backward pass; all between is computed a second time
/// there, with the same random numbers, so gradients have the same bits. Outside a trace it is f(). Within another checkpoint the outer
/// one counts. Not seen inside scan, which recomputes each of its steps by itself.
std::vector<Tensor> checkpoint(const Function<std::vector<Tensor>()>& f);

namespace detail {

/// Marks what the calling thread records while it lives.
class CheckpointRegion {
 public:
  CheckpointRegion();
  ~CheckpointRegion();
  CheckpointRegion(const CheckpointRegion&) = delete;
  CheckpointRegion& operator=(const CheckpointRegion&) = delete;

 private:
  struct TraceContext* context_;  ///< null: outside a trace, within another region, or switched off
  std::size_t first_ = 0;
};

/// Parts what this thread's trace has recorded so far into `parts` stretches that make about as many bytes each, and the first `marked` of them become
/// checkpoints. Nothing happens outside a trace, or when there are checkpoints already. Gives back how much of the work so far will be done
/// again, 0 to 1 (by FLOP).
double checkpoint_recorded(int parts, int marked);

/// While it lives, regions of this thread are not marked: what a step takes without checkpoints.
class NoCheckpoints {
 public:
  NoCheckpoints();
  ~NoCheckpoints();
  NoCheckpoints(const NoCheckpoints&) = delete;
  NoCheckpoints& operator=(const NoCheckpoints&) = delete;

 private:
  bool before_;
};

}  // namespace detail
}  // namespace candor
