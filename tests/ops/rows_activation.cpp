// Rows of activation functions and softmax.
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

using One = Tensor (*)(const Tensor&);

const AddRows plain({
    with_integers(distinct(unary_row("relu", One(relu)))),
    distinct(unary_row("relu6", One(relu6), -3, 9)),
    unary_row("sigmoid", One(sigmoid), -6, 6),
    unary_row("log_sigmoid", One(log_sigmoid), -6, 6),
    distinct(unary_row("selu", One(selu))),
    unary_row("gelu", One(gelu), -4, 4),
    unary_row("gelu_tanh", One(gelu_tanh), -4, 4),
    unary_row("gelu_tanh_slope", [](const Tensor& x) { return apply("gelu_tanh_slope", {x}); }, -4, 4),
    unary_row("silu", One(silu), -4, 4),
    unary_row("mish", One(mish), -4, 4),
    distinct(unary_row("hard_sigmoid", One(hard_sigmoid), -4.1, 4.3)),
    distinct(unary_row("hard_swish", One(hard_swish), -4.1, 4.3)),
    distinct(unary_row("hard_tanh", One(hard_tanh))),
    distinct(unary_row("softsign", One(softsign))),
    distinct(unary_row("sparse_plus", One(sparse_plus))),
    distinct(unary_row("sparse_sigmoid", One(sparse_sigmoid))),
    unary_row("tanh_shrink", One(tanh_shrink)),
    unary_row("log_cosh", One(log_cosh), -4, 4),
});

const AddRows with_parameters({
    unary_row("softplus", [](const Tensor& x) { return softplus(x); }, -6, 6),
    unary_row("softplus_beta", [](const Tensor& x) { return softplus(x, 2.5); }),
    unary_row("squareplus", [](const Tensor& x) { return squareplus(x, 3); }),
    distinct(unary_row("leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.2); })),
    distinct(unary_row("elu", [](const Tensor& x) { return elu(x, 0.7); })),
    distinct(unary_row("celu", [](const Tensor& x) { return celu(x, 1.3); })),
    distinct(unary_row("hard_shrink", [](const Tensor& x) { return hard_shrink(x, 0.55); })),
    distinct(unary_row("soft_shrink", [](const Tensor& x) { return soft_shrink(x, 0.55); })),
    distinct(unary_row("threshold", [](const Tensor& x) { return threshold(x, 0.45, -1); })),
    distinct(binary_row("prelu", [](const Tensor& x, const Tensor& alpha) { return prelu(x, alpha); })),
    shaped_row("glu", [](const Tensor& x) { return glu(x); }, {{3, 4}, {0, 2}, {2}}, {67, 130}),
    shaped_row("glu_axis0", [](const Tensor& x) { return glu(x, 0); }, {{4, 3}, {2, 0}}),
});

const AddRows normalised({
    shaped_row("softmax", [](const Tensor& x) { return softmax(x); }, {{3, 5}, {0, 4}, {1}, {4, 1}, {1, 130}}, {1031, 67}),
    shaped_row("softmax_axis1", [](const Tensor& x) { return softmax(x, 1); }, {{2, 3, 4}, {2, 1, 1}}, {5, 67, 31}),
    shaped_row("log_softmax", [](const Tensor& x) { return log_softmax(x); }, {{3, 5}, {0, 4}, {1}, {4, 1}, {1, 130}}, {1031, 67}),
    shaped_row("sparsemax", [](const Tensor& x) { return sparsemax(x); }, {{3, 5}, {1}, {4, 1}}, {67, 31}),
    shaped_row("sparsemax_axis0", [](const Tensor& x) { return sparsemax(x, 0); }, {{4, 3}, {1, 2}}),
    shaped_row("log_softmax_axis0", [](const Tensor& x) { return log_softmax(x, 0); }, {{4, 3}, {1, 2}}, {67, 131}),
});

}  // namespace
}  // namespace candor::testing
