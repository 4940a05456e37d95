#include "candor/graph/custom_op.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "candor/base/error.h"
#include "candor/graph/program.h"
#include "candor/graph/vmap.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using Floats = std::vector<float>;
using Tensors = std::vector<Tensor>;

// x^n for a whole n, with a gradient that calls the op again.
const Op& integer_power() {
  static const Op& row = register_custom_op({
      .name = "test.integer_power",
      .kernel =
          [](const KernelArgs& args) {
            const std::int64_t n = args.node->attrs.integer("n");
            for (std::int64_t i = 0; i < args.node->out[0].size(); ++i) {
              float y = 1;
              for (std::int64_t k = 0; k < n; ++k) y *= args.input<float>(0)[i];
              args.output<float>(0)[i] = y;
            }
          },
      .gradient =
          [](const GradientArgs& args) {
            const std::int64_t n = args.node.attrs.integer("n");
            return Tensors{n == 0 ? Tensor() : args.cotangents[0] * apply("test.integer_power", {args.in[0]}, {{"n", n - 1}}) * static_cast<float>(n)};
          },
      .elementwise = true,
  });
  return row;
}
Tensor cube(const Tensor& x) { return apply(integer_power(), std::span(&x, 1), {{"n", std::int64_t{3}}}); }

/// The message of the Error that f throws.
template <class F>
std::string said(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(CustomOp, RunsAtOnceCompiledDifferentiatedAndMapped) {
  const Tensor x = Tensor::from<float>({1, -2, 3});
  EXPECT_EQ(cube(x).to_vector(), (Floats{1, -8, 27}));
  EXPECT_EQ(compile([](Tensor t) { return cube(t) + 1.f; })(x).to_vector(), (Floats{2, -7, 28}));
  const auto f = [](std::span<const Tensor> in) { return sum(cube(in[0])); };
  EXPECT_EQ(grad(f)(Tensors{x})[0].to_vector(), (Floats{3, 12, 27}));
  EXPECT_EQ(hessian_vector_product(f, Tensors{x}, Tensors{Tensor::from<float>({1, 1, 1})})[0].to_vector(), (Floats{6, -12, 18}));
  EXPECT_EQ(vmap([](Tensor t) { return cube(t); })(x).to_vector(), (Floats{1, -8, 27}));
  EXPECT_EQ(jvp([](std::span<const Tensor> in) { return Tensors{cube(in[0])}; }, Tensors{x}, Tensors{Tensor::from<float>({2, 0, 1})}).second[0].to_vector(), (Floats{6, 0, 27}));
}

TEST(CustomOp, WithoutABatchingRuleItLoops) {
  register_custom_op({.name = "test.reversed", .kernel = [](const KernelArgs& args) {
                        const std::int64_t n = args.node->out[0].size();
                        for (std::int64_t i = 0; i < n; ++i) args.output<float>(0)[i] = args.input<float>(0)[n - 1 - i];
                      }});
  const auto f = vmap([](Tensor t) { return apply("test.reversed", {t}); });
  EXPECT_EQ(f(Tensor::from<float>({1, 2, 3, 4}, {2, 2})).to_vector(), (Floats{2, 1, 4, 3}));
}

TEST(CustomOp, WhatIsIncompleteOrTakenIsRefused) {
  integer_power();
  const auto kernel = [](const KernelArgs&) {};
  EXPECT_TRUE(has(said([&] { register_custom_op({.name = "", .kernel = kernel}); }), "needs a name"));
  EXPECT_TRUE(has(said([&] { register_custom_op({.name = "test.nothing"}); }), "no kernel"));
  EXPECT_TRUE(has(said([&] { register_custom_op({.name = "matmul", .kernel = kernel}); }), "there already"));
  EXPECT_TRUE(has(said([&] { register_custom_op({.name = "test.integer_power", .kernel = kernel}); }), "there already"));
}

TEST(CustomOp, WhatItThrowsNamesIt) {
  register_custom_op({.name = "test.fails",
                      .shape = [](std::span<const TensorType> in, const Attrs&) {
                        if (in[0].shape.rank() != 1) throw std::runtime_error("one axis only");
                        return std::vector<TensorType>{in[0]};
                      },
                      .kernel = [](const KernelArgs&) { throw std::runtime_error("out of coffee"); }});
  const Tensor x = Tensor::zeros({2});
  EXPECT_TRUE(has(said([&] { apply("test.fails", {x}); }), "test.fails: its kernel failed: out of coffee"));
  EXPECT_TRUE(has(said([&] { compile([](Tensor t) { return apply("test.fails", {t}); })(x); }), "out of coffee"));
  EXPECT_TRUE(has(said([&] { apply("test.fails", {Tensor::zeros({2, 2})}); }), "test.fails: its shape rule failed: one axis only"));
  EXPECT_TRUE(has(said([&] { grad([](std::span<const Tensor> in) { return sum(apply("test.fails", {in[0]})); })(Tensors{x}); }), "without a gradient"));
  register_custom_op({.name = "test.wrong_gradient", .kernel = [](const KernelArgs&) {}, .gradient = [](const GradientArgs& args) { return Tensors{sum(args.cotangents[0])}; }});
  EXPECT_TRUE(has(said([&] { grad([](std::span<const Tensor> in) { return sum(apply("test.wrong_gradient", {in[0]})); })(Tensors{x}); }), "test.wrong_gradient"));
}

TEST(OpLibrary, IsLoadedAndUsed) {
  EXPECT_EQ(load_ops(CANDOR_OP_LIBRARY), (std::vector<std::string>{"example.complex_multiply"}));
  const auto product = [](const Tensor& a, const Tensor& b) { return apply("example.complex_multiply", {a, b}); };
  const Tensor a = Tensor::from<float>({1, 2}), b = Tensor::from<float>({3, -1}), i = Tensor::from<float>({0, 1});
  EXPECT_EQ(product(a, b).to_vector(), (Floats{5, 5}));
  // d Re(a b) / da = conj(b)
  const auto real = [&](std::span<const Tensor> in) { return sum(product(in[0], in[1]) * Tensor::from<float>({1, 0})); };
  const Tensors g = grad(real)(Tensors{a, b});
  EXPECT_EQ(g[0].to_vector(), (Floats{3, 1}));
  EXPECT_EQ(g[1].to_vector(), (Floats{1, -2}));
  EXPECT_EQ(vmap(product, {.in_axes = {0, not_mapped}})(Tensor::from<float>({1, 0, 0, 1}, {2, 2}), i).to_vector(), (Floats{0, 1, -1, 0}));
  EXPECT_TRUE(has(said([&] { product(a, Tensor::zeros({3})); }), "one shape [..., 2]"));
  EXPECT_TRUE(has(said([] { load_ops(CANDOR_OP_LIBRARY); }), "there already"));
}

TEST(OpLibrary, WhatCannotBeLoadedSaysWhy) {
  const std::string folder = CANDOR_BAD_OP_LIBRARIES;
  EXPECT_TRUE(has(said([&] { load_ops(folder + "/not_there.so"); }), "no such file"));
  EXPECT_TRUE(has(said([&] { load_ops(folder); }), "not a file"));
  EXPECT_TRUE(has(said([&] { load_ops(folder + "/ops_no_entry.so"); }), "CANDOR_OPS"));
  EXPECT_TRUE(has(said([&] { load_ops(folder + "/ops_other_version.so"); }), "compile it again"));
  EXPECT_TRUE(has(said([&] { load_ops(folder + "/ops_throws.so"); }), "no licence"));
  EXPECT_TRUE(has(said([&] { load_ops(folder + "/ops_taken.so"); }), "\"matmul\" is there already"));
  EXPECT_EQ(find_op("test.of_a_refused_library"), nullptr);
  const std::string text = std::filesystem::temp_directory_path() / "candor_not_a_library.so";
  std::ofstream(text) << "no library";
  EXPECT_TRUE(has(said([&] { load_ops(text); }), "cannot load it"));
  std::filesystem::remove(text);
}

}  // namespace
}  // namespace candor
