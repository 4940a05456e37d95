// Cells made of others or of a function: StackedRNNCells, RNNCell.
#include "candor/nn/layers/recurrent_cell_body.h"

namespace candor {
namespace {

using detail::CellBody;

class StackedCellsBody final : public CellBody {
 public:
  StackedCellsBody(std::vector<Layer> cells, std::string name) : CellBody(std::move(name)), cells_(std::move(cells)) {
    if (cells_.empty()) fail(ErrorKind::invalid_argument, "StackedRNNCells: at least one cell is needed");
    for (const Layer& cell : cells_) bodies_.push_back(&detail::cell_of(cell, "StackedRNNCells"));
    for (std::size_t i = 0; i < bodies_.size(); ++i) {
      if (!bodies_[i]->named_by_user()) bodies_[i]->set_name(bodies_[i]->default_name() + (i == 0 ? "" : "_" + std::to_string(i)));
    }
  }
  std::string kind() const override { return "StackedRNNCells"; }
  Config options() const override {
    Config::List items;
    for (const Layer& cell : cells_) items.push_back(cell.config());
    return Config::map().set("cells", Config(std::move(items)));
  }
  std::vector<Layer> children() const override { return cells_; }
  DType dtype() const override { return bodies_.front()->dtype(); }

  void build(std::span<const TensorType> in) override {
    TensorType x = in[0];
    for (CellBody* cell : bodies_) {
      cell->build_once(std::span(&x, 1));
      // The next cell takes this one's output, which is as wide as its first state.
      x = {cell->state_shapes(x.shape).front().inserted(0, x.shape[0]), cell->dtype()};
    }
  }

  Tensors draw(const Shape& x, DType dtype, Mode mode) const override {
    Tensors all;
    Shape in = x;
    for (const CellBody* cell : bodies_) {
      for (const Tensor& one : cell->draw(in, dtype, mode)) all.push_back(one);
      in = cell->state_shapes(in).front().inserted(0, x[0]);
    }
    return all;
  }
  Tensor project(const Tensor& x, Values drawn, bool sequence) const override { return bodies_.front()->project(x, drawn.subspan(0, drawn.size() / bodies_.size()), sequence); }
  std::vector<Shape> state_shapes(const Shape& projected) const override {
    std::vector<Shape> shapes;
    for (const CellBody* cell : bodies_) {
      for (const Shape& shape : cell->state_shapes(projected)) shapes.push_back(shape);
    }
    return shapes;
  }
  std::pair<Tensor, Tensors> step(const Tensor& projected, Values states, Values drawn) const override {
    const std::size_t draws = drawn.size() / bodies_.size();
    Tensors next;
    Tensor x = projected;
    std::size_t at = 0;
    for (std::size_t i = 0; i < bodies_.size(); ++i) {
      const Values own = drawn.subspan(i * draws, draws);
      if (i > 0) x = bodies_[i]->project(x, own, false);
      const std::size_t count = bodies_[i]->state_shapes(x.shape()).size();
      auto [output, after] = bodies_[i]->step(x, states.subspan(at, count), own);
      at += count;
      next.insert(next.end(), after.begin(), after.end());
      x = output;
    }
    return {x, next};
  }

 private:
  std::vector<Layer> cells_;
  std::vector<CellBody*> bodies_;
};

class FunctionCellBody final : public CellBody {
 public:
  FunctionCellBody(std::vector<std::int64_t> sizes, RNNCell::Step step, RNNCellOptions options)
      : CellBody(std::move(options.name)), sizes_(std::move(sizes)), step_(std::move(step)), given_(std::move(options.weights)) {
    if (sizes_.empty()) fail(ErrorKind::invalid_argument, "RNNCell: at least one state is needed");
    for (std::int64_t size : sizes_) detail::require_positive("RNNCell", "state_sizes", size);
    if (!step_) fail(ErrorKind::invalid_argument, "RNNCell: the function is empty");
  }
  std::string kind() const override { return "RNNCell"; }
  Config options() const override { fail(ErrorKind::unsupported, "config: a cell of one's own is a function and cannot be stored; store its weights"); }
  void build(std::span<const TensorType> in) override {
    dtype_ = detail::compute_dtype(in[0].dtype);
    for (const Variable& v : given_) adopt_weight(v.name(), v);
  }
  DType dtype() const override { return dtype_; }
  Tensors draw(const Shape&, DType, Mode) const override { return {}; }
  Tensor project(const Tensor& x, Values, bool) const override { return x; }
  std::vector<Shape> state_shapes(const Shape&) const override {
    std::vector<Shape> shapes;
    for (std::int64_t size : sizes_) shapes.push_back({size});
    return shapes;
  }
  std::pair<Tensor, Tensors> step(const Tensor& x, Values states, Values) const override {
    auto [output, next] = step_(x, states);
    if (!output.defined()) complain(ErrorKind::invalid_argument, "the function of the cell gives no output");
    if (next.size() != states.size()) {
      complain(ErrorKind::invalid_argument, "the function of the cell gives " + std::to_string(next.size()) + " states, there are " + std::to_string(states.size()));
    }
    for (std::size_t i = 0; i < next.size(); ++i) {
      if (!next[i].defined() || next[i].type() != states[i].type()) {
        complain(ErrorKind::shape, "state " + std::to_string(i) + " enters the function of the cell as " + to_string(states[i].type()) + " and leaves it as " +
                                       (next[i].defined() ? to_string(next[i].type()) : std::string("an empty tensor")));
      }
    }
    return {output, next};
  }

 private:
  std::vector<std::int64_t> sizes_;
  RNNCell::Step step_;
  std::vector<Variable> given_;
  DType dtype_ = DType::f32;
};

}  // namespace

StackedRNNCells::StackedRNNCells(std::vector<Layer> cells, StackedRNNCellsOptions options) : Layer(std::make_shared<StackedCellsBody>(std::move(cells), options.name)) {}
RNNCell::RNNCell(std::vector<std::int64_t> state_sizes, Step step, RNNCellOptions options)
    : Layer(std::make_shared<FunctionCellBody>(std::move(state_sizes), std::move(step), std::move(options))) {}

Layer StackedRNNCells::from_config(const Config& c) {
  std::vector<Layer> cells;
  for (const Config& cell : c.at("cells").items()) cells.push_back(layer_from_config(cell));
  return StackedRNNCells(std::move(cells), {.name = detail::config_name(c)});
}

}  // namespace candor
