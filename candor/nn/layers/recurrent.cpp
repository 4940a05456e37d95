#include "candor/nn/layers/recurrent.h"

#include "candor/nn/layers/recurrent_body.h"

namespace candor {
namespace {

template <class Options>
RNNOptions sequence_options(const Options& o) {
  return {.return_sequences = o.return_sequences,
          .return_state = o.return_state,
          .go_backwards = o.go_backwards,
          .stateful = o.stateful,
          .unroll = o.unroll,
          .zero_output_for_mask = o.zero_output_for_mask,
          .name = o.name};
}

template <class Options>
void read_sequence_options(const Config& c, Options& o) {
  if (c.get("time_major", false)) fail(ErrorKind::unsupported, "recurrent layer '" + detail::config_name(c) + "': time_major inputs [time, batch, features] are not supported; transpose them");
  o.return_sequences = c.get("return_sequences", false), o.return_state = c.get("return_state", false), o.go_backwards = c.get("go_backwards", false);
  o.stateful = c.get("stateful", false), o.unroll = c.get("unroll", false), o.zero_output_for_mask = c.get("zero_output_for_mask", false);
}

/// The layer that runs this cell and shows the cell's options as its own.
template <class Cell, class CellOptions, class Options>
std::shared_ptr<detail::LayerBody> make_layer(const char* kind, std::int64_t units, const Options& o) {
  detail::require_positive(kind, "units", units);
  detail::require_rate(kind, "dropout", o.dropout);
  detail::require_rate(kind, "recurrent_dropout", o.recurrent_dropout);
  CellOptions cell;
  cell.activation = o.activation, cell.use_bias = o.use_bias;
  if constexpr (requires { o.recurrent_activation; }) cell.recurrent_activation = o.recurrent_activation;
  if constexpr (requires { o.unit_forget_bias; }) cell.unit_forget_bias = o.unit_forget_bias;
  if constexpr (requires { o.reset_after; }) cell.reset_after = o.reset_after;
  cell.kernel_initializer = o.kernel_initializer, cell.recurrent_initializer = o.recurrent_initializer, cell.bias_initializer = o.bias_initializer;
  cell.kernel_regularizer = o.kernel_regularizer, cell.recurrent_regularizer = o.recurrent_regularizer, cell.bias_regularizer = o.bias_regularizer;
  cell.kernel_constraint = o.kernel_constraint, cell.recurrent_constraint = o.recurrent_constraint, cell.bias_constraint = o.bias_constraint;
  cell.dropout = o.dropout, cell.recurrent_dropout = o.recurrent_dropout, cell.seed = o.seed;
  auto body = std::make_shared<detail::RecurrentBody>(kind, Cell(units, std::move(cell)), sequence_options(o));
  body->set_activity_regularizer(o.activity_regularizer);
  return body;
}

template <class LayerType, class Options>
Layer read_layer(const Config& c) {
  Options options;
  detail::read_cell_options(c, options);
  read_sequence_options(c, options);
  return LayerType(c.at("units").integer(), std::move(options));
}

}  // namespace

void RecurrentLayer::reset_state() const { static_cast<detail::RecurrentBody&>(body()).reset_state(); }
std::vector<Tensor> RecurrentLayer::states() const { return static_cast<const detail::RecurrentBody&>(body()).states(); }

RNN::RNN(const Layer& cell, RNNOptions options) : RecurrentLayer(std::make_shared<detail::RecurrentBody>("RNN", cell, std::move(options))) {}
SimpleRNN::SimpleRNN(std::int64_t units, SimpleRNNOptions options) : RecurrentLayer(make_layer<SimpleRNNCell, SimpleRNNCellOptions>("SimpleRNN", units, options)) {}
LSTM::LSTM(std::int64_t units, LSTMOptions options) : RecurrentLayer(make_layer<LSTMCell, LSTMCellOptions>("LSTM", units, options)) {}
GRU::GRU(std::int64_t units, GRUOptions options) : RecurrentLayer(make_layer<GRUCell, GRUCellOptions>("GRU", units, options)) {}

Layer RNN::from_config(const Config& c) {
  RNNOptions options;
  read_sequence_options(c, options);
  options.name = detail::config_name(c);
  const Config& cell = c.at("cell");
  // Keras 1 and 2 could hold a list of cells in place of StackedRNNCells.
  if (!cell.is_list()) return RNN(layer_from_config(cell), std::move(options));
  std::vector<Layer> cells;
  for (const Config& one : cell.items()) cells.push_back(layer_from_config(one));
  return RNN(StackedRNNCells(std::move(cells)), std::move(options));
}
Layer SimpleRNN::from_config(const Config& c) { return read_layer<SimpleRNN, SimpleRNNOptions>(c); }
Layer LSTM::from_config(const Config& c) { return read_layer<LSTM, LSTMOptions>(c); }
Layer GRU::from_config(const Config& c) { return read_layer<GRU, GRUOptions>(c); }

}  // namespace candor
