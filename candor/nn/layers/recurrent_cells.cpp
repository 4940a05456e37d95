#include "candor/nn/layers/recurrent_cells.h"

#include "candor/nn/layers/recurrent_cell_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/recurrent.h"

namespace candor {
namespace {

using detail::CellSettings;

/// A cell whose gates are products with a matrix.
class DenseCell : public detail::GatedCell {
 public:
  using GatedCell::GatedCell;
  Config options() const override {
    Config c = Config::map();
    c.set("units", settings_.units);
    describe(c);
    return c;
  }
  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() != 2) complain(ErrorKind::shape, "takes [batch, features]; the input is " + to_string(in[0]));
    const std::int64_t n = settings_.units;
    add_weights({in[0].shape[1], gates_ * n}, {n, gates_ * n}, bias_shape(), first_bias(), detail::compute_dtype(in[0].dtype));
  }
  std::vector<Shape> state_shapes(const Shape&) const override { return {{settings_.units}}; }
  Tensor project(const Tensor& x, Values drawn, bool sequence) const override {
    const std::int64_t in = kernel.shape()[0];
    if (x.rank() != (sequence ? 3 : 2) || x.shape(-1) != in) {
      complain(ErrorKind::shape, "takes [batch, " + std::to_string(in) + "] at each step, got " + to_string(x.shape()) + "; " +
                                     detail::built_for(*this, std::to_string(in) + " features", x));
    }
    const Tensor dropped_x = dropped(x, drawn[0], sequence);
    Tensor y = matmul(sequence ? reshape(dropped_x, std::vector<std::int64_t>{-1, in}) : dropped_x, kernel.value());
    if (const Tensor b = input_bias(); b.defined()) y = y + b;
    return sequence ? reshape(y, x.shape().with(-1, gates_ * settings_.units)) : y;
  }

 protected:
  virtual Shape bias_shape() const { return {gates_ * settings_.units}; }
  virtual Initializer first_bias() const { return settings_.bias_initializer; }
  /// The bias of x W; undefined for none.
  virtual Tensor input_bias() const { return bias.defined() ? bias.value() : Tensor(); }
};

class SimpleRNNCellBody final : public DenseCell {
 public:
  explicit SimpleRNNCellBody(CellSettings s) : DenseCell("SimpleRNNCell", 1, std::move(s)) {}
  std::pair<Tensor, Tensors> step(const Tensor& x, Values states, Values drawn) const override {
    const Tensor h = settings_.activation(x + matmul(dropped(states[0], drawn[1]), recurrent_kernel.value()));
    return {h, {h}};
  }
  Tensors sequence(const Tensor& x, Values states, Values drawn, const Tensor& mask, bool reverse) const override {
    if (settings_.activation.name() != "tanh" || drawn[1].defined()) return {};
    return {rnn_sequence(x, recurrent_kernel.value(), states[0], mask, reverse)};
  }
};

class LSTMCellBody final : public DenseCell {
 public:
  explicit LSTMCellBody(CellSettings s) : DenseCell("LSTMCell", 4, std::move(s)) {}
  /// The forget gate's bias is one: what is drawn at its place is replaced after the draw.
  void build(std::span<const TensorType> in) override {
    DenseCell::build(in);
    if (!bias.defined() || !settings_.unit_forget_bias) return;
    const std::int64_t n = settings_.units;
    const Tensor ones = Tensor::full({n}, 1, bias.type().dtype);
    bias.tensor().view_slice(0, n, 2 * n).copy_from(ones);
  }
  std::vector<Shape> state_shapes(const Shape&) const override { return {{settings_.units}, {settings_.units}}; }
  std::pair<Tensor, Tensors> step(const Tensor& x, Values states, Values drawn) const override {
    const std::vector<Tensor> a = split(x + matmul(dropped(states[0], drawn[1]), recurrent_kernel.value()), 4, 1);
    const Tensor i = settings_.recurrent_activation(a[0]), f = settings_.recurrent_activation(a[1]), o = settings_.recurrent_activation(a[3]);
    const Tensor c = f * states[1] + i * settings_.activation(a[2]), h = o * settings_.activation(c);
    return {h, {h, c}};
  }
  Tensors sequence(const Tensor& x, Values states, Values drawn, const Tensor& mask, bool reverse) const override {
    if (!usual_activations() || drawn[1].defined()) return {};
    const auto [h, c, gates] = lstm_sequence(x, recurrent_kernel.value(), states[0], states[1], mask, reverse);
    return {h, c};
  }
};

class GRUCellBody final : public DenseCell {
 public:
  explicit GRUCellBody(CellSettings s) : DenseCell("GRUCell", 3, std::move(s)) {}
  std::pair<Tensor, Tensors> step(const Tensor& x, Values states, Values drawn) const override {
    const std::int64_t n = settings_.units;
    const Tensor h = dropped(states[0], drawn[1]), u = recurrent_kernel.value();
    const std::vector<Tensor> a = split(x, 3, 1);
    Tensor z, r, inner;
    if (settings_.reset_after) {
      Tensor m = matmul(h, u);
      if (bias.defined()) m = m + row_of_bias(1);
      const std::vector<Tensor> parts = split(m, 3, 1);
      z = settings_.recurrent_activation(a[0] + parts[0]), r = settings_.recurrent_activation(a[1] + parts[1]);
      inner = r * parts[2];
    } else {
      const std::vector<Tensor> parts = split(matmul(h, narrow(u, 1, 0, 2 * n)), 2, 1);
      z = settings_.recurrent_activation(a[0] + parts[0]), r = settings_.recurrent_activation(a[1] + parts[1]);
      inner = matmul(r * h, narrow(u, 1, 2 * n, 3 * n));
    }
    const Tensor next = z * h + (1 - z) * settings_.activation(a[2] + inner);
    return {next, {next}};
  }
  Tensors sequence(const Tensor& x, Values states, Values drawn, const Tensor& mask, bool reverse) const override {
    if (!usual_activations() || !settings_.reset_after || drawn[1].defined()) return {};
    const Tensor inner_bias = bias.defined() ? row_of_bias(1) : Tensor::zeros({3 * settings_.units}, dtype());
    return {std::get<0>(gru_sequence(x, recurrent_kernel.value(), inner_bias, states[0], mask, reverse))};
  }

 protected:
  Shape bias_shape() const override { return settings_.reset_after ? Shape{2, 3 * settings_.units} : Shape{3 * settings_.units}; }
  Tensor input_bias() const override {
    if (!bias.defined()) return {};
    return settings_.reset_after ? row_of_bias(0) : bias.value();
  }

 private:
  Tensor row_of_bias(std::int64_t row) const { return squeeze(narrow(bias.value(), 0, row, row + 1), 0); }
};

template <class Body, class Options>
std::shared_ptr<detail::LayerBody> make_cell(std::int64_t units, const Options& options) {
  return std::make_shared<Body>(detail::cell_settings(units, options, options.name));
}

template <class Cell, class Options>
Layer read_cell(const Config& c) {
  Options options;
  detail::read_cell_options(c, options);
  return Cell(c.at("units").integer(), std::move(options));
}

}  // namespace

SimpleRNNCell::SimpleRNNCell(std::int64_t units, SimpleRNNCellOptions options) : Layer(make_cell<SimpleRNNCellBody>(units, options)) {}
LSTMCell::LSTMCell(std::int64_t units, LSTMCellOptions options) : Layer(make_cell<LSTMCellBody>(units, options)) {}
GRUCell::GRUCell(std::int64_t units, GRUCellOptions options) : Layer(make_cell<GRUCellBody>(units, options)) {}
Layer SimpleRNNCell::from_config(const Config& c) { return read_cell<SimpleRNNCell, SimpleRNNCellOptions>(c); }
Layer LSTMCell::from_config(const Config& c) { return read_cell<LSTMCell, LSTMCellOptions>(c); }
Layer GRUCell::from_config(const Config& c) { return read_cell<GRUCell, GRUCellOptions>(c); }

}  // namespace candor
