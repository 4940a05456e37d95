// dot_product_attention of bf16: both products by the processor's bf16 instructions, scores and sums in f32. A task packs the keys and values of its head once;
// scores exist for 32 queries and at most 256 keys at a time. Its gradient goes by way of f32.
#include <algorithm>

#include "candor/backends/cpu/attention_rows.h"
#include "candor/backends/cpu/bf16_pack.h"
#include "candor/backends/cpu/bf16_tiles.h"
#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/tasks.h"
#include "candor/ops/attention_form.h"

namespace candor::cpu {
namespace {

using Bits = std::uint16_t;
using candor::attention::Form;

constexpr std::int64_t most_keys = 256, enough_tasks = 16;

struct Plan {
  Form form;
  Bf16Tiles tiles;
  attention::Functions functions;
  std::int64_t stride;           // of rows of scores
  std::int64_t query_parts = 1;  // of one head, in blocks of 32
  std::int64_t tasks = 1, slots = 1;
  reference::Strides mask_step{};

  std::int64_t key_blocks() const { return blocks_of(form.keys); }
  std::int64_t head_steps() const { return blocks_of(form.head); }
  std::int64_t value_panels() const { return blocks_of(form.value_head); }
  std::int64_t result_row() const { return value_panels() * bf16_block; }
  /// bf16 numbers: keys, values, 32 queries, 32 rows of weights.
  std::int64_t packed() const { return (key_blocks() * (head_steps() + value_panels()) + head_steps() + most_keys / bf16_block) * bf16_step; }
  std::int64_t slot_floats() const { return packed() / 2 + bf16_block * (stride + result_row()); }
};

struct Work {
  Bits *keys, *values, *queries, *weights;
  float *scores, *result;
};

Work work_of(const Plan& p, float* slot) {
  Work w;
  w.keys = reinterpret_cast<Bits*>(slot);
  w.values = w.keys + p.key_blocks() * p.head_steps() * bf16_step;
  w.queries = w.values + p.key_blocks() * p.value_panels() * bf16_step;
  w.weights = w.queries + p.head_steps() * bf16_step;
  w.scores = slot + p.packed() / 2;
  w.result = w.scores + bf16_block * p.stride;
  return w;
}

/// Keys as panels of 32 columns; values for each run of at most 256 keys as panels of 32 columns, so that a run's weights are one left side.
void pack_head(const Plan& p, const Bits* k, const Bits* v, const Work& w) {
  const Form& f = p.form;
  const std::int64_t k_row = f.key_heads * f.head, v_row = f.key_heads * f.value_head;
  for (std::int64_t s = 0; s < f.keys; s += bf16_block)
    pack_right_bf16(k + s * k_row, k_row, false, f.head, std::min(bf16_block, f.keys - s), w.keys + s / bf16_block * p.head_steps() * bf16_step);
  for (std::int64_t s = 0; s < f.keys; s += most_keys) {
    const std::int64_t count = std::min(most_keys, f.keys - s), steps = blocks_of(count);
    for (std::int64_t panel = 0; panel < p.value_panels(); ++panel)
      pack_right_bf16(v + s * v_row + panel * bf16_block, v_row, true, count, std::min(bf16_block, f.value_head - panel * bf16_block),
                      w.values + (s / bf16_block * p.value_panels() + panel * steps) * bf16_step);
  }
}

/// f32 scores to the left side of a product: steps of 32 columns, zeros behind the last.
void narrow_weights(const float* scores, std::int64_t stride, std::int64_t rows, std::int64_t columns, Bits* to) {
  for (std::int64_t s = 0; s < columns; s += bf16_block, to += bf16_step) {
    const std::int64_t count = std::min(bf16_block, columns - s);
    if (count < bf16_block || rows < bf16_block) std::fill(to, to + bf16_step, Bits{0});
    narrow_rows_bf16(scores + s, stride, rows, count, to, bf16_block);
  }
}

/// 32 queries of one head, or what is left of them.
void query_block(const Plan& p, const KernelArgs& args, std::int64_t b, std::int64_t h, std::int64_t t, const Work& w) {
  const Form& f = p.form;
  const std::int64_t q_row = f.heads * f.head, rows = std::min(bf16_block, f.queries - t);
  const Bits* q = args.input<Bits>(0) + ((b * f.queries + t) * f.heads + h) * f.head;
  const bool in_place = rows == bf16_block && f.head % bf16_block == 0;
  if (!in_place) pack_left_bf16(q, q_row, true, rows, f.head, w.queries);
  attention::Tile tile;
  tile.scores = w.scores, tile.stride = p.stride, tile.rows = rows, tile.first_row = t;
  tile.scale = static_cast<float>(f.scale), tile.causal = f.causal;
  tile.statistics = args.output<float>(1) + ((b * f.heads + h) * f.queries + t) * 2;
  tile.result = w.result, tile.result_row = p.result_row(), tile.result_columns = f.value_head;
  // Keys behind the last query need not be looked at, unless a mask may close all others.
  const std::int64_t seen = f.causal && !f.has_mask ? std::min(f.keys, t + rows) : f.keys;
  for (std::int64_t s = 0; s < seen; s += most_keys) {
    const std::int64_t columns = std::min(most_keys, seen - s), all = std::min(most_keys, f.keys - s);
    p.tiles.begin();
    for (std::int64_t j = 0; j < columns; j += bf16_block) {
      Bf16Block scores{in_place ? q : w.queries, in_place ? q_row : bf16_block, in_place ? bf16_block : bf16_step, w.keys + (s + j) / bf16_block * p.head_steps() * bf16_step, p.head_steps()};
      scores.c = w.scores + j, scores.c_row = p.stride, scores.first = true;
      p.tiles.block(scores);
    }
    p.tiles.end();
    tile.columns = columns, tile.first_column = s, tile.first = s == 0;
    if (f.has_mask) {
      tile.mask = args.input<bool>(f.mask_at) + b * p.mask_step[0] + h * p.mask_step[1] + t * p.mask_step[2] + s * p.mask_step[3];
      tile.mask_row = p.mask_step[2], tile.mask_column = p.mask_step[3];
    }
    p.functions.forward(tile);
    narrow_weights(w.scores, p.stride, rows, columns, w.weights);
    p.tiles.begin();
    for (std::int64_t panel = 0; panel < p.value_panels(); ++panel) {
      Bf16Block sums{w.weights, bf16_block, bf16_step, w.values + (s / bf16_block * p.value_panels() + panel * blocks_of(all)) * bf16_step, blocks_of(columns)};
      sums.c = w.result + panel * bf16_block, sums.c_row = p.result_row(), sums.first = s == 0;
      p.tiles.block(sums);
    }
    p.tiles.end();
  }
  p.functions.finish(tile);
  const std::int64_t out_row = f.heads * f.value_head;
  narrow_rows_bf16(w.result, p.result_row(), rows, f.value_head, args.output<Bits>(0) + (b * f.queries + t) * out_row + h * f.value_head, out_row);
}

void run(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  const Form& f = p.form;
  run_tasks(p.tasks, p.slots, [&](std::int64_t task, std::int64_t slot) {
    const std::int64_t part = task % p.query_parts, h = task / p.query_parts % f.heads, b = task / p.query_parts / f.heads, kh = h / f.group();
    const Work w = work_of(p, reinterpret_cast<float*>(args.scratch) + slot * p.slot_floats());
    pack_head(p, args.input<Bits>(1) + (b * f.keys * f.key_heads + kh) * f.head, args.input<Bits>(2) + (b * f.keys * f.key_heads + kh) * f.value_head, w);
    const std::int64_t blocks = blocks_of(f.queries);
    for (std::int64_t i = part_start(blocks, p.query_parts, part); i < part_start(blocks, p.query_parts, part + 1); ++i) query_block(p, args, b, h, i * bf16_block, w);
  });
}

Answer bf16_attention_candidate(const NodeInfo& node, const Machine& machine) {
  constexpr const char* name = "cpu.dot_product_attention.bf16";
  const Form f(node);
  for (std::size_t i = 0; i < 3; ++i)
    if (node.in[i].dtype != DType::bf16) return declined(name, "dtype " + std::string(to_string(node.in[i].dtype)) + ", bf16 only");
  if (f.has_bias) return declined(name, "a bias on the scores");
  if (f.batch * f.queries * f.keys * f.heads * f.head * f.value_head == 0) return declined(name, "an empty tensor");
  Plan p{f, bf16_tiles(machine), attention::functions(), 0};
  if (!p.tiles.block) return declined(name, "the processor multiplies no bf16");
  p.stride = std::min(most_keys, p.key_blocks() * bf16_block);
  if (f.has_mask) p.mask_step = candor::attention::score_strides(node.in[f.mask_at].shape, f);
  p.query_parts = std::clamp<std::int64_t>(enough_tasks / (f.batch * f.heads), 1, blocks_of(f.queries));
  p.tasks = f.batch * f.heads * p.query_parts;
  p.slots = slots_for(p.tasks);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run;
  kernel.scratch = static_cast<std::size_t>(p.slots * p.slot_floats()) * sizeof(float);
  kernel.note = std::string(to_string(p.tiles.kind)) + ", " + std::to_string(p.tasks) + " tasks";
  kernel.block = std::make_shared<const Plan>(p);
  return kernel;
}

}  // namespace

void add_bf16_attention(CandidateTable& table) { table.add(candor::attention::name, bf16_attention_candidate); }

}  // namespace candor::cpu
