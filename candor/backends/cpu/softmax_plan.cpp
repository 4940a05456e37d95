// Candidates of softmax, log_softmax and the cross-entropies with their gradients.
#include <algorithm>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/softmax.h"
#include "candor/base/threads.h"

namespace candor::cpu {
namespace {

using softmax::Rows;

constexpr std::int64_t task_elements = 4 << 10, least_parallel = 16 << 10;

struct Plan {
  softmax::Function function = nullptr, loss = nullptr;  // loss: run before the function, whose results follow
  std::int64_t rows = 0, classes = 0, grain = 1;
  bool sparse = false, dense = false, gradient = false, row_result = false, both = false;
};

template <class I>
bool all_inside(const I* labels, std::int64_t rows, std::int64_t classes) {
  bool inside = true;
  for (std::int64_t i = 0; i < rows; ++i) inside &= labels[i] >= 0 && labels[i] < static_cast<I>(classes);
  return inside;
}

void run(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  const bool wide = p.sparse && args.node->in[1].dtype == DType::i64;
  if (p.sparse && !(wide ? all_inside(args.input<std::int64_t>(1), p.rows, p.classes) : all_inside(args.input<std::int32_t>(1), p.rows, p.classes)))
    return args.node->op->reference(args);  // which says which label it is
  parallel_for((p.rows + p.grain - 1) / p.grain, [&](std::int64_t t) {
    const std::int64_t first = t * p.grain, at = first * p.classes;
    Rows r;
    r.rows = std::min(p.grain, p.rows - first), r.classes = p.classes;
    r.scores = args.input<float>(0) + at;
    if (p.sparse) {
      r.wide_labels = wide;
      r.labels = static_cast<const std::byte*>(args.in[1]) + first * (wide ? 8 : 4);
    }
    if (p.dense) r.targets = args.input<float>(1) + at;
    if (p.gradient) r.cotangent = args.input<float>(2) + first;
    if (p.both) r.losses = args.output<float>(0) + first;
    if (p.loss) r.out = r.losses, p.loss(r);
    r.out = args.output<float>(p.both) + (p.row_result ? first : at);
    p.function(r);
  });
}

Answer answer(const NodeInfo& node, Plan p) {
  const std::string name = "cpu." + node.op->name;
  const TensorType& scores = node.in[0];
  if (scores.dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(scores.dtype)));
  if (scores.size() == 0) return declined(name, "no scores");
  p.classes = scores.shape[-1], p.rows = scores.size() / p.classes;
  p.grain = scores.size() < least_parallel ? p.rows : std::max<std::int64_t>(1, task_elements / p.classes);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run;
  kernel.note = p.grain == p.rows ? "inline" : "parallel over " + std::to_string((p.rows + p.grain - 1) / p.grain) + " groups of rows";
  kernel.block = std::make_shared<const Plan>(p);
  return kernel;
}

Answer soft(const NodeInfo& node, const Machine&) {
  if (node.attrs.integer("axis") != node.in[0].shape.rank() - 1) return declined("cpu." + node.op->name, "not along the last axis");
  return answer(node, {.function = softmax::softmax_rows(node.op->name == "log_softmax")});
}
bool few(const NodeInfo& node) { return node.in[0].shape[-1] <= softmax::few_classes; }
Answer sparse(const NodeInfo& node, const Machine&) {
  return answer(node, {.function = few(node) ? softmax::sparse_loss_of_few() : softmax::sparse_loss(), .sparse = true, .row_result = true});
}
Answer sparse_gradient(const NodeInfo& node, const Machine&) {
  return answer(node, {.function = few(node) ? softmax::sparse_gradient_of_few() : softmax::sparse_gradient(), .sparse = true, .gradient = true});
}
Answer sparse_both(const NodeInfo& node, const Machine&) {
  if (few(node)) return answer(node, {.function = softmax::sparse_both_of_few(), .sparse = true, .gradient = true, .both = true});
  return answer(node, {.function = softmax::sparse_gradient(), .loss = softmax::sparse_loss(), .sparse = true, .gradient = true, .both = true});
}
Answer dense(const NodeInfo& node, const Machine&) { return answer(node, {.function = softmax::dense_loss(), .dense = true, .row_result = true}); }
Answer dense_gradient(const NodeInfo& node, const Machine&) { return answer(node, {.function = softmax::dense_gradient(), .dense = true, .gradient = true}); }

}  // namespace

void add_softmax(CandidateTable& table) {
  table.add({"softmax", "log_softmax"}, soft);
  table.add("sparse_softmax_cross_entropy", sparse);
  table.add("sparse_softmax_cross_entropy_gradient", sparse_gradient);
  table.add("sparse_softmax_cross_entropy_with_gradient", sparse_both);
  table.add("softmax_cross_entropy", dense);
  table.add("softmax_cross_entropy_gradient", dense_gradient);
}

}  // namespace candor::cpu
