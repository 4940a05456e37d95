// Rows of random ops and of optimizer updates.
#include "candor/ops/elementwise.h"
#include "candor/ops/optimizer.h"
#include "candor/ops/random.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

OpRow no_input(const char* name, std::function<Tensor()> f) {
  OpRow row;
  row.name = name;
  row.f = [f = std::move(f)](std::span<const Tensor>) { return Tensors{f()}; };
  row.dtypes.clear();
  return without_gradient(row);
}

const AddRows random({
    no_input("random_uniform", [] { return ops::uniform({67, 31}, -1, 2); }),
    no_input("random_uniform_f64", [] { return ops::uniform({67}, -1, 2, DType::f64); }),
    no_input("random_uniform_bf16", [] { return ops::uniform({67}, -1, 2, DType::bf16); }),
    no_input("random_uniform_empty", [] { return ops::uniform({0}); }),
    no_input("random_normal", [] { return ops::normal({67, 31}, 1, 2); }),
    no_input("random_truncated_normal", [] { return ops::truncated_normal({67, 31}, 1, 2); }),
    no_input("random_bernoulli", [] { return ops::bernoulli({67, 31}, 0.3); }),
    no_input("random_permutation", [] { return ops::permutation(1000); }),
    no_input("random_permutation_empty", [] { return ops::permutation(0); }),
});

OpRow dropout_row(const char* name, std::vector<std::int64_t> noise) {
  OpRow row = shaped_row(name, [noise](const Tensor& x) { return ops::dropout(x, 0.4, noise) * x; }, {{5, 4}}, noise.empty() ? Shape{67, 1031} : Shape{});
  row.draws = true;
  return row;
}
const AddRows dropouts({dropout_row("dropout", {}), dropout_row("dropout_noise_shape", {5, 1})});

OpRow update_row(std::string name, std::size_t parameters, std::size_t lists, RowFunction f) {
  OpRow row;
  row.name = std::move(name);
  const std::vector<Shape> shapes = {{4, 3}, {7}, {}};
  for (std::size_t list = 0; list < lists; ++list)
    for (std::size_t i = 0; i < parameters; ++i) row.inputs.push_back({shapes[i], list >= 2 ? 0.1 : -1.0, 1});
  row.f = std::move(f);
  row.dtypes.clear();
  row.sizes.push_back(std::vector<Shape>(row.inputs.size(), Shape{0}));
  row.large = std::vector<Shape>(row.inputs.size(), Shape{70001});
  return without_gradient(row);
}

// The k-th list of n tensors.
Tensors list(std::span<const Tensor> in, std::size_t n, std::size_t k) { return {in.begin() + static_cast<std::ptrdiff_t>(k * n), in.begin() + static_cast<std::ptrdiff_t>((k + 1) * n)}; }

const AddRows updates({
    update_row("sgd_update", 3, 2, [](auto in) { return ops::sgd_update(list(in, 3, 0), list(in, 3, 1), {}, 0.1, {}); }),
    update_row("sgd_update_momentum", 2, 3, [](auto in) { return ops::sgd_update(list(in, 2, 0), list(in, 2, 1), list(in, 2, 2), 0.1, {.momentum = 0.9, .weight_decay = 0.01}); }),
    update_row("sgd_update_nesterov", 2, 3, [](auto in) { return ops::sgd_update(list(in, 2, 0), list(in, 2, 1), list(in, 2, 2), 0.1, {.momentum = 0.9, .nesterov = true}); }),
    update_row("adam_update", 3, 4, [](auto in) { return ops::adam_update(list(in, 3, 0), list(in, 3, 1), list(in, 3, 2), list(in, 3, 3), 0.01, 3, {}); }),
    update_row("adam_update_amsgrad", 2, 5, [](auto in) { return ops::adam_update(list(in, 2, 0), list(in, 2, 1), list(in, 2, 2), list(in, 2, 3), 0.01, 3, {}, list(in, 2, 4)); }),
    update_row("adam_update_torch", 1, 4,
               [](auto in) { return ops::adam_update(list(in, 1, 0), list(in, 1, 1), list(in, 1, 2), list(in, 1, 3), 0.01, 3, {.weight_decay = 0.1, .torch_epsilon = true}); }),
    update_row("rmsprop_update", 2, 3, [](auto in) { return ops::rmsprop_update(list(in, 2, 0), list(in, 2, 1), list(in, 2, 2), {}, {}, 0.01, {}); }),
    update_row("rmsprop_update_momentum", 2, 4,
               [](auto in) { return ops::rmsprop_update(list(in, 2, 0), list(in, 2, 1), list(in, 2, 2), list(in, 2, 3), {}, 0.01, {.momentum = 0.9, .torch_epsilon = true}); }),
    update_row("rmsprop_update_centered", 2, 5, [](auto in) {
      Tensors means = list(in, 2, 4);
      for (Tensor& m : means) m = m * Tensor::full({}, 0.01, m.dtype());  // a mean whose square stays below the mean of squares
      return ops::rmsprop_update(list(in, 2, 0), list(in, 2, 1), list(in, 2, 2), list(in, 2, 3), means, 0.01, {.momentum = 0.9, .centered = true});
    }),
});

}  // namespace
}  // namespace candor::testing
