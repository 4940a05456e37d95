#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "candor/base/error.h"
#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

// Parameters of these shapes, their states and gradients, then the rate and, for Adam, the step.
NodeInfo update(const char* name, const std::vector<Shape>& shapes, std::int64_t lists, int scalars, Attrs attrs) {
  std::vector<TensorType> in;
  for (std::int64_t list = 0; list <= lists; ++list)
    for (const Shape& shape : shapes) in.push_back({shape, DType::f32});
  for (int i = 0; i < scalars; ++i) in.push_back({Shape{}, DType::f32});
  return node_of(name, attrs.set("count", static_cast<std::int64_t>(shapes.size())).set("lists", lists), in);
}

void check(const NodeInfo& node, int scalars) {
  Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    auto* x = static_cast<float*>(in.at.back());
    fill(x, type.size(), static_cast<std::uint32_t>(in.at.size()));
    // The second list may be mean squares: these are larger than the squares of means.
    const bool second = (in.at.size() - 1) / static_cast<std::size_t>(node.attrs.integer("count")) == 1;
    for (std::int64_t i = 0; i < type.size(); ++i) x[i] = std::abs(x[i]) + (second ? 2.f : 0.01f);
  }
  const std::size_t last = node.in.size() - 1;
  *static_cast<float*>(in.at[last]) = scalars == 2 ? 3.f : 0.01f;
  if (scalars == 2) *static_cast<float*>(in.at[last - 1]) = 0.01f;
  check_kernel(node, {"cpu." + node.op->name, 1e-6}, in);
}

const std::vector<std::vector<Shape>> models{{{1}}, {{4, 32}, {32}, {32, 16}, {16}, {16, 4}, {4}}, {{784, 128}, {128}, {0}, {128, 10}, {10}}};

TEST(OptimizerKernels, Sgd) {
  for (const auto& shapes : models)
    for (double decay : {0.0, 0.1}) {
      check(update("sgd_update", shapes, 1, 1, {{"momentum", 0.0}, {"nesterov", false}, {"weight_decay", decay}}), 1);
      for (bool nesterov : {false, true}) check(update("sgd_update", shapes, 2, 1, {{"momentum", 0.9}, {"nesterov", nesterov}, {"weight_decay", decay}}), 1);
    }
}

TEST(OptimizerKernels, Adam) {
  for (const auto& shapes : models)
    for (bool torch : {false, true})
      for (std::int64_t lists : {3, 4}) check(update("adam_update", shapes, lists, 2, {{"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-7}, {"weight_decay", torch ? 0.01 : 0.0}, {"torch_epsilon", torch}}), 2);
}

// Roots and quotients are approximated: within 3e-7 from the smallest mean square to the largest, and 0, infinity and NaN go the way they go in plain arithmetic.
TEST(OptimizerKernels, AdamOverTheWholeRangeOfItsStates) {
  constexpr std::int64_t n = 4001;
  const NodeInfo node = update("adam_update", {{n}}, 3, 2, {{"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-30}, {"weight_decay", 0.0}, {"torch_epsilon", false}});
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    std::fill_n(static_cast<float*>(in.at.back()), type.size(), 0.f);
  }
  auto *m = static_cast<float*>(in.at[1]), *v = static_cast<float*>(in.at[2]);
  for (std::int64_t i = 0; i < n; ++i) {
    v[i] = static_cast<float>(std::pow(10.0, -37 + 75.0 * static_cast<double>(i) / n));
    m[i] = std::sqrt(v[i]) * (i % 2 ? 0.7f : -1.3f);
  }
  const std::vector<std::pair<float, float>> strange{{0.f, 0.f}, {1e-20f, 0.f}, {0.f, infinity}, {1.f, infinity}, {infinity, infinity}, {nan, 1.f}, {1.f, nan}, {infinity, 1.f}};
  for (std::size_t i = 0; i < strange.size(); ++i) std::tie(m[i], v[i]) = strange[i];
  *static_cast<float*>(in.at[node.in.size() - 2]) = 1.f;
  *static_cast<float*>(in.at[node.in.size() - 1]) = 1.f;
  const Buffers want = run_kernel(node, reference_of(node), in), got = run_kernel(node, backend("cpu").choose(node, nullptr), in);
  const auto *x = static_cast<const float*>(want.at[0]), *y = static_cast<const float*>(got.at[0]);
  for (std::int64_t i = 0; i < n; ++i) {
    if (std::isfinite(x[i])) EXPECT_NEAR(y[i], x[i], 3e-7 * std::abs(x[i])) << "m " << m[i] << ", v " << v[i];
    else EXPECT_EQ(std::isnan(x[i]), std::isnan(y[i])) << "m " << m[i] << ", v " << v[i] << ": " << x[i] << " and " << y[i];
  }
}

// States of 16 bits: an f32 number that a kernel sums in another order may fall to the other side of the noise, in few places.
TEST(OptimizerKernels, AdamWithStatesOfSixteenBits) {
  for (const auto& shapes : models)
    for (std::int64_t lists : {3, 4}) {
      NodeInfo node = update("adam_update", shapes, lists, 2, {{"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-7}, {"weight_decay", 0.01}, {"torch_epsilon", false}});
      std::vector<TensorType> in = node.in;
      for (std::size_t i = shapes.size(); i < shapes.size() * static_cast<std::size_t>(lists); ++i) in[i].dtype = DType::bf16;
      node = node_of("adam_update", node.attrs.set("bf16_state", true), in);
      Buffers values;
      for (const TensorType& type : node.in) {
        values.add(type);
        std::vector<float> x(static_cast<std::size_t>(type.size()));
        fill(x.data(), type.size(), static_cast<std::uint32_t>(values.at.size()));
        for (std::size_t i = 0; i < x.size(); ++i) {
          if (type.dtype == DType::bf16) static_cast<bf16_t*>(values.at.back())[i] = bf16_t(std::abs(x[i]) + 0.01f);
          else static_cast<float*>(values.at.back())[i] = x[i];
        }
      }
      *static_cast<float*>(values.at[node.in.size() - 1]) = 3;
      *static_cast<float*>(values.at[node.in.size() - 2]) = 0.01f;
      check_kernel(node, {"cpu.adam_update", 8e-3}, values);  // a place of bf16, and the same bits for any number of threads
      const Buffers want = run_kernel(node, reference_of(node), values), got = run_kernel(node, backend("cpu").choose(node, nullptr), values);
      for (std::size_t o = 0; o < shapes.size(); ++o) EXPECT_EQ(difference(node.out[o], got.at[o], want.at[o], 1e-6), "");
      std::int64_t other = 0, all = 0;
      for (std::size_t o = shapes.size(); o < node.out.size(); ++o) {
        const auto *a = static_cast<const std::uint16_t*>(got.at[o]), *b = static_cast<const std::uint16_t*>(want.at[o]);
        for (std::int64_t i = 0; i < node.out[o].size(); ++i) other += a[i] != b[i], ++all;
      }
      EXPECT_LE(other, all / 500 + 1);
    }
}

TEST(OptimizerKernels, Rmsprop) {
  for (const auto& shapes : models)
    for (double momentum : {0.0, 0.9})
      for (bool centered : {false, true})
        for (bool torch : {false, true}) {
          NodeInfo node = update("rmsprop_update", shapes, 2 + (momentum != 0) + centered, 1,
                                 {{"rho", 0.9}, {"momentum", momentum}, {"epsilon", 1e-7}, {"centered", centered}, {"torch_epsilon", torch}});
          check(node, 1);
        }
}

// The second parameter is a table: its gradient is given as rows and their numbers, of which some are negative and some meet.
NodeInfo of_rows(const char* name, std::int64_t rows, std::int64_t inner, std::int64_t taken, DType index, std::int64_t lists, int scalars, Attrs attrs) {
  const std::vector<Shape> shapes{{7, 5}, {rows, inner}, {300}};
  std::vector<TensorType> in;
  for (std::int64_t list = 0; list <= lists; ++list)
    for (const Shape& shape : shapes) in.push_back({shape, DType::f32});
  in[static_cast<std::size_t>(lists) * 3 + 1].shape = {taken, inner};
  for (int i = 0; i < scalars; ++i) in.push_back({Shape{}, DType::f32});
  in.push_back({{taken}, index});
  return node_of(name, attrs.set("count", std::int64_t{3}).set("lists", lists).set("taken", std::vector<std::int64_t>{1}), in);
}

Buffers inputs_of_rows(const NodeInfo& node, int scalars) {
  Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    if (is_floating(type.dtype)) fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
    if (in.at.size() > 6 && in.at.size() <= 9)
      for (std::int64_t i = 0; i < type.size(); ++i) static_cast<float*>(in.at.back())[i] = std::abs(static_cast<float*>(in.at.back())[i]) + 2;
  }
  const std::size_t last = node.in.size() - 1;
  for (int i = 0; i < scalars; ++i) *static_cast<float*>(in.at[last - 1 - static_cast<std::size_t>(i)]) = i + 1 == scalars ? 0.01f : 3.f;
  const std::int64_t rows = node.in[1].shape[0];
  for (std::int64_t i = 0; i < node.in[last].size(); ++i) {
    const std::int64_t row = i * i * 7 % rows - (i % 5 == 0 ? rows : 0);
    if (node.in[last].dtype == DType::i64) static_cast<std::int64_t*>(in.at[last])[i] = row;
    else static_cast<std::int32_t*>(in.at[last])[i] = static_cast<std::int32_t>(row);
  }
  return in;
}

TEST(OptimizerKernels, RowsOfATable) {
  for (const auto& [rows, inner, taken] : std::vector<std::array<std::int64_t, 3>>{{50, 3, 20}, {3000, 17, 400}, {1001, 64, 900}, {40000, 1, 3}})
    for (const DType index : {DType::i32, DType::i64}) {
      const NodeInfo adam = of_rows("adam_update", rows, inner, taken, index, 3, 2, {{"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-7}, {"weight_decay", 0.01}, {"torch_epsilon", false}});
      check_kernel(adam, {"cpu.adam_update", 1e-6}, inputs_of_rows(adam, 2));
      const NodeInfo sgd = of_rows("sgd_update", rows, inner, taken, index, 1, 1, {{"momentum", 0.0}, {"nesterov", false}, {"weight_decay", 0.0}});
      check_kernel(sgd, {"cpu.sgd_update", 1e-6}, inputs_of_rows(sgd, 1));
    }
}

TEST(OptimizerKernels, RowsThatTheTableLacksAreNamed) {
  const NodeInfo node = of_rows("sgd_update", 30, 4, 12, DType::i32, 1, 1, {{"momentum", 0.0}, {"nesterov", false}, {"weight_decay", 0.0}});
  Buffers in = inputs_of_rows(node, 1);
  static_cast<std::int32_t*>(in.at.back())[5] = 30;
  try {
    run_kernel(node, backend("cpu").choose(node, nullptr), in);
    FAIL() << "row 30 of 30 was updated";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("30"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace candor::testing
