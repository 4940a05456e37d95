// Recurrent layers where no fixture looks: what they refuse, states that stay, cells of one's own, dropout, files of old.
#include <gtest/gtest.h>

#include "candor/base/error.h"
#include "candor/graph/compile.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/model.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

Tensor numbers(const Shape& shape, std::uint64_t stream = 1) { return random_uniform(shape, -1.f, 1.f, RandomStream{5, stream}); }

void expect_same(const Tensor& got, const Tensor& want, double tolerance = 0) { EXPECT_EQ(difference(got, want, tolerance, tolerance), ""); }

Tensor with_steps(const Tensor& x, const std::vector<bool>& mask) { return x.with_mask(Tensor::from(mask, {x.shape(0), x.shape(1)})); }

std::vector<Layer> all_kinds(bool sequences = false) {
  return {SimpleRNN{3, {.return_sequences = sequences}}, LSTM{3, {.return_sequences = sequences}}, GRU{3, {.return_sequences = sequences}},
          GRU{3, {.return_sequences = sequences, .reset_after = false}}, RNN{LSTMCell{3}, {.return_sequences = sequences}},
          Bidirectional{LSTM{3, {.return_sequences = sequences}}}};
}

TEST(RecurrentErrors, SizesAndRates) {
  EXPECT_ERROR(invalid_argument, (LSTM{0}), "LSTM: units must be at least 1, not 0");
  EXPECT_ERROR(invalid_argument, (GRU{-3}), "GRU: units must be at least 1, not -3");
  EXPECT_ERROR(invalid_argument, (SimpleRNN{0}), "SimpleRNN: units");
  EXPECT_ERROR(invalid_argument, (LSTMCell{0}), "LSTMCell: units");
  EXPECT_ERROR(invalid_argument, (LSTM{4, {.dropout = 1.0}}), "dropout must lie in [0, 1)");
  EXPECT_ERROR(invalid_argument, (GRU{4, {.recurrent_dropout = -0.1}}), "recurrent_dropout");
  EXPECT_ERROR(invalid_argument, (ConvLSTM2D{0, 3}), "filters");
  EXPECT_ERROR(invalid_argument, (ConvLSTM2D{2, 0}), "kernel_size");
  EXPECT_ERROR(invalid_argument, (ConvLSTM2D{2, 3, {.padding = "causal"}}), "padding");
  EXPECT_ERROR(invalid_argument, (RNN{Dense{3}}), "Dense is no cell");
  EXPECT_ERROR(invalid_argument, (StackedRNNCells{{}}), "at least one cell");
  EXPECT_ERROR(invalid_argument, (Bidirectional{Dense{3}}), "Dense is none");
  EXPECT_ERROR(invalid_argument, (Bidirectional{LSTM{3}, {.merge_mode = "max"}}), "merge_mode must be one of");
  EXPECT_ERROR(invalid_argument, (Bidirectional{LSTM{3}, {.backward_layer = LSTM{3}}}), "same direction");
  EXPECT_ERROR(invalid_argument, (Bidirectional{LSTM{3}, {.backward_layer = LSTM{3, {.return_sequences = true, .go_backwards = true}}}}), "return_sequences");
}

TEST(RecurrentErrors, InputsThatAreNoSequences) {
  for (const Layer& layer : all_kinds()) {
    EXPECT_ERROR(shape, (layer(numbers({4, 5}))), "takes [batch, time, features]");
    EXPECT_ERROR(shape, (layer(numbers({4, 5, 6, 2}))), "");
  }
  for (const Layer& layer : all_kinds()) {
    layer(numbers({4, 5, 2}));
    EXPECT_ERROR(shape, (layer(numbers({4, 5, 3}))), "3");
    EXPECT_ERROR(shape, (layer(numbers({4, 0, 2}))), "no steps");
    EXPECT_NO_THROW(layer(numbers({1, 9, 2})));
  }
  EXPECT_ERROR(shape, (ConvLSTM2D{2, 3}(numbers({4, 5, 6, 1}))), "takes [batch, time, space..., channels]");
  EXPECT_ERROR(shape, (ConvLSTM1D{2, 9}(numbers({4, 5, 6, 1}))), "does not fit");
  EXPECT_ERROR(shape, (TimeDistributed{Dense{3}}(numbers({4, 5}))), "takes [batch, time, ...]");
}

TEST(RecurrentErrors, MasksAndStatesThatDoNotFit) {
  const Tensor x = numbers({2, 3, 4});
  for (const Layer& layer : all_kinds()) {
    EXPECT_ERROR(shape, (layer(x.with_mask(Tensor::full({2, 4}, 1, DType::boolean)))), "mask: [2, 4] does not fit a tensor of [2, 3, 4]");
    EXPECT_ERROR(shape, (layer(x.with_mask(Tensor::full({2}, 1, DType::boolean)))), "the mask must be [2, 3]");
  }
  const LSTM lstm{3};
  const auto call = [&](const std::vector<Tensor>& states) {
    CallOptions options;
    for (const Tensor& s : states) options.tensors.emplace_back("initial_state", s);
    return lstm.call(std::vector<Tensor>{x}, options);
  };
  EXPECT_ERROR(shape, (call({numbers({2, 3})})), "has 2 states, 1 were given");
  EXPECT_ERROR(shape, (call({numbers({5, 3}), numbers({5, 3})})), "the batch has 2 samples");
  EXPECT_ERROR(shape, (call({numbers({2, 3}), numbers({2, 4})})), "state 1 must be [2, 3]");
  EXPECT_ERROR(shape, (Bidirectional{LSTM{3}}.call(std::vector<Tensor>{x, numbers({2, 3})}, inference)), "both directions");
  EXPECT_NO_THROW(call({numbers({2, 3}), numbers({2, 3})}));
}

TEST(Recurrent, StatesAsInputsAndAsArgument) {
  const LSTM lstm{3, {.return_state = true}};
  const Tensor x = numbers({2, 4, 5}), h = numbers({2, 3}, 2), c = numbers({2, 3}, 3);
  const std::vector<Tensor> by_inputs = lstm.call(std::vector<Tensor>{x, h, c}, inference);
  const std::vector<Tensor> by_argument = lstm.call(std::vector<Tensor>{x}, CallOptions{.tensors = {{"initial_state", h}, {"initial_state", c}}});
  ASSERT_EQ(by_inputs.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) expect_same(by_inputs[i], by_argument[i]);
  // Two halves with the state handed on are the whole.
  const std::vector<Tensor> first = lstm.call(std::vector<Tensor>{narrow(x, 1, 0, 2), h, c}, inference);
  const std::vector<Tensor> second = lstm.call(std::vector<Tensor>{narrow(x, 1, 2, 4), first[1], first[2]}, inference);
  for (std::size_t i = 0; i < 3; ++i) expect_same(second[i], by_inputs[i], 1e-6);
}

TEST(Recurrent, StatefulGoesOnUntilReset) {
  for (const bool kernel : {true, false}) {  // one op for all steps, or step by step
    const GRU gru{3, {.stateful = true, .reset_after = kernel}}, whole{3, {.reset_after = kernel}};
    const Tensor x = numbers({2, 6, 4});
    whole(x);
    gru.build(narrow(x, 1, 0, 3).type());
    for (std::size_t i = 0; i < 3; ++i) gru.variables()[i].assign(whole.variables()[i].value());
    const Tensor first = gru(narrow(x, 1, 0, 3));
    expect_same(gru(narrow(x, 1, 3, 6)), whole(x), 1e-6);
    EXPECT_EQ(gru.states().size(), 1u);
    EXPECT_ERROR(shape, (gru(numbers({3, 6, 4}))), "call reset_state() first");
    gru.reset_state();
    EXPECT_TRUE(gru.states().empty());
    expect_same(gru(narrow(x, 1, 0, 3)), first);
    gru.reset_state();
    EXPECT_NO_THROW(gru(numbers({3, 6, 4})));
  }
  const Bidirectional both{LSTM{2, {.stateful = true}}};
  const Tensor x = numbers({2, 3, 4}), once = both(x);
  EXPECT_NE(difference(both(x), once, 1e-6, 1e-6), "");
  both.reset_state();
  expect_same(both(x), once);
}

TEST(Recurrent, StatefulInACompiledFunction) {
  const LSTM lstm{3, {.stateful = true}};
  const Tensor x = numbers({2, 4, 5});
  lstm.build(x.type());
  const auto run = compile([&](Tensor in) { return lstm(in); });
  const Tensor first = run(x), second = run(x);
  EXPECT_NE(difference(second, first, 1e-6, 1e-6), "");
  const LSTM twice{3};
  twice.build(x.type());
  for (std::size_t i = 0; i < 3; ++i) twice.variables()[i].assign(lstm.variables()[i].value());
  expect_same(second, twice(concatenate({x, x}, 1)), 1e-6);
}

TEST(Recurrent, MaskedStepsMightAsWellNotBeThere) {
  for (const Layer& layer : all_kinds()) {
    const Tensor x = numbers({1, 5, 4});
    const Tensor kept = concatenate({narrow(x, 1, 0, 2), narrow(x, 1, 4, 5)}, 1);
    expect_same(layer(with_steps(x, {true, true, false, false, true})), layer(kept), 1e-6);
  }
}

TEST(Recurrent, OutputBeforeTheFirstStepIsZeroEvenWithAState) {
  // Keras's rule: there is no previous output yet, though the state is the given one.
  const Tensor x = with_steps(numbers({1, 3, 4}), {false, true, false}), h = numbers({1, 3}, 7), c = numbers({1, 3}, 8);
  for (const Layer& layer : {Layer(LSTM{3, {.return_sequences = true, .return_state = true}}), Layer(RNN{LSTMCell{3, {.activation = "relu"}}, {.return_sequences = true, .return_state = true}})}) {
    const std::vector<Tensor> y = layer.call(std::vector<Tensor>{x, h, c}, inference);
    const std::vector<double> out = y[0].to_vector<double>();
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(out[i], 0);
      EXPECT_EQ(out[6 + i], out[3 + i]);
    }
    expect_same(reshape(narrow(y[0], 1, 2, 3), {1, 3}), y[1]);
  }
}

TEST(Recurrent, MaskPassesOnWithSequencesOnly) {
  const Tensor x = with_steps(numbers({1, 3, 4}), {true, false, true});
  EXPECT_TRUE((LSTM{2, {.return_sequences = true}}(x)).mask().defined());
  EXPECT_FALSE(LSTM{2}(x).mask().defined());
  EXPECT_TRUE((Bidirectional{GRU{2, {.return_sequences = true}}}(x)).mask().defined());
}

TEST(Recurrent, BackwardsIsTheReversedSequence) {
  for (const bool kernel : {true, false}) {
    const GRU back{3, {.return_sequences = true, .go_backwards = true, .reset_after = kernel}}, plain{3, {.return_sequences = true, .reset_after = kernel}};
    const Tensor x = numbers({2, 5, 4});
    back.build(x.type());
    plain.build(x.type());
    for (std::size_t i = 0; i < 3; ++i) plain.variables()[i].assign(back.variables()[i].value());
    expect_same(back(x), plain(flip(x, {1})), 1e-6);
  }
}

TEST(Recurrent, BothDirectionsStayInTheDtypeOfTheInput) {
  const Tensor x = numbers({2, 4, 3}).to(DType::f64) * Tensor::full({}, 1.0 / 3, DType::f64);
  const auto check = [&](const Layer& one, const Layer& both) {
    const Tensor y = both(x);
    (void)one(x);  // builds
    EXPECT_EQ(y.dtype(), DType::f64) << one.kind();
    const std::vector<Variable> from = both.variables(), to = one.variables();
    for (std::size_t i = 0; i < to.size(); ++i) {
      EXPECT_EQ(from[i].type().dtype, DType::f64) << from[i].name();
      to[i].assign(from[i].tensor());
    }
    expect_same(narrow(y, -1, 0, 2), one(x), 1e-13);
  };
  check(GRU{2}, Bidirectional{GRU{2}});
  check(RNN{LSTMCell{2}}, Bidirectional{RNN{LSTMCell{2}}});
  check(RNN{StackedRNNCells{{GRUCell{3}, SimpleRNNCell{2}}}}, Bidirectional{RNN{StackedRNNCells{{GRUCell{3}, SimpleRNNCell{2}}}}});
}

TEST(Recurrent, ACellOfOnesOwnIsAFunction) {
  const Variable u(numbers({3, 3}, 3) * 0.3f, "u"), w(numbers({2, 3}, 4), "w");
  const RNN layer{RNNCell{{3}, [=](const Tensor& x, std::span<const Tensor> states) {
    const Tensor h = tanh(matmul(x, w) + matmul(states[0], u));
    return std::pair{h * 2, std::vector<Tensor>{h}};
  }, {.weights = {u, w}}}, {.return_sequences = true, .return_state = true}};
  const Tensor x = numbers({4, 6, 2});
  const std::vector<Tensor> y = layer.call(std::vector<Tensor>{x}, inference);
  EXPECT_EQ(y[0].shape(), (Shape{4, 6, 3}));
  EXPECT_EQ(layer.parameters().size(), 2u);
  SimpleRNN same{3, {.use_bias = false, .return_sequences = true}};
  same.build(x.type());
  same.variables()[0].assign(w.value());
  same.variables()[1].assign(u.value());
  expect_same(y[0], same(x) * 2, 1e-6);
  EXPECT_ERROR(unsupported, (layer.config()), "a cell of one's own");
  // It trains like any other.
  const Sequential model{layer_from_config(Dense{2}.config())};
  const RNN last{RNNCell{{3}, [=](const Tensor& in, std::span<const Tensor> s) {
    const Tensor h = tanh(matmul(in, w) + matmul(s[0], u));
    return std::pair{h, std::vector<Tensor>{h}};
  }, {.weights = {u, w}}}};
  const Adam adam{0.05};
  double before = 0, after = 0;
  const auto step = compile([&](Tensor in) {
    auto [loss, gradients] = value_and_grad([&] { return mean(square(last(in, training) - 0.5f)); }, last.parameters());
    adam.apply(gradients);
    return loss;
  });
  last(x);
  for (int i = 0; i < 40; ++i) (i == 0 ? before : after) = step(x).item<double>();
  EXPECT_LT(after, before / 2);
}

TEST(Recurrent, ACellThatChangesItsStateIsRefused) {
  const Tensor x = numbers({4, 6, 2});
  const auto layer = [](RNNCell::Step step) { return RNN{RNNCell{{3}, std::move(step)}}; };
  EXPECT_ERROR(shape, (layer([](const Tensor& in, std::span<const Tensor>) { return std::pair{in, std::vector<Tensor>{in}}; })(x)), "enters the function of the cell as");
  EXPECT_ERROR(invalid_argument, (layer([](const Tensor& in, std::span<const Tensor>) { return std::pair{in, std::vector<Tensor>{}}; })(x)), "gives 0 states");
}

TEST(Recurrent, DropoutDropsTheSameFeaturesAtEveryStep) {
  // An input of ones and an identity: what is dropped is zero at all steps, what is kept is scaled.
  const RNN layer{SimpleRNNCell{200, {.activation = "linear", .use_bias = false, .kernel_initializer = "identity", .recurrent_initializer = "zeros", .dropout = 0.4}}, {.return_sequences = true}};
  const Tensor x = Tensor::full({3, 5, 200}, 1);
  expect_same(layer(x), x);  // inference drops nothing
  const std::vector<double> y = layer(x, training).to_vector<double>();
  std::size_t dropped = 0;
  for (std::size_t b = 0; b < 3; ++b) {
    for (std::size_t u = 0; u < 200; ++u) {
      const double first = y[b * 1000 + u];
      EXPECT_TRUE(first == 0 || std::abs(first - 1 / 0.6) < 1e-6) << first;
      dropped += first == 0;
      for (std::size_t t = 1; t < 5; ++t) ASSERT_EQ(y[b * 1000 + t * 200 + u], first);
    }
  }
  EXPECT_NEAR(static_cast<double>(dropped) / 600, 0.4, 0.08);
  for (const Layer& one : {Layer(LSTM{8, {.dropout = 0.5, .recurrent_dropout = 0.5}}), Layer(GRU{8, {.dropout = 0.5, .recurrent_dropout = 0.5}}), Layer(ConvLSTM1D{3, 3, {.padding = "same", .dropout = 0.5, .recurrent_dropout = 0.5}})}) {
    const Tensor in = one.kind() == "ConvLSTM1D" ? numbers({2, 4, 6, 2}) : numbers({2, 4, 6});
    EXPECT_NE(difference(one(in, training), one(in), 1e-6, 1e-6), "") << one.kind();
  }
}

TEST(Recurrent, FilesOfOldAreRead) {
  // Keras 2: `implementation` and `time_major`, a GRU without reset_after, whose bias is one row.
  const Layer gru = layer_from_config({{"class_name", "GRU"}, {"config", {{"name", "gru"}, {"units", 4}, {"implementation", 1}, {"time_major", false}, {"return_sequences", true}}}});
  gru.build({{2, 3, 5}, DType::f32});
  EXPECT_EQ(gru.named_variables()[2].second.shape(), (Shape{12}));
  EXPECT_ERROR(unsupported, (layer_from_config({{"class_name", "LSTM"}, {"config", {{"units", 4}, {"time_major", true}}}})), "time_major");
  EXPECT_ERROR(corrupt, (layer_from_config({{"class_name", "LSTM"}, {"config", {{"name", "lstm"}}}})), "units");
}

TEST(Recurrent, ConfigurationsComeBack) {
  std::vector<Layer> layers = all_kinds(true);
  layers.push_back(RNN{StackedRNNCells{{LSTMCell{3}, GRUCell{2, {.reset_after = false}}}}});
  layers.push_back(TimeDistributed{Dense{3}});
  layers.push_back(Bidirectional{GRU{3}, {.merge_mode = "none"}});
  layers.push_back(LSTM{4, {.kernel_regularizer = L2{0.1}, .recurrent_constraint = MaxNorm{3}, .dropout = 0.25, .seed = 7, .go_backwards = true, .stateful = true, .unroll = true}});
  layers.push_back(ConvLSTM2D{2, {3, 2}, {.strides = 2, .data_format = "channels_first", .return_state = true}});
  for (const Layer& layer : layers) EXPECT_EQ(to_string(layer_from_config(layer.config()).config()), to_string(layer.config())) << layer.kind();
}

TEST(Recurrent, ForgetGateStartsOpen) {
  const LSTM lstm{3}, without{3, {.unit_forget_bias = false}};
  lstm.build({{1, 2, 2}, DType::f32});
  without.build({{1, 2, 2}, DType::f32});
  expect_same(lstm.named_variables()[2].second.value(), Tensor::from(std::vector<float>{0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0}));
  expect_same(without.named_variables()[2].second.value(), Tensor::zeros({12}));
}

TEST(Recurrent, ChannelsFirstIsTheSameConvolution) {
  const ConvLSTM2D last{3, {2, 3}, {.padding = "same", .return_sequences = true, .return_state = true}};
  const ConvLSTM2D first{3, {2, 3}, {.padding = "same", .data_format = "channels_first", .return_sequences = true, .return_state = true}};
  const Tensor x = numbers({2, 3, 4, 5, 2});
  const Tensor moved = transpose(x, {0, 1, 4, 2, 3});
  last.build(x.type());
  first.build(moved.type());
  for (std::size_t i = 0; i < 3; ++i) first.variables()[i].assign(last.variables()[i].value());
  const std::vector<Tensor> want = last.call(std::vector<Tensor>{x}, inference), got = first.call(std::vector<Tensor>{moved.contiguous()}, inference);
  expect_same(transpose(got[0], {0, 1, 3, 4, 2}), want[0], 1e-6);
  for (std::size_t i = 1; i < 3; ++i) expect_same(transpose(got[i], {0, 2, 3, 1}), want[i], 1e-6);
}

TEST(Recurrent, TimeDistributedBatchNormSeesStepsInTurn) {
  const TimeDistributed layer{BatchNormalization{}};
  const Tensor x = numbers({6, 3, 2}) + reshape(Tensor::arange(3, DType::f32), {1, 3, 1});
  layer.build(x.type());
  const Tensor y = layer(x, training);
  expect_same(mean(y, {0}), Tensor::zeros({3, 2}), 1e-5);  // each step has the mean zero of its own
}

TEST(Recurrent, GradientsOfTheKernelAreThoseOfTheSteps) {
  // activation written out is not known by name, so that this layer goes step by step.
  const auto own_tanh = [](const Tensor& x) { return tanh(x); };
  const Tensor x = numbers({3, 7, 5}), mask = Tensor::from(std::vector<bool>{1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0}, {3, 7});
  const LSTM fast{20, {.return_sequences = true}}, slow{20, {.activation = own_tanh, .return_sequences = true}};
  fast.build(x.type());
  slow.build(x.type());
  for (std::size_t i = 0; i < 3; ++i) slow.variables()[i].assign(fast.variables()[i].value());
  const auto run = [&](const LSTM& layer) {
    return compile([&](Tensor in) {
      const Tensor y = layer(in.with_mask(mask), training);
      std::vector<Tensor> xs{in};
      for (const Variable& v : layer.parameters()) xs.push_back(v.value());
      std::vector<Tensor> out = gradients(mean(square(y)), xs);
      out.push_back(y);
      return out;
    })(x);
  };
  const std::vector<Tensor> a = run(fast), b = run(slow);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(difference(a[i], b[i], 1e-4, 1e-5 * std::max(1e-3, largest_entry(b[i]))), "") << i;
}

}  // namespace
}  // namespace candor::testing
