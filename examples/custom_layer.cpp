// A layer of your own: a function and its parameters. This one is a dense layer whose weights have unit length (weight normalisation).
#include <candor/candor.h>

#include <iostream>

using namespace candor;

Layer unit_dense(std::int64_t units) {
  return FunctionLayer{
      [](const Tensor& x, std::span<const Tensor> w) {
        const Tensor direction = w[0] / norm(w[0], {0}, true);
        return matmul(x, direction * w[1]) + w[2];
      },
      [units](const TensorType& x) {
        return std::vector<LayerParameter>{{"direction", {x.shape[-1], units}}, {"length", {units}, "ones"}, {"bias", {units}, "zeros"}};
      }};
}

int main() {
  const auto digits = data::digits(2000, 1);
  const Sequential model{Rescale{1 / 255.f}, Flatten{}, unit_dense(64), ReLU{}, unit_dense(10)};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{3e-3f}, .metrics = {Accuracy{}}});
  model.fit(digits, {.epochs = 3, .batch_size = 32, .verbose = 0});
  std::cout << model.summary() << model.evaluate(digits) << '\n';
}
