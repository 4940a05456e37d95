#include "candor/nn/layers/recurrent_cell_body.h"

#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/random.h"

namespace candor::detail {

std::vector<Tensor> CellBody::apply(std::span<const Tensor> xs, Mode mode) {
  Tensors given = arguments("states");
  if (given.empty()) given.assign(xs.begin() + 1, xs.end());
  else if (xs.size() > 1) complain(ErrorKind::invalid_argument, "states came both as inputs and as the argument states");
  const Tensor x = to_dtype(xs[0], dtype());
  const Tensors drawn = draw(x.shape(), dtype(), mode);
  const Tensor projected = project(x, drawn, false);
  const Tensors states = states_or_zeros(given, x.shape(0), state_shapes(projected.shape()), dtype(), [&](const std::string& what) { complain(ErrorKind::shape, what); });
  auto [output, next] = step(projected, states, drawn);
  next.insert(next.begin(), output);
  return next;
}

CellBody& cell_of(const Layer& layer, const std::string& user) {
  auto* cell = layer.defined() ? dynamic_cast<CellBody*>(&layer.body()) : nullptr;
  if (!cell) {
    fail(ErrorKind::invalid_argument, user + ": " + (layer.defined() ? layer.kind() : std::string("an empty layer")) +
                                          " is no cell; give LSTMCell, GRUCell, SimpleRNNCell, StackedRNNCells or an RNNCell of your own");
  }
  return *cell;
}

std::vector<Tensor> states_or_zeros(const std::vector<Tensor>& given, std::int64_t batch, const std::vector<Shape>& shapes, DType dtype,
                                    const Function<void(const std::string&)>& complain) {
  std::vector<Tensor> states;
  if (!given.empty() && given.size() != shapes.size())
    complain("has " + std::to_string(shapes.size()) + " states, " + std::to_string(given.size()) + " were given");
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const Shape expected = shapes[i].inserted(0, batch);
    if (given.empty()) {
      states.push_back(Tensor::zeros(expected, dtype));
      continue;
    }
    if (given[i].shape() != expected) {
      const bool only_batch = given[i].rank() == expected.rank() && given[i].rank() > 0 && given[i].shape().with(0, batch) == expected;
      const bool only_units = given[i].rank() == expected.rank() && given[i].shape().with(given[i].rank() - 1, expected[expected.rank() - 1]) == expected;
      complain("state " + std::to_string(i) + " must be " + to_string(expected) + ", got " + to_string(given[i].shape()) +
               (only_units ? "; a state holds one number for each of the layer's " + std::to_string(expected[expected.rank() - 1]) + " units" : std::string()) + (only_batch ? "; the batch has " + std::to_string(batch) + " samples" : std::string()));
    }
    states.push_back(to_dtype(given[i], dtype));
  }
  return states;
}

GatedCell::GatedCell(const char* kind, std::int64_t gates, CellSettings settings) : CellBody(settings.name), settings_(std::move(settings)), gates_(gates), kind_(kind) {
  require_positive(kind, kind_.starts_with("Conv") ? "filters" : "units", settings_.units);
  require_rate(kind, "dropout", settings_.dropout);
  require_rate(kind, "recurrent_dropout", settings_.recurrent_dropout);
}

CellBody::Tensors GatedCell::draw(const Shape& x, DType dtype, Mode mode) const {
  Tensors drawn(2);
  if (mode == inference) return drawn;
  if (settings_.dropout > 0) drawn[0] = ops::dropout(Tensor::full(x, 1, dtype), settings_.dropout);
  if (settings_.recurrent_dropout > 0) drawn[1] = ops::dropout(Tensor::full({x[0], settings_.units}, 1, dtype), settings_.recurrent_dropout);
  return drawn;
}

Tensor GatedCell::dropped(const Tensor& x, const Tensor& factors, bool sequence) {
  if (!factors.defined()) return x;
  return x * (sequence ? expand_dims(factors, 1) : factors);
}

void GatedCell::add_weights(const Shape& kernel_shape, const Shape& recurrent_shape, const Shape& bias_shape, const Initializer& bias_initializer, DType dtype) {
  kernel = add_weight("kernel", kernel_shape, settings_.kernel_initializer, dtype, true, settings_.kernel_regularizer, settings_.kernel_constraint);
  recurrent_kernel = add_weight("recurrent_kernel", recurrent_shape, settings_.recurrent_initializer, dtype, true, settings_.recurrent_regularizer, settings_.recurrent_constraint);
  if (settings_.use_bias) bias = add_weight("bias", bias_shape, bias_initializer, dtype, true, settings_.bias_regularizer, settings_.bias_constraint);
}

void GatedCell::describe(Config& c) const {
  const CellSettings& s = settings_;
  c.set("activation", activation_config(s.activation));
  if (gates_ > 1) c.set("recurrent_activation", activation_config(s.recurrent_activation));
  c.set("use_bias", s.use_bias);
  c.set("kernel_initializer", s.kernel_initializer.config()).set("recurrent_initializer", s.recurrent_initializer.config()).set("bias_initializer", s.bias_initializer.config());
  if (gates_ == 4) c.set("unit_forget_bias", s.unit_forget_bias);
  c.set("kernel_regularizer", s.kernel_regularizer.config()).set("recurrent_regularizer", s.recurrent_regularizer.config()).set("bias_regularizer", s.bias_regularizer.config());
  c.set("kernel_constraint", s.kernel_constraint.config()).set("recurrent_constraint", s.recurrent_constraint.config()).set("bias_constraint", s.bias_constraint.config());
  c.set("dropout", s.dropout).set("recurrent_dropout", s.recurrent_dropout);
  if (gates_ == 3) c.set("reset_after", s.reset_after);
  c.set("seed", s.seed ? Config(static_cast<std::int64_t>(*s.seed)) : Config());
}

}  // namespace candor::detail
