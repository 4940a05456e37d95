// A shared library with an op: products of complex numbers, loaded with load_ops("libop_library.so"). It is compiled with
// Candor's headers and not linked with Candor.
#include <candor/graph/custom_op.h>
#include <candor/ops/elementwise.h>
#include <candor/ops/manipulate.h>

#include <stdexcept>

using namespace candor;

// [..., 2] x [..., 2] -> [..., 2]: products of complex numbers, real and imaginary part in the last axis.
CANDOR_OPS(library) {
  const auto complex_product = [](const Tensor& a, const Tensor& b) { return apply("example.complex_multiply", {a, b}); };
  const auto conjugate = [](const Tensor& z) { return z * Tensor::from<float>({1, -1}); };
  library.add({
      .name = "example.complex_multiply",
      .shape = [](std::span<const TensorType> in, const Attrs&) -> std::vector<TensorType> {
        if (in.size() != 2 || in[0] != in[1] || in[0].dtype != DType::f32 || in[0].shape.rank() < 1 || in[0].shape[-1] != 2)
          throw std::invalid_argument("takes two f32 tensors of one shape [..., 2]");
        return {in[0]};
      },
      .kernel = [](const KernelArgs& args) {
        const float *a = args.input<float>(0), *b = args.input<float>(1);
        float* out = args.output<float>(0);
        for (std::int64_t i = 0; i < args.node->out[0].size(); i += 2) {
          out[i] = a[i] * b[i] - a[i + 1] * b[i + 1];
          out[i + 1] = a[i] * b[i + 1] + a[i + 1] * b[i];
        }
      },
      .gradient = [=](const GradientArgs& args) {
        return std::vector<Tensor>{complex_product(args.cotangents[0], conjugate(args.in[1])), complex_product(args.cotangents[0], conjugate(args.in[0]))};
      },
      .batch = [](const BatchArgs& args) {  // more numbers are more numbers
        const auto all = [&](std::size_t i) { return args.batched[i] ? args.in[i] : broadcast_to(args.in[i], args.in[i].shape().inserted(0, args.size)); };
        return std::vector<Tensor>{apply("example.complex_multiply", {all(0), all(1)})};
      },
  });
}
