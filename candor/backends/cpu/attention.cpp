// Candidates of dot_product_attention and its gradient in f32: tiles of queries and keys whose scores stay in the caches.
#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/attention_rows.h"
#include "candor/backends/cpu/block_product.h"
#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/matmul_pack.h"
#include "candor/backends/cpu/tasks.h"
#include "candor/ops/attention_form.h"

namespace candor::cpu {
namespace {

using candor::attention::Form;

constexpr std::int64_t most_keys = 256, enough_tasks = 16;

struct Plan {
  Form form;
  const TileSet* tiles;
  attention::Functions functions;
  bool backward, bias_gradient;
  std::int64_t query_rows;       // of a tile
  std::int64_t key_columns;      // of a tile
  std::int64_t stride;           // of its rows
  std::int64_t query_parts = 1;  // of one head, forward only
  std::int64_t tasks = 1, slots = 1;
  std::size_t slot_floats = 0;
  std::int64_t task_tiles = 0;   // of a head's or a group's products
  reference::Strides bias_step{}, mask_step{};
};

/// The arrays of one head of one sample; rows of a matrix lie as far apart as all heads take.
struct Head {
  const float *q, *k, *v;
  std::int64_t q_row, k_row, v_row, out_row;
};

Head head_of(const Plan& p, const KernelArgs& args, std::int64_t b, std::int64_t h) {
  const Form& f = p.form;
  const std::int64_t kh = h / f.group();
  return {args.input<float>(0) + (b * f.queries * f.heads + h) * f.head,
          args.input<float>(1) + (b * f.keys * f.key_heads + kh) * f.head,
          args.input<float>(2) + (b * f.keys * f.key_heads + kh) * f.value_head,
          f.heads * f.head, f.key_heads * f.head, f.key_heads * f.value_head, f.heads * f.value_head};
}

attention::Tile tile_at(const Plan& p, const KernelArgs& args, std::int64_t b, std::int64_t h, std::int64_t t, std::int64_t rows, std::int64_t s, std::int64_t columns) {
  const Form& f = p.form;
  attention::Tile tile;
  tile.stride = p.stride, tile.rows = rows, tile.columns = columns, tile.first_row = t, tile.first_column = s;
  tile.scale = static_cast<float>(f.scale), tile.causal = f.causal, tile.first = s == 0;
  const auto start = [&](const reference::Strides& step) { return b * step[0] + h * step[1] + t * step[2] + s * step[3]; };
  if (f.has_bias) tile.bias = args.input<float>(3) + start(p.bias_step), tile.bias_row = p.bias_step[2], tile.bias_column = p.bias_step[3];
  if (f.has_mask) tile.mask = args.input<bool>(f.mask_at) + start(p.mask_step), tile.mask_row = p.mask_step[2], tile.mask_column = p.mask_step[3];
  return tile;
}

/// Columns behind the last query of the tile need not be looked at, unless a mask may close all others.
std::int64_t reach(const Form& f, std::int64_t t, std::int64_t rows, std::int64_t s, std::int64_t columns) {
  return f.causal && !f.has_mask ? std::clamp<std::int64_t>(t + rows - s, 0, columns) : columns;
}

/// What the task behind this one reads and writes: rows of a head lie as far apart as all heads take, too far for the processor to guess.
Ahead next_forward(const Plan& p, const KernelArgs& args, std::int64_t next) {
  Ahead ahead;
  const Form& f = p.form;
  if (p.query_parts > 1 || next >= p.tasks) return ahead;
  const std::int64_t b = next / f.heads, h = next % f.heads;
  const Head at = head_of(p, args, b, h);
  ahead.add(at.k, at.k_row, f.keys, f.head);
  ahead.add(at.q, at.q_row, f.queries, f.head);
  ahead.add(at.v, at.v_row, f.keys, f.value_head);
  ahead.add(args.output<float>(0) + (b * f.queries * f.heads + h) * f.value_head, at.out_row, f.queries, f.value_head);
  ahead.spread(p.task_tiles);
  return ahead;
}

void forward_part(const Plan& p, const KernelArgs& args, std::int64_t b, std::int64_t h, std::int64_t part, float* scratch) {
  const Form& f = p.form;
  Ahead ahead = next_forward(p, args, (b * f.heads + h) * p.query_parts + part + 1);
  const Head at = head_of(p, args, b, h);
  float* out = args.output<float>(0) + (b * f.queries * f.heads + h) * f.value_head;
  float* statistics = args.output<float>(1) + (b * f.heads + h) * f.queries * 2;
  float *keys = scratch, *scores = keys + f.head * p.stride;
  const std::int64_t first = part_start(f.queries, p.query_parts, part), end = part_start(f.queries, p.query_parts, part + 1);
  for (std::int64_t s = 0; s < f.keys; s += p.key_columns) {
    const std::int64_t all = std::min(p.key_columns, f.keys - s);
    if (reach(f, first, end - first, s, all) == 0) break;
    transpose_block(at.k + s * at.k_row, at.k_row, all, f.head, keys, p.stride);
    for (std::int64_t t = first; t < end; t += p.query_rows) {
      const std::int64_t rows = std::min(p.query_rows, end - t), columns = reach(f, t, rows, s, all);
      if (columns == 0) continue;
      multiply(*p.tiles, {at.q + t * at.q_row, at.q_row, 1}, {keys, p.stride, 1}, scores, p.stride, rows, columns, f.head, false, &ahead);
      attention::Tile tile = tile_at(p, args, b, h, t, rows, s, columns);
      tile.scores = scores, tile.statistics = statistics + 2 * t;
      tile.result = out + t * at.out_row, tile.result_row = at.out_row, tile.result_columns = f.value_head;
      p.functions.forward(tile);
      multiply(*p.tiles, {scores, p.stride, 1}, {at.v + s * at.v_row, at.v_row, 1}, tile.result, at.out_row, rows, f.value_head, columns, s > 0, &ahead);
    }
  }
  attention::Tile whole = tile_at(p, args, b, h, first, end - first, 0, 0);
  whole.statistics = statistics + 2 * first;
  whole.result = out + first * at.out_row, whole.result_row = at.out_row, whole.result_columns = f.value_head;
  p.functions.finish(whole);
}

void clear_rows(float* data, std::int64_t row, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; ++i) std::memset(data + i * row, 0, static_cast<std::size_t>(columns) * sizeof(float));
}

/// The same for all query heads of the next key head.
Ahead next_backward(const Plan& p, const KernelArgs& args, std::int64_t next) {
  Ahead ahead;
  const Form& f = p.form;
  if (next >= p.tasks) return ahead;
  const std::int64_t b = next / f.key_heads, h = next % f.key_heads * f.group(), at = (b * f.queries * f.heads + h);
  const Head head = head_of(p, args, b, h);
  const std::int64_t query = f.group() * f.head, value = f.group() * f.value_head;
  ahead.add(args.input<float>(f.behind + 2) + at * f.value_head, head.out_row, f.queries, value);
  ahead.add(args.input<float>(f.behind) + at * f.value_head, head.out_row, f.queries, value);
  ahead.add(head.k, head.k_row, f.keys, f.head);
  ahead.add(head.v, head.v_row, f.keys, f.value_head);
  ahead.add(head.q, head.q_row, f.queries, query);
  ahead.add(args.output<float>(0) + at * f.head, head.q_row, f.queries, query);
  ahead.add(args.output<float>(1) + (head.k - args.input<float>(1)), head.k_row, f.keys, f.head);
  ahead.add(args.output<float>(2) + (head.v - args.input<float>(2)), head.v_row, f.keys, f.value_head);
  ahead.spread(p.task_tiles);
  return ahead;
}

/// All query heads that read one key head, so that nobody else adds to its gradients.
void backward_group(const Plan& p, const KernelArgs& args, std::int64_t b, std::int64_t kh, float* scratch) {
  const Form& f = p.form;
  Ahead ahead = next_backward(p, args, b * f.key_heads + kh + 1);
  const Head group = head_of(p, args, b, kh * f.group());
  float *keys = scratch, *values = keys + f.head * p.stride, *scores = values + f.value_head * p.stride, *slopes = scores + p.query_rows * p.stride, *means = slopes + p.query_rows * p.stride;
  float* dk = args.output<float>(1) + (group.k - args.input<float>(1));
  float* dv = args.output<float>(2) + (group.v - args.input<float>(2));
  const auto cotangent = [&](std::int64_t h) { return args.input<float>(f.behind + 2) + (b * f.queries * f.heads + h) * f.value_head; };
  for (std::int64_t i = 0; i < f.group(); ++i) {
    const std::int64_t h = kh * f.group() + i;
    p.functions.row_products(cotangent(h), args.input<float>(f.behind) + (b * f.queries * f.heads + h) * f.value_head, group.out_row, f.queries, f.value_head, means + i * f.queries);
  }
  for (std::int64_t s = 0; s < f.keys; s += p.key_columns) {
    const std::int64_t all = std::min(p.key_columns, f.keys - s);
    transpose_block(group.k + s * group.k_row, group.k_row, all, f.head, keys, p.stride);
    transpose_block(group.v + s * group.v_row, group.v_row, all, f.value_head, values, p.stride);
    // The last queries look at the most keys: their tile is the first one and lays down the sums, but for keys that no query reaches.
    const std::int64_t tiles = (f.queries + p.query_rows - 1) / p.query_rows, reached = reach(f, 0, f.queries, s, all);
    clear_rows(dk + (s + reached) * group.k_row, group.k_row, all - reached, f.head);
    clear_rows(dv + (s + reached) * group.v_row, group.v_row, all - reached, f.value_head);
    for (std::int64_t i = 0; i < f.group(); ++i) {
      const std::int64_t h = kh * f.group() + i;
      const Head at = head_of(p, args, b, h);
      const float *g = cotangent(h), *statistics = args.input<float>(f.behind + 1) + (b * f.heads + h) * f.queries * 2;
      float* dq = args.output<float>(0) + (b * f.queries * f.heads + h) * f.head;
      for (std::int64_t n = tiles; n-- > 0;) {
        const std::int64_t t = n * p.query_rows, rows = std::min(p.query_rows, f.queries - t), columns = reach(f, t, rows, s, all);
        const bool add = i > 0 || n + 1 < tiles;
        attention::Tile tile = tile_at(p, args, b, h, t, rows, s, columns);
        if (p.bias_gradient) {
          tile.bias_gradient_row = f.keys;
          tile.bias_gradient = args.output<float>(3) + ((b * f.heads + h) * f.queries + t) * f.keys + s;
          if (columns < all) clear_rows(tile.bias_gradient + columns, f.keys, rows, all - columns);
        }
        if (columns == 0) continue;
        const Block q{at.q + t * at.q_row, at.q_row, 1}, ct{g + t * at.out_row, at.out_row, 1};
        multiply(*p.tiles, q, {keys, p.stride, 1}, scores, p.stride, rows, columns, f.head, false, &ahead);
        multiply(*p.tiles, ct, {values, p.stride, 1}, slopes, p.stride, rows, columns, f.value_head, false, &ahead);
        tile.scores = scores, tile.slopes = slopes, tile.means = means + i * f.queries + t;
        tile.statistics = const_cast<float*>(statistics) + 2 * t;  // read only
        p.functions.backward(tile);
        multiply(*p.tiles, {scores, 1, p.stride}, ct, dv + s * at.v_row, at.v_row, columns, f.value_head, rows, add, &ahead);
        multiply(*p.tiles, {slopes, 1, p.stride}, q, dk + s * at.k_row, at.k_row, columns, f.head, rows, add, &ahead);
        multiply(*p.tiles, {slopes, p.stride, 1}, {at.k + s * at.k_row, at.k_row, 1}, dq + t * at.q_row, at.q_row, rows, f.head, columns, s > 0, &ahead);
      }
    }
  }
}

void run(const KernelArgs& args) {
  const Plan& p = *static_cast<const Plan*>(args.block);
  run_tasks(p.tasks, p.slots, [&](std::int64_t task, std::int64_t slot) {
    float* scratch = reinterpret_cast<float*>(args.scratch) + static_cast<std::size_t>(slot) * p.slot_floats;
    if (p.backward) backward_group(p, args, task / p.form.key_heads, task % p.form.key_heads, scratch);
    else forward_part(p, args, task / p.query_parts / p.form.heads, task / p.query_parts % p.form.heads, task % p.query_parts, scratch);
  });
}

/// How many tiles the products of one task take.
std::int64_t tiles_of_task(const Plan& p) {
  const Form& f = p.form;
  const auto tiles = [&](std::int64_t m, std::int64_t n) { return multiply_tiles(*p.tiles, m, n); };
  std::int64_t count = 0;
  for (std::int64_t s = 0; s < f.keys; s += p.key_columns) {
    for (std::int64_t t = 0; t < f.queries; t += p.query_rows) {
      const std::int64_t rows = std::min(p.query_rows, f.queries - t), columns = reach(f, t, rows, s, std::min(p.key_columns, f.keys - s));
      if (columns == 0) continue;
      if (p.backward) count += f.group() * (2 * tiles(rows, columns) + tiles(columns, f.value_head) + tiles(columns, f.head) + tiles(rows, f.head));
      else count += tiles(rows, columns) + tiles(rows, f.value_head);
    }
  }
  return count;
}

std::int64_t rounded(std::int64_t n, std::int64_t to) { return (n + to - 1) / to * to; }

Answer attention_candidate(const NodeInfo& node, const Machine&) {
  const std::string name = "cpu." + node.op->name;
  if (node.in[0].dtype != DType::f32) return declined(name, "dtype " + std::string(to_string(node.in[0].dtype)) + ", f32 only");
  const Form f(node);
  if (f.batch * f.queries * f.keys * f.heads * f.head * f.value_head == 0) return declined(name, "an empty tensor");
  Plan p{f, &tile_set(), attention::functions(), node.op->name == candor::attention::gradient_name, false, 0, 0, 0};
  p.query_rows = std::min<std::int64_t>(p.tiles->rows * (p.tiles->rows > 7 ? 2 : 4), f.queries);
  p.key_columns = std::min(most_keys, f.keys);
  p.stride = rounded(p.key_columns, 16);
  if (f.has_bias) p.bias_step = candor::attention::score_strides(node.in[3].shape, f);
  if (f.has_mask) p.mask_step = candor::attention::score_strides(node.in[f.mask_at].shape, f);
  std::int64_t floats = (f.head + p.query_rows) * p.stride;
  if (p.backward) {
    p.bias_gradient = node.attrs.flag("bias_gradient");
    floats += (f.value_head + p.query_rows) * p.stride + f.group() * f.queries;
    p.tasks = f.batch * f.key_heads;
  } else {
    p.query_parts = std::clamp<std::int64_t>(enough_tasks / (f.batch * f.heads), 1, (f.queries + p.query_rows - 1) / p.query_rows);
    p.tasks = f.batch * f.heads * p.query_parts;
  }
  p.slot_floats = static_cast<std::size_t>(rounded(floats, 16));
  p.slots = slots_for(p.tasks);
  p.task_tiles = tiles_of_task(p);
  Kernel kernel;
  kernel.name = name;
  kernel.run = run;
  kernel.scratch = static_cast<std::size_t>(p.slots) * p.slot_floats * sizeof(float);
  kernel.note = std::to_string(p.query_rows) + "x" + std::to_string(p.key_columns) + " scores, " + std::to_string(p.tasks) + " tasks";
  kernel.block = std::make_shared<const Plan>(p);
  return kernel;
}

}  // namespace

void add_attention(CandidateTable& table) { table.add({candor::attention::name, candor::attention::gradient_name}, attention_candidate); }

}  // namespace candor::cpu
