// Candidates of the optimizer ops.
#include <algorithm>
#include <cmath>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/optimizer.h"
#include "candor/backends/cpu/tasks.h"
#include "candor/base/denormals.h"
#include "candor/base/threads.h"

namespace candor::cpu {
namespace {

using optimizer::Numbers;
using optimizer::Piece;

constexpr std::int64_t piece_length = 8 << 10;       // elements a task, about
constexpr std::int64_t line = 16;                    // parameters are cut between cache lines
constexpr std::int64_t least_parallel = 24 << 10;

struct Cut {
  std::size_t parameter;
  std::int64_t offset, count;
};

struct Plan {
  optimizer::Rule rule = nullptr;
  Numbers numbers;                       ///< what does not change from step to step
  double beta1 = 0, beta2 = 0, decay = 0;
  bool adam = false, torch = false;
  std::size_t count = 0, lists = 0;
  std::vector<Cut> cuts;
  std::vector<std::size_t> tasks{0};     ///< where each task's cuts begin, and the end
};

double scalar(const KernelArgs& args, std::size_t i) {
  return args.node->in[i].dtype == DType::f64 ? *args.input<double>(i) : static_cast<double>(*args.input<float>(i));
}

// The numbers of this step.
Numbers numbers_of(const Plan& plan, const KernelArgs& args) {
  Numbers n = plan.numbers;
  const std::size_t rate_at = plan.count * (plan.lists + 1);
  const double rate = scalar(args, rate_at);
  n.keep = static_cast<float>(1 - rate * plan.decay);
  n.rate = static_cast<float>(rate);
  if (plan.adam) {
    const double step = scalar(args, rate_at + 1);
    const double correction1 = 1 - std::pow(plan.beta1, step), root2 = std::sqrt(1 - std::pow(plan.beta2, step));
    n.rate = static_cast<float>(rate * root2 / correction1);
    if (plan.torch) n.epsilon = static_cast<float>(static_cast<double>(n.epsilon) * root2);
  }
  return n;
}

void run(const KernelArgs& args) {
  const Plan& plan = *static_cast<const Plan*>(args.block);
  const Numbers numbers = numbers_of(plan, args);
  const auto task = [&](std::int64_t t) {
    const FlushDenormals flush;
    for (std::size_t c = plan.tasks[static_cast<std::size_t>(t)]; c < plan.tasks[static_cast<std::size_t>(t) + 1]; ++c) {
      const Cut& cut = plan.cuts[c];
      Piece piece;
      for (std::size_t k = 0; k < plan.lists; ++k) {
        piece.in[k] = args.input<float>(k * plan.count + cut.parameter) + cut.offset;
        piece.out[k] = args.output<float>(k * plan.count + cut.parameter) + cut.offset;
      }
      piece.gradient = args.input<float>(plan.lists * plan.count + cut.parameter) + cut.offset;
      piece.count = cut.count;
      plan.rule(numbers, piece);
    }
  };
  parallel_for(static_cast<std::int64_t>(plan.tasks.size()) - 1, task);
}

// Task t updates part t of each parameter, as the kernels before it cut gradients and weights: a core finds what it wrote itself. A line of memory
// that another core has read takes many times as long to write.
void cut_up(Plan& plan, const NodeInfo& node) {
  std::int64_t total = 0;
  for (std::size_t p = 0; p < plan.count; ++p) total += node.in[p].size();
  const std::int64_t tasks = total >= least_parallel ? 2 * std::max<std::int64_t>(1, total / (2 * piece_length)) : 1;
  for (std::int64_t t = 0; t < tasks; ++t) {
    for (std::size_t p = 0; p < plan.count; ++p) {
      const std::int64_t size = node.in[p].size(), lines = (size + line - 1) / line;
      const std::int64_t from = std::min(size, part_start(lines, tasks, t) * line), end = std::min(size, part_start(lines, tasks, t + 1) * line);
      if (from < end) plan.cuts.push_back({p, from, end - from});
    }
    plan.tasks.push_back(plan.cuts.size());
  }
}

Answer answer(const NodeInfo& node, Plan&& plan) {
  const std::string name = "cpu." + node.op->name;
  const Attrs& attrs = node.attrs;
  plan.count = static_cast<std::size_t>(attrs.integer("count")), plan.lists = static_cast<std::size_t>(attrs.integer("lists"));
  for (std::size_t p = 0; p < plan.count; ++p)
    if (node.in[p].dtype != DType::f32) return declined(name, "parameter " + std::to_string(p) + " is " + to_string(node.in[p]));
  cut_up(plan, node);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run;
  const std::size_t tasks = plan.tasks.size() - 1;
  kernel.note = std::to_string(plan.count) + " parameters, " + (tasks == 1 ? "inline" : "parallel over " + std::to_string(tasks) + " pieces");
  kernel.block = std::make_shared<const Plan>(std::move(plan));
  return kernel;
}

Answer sgd(const NodeInfo& node, const Machine&) {
  Plan plan;
  plan.rule = optimizer::sgd_rule(node.attrs.integer("lists") == 2, node.attrs.flag("nesterov"));
  plan.decay = node.attrs.number("weight_decay");
  plan.numbers.momentum = static_cast<float>(node.attrs.number("momentum"));
  return answer(node, std::move(plan));
}

Answer adam(const NodeInfo& node, const Machine&) {
  const Attrs& attrs = node.attrs;
  Plan plan;
  plan.rule = optimizer::adam_rule(attrs.integer("lists") == 4);
  plan.adam = true, plan.torch = attrs.flag("torch_epsilon");
  plan.decay = attrs.number("weight_decay"), plan.beta1 = attrs.number("beta1"), plan.beta2 = attrs.number("beta2");
  Numbers& n = plan.numbers;
  n.beta1 = static_cast<float>(plan.beta1), n.beta2 = static_cast<float>(plan.beta2);
  n.rest1 = static_cast<float>(1 - plan.beta1), n.rest2 = static_cast<float>(1 - plan.beta2);
  n.epsilon = static_cast<float>(attrs.number("epsilon"));
  return answer(node, std::move(plan));
}

Answer rmsprop(const NodeInfo& node, const Machine&) {
  const Attrs& attrs = node.attrs;
  Plan plan;
  plan.rule = optimizer::rmsprop_rule(attrs.number("momentum") != 0, attrs.flag("centered"), attrs.flag("torch_epsilon"));
  Numbers& n = plan.numbers;
  n.beta1 = static_cast<float>(attrs.number("rho")), n.rest1 = static_cast<float>(1 - attrs.number("rho"));
  n.momentum = static_cast<float>(attrs.number("momentum")), n.epsilon = static_cast<float>(attrs.number("epsilon"));
  return answer(node, std::move(plan));
}

}  // namespace

void add_optimizers(CandidateTable& table) {
  table.add("sgd_update", sgd);
  table.add("adam_update", adam);
  table.add("rmsprop_update", rmsprop);
}

}  // namespace candor::cpu
