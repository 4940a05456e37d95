// Batching: a graph of one example becomes a graph of many. Each op has a rule that says what it is with one more axis in front; ops
// without a rule run in a loop. Internal to graph/; people call vmap (graph/vmap.h).
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "candor/graph/graph.h"

namespace candor::batching {

using Tensors = std::vector<Tensor>;
using Ints = std::vector<std::int64_t>;

/// Tensors of a graph and which of them have the batch axis, always in front; the others are the same for every example.
struct Values {
  Tensors tensors;
  std::vector<bool> batched;
};

/// The graph's results for `size` examples at once, recorded into the open trace. `arguments` are those of the graph.
Values run(const Graph& graph, const Values& arguments, std::int64_t size);

/// The outputs of one node, all with the batch axis. Empty: the rule does not know this case, a loop is needed.
using Rule = Tensors (*)(const BatchArgs&);
using Rules = std::unordered_map<std::string, Rule>;

void add_elementwise(Rules& rules);
void add_reduce(Rules& rules);
void add_movement(Rules& rules);
void add_index(Rules& rules);
void add_products(Rules& rules);
void add_images(Rules& rules);
void add_normalization(Rules& rules);
void add_sequences(Rules& rules);
void add_control(Rules& rules);

/// Whether running the op, or a graph among its attributes, draws random numbers: each example gets its own.
bool draws(const Op& op, const Attrs& attrs);

/// The tensor with the batch axis, repeated for each example where it has none.
Tensor in_front(const Tensor& x, bool batched, std::int64_t size);
inline Tensor in_front(const BatchArgs& args, std::size_t i) { return in_front(args.in[i], args.batched[i], args.size); }
/// All inputs with the batch axis.
Tensors all_in_front(const BatchArgs& args);
/// [B, ...] with axes of extent 1 behind the batch axis, so that the example's axes broadcast as those of `rank` axes do.
Tensor aligned(const Tensor& x, int rank);
/// The axis `from` moved to place `to`, the others in order.
Tensor move_axis(const Tensor& x, int from, int to);
/// [B, N, ...] -> [B N, ...] and back: the samples of all examples are one batch.
Tensor fold(const Tensor& x);
Tensor unfold(const Tensor& x, std::int64_t size);
/// The axes or places behind one more axis in front.
Ints shifted(const Ints& axes);
Ints with_front(std::int64_t first, const Ints& rest);
Attrs with_axis_shifted(const Attrs& attrs);

}  // namespace candor::batching
