// Runs a tile program: loads what is not used where it lies, runs the instructions, stores what they did not store themselves.
#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/tile/program.h"
#include "candor/base/threads.h"

namespace candor::cpu::tile {
namespace {

using Byte = std::byte;

// What one thread needs for one chunk; lies on its stack.
struct Frame {
  alignas(64) Byte buffer[most_buffer];
  alignas(64) Byte staging[most_direct][group * 8];
  void* slots[most_slots];
  const Byte* in[most_slots];   ///< base of each input for the current row
  RandomState random;
};

void execute(const std::vector<Instruction>& code, void* const* slots, std::size_t n) {
  for (const Instruction& instruction : code) instruction.run(instruction, slots, n);
}

const Byte* input_base(const KernelArgs& args, const Input& input) { return static_cast<const Byte*>(args.in[input.index]); }

void place_registers(const Program& p, Frame& f, std::size_t skip) {
  for (const Register& r : p.registers)
    if (r.full) f.slots[r.slot] = f.buffer + r.offset + skip * r.kept;
}

std::int64_t row_offset(const Program& p, const Input& input, std::int64_t row) {
  std::int64_t offset = 0;
  for (int axis = p.rank - 2; axis >= 0; --axis) {
    const auto a = static_cast<std::size_t>(axis);
    if (axis == 0) offset += row * input.stride[a];
    else offset += row % p.extent[a] * input.stride[a], row /= p.extent[a];
  }
  return offset;
}

// A scalar that lies in memory as its register would is used there.
void load_scalar(const Input& input, const Byte* from, Frame& f) {
  if (!input.convert) f.slots[input.slot] = const_cast<Byte*>(from);
  else input.convert(from, f.slots[input.slot], 1);
}

// Rows that repeat or are one element each, put side by side for the elements [first, first + n).
void gather(const Program& p, const Input& input, const Byte* base, Byte* to, std::int64_t first, std::int64_t n) {
  const std::int64_t length = p.row_length;
  const bool along = input.stride[static_cast<std::size_t>(p.rank - 1)] != 0;
  for (std::int64_t row = first / length, done = 0; done < n; ++row) {
    const std::int64_t count = std::min(length, n - done);
    const Byte* from = base + row_offset(p, input, row) * input.element;
    if (along) {
      if (input.convert) input.convert(from, to, static_cast<std::size_t>(count));
      else std::memcpy(to, from, static_cast<std::size_t>(count) * input.kept);
    } else {
      if (input.convert) input.convert(from, to, 1);
      else std::memcpy(to, from, input.kept);
      if (input.kept == 4) std::fill_n(reinterpret_cast<std::uint32_t*>(to), count, *reinterpret_cast<std::uint32_t*>(to));
      else std::fill_n(reinterpret_cast<std::uint64_t*>(to), count, *reinterpret_cast<std::uint64_t*>(to));
    }
    to += count * input.kept;
    done += count;
  }
}

// One row over and over, as long as a tile.
void repeat(const Program& p, const Input& input, const Byte* from, Byte* to) {
  std::int64_t filled = p.row_length;
  if (input.convert) input.convert(from, to, static_cast<std::size_t>(filled));
  else std::memcpy(to, from, static_cast<std::size_t>(filled) * input.kept);
  while (filled < p.tile_length) {
    const std::int64_t count = std::min(filled, p.tile_length - filled);
    std::memcpy(to + filled * input.kept, to, static_cast<std::size_t>(count) * input.kept);
    filled += count;
  }
}

void store(const Output& output, const void* from, Byte* to, std::size_t n) {
  if (output.convert) output.convert(from, to, n);
  else std::memmove(to, from, n * output.kept);
}

// Elements [at, at + n) of the outputs; in inputs those that start at `f.in` plus `column` elements.
void run_tile(const Program& p, const KernelArgs& args, Frame& f, std::int64_t at, std::int64_t column, std::size_t n) {
  const std::size_t whole = n / group * group, rest = n - whole;
  f.random.first = at;
  place_registers(p, f, 0);
  for (std::size_t i = 0; i < p.inputs.size(); ++i) {
    const Input& input = p.inputs[i];
    if (input.level != Level::tile) continue;
    if (input.gather) gather(p, input, f.in[i], static_cast<Byte*>(f.slots[input.slot]), at, static_cast<std::int64_t>(n));
    else if (input.convert) input.convert(f.in[i] + column * input.element, f.slots[input.slot], n);
    else f.slots[input.slot] = const_cast<Byte*>(f.in[i]) + column * input.element;
  }
  for (std::size_t i = 0; i < p.outputs.size(); ++i)
    if (p.outputs[i].direct) f.slots[p.outputs[i].slot] = static_cast<Byte*>(args.out[i]) + at * p.outputs[i].element;
  if (whole) execute(p.tile, f.slots, whole);
  if (rest) {
    // The last elements are fewer than a group: what would be read or written in place goes over a group of its own.
    place_registers(p, f, whole);
    f.random.first = at + static_cast<std::int64_t>(whole);
    std::size_t staged = 0;
    for (const Input& input : p.inputs) {
      if (input.level != Level::tile || input.gather || input.convert) continue;
      Byte* stage = f.staging[staged++];
      std::memcpy(stage, static_cast<Byte*>(f.slots[input.slot]) + whole * input.kept, rest * input.kept);
      std::memset(stage + rest * input.kept, 0, (group - rest) * input.kept);
      f.slots[input.slot] = stage;
    }
    const std::size_t first_output = staged;
    for (const Output& output : p.outputs)
      if (output.direct) f.slots[output.slot] = f.staging[staged++];
    execute(p.tile, f.slots, group);
    staged = first_output;
    for (std::size_t i = 0; i < p.outputs.size(); ++i)
      if (p.outputs[i].direct)
        std::memcpy(static_cast<Byte*>(args.out[i]) + (at + static_cast<std::int64_t>(whole)) * p.outputs[i].element, f.staging[staged++], rest * p.outputs[i].kept);
    place_registers(p, f, 0);
  }
  for (std::size_t i = 0; i < p.outputs.size(); ++i)
    if (const Output& output = p.outputs[i]; !output.direct) store(output, f.slots[output.slot], static_cast<Byte*>(args.out[i]) + at * output.element, n);
}

void begin(const Program& p, const KernelArgs& args, Frame& f) {
  for (const Register& r : p.registers) {
    f.slots[r.slot] = f.buffer + r.offset;
    // Elements past the end of a tile are computed too; they must be numbers that harm nobody.
    if (r.full && r.permanent) std::memset(f.buffer + r.offset, 0, static_cast<std::size_t>(p.tile_length + static_cast<std::int64_t>(group)) * r.kept);
  }
  for (const auto& [slot, bytes] : p.constants) f.slots[slot] = const_cast<Byte*>(bytes.data());
  if (p.random) {
    f.random.seed = args.run->seed, f.random.step = args.run->step;
    f.slots[p.random_slot] = &f.random;
  }
  for (std::size_t i = 0; i < p.inputs.size(); ++i) {
    const Input& input = p.inputs[i];
    f.in[i] = input_base(args, input);
    if (input.level != Level::once) continue;
    if (input.scalar) load_scalar(input, f.in[i], f);
    else repeat(p, input, f.in[i], static_cast<Byte*>(f.slots[input.slot]));
  }
  for (const Instruction& instruction : p.once) instruction.run(instruction, f.slots, instruction.span);
}

void run_flat(const Program& p, const KernelArgs& args, std::int64_t first, std::int64_t last) {
  Frame f;
  begin(p, args, f);
  for (std::int64_t at = first; at < last; at += p.tile_length) run_tile(p, args, f, at, at, static_cast<std::size_t>(std::min(p.tile_length, last - at)));
}

void run_rows(const Program& p, const KernelArgs& args, std::int64_t first, std::int64_t last) {
  Frame f;
  begin(p, args, f);
  for (std::int64_t row = first; row < last; ++row) {
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
      const Input& input = p.inputs[i];
      if (input.level == Level::once) continue;
      f.in[i] = input_base(args, input) + row_offset(p, input, row) * input.element;
      if (input.level == Level::row) load_scalar(input, f.in[i], f);
    }
    execute(p.row, f.slots, group);
    for (std::int64_t column = 0; column < p.row_length; column += p.tile_length)
      run_tile(p, args, f, row * p.row_length + column, column, static_cast<std::size_t>(std::min(p.tile_length, p.row_length - column)));
  }
}

}  // namespace

void run(const KernelArgs& args) {
  const Program& p = *static_cast<const Program*>(args.block);
  const std::int64_t end = p.by_rows ? p.total / p.row_length : p.total;
  const auto chunk = [&](std::int64_t c) {
    const std::int64_t first = c * p.chunk, last = std::min(end, first + p.chunk);
    p.by_rows ? run_rows(p, args, first, last) : run_flat(p, args, first, last);
  };
  if (p.chunks == 1) chunk(0);
  else parallel_for(p.chunks, chunk);
}

}  // namespace candor::cpu::tile
