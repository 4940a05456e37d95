// Attention, recurrent sequences and alignments: the samples of all examples are one batch.
#include "candor/graph/batching/batching.h"
#include "candor/ops/manipulate.h"

namespace candor::batching {
namespace {

Tensors unfolded(const BatchArgs& args, const Tensors& in) {
  Tensors out;
  for (const Tensor& y : apply_all(*args.node.op, in, args.node.attrs)) out.push_back(unfold(y, args.size));
  return out;
}

Tensors of_samples(const BatchArgs& args) {
  if (args.size == 0) return {};
  Tensors in;
  for (const Tensor& x : all_in_front(args)) in.push_back(fold(x));
  return unfolded(args, in);
}

// Bias and mask broadcast to [batch, heads, queries, keys]: with a batch of 1 they are given to every sample of their example.
Tensors attended(const BatchArgs& args) {
  if (args.size == 0) return {};
  const std::int64_t batch = args.node.in[0].shape[0];
  const std::size_t behind = 3 + std::size_t{args.node.attrs.flag("bias")} + std::size_t{args.node.attrs.flag("mask")};
  Tensors in;
  for (std::size_t i = 0; i < args.in.size(); ++i) {
    const Shape& one = args.node.in[i].shape;
    const bool broadcasts = i >= 3 && i < behind && one[0] == 1;
    if (broadcasts && !args.batched[i]) in.push_back(args.in[i]);
    else if (broadcasts) in.push_back(fold(broadcast_to(args.in[i], one.with(0, batch).inserted(0, args.size))));
    else in.push_back(fold(in_front(args, i)));
  }
  return unfolded(args, in);
}

// Examples with recurrent kernels of their own are for the loop.
template <std::size_t shared, std::size_t count = 1>
Tensors stepped(const BatchArgs& args) {
  if (args.size == 0) return {};
  Tensors in;
  for (std::size_t i = 0; i < args.in.size(); ++i) {
    const bool is_shared = i >= shared && i < shared + count;
    if (is_shared && args.batched[i]) return {};
    in.push_back(is_shared ? args.in[i] : fold(in_front(args, i)));
  }
  return unfolded(args, in);
}

// Rows of x are rows, however many axes they have.
Tensors by_narrow_weights(const BatchArgs& args) {
  for (std::size_t i = 1; i < args.in.size(); ++i)
    if (args.batched[i]) return {};
  return apply_all(*args.node.op, args.in, args.node.attrs);
}

}  // namespace

void add_sequences(Rules& rules) {
  rules["dot_product_attention"] = rules["dot_product_attention_gradient"] = attended;
  rules["cached_attention"] = stepped<3>;
  rules["narrow_matmul"] = by_narrow_weights;
  rules["ctc_loss"] = rules["ctc_loss_gradient"] = of_samples;
  rules["rnn_sequence"] = rules["lstm_sequence"] = stepped<1>;
  rules["gru_sequence"] = stepped<1, 2>;
  rules["rnn_sequence_gradient"] = stepped<2>;
  rules["lstm_sequence_gradient"] = rules["gru_sequence_gradient"] = stepped<3>;
}

}  // namespace candor::batching
