#include "candor/graph/immediate.h"

#include <atomic>
#include <unordered_map>

#include "candor/base/denormals.h"
#include "candor/base/error.h"
#include "candor/graph/control_kernels.h"
#include "candor/graph/trace_context.h"

namespace candor {
namespace {

std::atomic<std::uint64_t> immediate_seed{0};

struct Key {
  const Op* op;
  Attrs attrs;
  std::vector<TensorType> in;
  bool operator==(const Key&) const = default;
};
struct KeyHash {
  std::size_t operator()(const Key& key) const {
    std::size_t h = std::hash<const void*>{}(key.op) ^ key.attrs.hash() * 31;
    for (const TensorType& t : key.in) {
      h = h * 1000003 + static_cast<std::size_t>(t.dtype);
      for (std::int64_t e : t.shape) h = h * 1000003 + static_cast<std::size_t>(e);
    }
    return h;
  }
};
struct Prepared {
  NodeInfo node;
  Kernel kernel;
};

std::shared_ptr<const Prepared> prepare(const Op& op, const Key& key) {
  auto prepared = std::make_shared<Prepared>();
  prepared->node = {&op, key.attrs, key.in, op.infer(key.in, key.attrs)};
  prepared->kernel = detail::choose_kernel(backend("cpu"), prepared->node, nullptr);
  return prepared;
}

std::shared_ptr<const Prepared> find(const Op& op, Key key) {
  if (op.random) return prepare(op, key);  // its op_id is new each time
  thread_local std::unordered_map<Key, std::shared_ptr<const Prepared>, KeyHash> cache;
  if (const auto found = cache.find(key); found != cache.end()) return found->second;
  auto prepared = prepare(op, key);
  if (cache.size() > 4096) cache.clear();
  cache.emplace(std::move(key), prepared);
  return prepared;
}

std::vector<Tensor> run(const Op& op, std::span<const Tensor> inputs, const Attrs& attrs) {
  Key key{&op, attrs, {}};
  for (const Tensor& t : inputs) key.in.push_back(t.type());
  const auto prepared = find(op, std::move(key));
  if (op.alias) return {inputs[0].view_reshape(prepared->node.out[0].shape)};
  std::vector<Tensor> dense, outputs;
  std::vector<void*> in, out;
  for (const Tensor& t : inputs) in.push_back(dense.emplace_back(t.contiguous()).raw());
  for (const TensorType& type : prepared->node.out) out.push_back(outputs.emplace_back(Tensor::empty(type.shape, type.dtype)).raw());
  const Storage scratch(prepared->kernel.scratch);
  const RunState state{immediate_seed.load(), 0};
  const FlushDenormals flush;  // as a Program does
  prepared->kernel.run({&prepared->node, in.data(), out.data(), scratch.data(), prepared->kernel.block.get(), &state});
  return outputs;
}

bool tracing() { return detail::TraceContext::current() != nullptr; }

}  // namespace

void set_seed(std::uint64_t seed) {
  immediate_seed = seed;
  detail::set_next_op_id(1);
}

void detail::install_graph_dispatcher() { set_dispatcher({run, record, tracing}); }

}  // namespace candor
