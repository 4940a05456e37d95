#include "candor/graph/checkpoint.h"

#include "candor/graph/recomputed.h"
#include "candor/graph/trace_context.h"
#include "candor/graph/work.h"
#include "candor/ops/op.h"

namespace candor {

std::vector<Tensor> checkpoint(const Function<std::vector<Tensor>()>& f) {
  const detail::CheckpointRegion region;
  return f();
}

namespace detail {
namespace {
thread_local bool switched_off = false;
}

NoCheckpoints::NoCheckpoints() : before_(switched_off) { switched_off = true; }
NoCheckpoints::~NoCheckpoints() { switched_off = before_; }

CheckpointRegion::CheckpointRegion() : context_(switched_off ? nullptr : TraceContext::current()) {
  if (!context_) return;
  if (context_->in_checkpoint) {
    context_ = nullptr;
    return;
  }
  context_->in_checkpoint = true;
  first_ = context_->graph->nodes.size();
}

CheckpointRegion::~CheckpointRegion() {
  if (!context_) return;
  context_->in_checkpoint = false;
  context_->checkpoints.emplace_back(first_, context_->graph->nodes.size());
}

double checkpoint_recorded(int parts, int marked) {
  TraceContext* const context = TraceContext::current();
  if (!context || switched_off || context->in_checkpoint || !context->checkpoints.empty() || parts < 1) return 0;
  const std::vector<Node>& nodes = context->graph->nodes;
  const auto bytes_of = [](const Node& node) {
    double bytes = 0;
    if (!node.info.op->alias)
      for (const TensorType& type : node.info.out) bytes += static_cast<double>(type.bytes());
    return bytes;
  };
  const auto work_of = [](const Node& node) { return detail::flops_of(node.info); };
  double all_bytes = 0, all_work = 0, done = 0, again = 0;
  for (const Node& node : nodes) all_bytes += bytes_of(node), all_work += work_of(node);
  std::size_t first = 0;
  int part = 1;
  for (std::size_t n = 0; n < nodes.size() && part <= marked; ++n) {
    done += bytes_of(nodes[n]);
    again += work_of(nodes[n]);
    if (done < all_bytes * part / parts && n + 1 < nodes.size()) continue;
    context->checkpoints.emplace_back(first, n + 1);
    first = n + 1;
    while (part <= parts && done >= all_bytes * part / parts) ++part;
  }
  return all_work > 0 && first > 0 ? again / all_work : 0;
}

Recomputed::Recomputed(TraceContext& context) : context_(context), regions_(context.checkpoints), done_(regions_.size(), false) {}

void Recomputed::enter(std::size_t node) {
  for (std::size_t r = 0; r < regions_.size(); ++r) {
    const auto [first, end] = regions_[r];
    if (node < first || node >= end || done_[r]) continue;
    done_[r] = true;
    const std::string path = context_.path;
    const int outer = context_.recomputing;
    context_.recomputing = ++context_.recomputations;
    for (std::size_t n = first; n < end; ++n) {
      const Node copy = context_.graph->nodes[n];  // recording grows the vector
      context_.path = copy.path.empty() ? "again" : copy.path + "/again";
      std::vector<Tensor> in;
      for (int v : copy.inputs) in.push_back((*this)(v));
      const std::vector<Tensor> out = record(*copy.info.op, in, copy.info.attrs);
      for (std::size_t i = 0; i < out.size(); ++i) values_[copy.outputs[i]] = out[i];
    }
    context_.recomputing = outer;
    context_.path = path;
  }
}

Tensor Recomputed::operator()(int value) const {
  const auto found = values_.find(value);
  return found == values_.end() ? context_.tensor_of(value) : found->second;
}

}  // namespace detail
}  // namespace candor
