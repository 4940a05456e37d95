// A chain of elementwise ops as a short list of vector instructions, run over tiles that stay in the first-level cache.
// compile.h makes it from ops, run.cpp runs it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "candor/ops/op.h"

namespace candor::cpu::tile {

/// Elements are processed in whole groups of this many, whatever the width of the vectors.
inline constexpr std::size_t group = 16;

/// What a register holds for each element: an f32; a 32-bit integer; all bits set or none, for bool; or 8 bytes, f64 or i64.
/// bf16 and f16 are kept as f32, u8 and i8 as 32-bit integers.
enum class Kind : std::uint8_t { f32, i32, mask, wide };
inline std::size_t bytes_of(Kind kind) { return kind == Kind::wide ? 8 : 4; }
Kind kind_of(DType dtype);

struct Instruction;
/// n is a multiple of `group`. Operands in `scalars` are read as one element, the others as n.
using Function = void (*)(const Instruction&, void* const* slots, std::size_t n);

/// What draws random numbers besides the instruction itself.
struct RandomState {
  std::uint64_t seed = 0, step = 0;
  std::int64_t first = 0;  ///< index of the tile's first element
};

struct Instruction {
  Function run = nullptr;
  std::uint16_t out = 0;
  std::array<std::uint16_t, 3> in{};
  std::uint8_t inputs = 0;
  std::uint8_t scalars = 0;             ///< bit i: operand i is one element
  std::uint32_t span = group;           ///< n for instructions that run once
  float low = 0, high = 0;              ///< of clip, uniform, softplus, ...
  std::int64_t op_id = 0;               ///< of random ops
  std::uint16_t state = 0;              ///< slot that points to a RandomState
  const NodeInfo* node = nullptr;       ///< for ops without a vector form: run by the op's reference kernel, see `blocks`
  std::array<DType, 4> types{};         ///< of the operands, then the result, for the same
};

/// How often a value changes: once a call, once a row, or with each element.
enum class Level : std::uint8_t { once, row, tile };

/// Converts n elements from memory into a register, or back.
using Convert = void (*)(const void* from, void* to, std::size_t n);

struct Input {
  std::uint16_t slot = 0;
  std::uint16_t index = 0;              ///< which input of the node
  Level level = Level::tile;
  bool scalar = false;                  ///< one element: a full scalar, or one of a column in row mode
  bool gather = false;                  ///< flat mode: rows are copied together into the register
  Convert convert = nullptr;            ///< null: memory is used as it is
  std::uint8_t element = 4;             ///< bytes in memory
  std::uint8_t kept = 4;                ///< bytes in the register
  std::array<std::int64_t, Shape::max_rank> stride{};  ///< in elements, for the layout's axes
};

struct Output {
  std::uint16_t slot = 0;
  bool direct = false;                  ///< the last instruction writes to memory itself
  Convert convert = nullptr;            ///< null: bytes are copied
  std::uint8_t element = 4, kept = 4;
};

/// A register: where it lies in the tile's buffer.
struct Register {
  std::uint16_t slot = 0;
  std::uint8_t kept = 4;
  bool full = true;                     ///< a tile of elements, otherwise one group
  bool permanent = false;               ///< keeps its contents between tiles
  std::size_t offset = 0;               ///< bytes
};

struct Program {
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<Register> registers;
  std::vector<Instruction> once, row, tile;
  std::vector<std::pair<std::uint16_t, std::array<std::byte, 8>>> constants;
  std::vector<std::unique_ptr<NodeInfo>> blocks;  ///< nodes of one group, for instructions without a vector form
  std::uint16_t slots = 0;
  std::uint16_t random_slot = 0;
  bool random = false;

  // Layout: axes merged as far as all inputs allow; the last is the row.
  std::array<std::int64_t, Shape::max_rank> extent{};
  int rank = 1;
  bool by_rows = false;                 ///< tiles stay inside rows; otherwise they run on over rows
  std::int64_t total = 0, row_length = 0;
  std::int64_t tile_length = 0;         ///< elements, in flat mode a multiple of row_length when there are rows
  std::int64_t chunk = 0;               ///< elements (flat) or rows that one thread takes
  std::int64_t chunks = 1;
  std::size_t buffer_bytes = 0;
};

/// Limits of a program: what run.cpp keeps on the stack.
inline constexpr std::size_t most_slots = 128, most_buffer = 96 << 10, most_direct = 40;

/// Runs a Program, which args.block points to.
void run(const KernelArgs& args);

}  // namespace candor::cpu::tile
