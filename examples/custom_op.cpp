// An op of your own, given as lambdas: softclip(x) = x / (1 + |x| / c)  with a kernel in C++ and a gradient written in ops.
//   c++ -std=c++20 custom_op.cpp $(candor's flags; see examples/CMakeLists.txt)
#include <candor/candor.h>
#include <candor/graph/custom_op.h>

#include <cmath>
#include <iostream>

using namespace candor;

int main() {
  register_custom_op({
      .name = "example.softclip",
      .shape = [](std::span<const TensorType> in, const Attrs&) {
        if (in.size() != 1 || in[0].dtype != DType::f32) fail(ErrorKind::dtype, "takes one f32 tensor");
        return std::vector<TensorType>{in[0]};
      },
      .kernel = [](const KernelArgs& args) {
        const auto c = static_cast<float>(args.node->attrs.number("c"));
        for (std::int64_t i = 0; i < args.node->out[0].size(); ++i) {
          const float x = args.input<float>(0)[i];
          args.output<float>(0)[i] = x / (1 + std::abs(x) / c);
        }
      },
      .gradient = [](const GradientArgs& args) {
        const Tensor c(args.node.attrs.number("c")), one(1.f);
        return std::vector<Tensor>{args.cotangents[0] / square(one + abs(args.in[0]) / c)};
      },
      .elementwise = true,
  });
  const auto softclip = [](const Tensor& x, double c) { return apply("example.softclip", {x}, {{"c", c}}); };

  const Tensor x = Tensor::from<float>({-6, -1, 0, 1, 6});
  std::cout << "softclip(x, 2)  " << to_string(softclip(x, 2)) << '\n';

  // It is differentiated (twice), compiled and mapped like Candor's own ops.
  const auto f = [&](std::span<const Tensor> in) { return sum(softclip(in[0], 2)); };
  std::cout << "its gradient    " << to_string(grad(f)(std::vector{x})[0]) << '\n';
  const auto slope = [&](std::span<const Tensor> in) { return sum(grad(f)(in)[0]); };
  std::cout << "its second      " << to_string(grad(slope)(std::vector{x})[0]) << '\n';
  const auto each = compile(vmap([&](Tensor one) { return softclip(one * 2.f, 2); }));
  std::cout << "vmap            " << to_string(each(x)) << '\n';
}
