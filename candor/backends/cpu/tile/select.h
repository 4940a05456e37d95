// Which instruction serves an op.
#pragma once

#include <memory>
#include <vector>

#include "candor/backends/cpu/tile/program.h"

namespace candor::cpu::tile {

struct Operand {
  DType dtype = DType::f32;
  bool scalar = false;
};

struct Selected {
  Instruction instruction;          ///< operands and result are filled in by the caller
  std::unique_ptr<NodeInfo> block;  ///< set when the op's reference kernel serves
  bool rounds = false;              ///< the result must be rounded to its dtype behind it
  double cost = 1;                  ///< an element, in simple operations
};

/// False when the op cannot stand in a tile: not elementwise, or random without a vector form.
bool select_instruction(const NodeInfo& node, const std::vector<Operand>& operands, Selected& selected);

}  // namespace candor::cpu::tile
