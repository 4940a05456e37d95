#include "candor/graph/control.h"

#include <gtest/gtest.h>

#include "candor/base/error.h"
#include "candor/graph/compile.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

Tensor sum_of_powers(const Tensor& x, const Tensor& a, bool reverse = false) {  // s <- s a + x[t]
  const auto [carry, ys] = scan(
      [&](std::span<const Tensor> s, std::span<const Tensor> x_t) {
        const Tensor next = s[0] * a + x_t[0];
        return std::pair{Tensors{next}, Tensors{next * 2.0}};
      },
      {Tensor::full({}, 0, x.dtype())}, {x}, {.reverse = reverse});
  return carry[0] + sum(ys[0]);
}

TEST(Scan, RunsForwardAndBackward) {
  const Tensor x = Tensor::from<double>({1, 2, 3}), a = Tensor::full({}, 0.5, DType::f64);
  // states 1, 2.5, 4.25: 4.25 + 2 (7.75)
  EXPECT_DOUBLE_EQ(sum_of_powers(x, a).item<double>(), 19.75);
  // reversed 3, 3.5, 2.75: 2.75 + 2 (9.25)
  EXPECT_DOUBLE_EQ(sum_of_powers(x, a, true).item<double>(), 21.25);
}

TEST(Scan, FirstAndSecondDerivativesAgreeWithDifferences) {
  const auto f = [](std::span<const Tensor> in) { return sum_of_powers(square(in[0]), in[1]); };
  const auto g = grad(f);
  const auto h = grad([&](std::span<const Tensor> in) {
    const auto d = g(in);
    return sum(d[0]) + sum(d[1]);
  });
  const auto at = [](double da, double dx) {
    return std::vector<Tensor>{Tensor::from<double>({1, 2 + dx, 3, -1}), Tensor::full({}, 0.5 + da, DType::f64)};
  };
  const auto value = [&](double da, double dx) { return compile([&](Tensor x, Tensor a) { return f(std::vector<Tensor>{x, a}); })(at(da, dx)[0], at(da, dx)[1]).item<double>(); };
  const double e = 1e-5;
  EXPECT_NEAR(g(at(0, 0))[1].item<double>(), (value(e, 0) - value(-e, 0)) / (2 * e), 1e-6);
  EXPECT_NEAR(g(at(0, 0))[0].to_vector<double>()[1], (value(0, e) - value(0, -e)) / (2 * e), 1e-6);
  const auto total = [&](double da) {
    const auto d = g(at(da, 0));
    return sum(d[0]).item<double>() + d[1].item<double>();
  };
  EXPECT_NEAR(h(at(0, 0))[1].item<double>(), (total(e) - total(-e)) / (2 * e), 1e-5);
}

TEST(Scan, LengthsThatDifferAreAnError) {
  const auto body = [](std::span<const Tensor> s, std::span<const Tensor>) { return std::pair{Tensors{s[0]}, Tensors{}}; };
  EXPECT_THROW(scan(body, {Tensor(0.f)}, {Tensor::zeros({3}), Tensor::zeros({4})}), Error);
  EXPECT_THROW(scan(body, {Tensor(0.f)}, {}), Error);
}

TEST(Cond, OnlyTheChosenSideAndItsGradient) {
  auto f = compile([](Tensor p, Tensor x) {
    const auto [loss, grads] = [&] {
      const Tensor y = sum(cond(p, [&] { return Tensors{x * x}; }, [&] { return Tensors{x * 3.f}; })[0]);
      return std::pair{y, gradients(y, std::span(&x, 1))};
    }();
    return std::pair{loss, grads[0]};
  });
  const Tensor x = Tensor::from<float>({1, 2}), yes = Tensor::full({}, 1, DType::boolean), no = Tensor::full({}, 0, DType::boolean);
  EXPECT_FLOAT_EQ(f(yes, x).first.item(), 5);
  EXPECT_EQ(f(yes, x).second.to_vector(), (std::vector<float>{2, 4}));
  EXPECT_FLOAT_EQ(f(no, x).first.item(), 9);
  EXPECT_EQ(f(no, x).second.to_vector(), (std::vector<float>{3, 3}));
}

TEST(While, CountsAndStopsAtItsLimit) {
  const auto run = [](std::int64_t limit) {
    return compile([&](Tensor start) { return while_loop([](auto s) { return less(s[0], Tensor(100.f)); }, [](auto s) { return Tensors{s[0] * 2.f}; }, {start}, limit)[0]; })(Tensor(3.f)).item();
  };
  EXPECT_EQ(run(-1), 192);
  EXPECT_EQ(run(2), 12);
}

}  // namespace
}  // namespace candor
