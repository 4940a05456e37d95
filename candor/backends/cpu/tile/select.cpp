#include "candor/backends/cpu/tile/select.h"

#include <algorithm>
#include <limits>

#include "candor/backends/cpu/tile/functions.h"

namespace candor::cpu::tile {
namespace {

double cost_of(const std::string& op) {
  for (const char* name : {"exp", "expm1", "log", "log1p", "tanh", "erf", "sigmoid", "softplus", "gelu", "gelu_tanh", "gelu_tanh_slope"})
    if (op == name) return 6;
  for (const char* name : {"sin", "cos", "tan"})
    if (op == name) return 10;
  for (const char* name : {"divide", "sqrt", "rsqrt", "reciprocal", "uniform", "bernoulli"})
    if (op == name) return 3;
  return 1;
}

bool is_comparison(const std::string& op) {
  return op == "equal" || op == "not_equal" || op == "less" || op == "less_equal" || op == "greater" || op == "greater_equal";
}

// Registers of these are the element itself; bf16 is rounded after each operation; f16 and 8-bit integers have no vector form.
bool has_vectors(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::i32 || dtype == DType::boolean; }

// Whose results are numbers that were there before, up to their sign.
bool chooses(const std::string& op) {
  for (const char* name : {"relu", "abs", "negate", "maximum", "minimum", "where"})
    if (op == name) return true;
  return false;
}

Function vector_form(const NodeInfo& node, const std::vector<Operand>& operands, Instruction& code) {
  const std::string& name = node.op->name;
  if (node.op->random) return find_random(node, code);
  if (operands.empty()) return nullptr;
  const DType dtype = operands[0].dtype;
  const Kind kind = kind_of(dtype);
  if (name == "where") return kind_of(operands[1].dtype) == Kind::wide ? find_wide_select() : find_where(code.scalars);
  if (name == "cast") {
    bool same = false;
    return find_cast(dtype, node.out[0].dtype, same);
  }
  if (kind == Kind::wide) return node.out[0].dtype == dtype || is_comparison(name) ? find_wide(name, dtype, operands.size()) : nullptr;
  if (operands.size() == 2 && is_comparison(name) && kind != Kind::mask) return find_compare(name, kind, code.scalars);
  if (operands.size() == 1 && (name == "isfinite" || name == "isnan")) return find_unary(name, kind);
  if (!has_vectors(dtype) || node.out[0].dtype != dtype) return nullptr;
  if (operands.size() == 2) return find_binary(name, kind, code.scalars);
  if (operands.size() != 1) return nullptr;
  if (name == "clip") {
    if (kind != Kind::f32) return nullptr;
    code.low = static_cast<float>(node.attrs.number("low")), code.high = static_cast<float>(node.attrs.number("high"));
  }
  if (name == "softplus") {
    const double beta = node.attrs.has("beta") ? node.attrs.number("beta") : 1;
    code.low = static_cast<float>(beta), code.high = static_cast<float>(1 / beta);
  }
  return find_unary(name, kind);
}

}  // namespace

bool select_instruction(const NodeInfo& node, const std::vector<Operand>& operands, Selected& selected) {
  if (!node.op->elementwise || operands.size() > 3 || node.out.size() != 1) return false;
  Instruction& code = selected.instruction;
  code.inputs = static_cast<std::uint8_t>(operands.size());
  for (std::size_t i = 0; i < operands.size(); ++i) {
    code.types[i] = operands[i].dtype;
    if (operands[i].scalar) code.scalars = static_cast<std::uint8_t>(code.scalars | 1u << i);
  }
  code.types[3] = node.out[0].dtype;
  code.run = vector_form(node, operands, code);
  selected.cost = cost_of(node.op->name);
  if (code.run) {
    selected.rounds = node.out[0].dtype == DType::bf16 && node.op->name != "cast" && !chooses(node.op->name);
    return true;
  }
  if (node.op->random || !node.op->reference || node.op->reference_scratch || operands.empty()) return false;
  // One group through the reference kernel, operands side by side.
  selected.block = std::make_unique<NodeInfo>(node);
  const Shape shape{static_cast<std::int64_t>(group)};
  for (TensorType& type : selected.block->in) type.shape = shape;
  selected.block->out[0].shape = shape;
  code.run = block_function();
  selected.cost = 30;
  return true;
}

}  // namespace candor::cpu::tile
