// Candidates of the optimizer ops.
#include <algorithm>
#include <cmath>
#include <limits>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/optimizer.h"
#include "candor/backends/cpu/tasks.h"
#include "candor/base/threads.h"
#include "candor/ops/scattered.h"

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
  int table = -1;  ///< which of the plan's tables it is of
};

/// A parameter whose gradient is given as rows of it: each task adds up those of its own part, in their order.
struct Table {
  std::size_t parameter, index;           ///< inputs: the parameter and the numbers of the rows
  std::int64_t rows, inner, numbers;      ///< of the table; in a row; rows that are given
  std::size_t order_at, part_at, first_at;  ///< in scratch, of 4 bytes: the given rows by task, the task of each, where each task's begin
};

struct Plan {
  optimizer::Rule rule = nullptr;
  Numbers numbers;                       ///< what does not change from step to step
  double beta1 = 0, beta2 = 0, decay = 0;
  bool adam = false, torch = false, short_states = false;
  std::size_t count = 0, lists = 0;
  std::size_t first = 0;                 ///< number of the first parameter among the model's: noise depends on it
  std::vector<Cut> cuts;
  std::vector<std::size_t> tasks{0};     ///< where each task's cuts begin, and the end
  std::vector<Table> tables;
  std::int64_t slots = 1, slot_floats = 0;
  std::size_t listed = 0;                ///< numbers of the tables' lists
  std::size_t scratch() const { return tables.empty() ? 0 : (listed + static_cast<std::size_t>(slots * slot_floats)) * sizeof(float); }
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

/// The task whose part of `count` begins at or before i.
std::int64_t part_of_row(std::int64_t count, std::int64_t parts, std::int64_t i) {
  const std::int64_t least = count / parts, longer = count % parts, border = (least + 1) * longer;
  return i < border ? static_cast<std::uint32_t>(i) / static_cast<std::uint32_t>(least + 1) : longer + static_cast<std::uint32_t>(i - border) / static_cast<std::uint32_t>(least);
}

template <class I>
std::int64_t row_number(const I* index, std::int64_t k, std::int64_t rows) { return index[k] < 0 ? static_cast<std::int64_t>(index[k]) + rows : static_cast<std::int64_t>(index[k]); }

/// Lists the given rows task by task; false where a number is none of the table's.
template <class I>
bool list_rows(const Table& table, std::int64_t tasks, const I* index, std::int32_t* scratch) {
  std::int32_t *order = scratch + table.order_at, *part = scratch + table.part_at, *first = scratch + table.first_at;
  std::fill(first, first + tasks + 1, 0);
  for (std::int64_t k = 0; k < table.numbers; ++k) {
    const std::int64_t row = row_number(index, k, table.rows);
    if (row < 0 || row >= table.rows) return false;
    part[k] = static_cast<std::int32_t>(part_of_row(table.rows, tasks, row));
    ++first[part[k] + 1];
  }
  for (std::int64_t t = 0; t < tasks; ++t) first[t + 1] += first[t];
  for (std::int64_t k = 0; k < table.numbers; ++k) order[first[part[k]]++] = static_cast<std::int32_t>(k);
  for (std::int64_t t = tasks; t > 0; --t) first[t] = first[t - 1];  // each has become the next one's
  first[0] = 0;
  return true;
}

/// The gradient of a cut of a table.
template <class I>
void add_up(const Table& table, const Cut& cut, std::int64_t task, const I* index, const float* rows, const std::int32_t* scratch, float* sum) {
  const std::int32_t *order = scratch + table.order_at, *first = scratch + table.first_at;
  std::fill(sum, sum + cut.count, 0.f);
  for (std::int32_t i = first[task]; i < first[task + 1]; ++i) {
    if (i + 2 < first[task + 1])
      for (std::int64_t j = 0; j < table.inner; j += 16) __builtin_prefetch(rows + order[i + 2] * table.inner + j);
    const float* from = rows + order[i] * table.inner;
    float* to = sum + row_number(index, order[i], table.rows) * table.inner - cut.offset;
    for (std::int64_t j = 0; j < table.inner; ++j) to[j] += from[j];
  }
}

template <class F>
void with_index(const KernelArgs& args, const Table& table, F&& f) {
  if (args.node->in[table.index].dtype == DType::i64) f(args.input<std::int64_t>(table.index));
  else f(args.input<std::int32_t>(table.index));
}

void run(const KernelArgs& args) {
  const Plan& plan = *static_cast<const Plan*>(args.block);
  const Numbers numbers = numbers_of(plan, args);
  const std::int64_t tasks = static_cast<std::int64_t>(plan.tasks.size()) - 1;
  const double step = plan.short_states ? scalar(args, plan.count * (plan.lists + 1) + 1) : 0;
  const auto update = [&](const Cut& cut, const float* gradient) {
    Piece piece;
    for (std::size_t k = 0; k < plan.lists; ++k) {
      const std::size_t at = k * plan.count + cut.parameter;
      if (plan.short_states && k > 0) {
        piece.short_in[k] = args.input<std::uint16_t>(at) + cut.offset;
        piece.short_out[k] = args.output<std::uint16_t>(at) + cut.offset;
        continue;
      }
      piece.in[k] = args.input<float>(at) + cut.offset;
      piece.out[k] = args.output<float>(at) + cut.offset;
    }
    if (plan.short_states) piece.key = noise_key(step, plan.first + cut.parameter), piece.first = static_cast<std::uint32_t>(cut.offset);
    piece.gradient = gradient;
    piece.count = cut.count;
    plan.rule(numbers, piece);
  };
  const auto gradient_of = [&](const Cut& cut) { return args.input<float>(plan.lists * plan.count + cut.parameter); };
  const auto each_cut = [&](std::int64_t t, auto&& f) {
    for (std::size_t c = plan.tasks[static_cast<std::size_t>(t)]; c < plan.tasks[static_cast<std::size_t>(t) + 1]; ++c) f(plan.cuts[c]);
  };
  if (plan.tables.empty()) {
    parallel_for(tasks, [&](std::int64_t t) { each_cut(t, [&](const Cut& cut) { update(cut, gradient_of(cut) + cut.offset); }); });
    return;
  }
  auto* lists = reinterpret_cast<std::int32_t*>(args.scratch);
  bool inside = true;
  for (const Table& table : plan.tables) with_index(args, table, [&](const auto* index) { inside = inside && list_rows(table, tasks, index, lists); });
  if (!inside) return args.node->op->reference(args);  // which says which number it is
  run_tasks(tasks, plan.slots, [&](std::int64_t t, std::int64_t slot) {
    float* sum = reinterpret_cast<float*>(args.scratch) + plan.listed + static_cast<std::size_t>(slot * plan.slot_floats);
    each_cut(t, [&](const Cut& cut) {
      if (cut.table < 0) return update(cut, gradient_of(cut) + cut.offset);
      const Table& table = plan.tables[static_cast<std::size_t>(cut.table)];
      with_index(args, table, [&](const auto* index) { add_up(table, cut, t, index, gradient_of(cut), lists, sum); });
      update(cut, sum);
    });
  });
}

// The line with which task t begins. Both halves of a matrix end where those of its gradient do (matmul_sparse.cpp): a line that two cores
// write in turn costs more than those around it together.
std::int64_t first_line(const Shape& shape, std::int64_t tasks, std::int64_t t) {
  const std::int64_t lines = (shape.size() + line - 1) / line, half = tasks / 2;
  if (shape.rank() != 2 || shape[1] % line != 0 || half == 0) return part_start(lines, tasks, t);
  const std::int64_t middle = std::min(shape[0], part_start((shape[0] + 15) / 16, 2, 1) * 16) * (shape[1] / line);
  return t < half ? part_start(middle, half, t) : middle + part_start(lines - middle, half, t - half);
}

// Task t updates part t of each parameter, as the kernels before it cut gradients and weights: a core finds what it wrote itself. A line of memory
// that another core has read takes many times as long to write.
void cut_up(Plan& plan, const NodeInfo& node) {
  std::int64_t total = 0;
  for (std::size_t p = 0; p < plan.count; ++p) total += node.in[p].size();
  const std::int64_t tasks = total >= least_parallel ? 2 * std::max<std::int64_t>(1, total / (2 * piece_length)) : 1;
  for (std::int64_t t = 0; t < tasks; ++t) {
    for (std::size_t p = 0; p < plan.count; ++p) {
      const auto table = std::find_if(plan.tables.begin(), plan.tables.end(), [&](const Table& one) { return one.parameter == p; });
      if (table != plan.tables.end()) {
        const std::int64_t first = part_start(table->rows, tasks, t) * table->inner, last = part_start(table->rows, tasks, t + 1) * table->inner;
        if (first < last) plan.cuts.push_back({p, first, last - first, static_cast<int>(table - plan.tables.begin())});
        plan.slot_floats = std::max(plan.slot_floats, (last - first + line - 1) / line * line);
        continue;
      }
      const std::int64_t size = node.in[p].size(), from = std::min(size, first_line(node.in[p].shape, tasks, t) * line), end = std::min(size, first_line(node.in[p].shape, tasks, t + 1) * line);
      if (from < end) plan.cuts.push_back({p, from, end - from, -1});
    }
    plan.tasks.push_back(plan.cuts.size());
  }
  const auto room = [&](std::int64_t numbers) {
    const std::size_t at = plan.listed;
    plan.listed += static_cast<std::size_t>((numbers + line - 1) / line * line);
    return at;
  };
  for (Table& table : plan.tables) table.order_at = room(table.numbers), table.part_at = room(table.numbers), table.first_at = room(tasks + 1);
  plan.slots = slots_for(tasks);
}

Answer answer(const NodeInfo& node, Plan&& plan) {
  const std::string name = "cpu." + node.op->name;
  const Attrs& attrs = node.attrs;
  plan.count = static_cast<std::size_t>(attrs.integer("count")), plan.lists = static_cast<std::size_t>(attrs.integer("lists"));
  for (std::size_t p = 0; p < plan.count; ++p)
    if (node.in[p].dtype != DType::f32) return declined(name, "parameter " + std::to_string(p) + " is " + to_string(node.in[p]));
  if (attrs.has("taken")) {
    const auto& taken = attrs.integers("taken");
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const auto p = static_cast<std::size_t>(taken[i]);
      const std::size_t index = node.in.size() - taken.size() + i;
      const Shape& shape = node.in[p].shape;
      if (shape[0] > std::numeric_limits<std::int32_t>::max() || node.in[index].size() > std::numeric_limits<std::int32_t>::max()) return declined(name, "tables of more than 2^31 rows");
      if (node.in[index].dtype != DType::i32 && node.in[index].dtype != DType::i64) return declined(name, "numbers of rows are " + to_string(node.in[index]));
      plan.tables.push_back({p, index, shape[0], node.in[p].size() / shape[0], node.in[index].size(), 0, 0, 0});
    }
  }
  cut_up(plan, node);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run;
  kernel.scratch = plan.scratch();
  const std::size_t tasks = plan.tasks.size() - 1;
  kernel.note = std::to_string(plan.count) + " parameters, " + (tasks == 1 ? "inline" : "parallel over " + std::to_string(tasks) + " pieces");
  if (!plan.tables.empty()) kernel.note += ", adds up the rows of " + std::to_string(plan.tables.size()) + (plan.tables.size() == 1 ? " table" : " tables");
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
  plan.first = attrs.has("first") ? static_cast<std::size_t>(attrs.integer("first")) : 0;
  plan.short_states = attrs.has("bf16_state") && attrs.flag("bf16_state");
  plan.rule = optimizer::adam_rule(attrs.integer("lists") == 4, plan.short_states);
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
