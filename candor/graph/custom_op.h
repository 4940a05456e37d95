// Ops of your own: a shape rule, a kernel and a gradient, given as lambdas or by a shared library that is loaded while the program
// runs. They are called with apply("name", {x}), and are traced, planned, differentiated and mapped like Candor's own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/base/function.h"
#include "candor/ops/op.h"

namespace candor {
/// An op of one's own for register_custom_op: name, types of the outputs, kernel, gradient. Only name and kernel must be given.
struct CustomOp {
  /// What it is called by; a prefix of your own keeps names apart: "acme.cube".
  std::string name;
  /// Types of the outputs from those of the inputs; throws (Error or anything from std::exception) when they do not fit.
  /// Null: one output like the first input.
  Function<std::vector<TensorType>(std::span<const TensorType> in, const Attrs& attributes)> shape = nullptr;
  /// Computes the outputs: args.input<float>(0), args.output<float>(0), types in args.node->in and out, attributes in
  /// args.node->attrs. Buffers are row-major; outputs are not zeroed; every element must be written. It must not keep the pointers,
  /// may be called from several threads (for different runs), and may use parallel_for of base/threads.h. What it throws ends the
  /// run and arrives as an Error that names the op.
  Function<void(const KernelArgs& args)> kernel = nullptr;
  /// Gradients to the inputs (undefined: none), written with ops, so that it can be differentiated again. Null: asking for a gradient
  /// through the op is an Error.
  Function<std::vector<Tensor>(const GradientArgs& args)> gradient = nullptr;
  /// For vmap: all outputs with an axis of args.size in front. Null: a loop over the examples, unless `elementwise`.
  Function<std::vector<Tensor>(const BatchArgs& args)> batch = nullptr;
  /// Output element i depends on the elements i of inputs of the same shape alone: vmap then is the op on more elements.
  bool elementwise = false;
};

/// Makes the op known for the rest of the process. Throws Error (invalid_argument) when the name is empty or taken (Candor's own names
/// are), or there is no kernel.
const Op& register_custom_op(CustomOp op);

/// Number of the layout of what a library of ops and the program share; it changes when a library must be compiled again.
constexpr std::uint32_t op_library_version = 1;

/// What a library of ops adds its ops to.
class OpLibrary {
 public:
  void add(CustomOp op) { ops_.push_back(std::move(op)); }
  const std::vector<CustomOp>& ops() const { return ops_; }

 private:
  std::vector<CustomOp> ops_;
};

/// Loads a shared library with CANDOR_OPS(library) { library.add({...}); } and registers its ops, all or none; returns their names. The
/// library is compiled with Candor's headers, is not linked with Candor, and stays loaded; the program must export its symbols
/// (CMake: ENABLE_EXPORTS, else -rdynamic). It runs code of the library: load only what you trust.
/// Throws Error: not_found (no such file), corrupt (no shared library, no ops in it, symbols missing), unsupported (compiled for another
/// version of Candor), invalid_argument (a name that is taken, an op that is not complete, an entry that throws).
std::vector<std::string> load_ops(const std::string& path);

}  // namespace candor

extern "C" {
std::uint32_t candor_op_library_version();
void candor_op_library(candor::OpLibrary& library);
}

/// Opens the entry point of a library of ops, once in it.
#define CANDOR_OPS(library)                                                           \
  extern "C" std::uint32_t candor_op_library_version() { return candor::op_library_version; } \
  extern "C" void candor_op_library(candor::OpLibrary& library)
