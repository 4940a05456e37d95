#include "candor/backends/cpu/tile/compile.h"

#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/tile/functions.h"
#include "candor/backends/cpu/tile/layout.h"
#include "candor/backends/cpu/tile/select.h"

namespace candor::cpu::tile {
namespace {

// What is known of a value while compiling.
struct Known {
  DType dtype = DType::f32;
  std::uint16_t slot = 0;
  Level level = Level::tile;
  bool scalar = false;
  bool made = false;      // in a register of the tile, whose place an output may take
  std::uint8_t kept() const { return static_cast<std::uint8_t>(bytes_of(kind_of(dtype))); }
};

class Compiler {
 public:
  explicit Compiler(const Graph& body) : body_(body), known_(body.values.size()), use_(body.values.size()) {}

  Compiled run() {
    if (const std::string reason = refusal(); !reason.empty()) return {nullptr, reason};
    count_uses();
    inputs();
    for (const Node& node : body_.nodes)
      if (!add(node)) return {nullptr, node.info.op->name + " has no tile form"};
    outputs();
    if (next_slot_ + 1u >= most_slots) return {nullptr, "more than " + std::to_string(most_slots) + " values"};
    if (program_->inputs.size() + program_->outputs.size() > most_direct) return {nullptr, "more than " + std::to_string(most_direct) + " inputs and outputs"};
    place();
    if (program_->buffer_bytes > most_buffer) return {nullptr, "its values do not fit a tile in the first-level cache"};
    choose_chunks(*program_, cost_);
    program_->slots = next_slot_;
    return {program_, {}};
  }

 private:
  const Value& value(int v) const { return body_.values[static_cast<std::size_t>(v)]; }
  Known& known(int v) { return known_[static_cast<std::size_t>(v)]; }
  std::uint16_t new_slot() { return next_slot_++; }

  std::string refusal() const {
    if (body_.results.empty()) return "no results";
    for (int v : body_.results)
      if (value(v).type.shape != value(body_.results[0]).type.shape) return "results of different shapes";
    for (const Value& v : body_.values)
      if (v.source == Source::constant && v.tensor.size() != 1) return "a constant that is not a scalar";
    if (body_.values.size() > most_slots) return "more than " + std::to_string(most_slots) + " values";
    return {};
  }

  // Where an input is only cast to f32 or i32, it is loaded as that.
  void count_uses() {
    for (int v : body_.results) use_[static_cast<std::size_t>(v)].other = true;
    for (const Node& node : body_.nodes)
      for (int v : node.inputs) {
        Use& use = use_[static_cast<std::size_t>(v)];
        if (node.info.op->name != "cast" || (use.cast && use.dtype != node.info.out[0].dtype)) use.other = true;
        else use.cast = true, use.dtype = node.info.out[0].dtype;
      }
  }

  void inputs() {
    Program& p = *program_;
    p.inputs.resize(body_.arguments.size());
    std::vector<Shape> shapes;
    for (int v : body_.arguments) shapes.push_back(value(v).type.shape);
    const std::vector<Reach> reach = lay_out(p, value(body_.results[0]).type.shape, shapes);
    for (std::size_t i = 0; i < p.inputs.size(); ++i) input(i, reach[i]);
    for (std::size_t v = 0; v < body_.values.size(); ++v)
      if (body_.values[v].source == Source::constant || body_.values[v].source == Source::variable) constant(static_cast<int>(v));
  }

  void input(std::size_t i, Reach reach) {
    const int v = body_.arguments[i];
    Input& in = program_->inputs[i];
    Known& k = known(v);
    const DType from = value(v).type.dtype;
    const Use& use = use_[static_cast<std::size_t>(v)];
    k.dtype = from;
    if (Convert fused = nullptr; use.cast && !use.other && find_load(from, use.dtype, fused)) k.dtype = use.dtype;
    find_load(from, k.dtype, in.convert);
    in.element = static_cast<std::uint8_t>(size_of(from));
    in.kept = k.kept();
    in.index = static_cast<std::uint16_t>(i);
    in.slot = k.slot = new_slot();
    const bool rows = program_->by_rows;
    if (reach == Reach::scalar) in.level = Level::once, in.scalar = true;
    else if (rows && reach == Reach::column) in.level = Level::row, in.scalar = true;
    else if (rows || reach == Reach::whole) in.level = Level::tile;
    else if (reach == Reach::row) in.level = Level::once;
    else in.gather = true;
    if (rows && reach == Reach::gather && in.stride[static_cast<std::size_t>(program_->rank - 1)] == 0) in.level = Level::row, in.scalar = true;
    k.level = in.level, k.scalar = in.scalar;
    const bool in_place = !in.convert && !in.gather && (in.scalar || in.level == Level::tile);
    if (!in_place) add_register(k, !in.scalar, in.level != Level::tile);
    k.made = in.level == Level::tile && !in_place;
    cost_ += in_place ? 0.5 : 1;
  }

  void constant(int v) {
    const Tensor& t = value(v).tensor;
    Known& k = known(v);
    k.dtype = t.dtype(), k.level = Level::once, k.scalar = true, k.slot = new_slot();
    std::array<std::byte, 8> bytes{};
    Convert convert = nullptr;
    find_load(k.dtype, k.dtype, convert);
    const Tensor packed = t.contiguous();
    if (convert) convert(packed.raw(), bytes.data(), 1);
    else std::memcpy(bytes.data(), packed.raw(), size_of(k.dtype));
    program_->constants.emplace_back(k.slot, bytes);
  }

  void add_register(const Known& k, bool full, bool permanent) { program_->registers.push_back({k.slot, k.kept(), full, permanent, 0}); }

  bool add(const Node& node) {
    const int v = node.outputs[0];
    Known& k = known(v);
    const NodeInfo& info = node.info;
    if (info.op->name == "cast") {
      const Known& from = known(node.inputs[0]);
      bool same = false;
      find_cast(from.dtype, info.out[0].dtype, same);
      if (same) {
        k = from;
        k.dtype = info.out[0].dtype;
        return true;
      }
    }
    std::vector<Operand> operands;
    for (int in : node.inputs) operands.push_back({known(in).dtype, known(in).scalar});
    Selected chosen;
    if (!select_instruction(info, operands, chosen)) return false;
    Instruction& code = chosen.instruction;
    k.dtype = info.out[0].dtype;
    k.level = info.op->random ? Level::tile : Level::once;
    k.scalar = !info.op->random;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const Known& from = known(node.inputs[i]);
      code.in[i] = from.slot;
      k.level = std::max(k.level, from.level);
      k.scalar &= from.scalar;
    }
    k.slot = code.out = new_slot();
    if (info.op->random) code.state = random_slot();
    if (chosen.block) code.node = chosen.block.get(), program_->blocks.push_back(std::move(chosen.block));
    emit(code, k);
    if (chosen.rounds) round_in_place(k);
    if (k.level == Level::tile) cost_ += chosen.cost;
    return true;
  }

  void round_in_place(const Known& k) {
    bool same = false;
    Instruction round;
    round.run = find_cast(DType::f32, k.dtype, same);
    round.in[0] = round.out = k.slot;
    round.inputs = 1, round.scalars = k.scalar;
    push(round, k);
  }

  std::uint16_t random_slot() {
    if (!program_->random) program_->random = true, program_->random_slot = new_slot();
    return program_->random_slot;
  }

  void push(Instruction code, const Known& k) {
    Program& p = *program_;
    if (k.level != Level::tile) code.span = k.scalar ? static_cast<std::uint32_t>(group) : 0;  // 0: a tile, set when its length is known
    (k.level == Level::tile ? p.tile : k.level == Level::once ? p.once : p.row).push_back(code);
  }

  void emit(const Instruction& code, Known& k) {
    if (k.level == Level::tile) k.made = true;
    push(code, k);
    add_register(k, !k.scalar, k.level != Level::tile);
  }

  // An output takes over the register of the value it is, once; other results are copied into registers of their own.
  void outputs() {
    Program& p = *program_;
    std::vector<std::uint16_t> taken;
    for (int result : body_.results) {
      Known k = known(result);
      Output out;
      const DType dtype = value(result).type.dtype;
      find_store(dtype, out.convert);
      out.element = static_cast<std::uint8_t>(size_of(dtype));
      if (!k.made || std::count(taken.begin(), taken.end(), k.slot)) {
        Instruction copy;
        copy.run = find_copy(kind_of(k.dtype));
        copy.in[0] = k.slot, copy.inputs = 1, copy.scalars = k.scalar;
        k.level = Level::tile, k.scalar = false, k.slot = copy.out = new_slot();
        emit(copy, k);
      }
      taken.push_back(k.slot);
      out.slot = k.slot, out.kept = k.kept();
      p.outputs.push_back(out);
      cost_ += 0.5;
    }
    for (Output& out : p.outputs) out.direct = !out.convert && may_write_early(out.slot);
  }

  // Results may share memory with inputs: a result written before the last reading of an input would destroy it.
  bool may_write_early(std::uint16_t slot) const {
    int defined = -1;
    for (std::size_t i = 0; i < program_->tile.size(); ++i)
      if (program_->tile[i].out == slot) defined = static_cast<int>(i);
    if (defined < 0) return false;
    for (const Input& in : program_->inputs) {
      if (in.level != Level::tile || in.gather || in.convert) continue;
      for (std::size_t i = static_cast<std::size_t>(defined) + 1; i < program_->tile.size(); ++i)
        for (std::size_t j = 0; j < program_->tile[i].inputs; ++j)
          if (program_->tile[i].in[j] == in.slot) return false;
    }
    return true;
  }

  // Offsets of registers: those of the tile are given back at their last use.
  void place() {
    Program& p = *program_;
    const auto direct = [&](std::uint16_t slot) {
      return std::any_of(p.outputs.begin(), p.outputs.end(), [&](const Output& o) { return o.slot == slot && o.direct; });
    };
    std::erase_if(p.registers, [&](const Register& r) { return direct(r.slot); });
    struct Cell { std::uint8_t kept; int free_from; };
    std::vector<Cell> cells;
    std::vector<int> cell_of(p.registers.size(), -1);
    std::size_t bytes = 0, permanent = 0;
    // Registers stand in the order of their definition: inputs first.
    for (std::size_t i = 0; i < p.registers.size(); ++i) {
      const Register& r = p.registers[i];
      if (!r.full) continue;
      if (r.permanent) {
        permanent += r.kept;
        continue;
      }
      const auto [defined, last] = lifetime(r.slot);
      auto cell = std::find_if(cells.begin(), cells.end(), [&r, start = defined](const Cell& c) { return c.kept == r.kept && c.free_from <= start; });
      if (cell == cells.end()) cell = cells.insert(cells.end(), {r.kept, 0}), bytes += r.kept;
      cell->free_from = last;
      cell_of[i] = static_cast<int>(cell - cells.begin());
    }
    choose_tile(p, bytes + permanent);
    const std::size_t length = (static_cast<std::size_t>(p.tile_length) + 2 * group - 1) / group * group;
    for (auto* code : {&p.once, &p.row})
      for (Instruction& instruction : *code)
        if (instruction.span == 0) instruction.span = static_cast<std::uint32_t>((static_cast<std::size_t>(p.tile_length) + group - 1) / group * group);
    std::vector<std::size_t> start;
    std::size_t offset = 0;
    for (const Cell& c : cells) start.push_back(offset), offset += length * c.kept;
    for (std::size_t i = 0; i < p.registers.size(); ++i) {
      Register& r = p.registers[i];
      if (cell_of[i] >= 0) r.offset = start[static_cast<std::size_t>(cell_of[i])];
      else r.offset = offset, offset += (r.full ? length : group) * r.kept;
    }
    p.buffer_bytes = offset;
  }

  // First and last instruction of the tile that need the register; loaded values live from before the first.
  std::pair<int, int> lifetime(std::uint16_t slot) const {
    int defined = -1, last = 0;
    for (std::size_t i = 0; i < program_->tile.size(); ++i) {
      const Instruction& code = program_->tile[i];
      if (code.out == slot) defined = static_cast<int>(i), last = std::max(last, static_cast<int>(i));
      for (std::size_t j = 0; j < code.inputs; ++j)
        if (code.in[j] == slot) last = static_cast<int>(i);
    }
    for (const Output& out : program_->outputs)
      if (out.slot == slot) last = static_cast<int>(program_->tile.size());
    return {defined, last};
  }

  struct Use {
    bool cast = false, other = false;
    DType dtype = DType::f32;
  };

  const Graph& body_;
  std::shared_ptr<Program> program_ = std::make_shared<Program>();
  std::vector<Known> known_;
  std::vector<Use> use_;
  std::uint16_t next_slot_ = 0;
  double cost_ = 0;
};

}  // namespace

Compiled compile(const Graph& body) { return Compiler(body).run(); }

Compiled compile(const NodeInfo& node) {
  Graph body;
  Node only;
  only.info = node;
  for (const TensorType& type : node.in) only.inputs.push_back(body.add_argument(type));
  Value out;
  out.type = node.out[0];
  out.node = 0;
  only.outputs = {static_cast<int>(body.values.size())};
  body.values.push_back(out);
  body.nodes.push_back(std::move(only));
  body.results = {body.nodes[0].outputs[0]};
  return compile(body);
}

}  // namespace candor::cpu::tile
