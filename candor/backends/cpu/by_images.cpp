// The candidate for by_images: each task takes the images of one round through all nodes of the body.
#include "candor/backends/cpu/by_images.h"

#include <algorithm>
#include <array>

#include "candor/backends/cpu/conv.h"
#include "candor/backends/cpu/tasks.h"
#include "candor/backends/registry.h"
#include "candor/graph/graph.h"

namespace candor::cpu {
namespace {

constexpr const char* name = "cpu.by_images";
constexpr std::size_t most_operands = 8;

std::size_t padded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

struct Place {
  enum class Home { shared, argument, result, scratch, constant } home = Home::scratch;
  std::size_t number = 0;  // which argument or result, or the offset in scratch
  std::size_t stride = 0;  // bytes from round to round
  void* constant = nullptr;
};

struct Step {
  Kernel kernel;
  const NodeInfo* node;
  std::vector<Place> in, out;
};

struct Block {
  std::shared_ptr<const Graph> body;
  std::vector<Step> steps;
  std::int64_t rounds = 0, slots = 1;
  std::size_t slot_bytes = 0, own_scratch = 0;  // own_scratch: where the kernels' scratch begins in a slot
};

void* find(const Place& place, const KernelArgs& args, std::int64_t round, std::byte* slot) {
  const std::size_t offset = place.stride * static_cast<std::size_t>(round);
  switch (place.home) {
    case Place::Home::shared:
    case Place::Home::argument: return static_cast<std::byte*>(args.in[place.number]) + offset;
    case Place::Home::result: return static_cast<std::byte*>(args.out[place.number]) + offset;
    case Place::Home::constant: return place.constant;
    case Place::Home::scratch: break;
  }
  return slot + place.number;
}

void run(const KernelArgs& args) {
  const Block& block = *static_cast<const Block*>(args.block);
  run_tasks(block.rounds, block.slots, [&](std::int64_t round, std::int64_t slot_number) {
    std::byte* slot = args.scratch + static_cast<std::size_t>(slot_number) * block.slot_bytes;
    std::array<void*, most_operands> in{}, out{};
    for (const Step& step : block.steps) {
      for (std::size_t i = 0; i < step.in.size(); ++i) in[i] = find(step.in[i], args, round, slot);
      for (std::size_t i = 0; i < step.out.size(); ++i) out[i] = find(step.out[i], args, round, slot);
      step.kernel.run({step.node, in.data(), out.data(), slot + block.own_scratch, step.kernel.block.get(), args.run});
    }
  });
}

std::vector<Place> places_of(const NodeInfo& node, Block& block) {
  const Graph& body = *block.body;
  std::vector<Place> places(body.values.size());
  const auto& shared = node.attrs.integers("shared");
  for (std::size_t i = 0; i < body.arguments.size(); ++i) {
    const auto v = static_cast<std::size_t>(body.arguments[i]);
    places[v] = {shared[i] ? Place::Home::shared : Place::Home::argument, i, shared[i] ? 0 : body.values[v].type.bytes(), nullptr};
  }
  for (std::size_t i = 0; i < body.results.size(); ++i) {
    const auto v = static_cast<std::size_t>(body.results[i]);
    places[v] = {Place::Home::result, i, body.values[v].type.bytes(), nullptr};
  }
  std::vector<bool> is_result(body.values.size(), false);
  for (int v : body.results) is_result[static_cast<std::size_t>(v)] = true;
  for (std::size_t v = 0; v < body.values.size(); ++v) {
    const Value& value = body.values[v];
    if (value.tensor.defined()) places[v] = {Place::Home::constant, 0, 0, value.tensor.raw()};
    if (value.source != Source::node || is_result[v]) continue;
    places[v] = {Place::Home::scratch, block.own_scratch, 0, nullptr};
    block.own_scratch += padded(value.type.bytes());
  }
  return places;
}

/// A convolution and the max_pool that alone reads its result, as one step.
std::optional<Kernel> merged(const Graph& body, const std::vector<int>& uses, std::size_t n, const Machine& m) {
  if (n + 1 >= body.nodes.size()) return std::nullopt;
  const Node &conv = body.nodes[n], &pool = body.nodes[n + 1];
  if (pool.inputs[0] != conv.outputs[0] || uses[static_cast<std::size_t>(conv.outputs[0])] != 1 || pool.outputs.size() != 2) return std::nullopt;
  return conv_and_pool(conv.info, pool.info, uses[static_cast<std::size_t>(pool.outputs[1])] > 0, m);
}

Answer candidate(const NodeInfo& node, const Machine& m) {
  auto block = std::make_shared<Block>();
  block->body = node.attrs.graph("body");
  const Graph& body = *block->body;
  const std::vector<Place> places = places_of(node, *block);
  const std::int64_t images = node.attrs.integer("images"), round = body.values[static_cast<std::size_t>(body.results[0])].type.shape[0];
  block->rounds = images / round;
  block->slots = slots_for(block->rounds);
  std::size_t scratch = 0;
  std::string names;
  const std::vector<int> uses = body.use_counts();
  for (std::size_t n = 0; n < body.nodes.size(); ++n) {
    const Node& inner = body.nodes[n];
    if (inner.inputs.size() > most_operands || inner.outputs.size() > most_operands) return declined(name, inner.info.op->name + " has many operands");
    const auto both = merged(body, uses, n, m);
    Step step{both ? *both : cpu_backend().choose(inner.info, nullptr), &inner.info, {}, {}};
    for (int v : inner.inputs) step.in.push_back(places[static_cast<std::size_t>(v)]);
    if (both) ++n;
    for (int v : body.nodes[n].outputs) step.out.push_back(places[static_cast<std::size_t>(v)]);
    scratch = std::max(scratch, step.kernel.scratch);
    names += (names.empty() ? "" : ", ") + step.kernel.name;
    block->steps.push_back(std::move(step));
  }
  block->slot_bytes = padded(block->own_scratch + scratch);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run;
  kernel.scratch = block->slot_bytes * static_cast<std::size_t>(block->slots);
  kernel.note = std::to_string(block->rounds) + " rounds of " + std::to_string(round) + " images: " + names;
  kernel.block = std::move(block);
  return kernel;
}

}  // namespace

void add_by_images(CandidateTable& table) { table.add("by_images", candidate); }

}  // namespace candor::cpu
