// Rows of cross-entropies and normalisation.
#include "candor/ops/ctc.h"
#include "candor/ops/loss.h"
#include "candor/ops/norm.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

OpRow row(std::string name, std::vector<Input> inputs, RowFunction f, std::vector<std::vector<Shape>> sizes = {}, std::vector<Shape> large = {}) {
  OpRow result;
  result.name = std::move(name);
  result.inputs = std::move(inputs);
  result.f = std::move(f);
  result.sizes = std::move(sizes);
  result.large = std::move(large);
  return result;
}

/// Second derivatives are not offered.
OpRow once(OpRow result) {
  result.second = false;
  return result;
}

/// Lengths of all rows; labels of 1 to classes - 1, as 0 is the blank.
Tensor of_all(std::int64_t batch, std::int64_t length) { return Tensor::full({batch}, static_cast<double>(length), DType::i32); }

const AddRows losses({
    once(row("ctc_loss", {{{3, 7, 5}}, {{3, 3}, 1, 5, Fill::index}},
             [](auto in) { return Tensors{ctc_loss(in[0], in[1], of_all(in[0].shape(0), in[0].shape(1)), of_all(in[1].shape(0), in[1].shape(1)))}; },
             {{{0, 7, 5}, {0, 3}}, {{2, 1, 5}, {2, 1}}, {{2, 5, 6}, {2, 0}}}, {{67, 20, 9}, {67, 6}})),
    without_gradient(row("ctc_loss_gradient", {{{3, 7, 5}}, {{3, 3}, 1, 5, Fill::index}},
                         [](auto in) {
                           return Tensors{apply("ctc_loss_gradient", {in[0], in[1], of_all(in[0].shape(0), in[0].shape(1)), of_all(in[1].shape(0), in[1].shape(1))}, Attrs{{"blank", std::int64_t{0}}})};
                         })),
    row("softmax_cross_entropy", {{{5, 4}}, {{5, 4}, 0, 1}}, [](auto in) { return Tensors{softmax_cross_entropy(in[0], in[1])}; },
        {{{0, 4}, {0, 4}}, {{4}, {4}}, {{2, 3, 4}, {2, 3, 4}}, {{3, 1}, {3, 1}}}, {{1031, 10}, {1031, 10}}),
    row("softmax_cross_entropy_gradient", {{{5, 4}}, {{5, 4}, 0, 1}, {{5}}},
        [](auto in) { return Tensors{apply("softmax_cross_entropy_gradient", {in[0], in[1], in[2]})}; }),
    row("sparse_softmax_cross_entropy", {{{6, 5}}, {{6}, 0, 5, Fill::index}}, [](auto in) { return Tensors{sparse_softmax_cross_entropy(in[0], in[1])}; },
        {{{0, 5}, {0}}, {{5}, {}}, {{2, 3, 5}, {2, 3}}}, {{1031, 10}, {1031}}),
    row("sparse_softmax_cross_entropy_i64", {{{2, 3, 5}}, {{2, 3}, 0, 5, Fill::index64}}, [](auto in) { return Tensors{sparse_softmax_cross_entropy(in[0], in[1])}; }),
    row("sparse_softmax_cross_entropy_gradient", {{{6, 5}}, {{6}, 0, 5, Fill::index}, {{6}}},
        [](auto in) { return Tensors{apply("sparse_softmax_cross_entropy_gradient", {in[0], in[1], in[2]})}; }),
    without_gradient(row("sparse_softmax_cross_entropy_with_gradient", {{{6, 5}}, {{6}, 0, 5, Fill::index}, {{6}}},
                         [](auto in) { return apply_all(op("sparse_softmax_cross_entropy_with_gradient"), std::vector<Tensor>{in[0], in[1], in[2]}); },
                         {{{0, 5}, {0}, {0}}, {{5}, {}, {}}, {{2, 3, 5}, {2, 3}, {2, 3}}, {{33, 6}, {33}, {33}}}, {{1031, 10}, {1031}, {1031}})),
    row("sigmoid_cross_entropy", {{{5, 3}, -4, 4}, {{5, 3}, 0, 1}}, [](auto in) { return Tensors{sigmoid_cross_entropy(in[0], in[1])}; },
        {{{0, 3}, {0, 3}}, {{}, {}}}, {{1031, 67}, {1031, 67}}),
});

/// The backward row by itself, from the statistics of the forward row.
template <bool scale, bool center, bool with_mean>
Tensors backward(std::span<const Tensor> in) {
  const std::int64_t last = in[0].rank() - 1;
  Attrs attrs{{"axes", std::vector<std::int64_t>{last}}, {"epsilon", 1e-3}, {"scale", scale}};
  std::vector<Tensor> forward{in[0]}, inputs{in[0]};
  if (scale) forward.push_back(in[1]), inputs.push_back(in[1]);
  if (with_mean) attrs.set("center", false);
  const Tensors statistics = apply_all(op(with_mean ? "layer_norm" : "rms_norm"), forward, attrs);
  inputs.insert(inputs.end(), statistics.begin() + 1, statistics.end());
  inputs.push_back(in.back());
  return apply_all(op("norm_gradient"), inputs, attrs.set("center", center).set("with_mean", with_mean));
}

const AddRows norms({
    row("layer_norm", {{{3, 6}}, {{6}, 0.5, 1.5}, {{6}}}, [](auto in) { return Tensors{layer_norm(in[0], in[1], in[2])}; },
        {{{0, 6}, {6}, {6}}, {{6}, {6}, {6}}, {{2, 3, 1}, {1}, {1}}}, {{1031, 64}, {64}, {64}}),
    row("layer_norm_plain", {{{3, 6}}}, [](auto in) { return Tensors{layer_norm(in[0], {}, {})}; }),
    row("layer_norm_axes", {{{2, 3, 4}}, {{3, 4}, 0.5, 1.5}}, [](auto in) { return Tensors{layer_norm(in[0], in[1], {}, {1, 2}, 1e-2)}; }),
    row("layer_norm_center", {{{2, 3, 4}}, {{2}}}, [](auto in) { return Tensors{layer_norm(in[0], {}, in[1], {0}, 1e-2)}; }),
    row("layer_norm_statistics", {{{3, 6}}}, [](auto in) {
          return apply_all(op("layer_norm"), in, {{"axes", std::vector<std::int64_t>{1}}, {"epsilon", 1e-3}, {"scale", false}, {"center", false}});
        }),
    row("rms_norm", {{{3, 6}}, {{6}, 0.5, 1.5}}, [](auto in) { return Tensors{rms_norm(in[0], in[1])}; }, {{{0, 6}, {6}}, {{1}, {1}}}, {{1031, 64}, {64}}),
    row("rms_norm_statistics", {{{3, 6}}}, [](auto in) { return apply_all(op("rms_norm"), in, {{"axes", std::vector<std::int64_t>{1}}, {"epsilon", 1e-3}, {"scale", false}}); }),
    row("layer_norm_backward", {{{3, 6}}, {{6}, 0.5, 1.5}, {{3, 6}}}, backward<true, true, true>, {{{0, 6}, {6}, {0, 6}}, {{3, 1}, {1}, {3, 1}}}, {{1031, 67}, {67}, {1031, 67}}),
    row("layer_norm_backward_plain", {{{2, 3, 4}}, {{2, 3, 4}}}, backward<false, false, true>),
    row("layer_norm_backward_center", {{{2, 3, 4}}, {{2, 3, 4}}}, backward<false, true, true>),
    row("rms_norm_backward", {{{3, 6}}, {{6}, 0.5, 1.5}, {{3, 6}}}, backward<true, false, false>, {}, {{1031, 64}, {64}, {1031, 64}}),
    row("group_norm", {{{2, 3, 6}}, {{6}, 0.5, 1.5}, {{6}}}, [](auto in) { return Tensors{group_norm(in[0], in[1], in[2], 3)}; }),
    row("batch_norm_training", {{{5, 2, 3}}, {{3}, 0.5, 1.5}, {{3}}},
        [](auto in) {
          const auto [y, mean, variance] = batch_norm_training(in[0], in[1], in[2]);
          return Tensors{y, mean, variance};
        },
        {{{4, 1}, {1}, {1}}, {{3}, {3}, {3}}}, {{1031, 17}, {17}, {17}}),
    row("batch_norm_training_axis1", {{{5, 3, 2}}}, [](auto in) { return Tensors{std::get<0>(batch_norm_training(in[0], {}, {}, 1))}; }),
    row("batch_norm_inference", {{{5, 2, 3}}, {{3}, 0.5, 1.5}, {{3}}, {{3}}, {{3}, 0.5, 2}},
        [](auto in) { return Tensors{batch_norm_inference(in[0], in[1], in[2], in[3], in[4])}; }),
});

}  // namespace
}  // namespace candor::testing
