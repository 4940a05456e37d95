// Ops without a vector form: their reference kernel on one group of elements after the other, so that a chain stays one loop
// whatever is in it.
#include <cstring>

#include "candor/backends/cpu/tile/functions.h"

namespace candor::cpu::tile {
namespace {

struct alignas(64) Block {
  std::byte bytes[group * 8];
};

// One group of an operand as the reference kernel reads it: elements of the op's own dtype, side by side.
const void* unpack(const void* from, DType dtype, bool scalar, Block& spread, Block& raw) {
  const std::size_t kept = bytes_of(kind_of(dtype));
  if (scalar) {
    for (std::size_t i = 0; i < group; ++i) std::memcpy(spread.bytes + i * kept, from, kept);
    from = spread.bytes;
  }
  Convert convert = nullptr;
  find_store(dtype, convert);
  if (!convert) return from;
  convert(from, raw.bytes, group);
  return raw.bytes;
}

void run_blocks(const Instruction& in, void* const* slots, std::size_t n) {
  const DType out_type = in.types[3];
  Convert repack = nullptr;
  find_load(out_type, out_type, repack);
  Block spread[3], raw[3], result;
  for (std::size_t i = 0; i < n; i += group) {
    void* inputs[3];
    for (std::size_t k = 0; k < in.inputs; ++k) {
      const bool scalar = (in.scalars >> k & 1) != 0;
      const auto* from = static_cast<const std::byte*>(slots[in.in[k]]) + (scalar ? 0 : i * bytes_of(kind_of(in.types[k])));
      inputs[k] = const_cast<void*>(unpack(from, in.types[k], scalar, spread[k], raw[k]));
    }
    auto* to = static_cast<std::byte*>(slots[in.out]) + i * bytes_of(kind_of(out_type));
    void* out = repack ? static_cast<void*>(result.bytes) : to;
    in.node->op->reference({in.node, inputs, &out, nullptr, nullptr, nullptr});
    if (repack) repack(result.bytes, to, group);
  }
}

}  // namespace

Function block_function() { return run_blocks; }

}  // namespace candor::cpu::tile
