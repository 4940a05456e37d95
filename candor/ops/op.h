// An op is one row: name, shape rule, gradient, reference kernel, flags. Everything else (immediate mode, tracing, tests, the
// list of ops in the documentation, FLOP counts) is derived from the row or keyed by its name.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "candor/base/function.h"
#include "candor/ops/attrs.h"
#include "candor/ops/run_state.h"
#include "candor/tensor/tensor.h"

namespace candor {

struct Op;

/// One application of an op with everything known about it before it runs.
struct NodeInfo {
  const Op* op = nullptr;
  Attrs attrs;
  std::vector<TensorType> in, out;
};

/// What a kernel gets when it runs. Buffers are row-major, 64-byte aligned when Candor allocated them.
struct KernelArgs {
  const NodeInfo* node;
  void* const* in;   ///< one pointer an input
  void* const* out;  ///< one pointer an output; may equal an input where the op allows it
  std::byte* scratch;
  const void* block;  ///< what the kernel's planner prepared
  const RunState* run;

  template <class T> const T* input(std::size_t i) const { return static_cast<const T*>(in[i]); }
  template <class T> T* output(std::size_t i) const { return static_cast<T*>(out[i]); }
};
using KernelFn = void (*)(const KernelArgs&);

/// What a gradient rule gets: symbolic tensors, so that it is written with the same functions a user calls.
struct GradientArgs {
  const NodeInfo& node;
  std::span<const Tensor> in, out;
  std::span<const Tensor> cotangents;  ///< one an output, undefined where the output has no gradient
  std::vector<bool> wanted;            ///< which inputs' gradients will be used
};

/// What a batching rule gets: the node as it is for one example, and symbolic inputs, some of which hold all examples.
struct BatchArgs {
  const NodeInfo& node;
  std::span<const Tensor> in;        ///< [size, ...] where batched; the others are the same for every example
  const std::vector<bool>& batched;  ///< one an input
  std::int64_t size;                 ///< number of examples
};
/// A row of the op table: what an op is called, gives, computes, and how it is differentiated and mapped over examples.
struct Op {
  std::string name;
  /// Types of the outputs. Throws Error (shape, dtype, invalid_argument) that names the op and what came.
  Function<std::vector<TensorType>(std::span<const TensorType> in, const Attrs& attrs)> infer = nullptr;
  /// Gradients for the inputs, undefined where there is none. Null: not differentiable, treated as a constant.
  Function<std::vector<Tensor>(const GradientArgs&)> gradient = nullptr;
  /// The oracle: simple, kept for ever, never optimised, runs on one thread. Handles every dtype the op supports.
  KernelFn reference = nullptr;
  /// Floating-point operations of one run; null: one for each output element.
  double (*flops)(const NodeInfo&) = nullptr;
  /// Scratch bytes of the reference kernel; null: none.
  std::size_t (*reference_scratch)(const NodeInfo&) = nullptr;

  /// For vmap: all outputs with an axis of `size` in front; empty: loop over the examples. The library's own rows have theirs in
  /// graph/batching; null: elementwise rows broadcast, others loop.
  Function<std::vector<Tensor>(const BatchArgs&)> batch = nullptr;
  /// What the kernel of an op from outside needs (graph/custom_op.h).
  std::shared_ptr<const void> custom = nullptr;

  bool elementwise = false;   ///< out[i] depends on the broadcast elements i alone: may join a fused loop and run in place
  bool random = false;        ///< depends on RunState: never folded; equal nodes with equal op_id are still equal
  bool alias = false;         ///< out 0 is in 0 with another shape: no kernel runs
  bool in_place = false;      ///< out i may use the buffer of in i (same bytes) although the op is not elementwise
  bool in_place_updates = false;  ///< optimizer ops: output i is the updated input i
};

/// The row of that name. Throws Error (unsupported) with the nearest known name.
const Op& op(std::string_view name);
const Op* find_op(std::string_view name);
/// All rows, sorted by name.
std::vector<const Op*> all_ops();
/// Adds a row. Throws Error (invalid_argument) when the name is taken or infer or reference is missing.
const Op& register_op(Op row);

/// Applies an op to tensors: runs it when all inputs are concrete, adds a node to the graph when any is symbolic.
/// Errors carry the op and the Scope path.
std::vector<Tensor> apply_all(const Op& op, std::span<const Tensor> inputs, Attrs attrs = {});
Tensor apply(std::string_view op, std::initializer_list<Tensor> inputs, Attrs attrs = {});
Tensor apply(const Op& op, std::span<const Tensor> inputs, Attrs attrs = {});

namespace detail {
/// How apply_all runs or records; graph/ sets it. Split so that ops/ does not know about graphs.
struct Dispatcher {
  std::vector<Tensor> (*run)(const Op&, std::span<const Tensor>, const Attrs&);
  std::vector<Tensor> (*record)(const Op&, std::span<const Tensor>, const Attrs&);
  /// True while a trace is open on this thread: ops without inputs (random, constants) are then recorded too.
  bool (*tracing)();
};
void set_dispatcher(const Dispatcher& dispatcher);
/// A number that is different for each random op made in a trace (counted from its start), or in the process outside.
std::int64_t next_op_id();
void set_next_op_id(std::int64_t id);
}  // namespace detail

}  // namespace candor
