// Rows of convolution and pooling.
#include "candor/ops/conv.h"
#include "candor/ops/elementwise.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

OpRow conv_row(std::string name, Shape x, Shape kernel, ConvOptions options, std::vector<Shape> large = {}, std::vector<std::vector<Shape>> sizes = {}) {
  OpRow row;
  row.name = "conv_" + std::move(name);
  row.inputs = {{std::move(x)}, {std::move(kernel)}};
  row.f = [options](std::span<const Tensor> in) { return std::vector<Tensor>{conv(in[0], in[1], options)}; };
  row.large = std::move(large);
  row.sizes = std::move(sizes);
  return row;
}

const AddRows convolutions({
    conv_row("1d", {2, 6, 2}, {3, 2, 2}, {}, {{8, 101, 16}, {5, 16, 24}}, {{{1, 3, 1}, {3, 1, 1}}, {{0, 5, 2}, {3, 2, 4}}}),
    conv_row("1d_causal", {1, 5, 2}, {2, 2, 3}, {.padding = {{2, 0}}, .dilation = {2}}),
    conv_row("2d", {2, 4, 5, 2}, {3, 2, 2, 3}, {}, {{8, 28, 28, 8}, {3, 3, 8, 16}}, {{{1, 3, 2, 1}, {3, 2, 1, 1}}, {{2, 9, 9, 1}, {5, 5, 1, 6}}, {{2, 8, 8, 16}, {3, 3, 16, 16}}}),
    conv_row("2d_padded", {1, 4, 4, 2}, {3, 3, 2, 2}, {.padding = {{1, 1}, {0, 2}}}, {{16, 28, 28, 1}, {3, 3, 1, 32}}),
    conv_row("2d_strided", {2, 5, 6, 2}, {3, 3, 2, 2}, {.strides = {2, 3}, .padding = {{1, 0}, {1, 1}}}, {{4, 56, 56, 8}, {3, 3, 8, 16}}),
    conv_row("2d_dilated", {1, 6, 6, 1}, {2, 3, 1, 2}, {.padding = {{1, 1}, {2, 2}}, .dilation = {3, 2}}),
    conv_row("2d_groups", {1, 4, 4, 4}, {3, 3, 2, 4}, {.padding = {{1, 1}, {1, 1}}, .groups = 2}),
    conv_row("2d_depthwise", {1, 4, 4, 3}, {3, 3, 1, 6}, {.groups = 3}),
    conv_row("2d_depthwise_many", {1, 3, 3, 16}, {2, 2, 1, 16}, {.groups = 16}, {{4, 28, 28, 16}, {3, 3, 1, 16}}),
    conv_row("2d_pointwise", {2, 3, 3, 4}, {1, 1, 4, 3}, {}, {{4, 28, 28, 32}, {1, 1, 32, 16}}),
    conv_row("3d", {1, 3, 4, 3, 2}, {2, 2, 2, 2, 2}, {.strides = {1, 2, 1}, .padding = {{0, 1}, {1, 0}, {0, 0}}}, {{2, 9, 10, 11, 4}, {2, 2, 2, 4, 8}}),
});

OpRow transposed_row() {
  OpRow row;
  row.name = "conv_transpose";
  row.inputs = {{{2, 3, 3, 2}}, {{3, 3, 2, 2}}};
  row.f = [](std::span<const Tensor> in) { return std::vector<Tensor>{conv_transpose(in[0], in[1], {2, 6, 6, 2}, {.strides = {2, 2}, .padding = {{0, 1}, {0, 1}}})}; };
  return row;
}
OpRow kernel_gradient_row() {
  OpRow row;
  row.name = "conv_kernel_gradient";
  row.inputs = {{{2, 5, 4, 2}}, {{2, 3, 2, 3}}};
  row.f = [](std::span<const Tensor> in) { return std::vector<Tensor>{conv_kernel_gradient(in[0], in[1], {3, 3, 2, 3})}; };
  return row;
}
const AddRows gradients_of_conv({transposed_row(), kernel_gradient_row()});

// Squared, so that the second derivative is not zero.
OpRow pool_row(std::string name, std::function<Tensor(const Tensor&)> f, std::vector<Shape> shapes, Shape large) {
  return distinct(shaped_row(std::move(name), [f = std::move(f)](const Tensor& x) { return square(f(x)); }, std::move(shapes), std::move(large)));
}

const AddRows pools({
    pool_row("max_pool_1d", [](const Tensor& x) { return max_pool(x, {.size = {2}}); }, {{2, 5, 2}, {1, 2, 1}, {0, 4, 1}}, {8, 101, 16}),
    pool_row("max_pool_2d", [](const Tensor& x) { return max_pool(x, {.size = {2, 2}}); }, {{2, 4, 5, 2}, {1, 2, 2, 1}}, {16, 28, 28, 6}),
    pool_row("max_pool_2d_overlap", [](const Tensor& x) { return max_pool(x, {.size = {3, 3}, .strides = {2, 1}, .padding = {{1, 1}, {0, 1}}}); }, {{1, 4, 4, 2}}, {4, 28, 28, 16}),
    pool_row("max_pool_3d", [](const Tensor& x) { return max_pool(x, {.size = {2, 1, 2}}); }, {{1, 4, 3, 2, 2}}, {2, 8, 9, 10, 4}),
    pool_row("average_pool_1d", [](const Tensor& x) { return average_pool(x, {.size = {2}}); }, {{2, 5, 2}, {1, 2, 1}, {0, 4, 1}}, {8, 101, 16}),
    pool_row("average_pool_2d", [](const Tensor& x) { return average_pool(x, {.size = {2, 3}, .strides = {1, 2}}); }, {{2, 4, 5, 2}}, {16, 28, 28, 6}),
    pool_row("average_pool_2d_same", [](const Tensor& x) { return average_pool(x, {.size = {3, 3}, .strides = {2, 2}, .padding = {{1, 1}, {0, 1}}}); }, {{1, 4, 4, 2}}, {4, 28, 28, 16}),
    pool_row("average_pool_2d_counting", [](const Tensor& x) { return average_pool(x, {.size = {3, 3}, .strides = {2, 2}, .padding = {{1, 1}, {1, 1}}}, true); }, {{1, 4, 4, 2}}, {4, 28, 28, 16}),
    pool_row("average_pool_3d", [](const Tensor& x) { return average_pool(x, {.size = {2, 1, 2}}); }, {{1, 4, 3, 2, 2}}, {2, 8, 9, 10, 4}),
});

OpRow applied(std::string name, std::vector<Input> inputs, Attrs attrs) {
  OpRow row;
  row.inputs = std::move(inputs);
  row.f = [name, attrs](std::span<const Tensor> in) { return std::vector<Tensor>{square(apply(op(name), in, attrs))}; };
  row.name = std::move(name);
  return row;
}

using List = std::vector<std::int64_t>;
const AddRows gradients_of_pools({
    applied("max_pool_gradient", {{{2, 2, 2, 3}}, {{2, 2, 2, 3}, 0, 20, Fill::index}}, {{"shape", List{2, 4, 5, 3}}}),
    applied("max_pool_gather", {{{2, 4, 5, 3}}, {{2, 2, 2, 3}, 0, 20, Fill::index}}, {}),
    applied("average_pool_gradient", {{{2, 2, 2, 3}}},
            {{"shape", List{2, 4, 3, 3}}, {"size", List{3, 2}}, {"strides", List{2, 2}}, {"padding_low", List{0, 1}}, {"padding_high", List{1, 0}}, {"count_padding", false}}),
});

}  // namespace
}  // namespace candor::testing
