#include "candor/graph/program.h"

#include <chrono>
#include <cstring>
#include <set>

#include "candor/base/clock.h"
#include "candor/base/denormals.h"
#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/graph/control_kernels.h"
#include "candor/graph/plan.h"
#include "candor/graph/rewrite/rewrite.h"
#include "candor/graph/thread_choice.h"
#include "candor/graph/work.h"

namespace candor {
namespace {


thread_local bool in_program = false;
struct Within {  // cleared also when a kernel throws
  Within() { in_program = true; }
  ~Within() { in_program = false; }
};

struct Step {
  KernelFn run;
  KernelArgs args;
  int node;
};
struct Copy {  // after the last step: results and updates that could not be computed in place
  int value;         // what is copied, -1: `from`
  const void* from;
  void* to;
  int result;        // whose buffer is the target, -1: `to`
  std::size_t bytes;
};

}  // namespace

struct Program::Impl {
  Graph graph;
  PlanOptions options;
  const Backend* device = nullptr;
  std::vector<std::pair<std::string, int>> fired;
  detail::MemoryPlan memory;
  std::vector<Kernel> kernels;                    // one a node
  std::vector<std::vector<Declined>> declined;    // one a node
  std::vector<TensorType> argument_types, result_types;

  std::unique_ptr<Storage> arena;
  std::vector<std::unique_ptr<Storage>> staging;
  std::vector<void*> pointers;                                      // one a value
  std::vector<std::vector<void*>> step_in, step_out;                // what KernelArgs point to
  std::vector<Step> steps;
  std::vector<std::pair<void**, std::size_t>> argument_slots;       // where each argument's pointer goes
  std::vector<Copy> copies;
  std::vector<void*> given, wanted;                                 // what a run on tensors hands over
  RunState state;
  std::vector<double> seconds, began, took;
  std::int64_t profiled_runs = 0;
  detail::ThreadChoice choice;
  bool teams_known = true;         // no library starts teams of its own
  bool teams_started_last = true;  // the last run on all threads shared work out

  void choose_kernels();
  void lay_out();
  void add_copies();
  void run_steps();
  void run_on_chosen_threads();
};

void Program::Impl::choose_kernels() {
  declined.resize(graph.nodes.size());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].info.op->alias) kernels.push_back({"alias", nullptr, nullptr, 0, "the same memory under another shape"});
    else kernels.push_back(detail::choose_kernel(*device, graph.nodes[n].info, &declined[n]));
  }
}

void Program::Impl::lay_out() {
  arena = std::make_unique<Storage>(memory.arena_bytes);
  pointers.assign(graph.values.size(), nullptr);
  for (std::size_t v = 0; v < graph.values.size(); ++v) {
    const detail::Place& place = memory.places[v];
    if (place.home == detail::Home::storage) pointers[v] = place.tensor.raw();
    if (place.home == detail::Home::arena) pointers[v] = arena->data() + memory.blocks[static_cast<std::size_t>(place.block)].offset;
  }
  step_in.resize(graph.nodes.size());
  step_out.resize(graph.nodes.size());
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (node.info.op->alias) continue;
    for (int v : node.inputs) step_in[n].push_back(pointers[static_cast<std::size_t>(v)]);
    for (int v : node.outputs) step_out[n].push_back(pointers[static_cast<std::size_t>(v)]);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const detail::Place& place = memory.places[static_cast<std::size_t>(node.inputs[i])];
      if (place.home == detail::Home::argument) argument_slots.emplace_back(&step_in[n][i], static_cast<std::size_t>(place.argument));
    }
    const int scratch = memory.scratch[n];
    std::byte* room = scratch < 0 ? nullptr : arena->data() + memory.blocks[static_cast<std::size_t>(scratch)].offset;
    steps.push_back({kernels[n].run, {&node.info, step_in[n].data(), step_out[n].data(), room, kernels[n].block.get(), &state}, static_cast<int>(n)});
  }
  for (std::size_t v = 0; v < graph.values.size(); ++v)
    if (memory.places[v].home == detail::Home::argument) argument_slots.emplace_back(&pointers[v], static_cast<std::size_t>(memory.places[v].argument));
  add_copies();
  for (std::vector<double>* times : {&seconds, &began, &took}) times->assign(graph.nodes.size(), 0);
}

void Program::Impl::add_copies() {
  for (std::size_t r = 0; r < graph.results.size(); ++r)
    copies.push_back({graph.results[r], nullptr, nullptr, static_cast<int>(r), result_types[r].bytes()});
  // A new value that lies in another variable's storage could be overwritten by that variable's own update, as when two
  // variables swap: all such values are saved before any variable is written.
  const auto needs_saving = [&](std::size_t u) {
    const detail::Place& place = memory.places[static_cast<std::size_t>(graph.updates[u].second)];
    return place.home == detail::Home::storage && place.tensor.is_variable();
  };
  std::vector<Copy> writes;
  for (std::size_t u = 0; u < graph.updates.size(); ++u) {
    const auto& [variable, v] = graph.updates[u];
    if (memory.updated_in_place[u]) continue;
    const std::size_t bytes = variable.type().bytes();
    if (!needs_saving(u)) {
      writes.push_back({v, nullptr, variable.raw(), -1, bytes});
      continue;
    }
    staging.push_back(std::make_unique<Storage>(bytes));
    copies.push_back({v, nullptr, staging.back()->data(), -1, bytes});
    writes.push_back({-1, staging.back()->data(), variable.raw(), -1, bytes});
  }
  copies.insert(copies.end(), writes.begin(), writes.end());
}

Program::Program(std::shared_ptr<const Graph> graph, const PlanOptions& options) : impl_(std::make_unique<Impl>()) {
  Impl& p = *impl_;
  p.graph = *graph;
  p.options = options;
  p.device = &backend(options.device);
  if (options.rewrite) p.fired = candor::rewrite(p.graph);
  for (int v : p.graph.arguments) p.argument_types.push_back(p.graph.values[static_cast<std::size_t>(v)].type);
  for (int v : p.graph.results) p.result_types.push_back(p.graph.values[static_cast<std::size_t>(v)].type);
  p.choose_kernels();
  std::vector<std::size_t> scratch;
  for (const Kernel& kernel : p.kernels) scratch.push_back(kernel.scratch);
  p.memory = detail::plan_memory(p.graph, scratch, options.reuse);
#ifndef NDEBUG
  check(p.graph);
  detail::check_blocks(p.memory);
#endif
  if (!p.device->computes()) return;
  p.lay_out();
  double flops = 0, bytes = 0;
  for (const PlanRow& row : rows()) flops += row.flops, bytes += static_cast<double>(row.bytes);
  p.choice.set_work(flops, bytes);
  for (const Kernel& kernel : p.kernels) p.teams_known &= (kernel.name + kernel.note).find("onednn") == std::string::npos;
}

Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

void Program::Impl::run_steps() {
  const FlushDenormals flush;  // losses near zero, and all that is multiplied many times over, would spend their time in that range
  const Step* running = steps.data();
  try {
    if (!options.profile) {
      for (const Step& step : steps) running = &step, step.run(step.args);
      return;
    }
    ++profiled_runs;
    const double first = seconds_now();
    for (const Step& step : steps) {
      running = &step;
      const double start = seconds_now();
      step.run(step.args);
      const auto n = static_cast<std::size_t>(step.node);
      began[n] = start - first;
      took[n] = seconds_now() - start;
      seconds[n] += took[n];
    }
  } catch (Error& error) {  // a number that an op cannot take, a class number for example: say which layer met it
    error.at(graph.nodes[static_cast<std::size_t>(running->node)].path);
    throw;
  }
}

// A Program inside another's run leaves the choice to that one.
void Program::Impl::run_on_chosen_threads() {
  if (in_program) return run_steps();
  if (!choice.wanted() || threads() == 1 || in_parallel()) {
    detail::set_last_run_alone(false);
    return run_steps();
  }
  const Within within;
  detail::set_last_run_alone(choice.alone());
  if (!choice.alone() && teams_known && !teams_started_last) {  // nothing was shared out the last time: there is nothing to time
    const std::int64_t before = teams_started();
    run_steps();
    teams_started_last = teams_started() != before;
    return;
  }
  const std::int64_t before = teams_started();
  const double start = seconds_now();
  if (choice.alone()) {
    const ThreadLimit limit(1);
    run_steps();
  } else {
    run_steps();
    teams_started_last = teams_started() != before;
  }
  choice.ran(seconds_now() - start);
}

void Program::run(void* const* arguments, void* const* results, const RunState& state) {
  Impl& p = *impl_;
  if (!p.device->computes()) fail(ErrorKind::unsupported, "program: device \"" + p.options.device + "\" plans and counts but does not compute");
  p.state = state;
  for (const auto& [slot, argument] : p.argument_slots) *slot = arguments[argument];
  p.run_on_chosen_threads();
  for (const Copy& copy : p.copies) {
    void* to = copy.result < 0 ? copy.to : results ? results[copy.result] : nullptr;
    const void* from = copy.value < 0 ? copy.from : p.pointers[static_cast<std::size_t>(copy.value)];
    if (to && to != from) std::memcpy(to, from, copy.bytes);
  }
}

std::vector<Tensor> Program::run(std::span<const Tensor> arguments, const RunState& state) {
  Impl& p = *impl_;
  if (arguments.size() != p.argument_types.size())
    fail(ErrorKind::invalid_argument, "program: takes " + std::to_string(p.argument_types.size()) + " arguments, got " + std::to_string(arguments.size()));
  std::vector<Tensor> dense, outputs;
  outputs.reserve(p.result_types.size());
  std::vector<void*>&in = p.given, &out = p.wanted;  // kept from run to run: a step of a small network takes no longer than a few allocations
  in.clear(), out.clear();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].type() != p.argument_types[i])
      fail(ErrorKind::shape, "program: argument " + std::to_string(i) + " is " + to_string(arguments[i].type()) + ", planned for " + to_string(p.argument_types[i]));
    in.push_back(arguments[i].is_contiguous() ? arguments[i].raw() : dense.emplace_back(arguments[i].contiguous()).raw());
  }
  for (const TensorType& type : p.result_types) out.push_back(outputs.emplace_back(Tensor::empty(type.shape, type.dtype)).raw());
  run(in.data(), out.data(), state);
  return outputs;
}

const std::vector<TensorType>& Program::argument_types() const { return impl_->argument_types; }
const std::vector<TensorType>& Program::result_types() const { return impl_->result_types; }
std::size_t Program::arena_bytes() const { return impl_->memory.arena_bytes; }
const std::vector<std::pair<std::string, int>>& Program::rewrites() const { return impl_->fired; }
const Graph& Program::graph() const { return impl_->graph; }
const std::string& Program::device() const { return impl_->options.device; }

std::size_t Program::variable_bytes() const {
  std::set<const void*> seen;
  std::size_t bytes = 0;
  const auto count = [&](const Tensor& variable) {
    if (seen.insert(variable.raw()).second) bytes += variable.type().bytes();
  };
  for (const detail::Place& place : impl_->memory.places)
    if (place.home == detail::Home::storage && place.tensor.is_variable()) count(place.tensor);
  return bytes;
}

double Program::flops() const {
  double total = 0;
  for (const PlanRow& row : rows()) total += row.flops;
  return total;
}

std::vector<PlanRow> Program::rows() const {
  const Impl& p = *impl_;
  std::vector<PlanRow> rows;
  for (std::size_t n = 0; n < p.graph.nodes.size(); ++n) {
    const Node& node = p.graph.nodes[n];
    PlanRow row{node.info.op->name, node.path, p.kernels[n].name, p.kernels[n].note, {}, p.declined[n]};
    for (const TensorType& type : node.info.out) row.type += (row.type.empty() ? "" : ", ") + to_string(type);
    if (!node.info.op->alias) {
      row.flops = detail::flops_of(node.info);
      for (const TensorType& type : node.info.in) row.bytes += type.bytes();
      for (const TensorType& type : node.info.out) row.bytes += type.bytes();
    }
    const detail::Place& place = p.memory.places[static_cast<std::size_t>(node.outputs[0])];
    if (place.home == detail::Home::arena) {
      const detail::Block& block = p.memory.blocks[static_cast<std::size_t>(place.block)];
      row.arena_offset = block.offset, row.arena_bytes = block.bytes, row.first = block.first, row.last = block.last;
    }
    if (p.profiled_runs) {
      row.seconds = p.seconds[n] / static_cast<double>(p.profiled_runs);
      row.began = p.began[n], row.took = p.took[n];
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<MemoryBlock> Program::memory() const {
  const Impl& p = *impl_;
  std::vector<MemoryBlock> blocks;
  for (const detail::Block& block : p.memory.blocks) blocks.push_back({block.offset, block.bytes, block.first, block.last, {}, false});
  for (std::size_t n = 0; n < p.graph.nodes.size(); ++n) {
    const Node& node = p.graph.nodes[n];
    const std::string what = node.path.empty() ? node.info.op->name : node.info.op->name + " (" + node.path + ")";
    if (p.memory.scratch[n] >= 0) {
      MemoryBlock& room = blocks[static_cast<std::size_t>(p.memory.scratch[n])];
      room.what = what, room.scratch = true;
    }
    for (int v : node.outputs) {
      const detail::Place& place = p.memory.places[static_cast<std::size_t>(v)];
      if (place.home == detail::Home::arena && blocks[static_cast<std::size_t>(place.block)].what.empty()) blocks[static_cast<std::size_t>(place.block)].what = what;
    }
  }
  return blocks;
}

void check_memory(const Program& program) {
  const Graph& graph = program.graph();
  check(graph);
  detail::check_blocks(program.impl_->memory);
}

}  // namespace candor
