#include "candor/nn/layers/conv_lstm.h"

#include "candor/nn/layers/recurrent_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/random.h"

namespace candor {
namespace {

class ConvLSTMCellBody final : public detail::GatedCell {
 public:
  ConvLSTMCellBody(const std::string& layer, int axes, const Extents& kernel_size, const ConvLSTMOptions& o, detail::CellSettings settings)
      : GatedCell("ConvLSTMCell", 4, std::move(settings)), layer_(layer), padding_(o.padding), first_(o.data_format == "channels_first") {
    const char* name = layer_.c_str();
    size_ = kernel_size.expand(axes, layer_ + ": kernel_size");
    how_.strides = o.strides.expand(axes, layer_ + ": strides");
    how_.dilation = o.dilation_rate.expand(axes, layer_ + ": dilation_rate");
    detail::require_positive(name, "filters", settings_.units);
    detail::require_positive(name, "kernel_size", size_);
    detail::require_positive(name, "strides", how_.strides);
    detail::require_positive(name, "dilation_rate", how_.dilation);
    detail::require_one_of(name, "padding", padding_, {"valid", "same"});
    detail::require_one_of(name, "data_format", o.data_format, {"channels_last", "channels_first"});
    for (int i = 0; i < axes; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (how_.strides[at] > 1 && how_.dilation[at] > 1) fail(ErrorKind::invalid_argument, layer_ + ": strides and dilation_rate cannot both be above 1");
    }
  }

  Config options() const override {
    Config c = Config::map();
    c.set("filters", settings_.units).set("kernel_size", Config::integers(size_)).set("strides", Config::integers(how_.strides)).set("padding", padding_);
    c.set("data_format", first_ ? "channels_first" : "channels_last").set("dilation_rate", Config::integers(how_.dilation));
    describe(c);
    return c;
  }

  void build(std::span<const TensorType> in) override {
    const std::int64_t channels = first_ ? in[0].shape[1] : in[0].shape[-1], n = settings_.units;
    const auto kernel_shape = [&](std::int64_t from) {
      Ints shape = size_;
      shape.insert(shape.end(), {from, 4 * n});
      return Shape(shape);
    };
    add_weights(kernel_shape(channels), kernel_shape(n), {4 * n}, settings_.bias_initializer, detail::compute_dtype(in[0].dtype));
    if (bias.defined() && settings_.unit_forget_bias) bias.tensor().view_slice(0, n, 2 * n).copy_from(Tensor::full({n}, 1, bias.type().dtype));
  }

  Tensors draw(const Shape& x, DType dtype, Mode mode) const override {
    Tensors drawn(2);
    if (mode == inference) return drawn;
    if (settings_.dropout > 0) drawn[0] = ops::dropout(Tensor::full(x, 1, dtype), settings_.dropout);
    if (settings_.recurrent_dropout > 0) {
      Ints state = spatial(x);
      const Padding around = resolve_padding(padding_, state, size_, how_.strides, how_.dilation);
      for (std::size_t i = 0; i < state.size(); ++i) state[i] = (state[i] + around[i].first + around[i].second - (size_[i] - 1) * how_.dilation[i] - 1) / how_.strides[i] + 1;
      state.insert(first_ ? state.begin() : state.end(), settings_.units);
      state.insert(state.begin(), x[0]);
      drawn[1] = ops::dropout(Tensor::full(Shape(state), 1, dtype), settings_.recurrent_dropout);
    }
    return drawn;
  }

  Tensor project(const Tensor& x, Values drawn, bool sequence) const override {
    const Tensor in = dropped(x, drawn[0], sequence);
    const Ints extents = in.shape().to_vector();
    if (!sequence) return convolved(in, kernel.value(), true);
    // Steps are samples of one larger batch.
    Ints together(extents.begin() + 1, extents.end());
    together[0] *= extents[0];
    const Tensor y = convolved(reshape(in, together), kernel.value(), true);
    Ints apart = y.shape().to_vector();
    apart[0] = extents[1];
    apart.insert(apart.begin(), extents[0]);
    return reshape(y, apart);
  }

  std::vector<Shape> state_shapes(const Shape& projected) const override {
    const Shape one = projected.without(0).with(first_ ? 0 : -1, settings_.units);
    return {one, one};
  }

  std::pair<Tensor, Tensors> step(const Tensor& x, Values states, Values drawn) const override {
    const std::vector<Tensor> a = split(x + convolved(dropped(states[0], drawn[1]), recurrent_kernel.value(), false), 4, first_ ? 1 : -1);
    const Tensor i = settings_.recurrent_activation(a[0]), f = settings_.recurrent_activation(a[1]), o = settings_.recurrent_activation(a[3]);
    const Tensor c = f * states[1] + i * settings_.activation(a[2]), h = o * settings_.activation(c);
    return {h, {h, c}};
  }

 private:
  Ints spatial(const Shape& x) const {
    const Ints extents = x.to_vector();
    return first_ ? Ints(extents.begin() + 2, extents.end()) : Ints(extents.begin() + 1, extents.end() - 1);
  }
  /// Channels from the second place to the last, or back.
  static Tensor moved(const Tensor& x, bool to_last) {
    std::vector<int> axes{0};
    for (int i = 1; i < x.rank() - 1; ++i) axes.push_back(to_last ? i + 1 : i);
    axes.insert(to_last ? axes.end() : axes.begin() + 1, to_last ? 1 : x.rank() - 1);
    return transpose(x, axes);
  }
  /// The convolution of the inputs, with strides and bias, or that of the state, which keeps its extents.
  Tensor convolved(const Tensor& x, const Tensor& weights, bool input) const {
    const std::int64_t channels = x.shape(first_ ? 1 : -1);
    if (channels != weights.shape(-2)) {
      complain(ErrorKind::shape, layer_ + " was built for " + std::to_string(weights.shape(-2)) + " channels, got " + to_string(x.shape()));
    }
    ConvOptions how;
    if (input) how = how_;
    const Ints extents = spatial(x.shape()), one(extents.size(), 1);
    if (input && padding_ == "valid") {
      for (std::size_t i = 0; i < size_.size(); ++i) {
        if ((size_[i] - 1) * how_.dilation[i] + 1 > extents[i]) {
          complain(ErrorKind::shape, "the window " + to_string(Shape(size_)) + " does not fit into a step " + to_string(x.shape()) + "; use padding \"same\" or a smaller kernel_size");
        }
      }
    }
    how.padding = resolve_padding(input ? padding_ : "same", extents, size_, input ? how_.strides : one, input ? how_.dilation : one);
    Tensor y = conv(first_ ? moved(x, true) : x, weights, how);
    if (input && bias.defined()) y = y + bias.value();
    return first_ ? moved(y, false) : y;
  }

  std::string layer_;
  Ints size_;
  ConvOptions how_;
  std::string padding_;
  bool first_;
};

std::shared_ptr<detail::LayerBody> make_layer(int axes, std::int64_t filters, const Extents& kernel_size, const ConvLSTMOptions& o) {
  const std::string kind = "ConvLSTM" + std::to_string(axes) + "D";
  detail::require_positive(kind.c_str(), "filters", filters);
  const Layer cell(std::make_shared<ConvLSTMCellBody>(kind, axes, kernel_size, o, detail::cell_settings(filters, o, "conv_lstm_cell")));
  auto body = std::make_shared<detail::RecurrentBody>(kind, cell,
                                                      RNNOptions{.return_sequences = o.return_sequences,
                                                                 .return_state = o.return_state,
                                                                 .go_backwards = o.go_backwards,
                                                                 .stateful = o.stateful,
                                                                 .unroll = o.unroll,
                                                                 .zero_output_for_mask = o.zero_output_for_mask,
                                                                 .name = o.name},
                                                      axes + 3);
  body->set_activity_regularizer(o.activity_regularizer);
  return body;
}

Extents extents_from(const Config& c, const char* key) {
  const Config* found = c.find(key);
  if (!found || found->is_null()) return 1;
  return found->is_list() ? Extents(found->to_integers()) : Extents(static_cast<int>(found->integer()));
}

template <class LayerType>
Layer read(const Config& c) {
  ConvLSTMOptions o;
  detail::read_cell_options(c, o);
  o.strides = extents_from(c, "strides"), o.dilation_rate = extents_from(c, "dilation_rate");
  o.padding = c.get("padding", "valid"), o.data_format = c.get("data_format", "channels_last");
  o.return_sequences = c.get("return_sequences", false), o.return_state = c.get("return_state", false), o.go_backwards = c.get("go_backwards", false);
  o.stateful = c.get("stateful", false), o.unroll = c.get("unroll", false), o.zero_output_for_mask = c.get("zero_output_for_mask", false);
  c.at("kernel_size");
  return LayerType(c.at("filters").integer(), extents_from(c, "kernel_size"), std::move(o));
}

}  // namespace

ConvLSTM1D::ConvLSTM1D(std::int64_t filters, const Extents& kernel_size, ConvLSTMOptions options) : RecurrentLayer(make_layer(1, filters, kernel_size, options)) {}
ConvLSTM2D::ConvLSTM2D(std::int64_t filters, const Extents& kernel_size, ConvLSTMOptions options) : RecurrentLayer(make_layer(2, filters, kernel_size, options)) {}
ConvLSTM3D::ConvLSTM3D(std::int64_t filters, const Extents& kernel_size, ConvLSTMOptions options) : RecurrentLayer(make_layer(3, filters, kernel_size, options)) {}
Layer ConvLSTM1D::from_config(const Config& c) { return read<ConvLSTM1D>(c); }
Layer ConvLSTM2D::from_config(const Config& c) { return read<ConvLSTM2D>(c); }
Layer ConvLSTM3D::from_config(const Config& c) { return read<ConvLSTM3D>(c); }

}  // namespace candor
