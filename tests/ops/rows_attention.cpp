// Rows of dot-product attention.
#include "candor/ops/attention.h"

#include "candor/ops/elementwise.h"
#include "candor/ops/op.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

OpRow row(std::string name, std::vector<Input> inputs, RowFunction f, std::vector<std::vector<Shape>> sizes = {}, std::vector<Shape> large = {}) {
  OpRow result;
  result.name = "attention_" + std::move(name);
  result.inputs = std::move(inputs);
  result.f = std::move(f);
  result.sizes = std::move(sizes);
  result.large = std::move(large);
  result.tolerance = 2e-5;
  return result;
}

const std::vector<Input> plain_inputs{{{2, 3, 2, 4}}, {{2, 5, 2, 4}}, {{2, 5, 2, 3}}};
const std::vector<Shape> large{{3, 70, 4, 20}, {3, 300, 4, 20}, {3, 300, 4, 36}};

const AddRows plain({
    row("plain", plain_inputs, [](auto in) { return Tensors{dot_product_attention(in[0], in[1], in[2])}; },
        {{{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}}, {{0, 2, 1, 3}, {0, 2, 1, 3}, {0, 2, 1, 3}}, {{2, 0, 1, 3}, {2, 4, 1, 3}, {2, 4, 1, 2}}, {{1, 33, 1, 17}, {1, 31, 1, 17}, {1, 31, 1, 1}}}, large),
    row("causal", plain_inputs, [](auto in) { return Tensors{dot_product_attention(in[0], in[1], in[2], {.scale = 0.3, .is_causal = true})}; },
        {{{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}}, {{1, 70, 2, 8}, {1, 70, 2, 8}, {1, 70, 2, 8}}}, {{2, 290, 4, 20}, {2, 280, 4, 20}, {2, 280, 4, 36}}),
    row("grouped", {{{1, 3, 4, 2}}, {{1, 3, 2, 2}}, {{1, 3, 2, 3}}}, [](auto in) { return Tensors{dot_product_attention(in[0], in[1], in[2], {.is_causal = true})}; }, {},
        {{3, 70, 6, 20}, {3, 90, 2, 20}, {3, 90, 2, 36}}),
});

// Half of the mask is closed, so that rows without any open place occur.
const AddRows masked({
    row("mask", {{{2, 3, 2, 2}}, {{2, 2, 2, 2}}, {{2, 2, 2, 2}}, {{2, 1, 3, 2}, 0, 1, Fill::boolean}},
        [](auto in) { return Tensors{dot_product_attention(in[0], in[1], in[2], {.mask = in[3]})}; }, {}, {{3, 70, 4, 20}, {3, 90, 4, 20}, {3, 90, 4, 36}, {3, 1, 70, 90}}),
    row("mask_causal", {{{2, 3, 2, 2}}, {{2, 3, 2, 2}}, {{2, 3, 2, 2}}, {{2, 1, 1, 3}, 0, 1, Fill::boolean}},
        [](auto in) { return Tensors{dot_product_attention(in[0], in[1], in[2], {.mask = in[3], .is_causal = true})}; }, {}, {{3, 70, 4, 20}, {3, 90, 4, 20}, {3, 90, 4, 36}, {3, 1, 1, 90}}),
    row("bias", {{{2, 3, 2, 2}}, {{2, 4, 2, 2}}, {{2, 4, 2, 2}}, {{1, 2, 3, 4}}},
        [](auto in) { return Tensors{dot_product_attention(in[0], in[1], in[2], {.bias = in[3]})}; }, {}, {{3, 70, 4, 20}, {3, 90, 4, 20}, {3, 90, 4, 36}, {1, 4, 70, 90}}),
    row("bias_mask", {{{2, 3, 2, 2}}, {{2, 4, 1, 2}}, {{2, 4, 1, 2}}, {{2, 2, 1, 4}}, {{1, 2, 3, 4}, 0, 1, Fill::boolean}},
        [](auto in) { return Tensors{dot_product_attention(in[0], in[1], in[2], {.bias = in[3], .mask = in[4]})}; }, {},
        {{3, 70, 4, 20}, {3, 90, 1, 20}, {3, 90, 1, 36}, {3, 4, 1, 90}, {1, 4, 70, 90}}),
});

const AddRows weights({
    row("weights", {{{2, 3, 4, 2}}, {{2, 3, 2, 2}}}, [](auto in) { return Tensors{attention_weights(in[0], in[1], {.is_causal = true}, true)}; }),
    row("weights_masked", {{{2, 3, 2, 2}}, {{2, 3, 2, 2}}, {{2, 1, 3, 3}, 0, 1, Fill::boolean}}, [](auto in) { return Tensors{attention_weights(in[0], in[1], {.mask = in[2]})}; }),
    without_gradient(row("causal_mask", {{{3, 4}}}, [](auto in) { return Tensors{where(causal_mask(3, 4), in[0], Tensor::zeros({}, in[0].dtype()))}; })),
});

// The backward row by itself: its gradient is the second derivative of attention.
RowFunction backward(bool bias, bool mask, bool causal) {
  return [=](std::span<const Tensor> in) {
    const std::vector<Tensor> operands(in.begin(), in.end() - 1);
    Attrs attrs{{"scale", 0.7}, {"causal", causal}, {"bias", bias}, {"mask", mask}};
    const std::vector<Tensor> forward = apply_all(op("dot_product_attention"), operands, attrs);
    std::vector<Tensor> all = operands;
    all.insert(all.end(), {forward[0], forward[1], in.back()});
    return apply_all(op("dot_product_attention_gradient"), all, attrs.set("bias_gradient", bias));
  };
}

const AddRows gradients({
    row("gradient", {{{2, 3, 2, 2}}, {{2, 4, 2, 2}}, {{2, 4, 2, 3}}, {{2, 3, 2, 3}}}, backward(false, false, false), {}, {{3, 70, 4, 20}, {3, 300, 4, 20}, {3, 300, 4, 36}, {3, 70, 4, 36}}),
    row("gradient_causal", {{{2, 3, 4, 2}}, {{2, 3, 2, 2}}, {{2, 3, 2, 3}}, {{2, 3, 4, 3}}}, backward(false, false, true), {}, {{3, 270, 4, 20}, {3, 290, 2, 20}, {3, 290, 2, 36}, {3, 270, 4, 36}}),
    row("gradient_bias_mask", {{{2, 3, 2, 2}}, {{2, 4, 2, 2}}, {{2, 4, 2, 2}}, {{2, 2, 3, 4}}, {{2, 1, 3, 4}, 0, 1, Fill::boolean}, {{2, 3, 2, 2}}}, backward(true, true, false), {},
        {{3, 70, 4, 20}, {3, 90, 4, 20}, {3, 90, 4, 36}, {3, 4, 70, 90}, {3, 1, 70, 90}, {3, 70, 4, 36}}),
});

}  // namespace
}  // namespace candor::testing
