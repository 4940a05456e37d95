// Elementwise ops, random ops and the optimizers' updates.
#include "candor/graph/batching/batching.h"
#include "candor/ops/manipulate.h"

namespace candor::batching {
namespace {

// The example's axes are aligned from the right, so those with fewer get axes of extent 1 behind the batch axis.
Tensors elementwise(const BatchArgs& args) {
  int rank = 0;
  bool same = true;
  for (const TensorType& type : args.node.in) {
    rank = std::max(rank, type.shape.rank());
    same &= type.shape == args.node.in[0].shape;
  }
  // Some rows demand equal shapes (a loss never broadcasts), and what a row from outside demands is not known.
  static const std::unordered_map<std::string, bool> broadcasts = [] {
    std::unordered_map<std::string, bool> names;
    for (const char* name : {"add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "fmod", "mod", "arctan2", "equal", "not_equal", "less",
                             "less_equal", "greater", "greater_equal", "logical_and", "logical_or", "logical_xor", "where"})
      names[name] = true;
    return names;
  }();
  if (same && !broadcasts.count(args.node.op->name)) return apply_all(*args.node.op, all_in_front(args), args.node.attrs);
  Tensors in;
  for (std::size_t i = 0; i < args.in.size(); ++i) in.push_back(args.batched[i] ? aligned(args.in[i], rank) : args.in[i]);
  return apply_all(*args.node.op, in, args.node.attrs);
}

// Each example draws numbers of its own.
Tensors drawn(const BatchArgs& args) {
  Attrs attrs = args.node.attrs;
  attrs.set("shape", Shape(with_front(args.size, attrs.integers("shape"))));
  return {apply(*args.node.op, {}, attrs)};
}

Tensors drawn_each(const BatchArgs& args) { return apply_all(*args.node.op, all_in_front(args), args.node.attrs); }

Tensors permutations(const BatchArgs& args) {
  if (args.size == 0) return {Tensor::zeros(args.node.out[0].shape.inserted(0, 0), DType::i64)};
  Tensors rows;
  for (std::int64_t i = 0; i < args.size; ++i) {
    Attrs attrs = args.node.attrs;
    rows.push_back(apply(*args.node.op, {}, attrs.set("op_id", AttrValue(detail::next_op_id()))));
  }
  return {stack(rows)};
}

// All parameters at one rate: more parameters. Rates of their own are for the loop.
Tensors update(const BatchArgs& args) {
  const std::size_t scalars = args.node.op->name == "adam_update" ? 2 : 1, lists = args.in.size() - scalars;
  for (std::size_t i = lists; i < args.in.size(); ++i)
    if (args.batched[i]) return {};
  Tensors in;
  for (std::size_t i = 0; i < args.in.size(); ++i) in.push_back(i < lists ? in_front(args, i) : args.in[i]);
  return apply_all(*args.node.op, in, args.node.attrs);
}

}  // namespace

void add_elementwise(Rules& rules) {
  for (const char* name : {"add", "where", "stop_gradient", "check_index", "hash_bucket"}) rules[name] = elementwise;  // "add": the rule of every op that is flagged elementwise
  for (const char* name : {"uniform", "normal", "truncated_normal", "bernoulli"}) rules[name] = drawn;
  rules["permutation"] = permutations;
  rules["log_gamma_draw"] = drawn_each;
  for (const char* name : {"sgd_update", "adam_update", "rmsprop_update"}) rules[name] = update;
}

}  // namespace candor::batching
