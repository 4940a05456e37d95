// Rows of the recurrent sequences and of their gradients.
#include "candor/ops/op.h"
#include "candor/ops/recurrent.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

using Call = std::function<std::vector<Tensor>(std::span<const Tensor>)>;
using Shapes = std::vector<Shape>;

Input real(Shape shape) { return {std::move(shape), -1, 1}; }
// Small enough that 36 units and 9 steps do not amplify rounding.
Input kernel(Shape shape) { return {std::move(shape), -0.4, 0.4}; }
Input gate(Shape shape) { return {std::move(shape), 0.1, 0.9}; }
Input mask(Shape shape) { return {std::move(shape), 0, 1, Fill::boolean}; }

/// `inputs` of batch 2, 3 steps and 2 units; `shapes` gives those of other extents.
OpRow row_of(std::string name, std::vector<Input> inputs, Call f, const std::function<Shapes(std::int64_t batch, std::int64_t time, std::int64_t units)>& shapes) {
  OpRow row;
  row.name = std::move(name);
  row.inputs = std::move(inputs);
  row.f = std::move(f);
  row.sizes = {shapes(1, 1, 1), shapes(3, 2, 17), shapes(5, 3, 33), shapes(2, 0, 3), shapes(0, 2, 3)};
  row.large = shapes(37, 9, 36);
  row.tolerance = 3e-5;
  return row;
}

Shapes rnn_shapes(std::int64_t b, std::int64_t t, std::int64_t u) { return {{b, t, u}, {u, u}, {b, u}}; }
Shapes lstm_shapes(std::int64_t b, std::int64_t t, std::int64_t u) { return {{b, t, 4 * u}, {u, 4 * u}, {b, u}, {b, u}}; }
Shapes gru_shapes(std::int64_t b, std::int64_t t, std::int64_t u) { return {{b, t, 3 * u}, {u, 3 * u}, {3 * u}, {b, u}}; }
template <Shapes (*f)(std::int64_t, std::int64_t, std::int64_t)>
Shapes masked(std::int64_t b, std::int64_t t, std::int64_t u) {
  Shapes shapes = f(b, t, u);
  shapes.push_back({b, t});
  return shapes;
}

std::vector<Tensor> lstm(std::span<const Tensor> in, const Tensor& m, bool reverse) {
  const auto [h, c, gates] = lstm_sequence(in[0], in[1], in[2], in[3], m, reverse);
  return {h, c};
}
std::vector<Tensor> gru(std::span<const Tensor> in, const Tensor& m, bool reverse) {
  return {std::get<0>(gru_sequence(in[0], in[1], in[2], in[3], m, reverse))};
}

const AddRows sequences({
    row_of("rnn_sequence", {real({2, 3, 2}), kernel({2, 2}), real({2, 2})}, [](auto in) { return std::vector<Tensor>{rnn_sequence(in[0], in[1], in[2])}; }, rnn_shapes),
    row_of("rnn_sequence_mask", {real({2, 3, 2}), kernel({2, 2}), real({2, 2}), mask({2, 3})},
           [](auto in) { return std::vector<Tensor>{rnn_sequence(in[0], in[1], in[2], in[3], true)}; }, masked<rnn_shapes>),
    row_of("lstm_sequence", {real({2, 3, 8}), kernel({2, 8}), real({2, 2}), real({2, 2})}, [](auto in) { return lstm(in, {}, false); }, lstm_shapes),
    row_of("lstm_sequence_state", {real({2, 3, 8}), kernel({2, 8}), real({2, 2}), real({2, 2})},
           [](auto in) { return std::vector<Tensor>{std::get<0>(lstm_sequence(in[0], in[1], in[2], in[3], {}, true))}; }, lstm_shapes),
    row_of("lstm_sequence_mask", {real({2, 3, 8}), kernel({2, 8}), real({2, 2}), real({2, 2}), mask({2, 3})}, [](auto in) { return lstm(in, in[4], true); },
           masked<lstm_shapes>),
    row_of("gru_sequence", {real({2, 3, 6}), kernel({2, 6}), real({6}), real({2, 2})}, [](auto in) { return gru(in, {}, false); }, gru_shapes),
    row_of("gru_sequence_mask", {real({2, 3, 6}), kernel({2, 6}), real({6}), real({2, 2}), mask({2, 3})}, [](auto in) { return gru(in, in[4], true); },
           masked<gru_shapes>),
});

// The gradients as functions of their own: what they are given need not come from a sequence.
const AddRows gradients_of_sequences({
    row_of("rnn_sequence_gradient", {real({2, 3, 2}), real({2, 3, 2}), kernel({2, 2}), mask({2, 3})},
           [](auto in) { return apply_all(op("rnn_sequence_gradient"), in, {{"mask", true}, {"reverse", false}}); },
           [](std::int64_t b, std::int64_t t, std::int64_t u) { return Shapes{{b, t, u}, {b, t, u}, {u, u}, {b, t}}; }),
    row_of("lstm_sequence_gradient", {real({2, 3, 2}), gate({2, 3, 8}), real({2, 3, 2}), kernel({2, 8}), real({2, 2}), real({2, 3, 2}), mask({2, 3})},
           [](auto in) { return apply_all(op("lstm_sequence_gradient"), in, {{"mask", true}, {"reverse", false}, {"cell", true}}); },
           [](std::int64_t b, std::int64_t t, std::int64_t u) { return Shapes{{b, t, u}, {b, t, 4 * u}, {b, t, u}, {u, 4 * u}, {b, u}, {b, t, u}, {b, t}}; }),
    row_of("gru_sequence_gradient", {real({2, 3, 2}), gate({2, 3, 8}), real({2, 3, 2}), kernel({2, 6}), real({2, 2})},
           [](auto in) { return apply_all(op("gru_sequence_gradient"), in, {{"mask", false}, {"reverse", true}}); },
           [](std::int64_t b, std::int64_t t, std::int64_t u) { return Shapes{{b, t, u}, {b, t, 4 * u}, {b, t, u}, {u, 3 * u}, {b, u}}; }),
});

}  // namespace
}  // namespace candor::testing
