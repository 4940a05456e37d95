// Derivatives as people use them: vjp, jvp, Hessians, Jacobians, gradients of their own.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/control.h"
#include "candor/graph/vmap.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

using Doubles = std::vector<double>;
using Tensors = std::vector<Tensor>;

Tensor drawn(const Shape& shape, std::uint64_t salt) { return random_uniform(shape, -1.f, 1.f, RandomStream{7, salt}).to(DType::f64); }
Tensor vector(const Doubles& values) { return Tensor::from(values); }

void expect_near(const Tensor& got, const Tensor& want, double tolerance = 1e-10) {
  ASSERT_EQ(got.type(), want.type());
  const Doubles a = got.to_vector<double>(), b = want.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

// Rosenbrock's valley: minimum at (1, 1).
Tensor rosenbrock(const Tensor& x) {
  const Tensor a = narrow(x, 0, 0, 1), b = narrow(x, 0, 1, 2);
  return sum(square(1.f - a) + 100.f * square(b - square(a)));
}

TEST(Derivatives, NewtonsMethodFindsTheValleysFloor) {
  const auto step = compile([](Tensor x) {
    const auto f = [](const Tensor& at) { return rosenbrock(at); };
    const Tensor h = hessian(f, x), g = grad([&](std::span<const Tensor> in) { return f(in[0]); })(Tensors{x})[0];
    const auto entry = [&](int i, int j) { return reshape(narrow(narrow(h, 0, i, i + 1), 1, j, j + 1), {1}); };
    const Tensor determinant = entry(0, 0) * entry(1, 1) - entry(0, 1) * entry(1, 0), u = narrow(g, 0, 0, 1), v = narrow(g, 0, 1, 2);
    return x - concatenate({(entry(1, 1) * u - entry(0, 1) * v) / determinant, (entry(0, 0) * v - entry(1, 0) * u) / determinant}, 0);
  });
  Tensor x = vector({-1.2, 1});
  for (int i = 0; i < 7; ++i) x = step(x);
  expect_near(x, vector({1, 1}), 1e-9);  // quadratic: seven steps are enough
}

TEST(Derivatives, HessianAndItsProducts) {
  const Tensor x = vector({-1.2, 1}), v = vector({0.3, -2});
  const auto f = [](std::span<const Tensor> in) { return rosenbrock(in[0]); };
  const Tensor h = hessian([](const Tensor& at) { return rosenbrock(at); }, x);
  // d2/da2 = 2 - 400 (b - 3 a^2), d2/dadb = -400 a, d2/db2 = 200
  expect_near(h, Tensor::from(Doubles{2 - 400 * (1 - 3 * 1.44), 480, 480, 200}, {2, 2}), 1e-9);
  expect_near(hessian_vector_product(f, Tensors{x}, Tensors{v})[0], matmul(h, v), 1e-9);
}

TEST(Derivatives, JacobianBothWays) {
  const Tensor w = drawn({3, 4}, 1), x = drawn({2, 3}, 2);
  const auto f = [&](const Tensor& at) { return tanh(matmul(at, w)); };
  const Tensor reverse = jacobian(f, x), forward = jacobian(f, x, JacobianMode::forward);
  ASSERT_EQ(reverse.shape(), (Shape{2, 4, 2, 3}));
  expect_near(forward, reverse);
  const Tensor y = f(x);
  const Doubles values = y.to_vector<double>(), weights = w.to_vector<double>(), j = reverse.to_vector<double>();
  for (std::size_t n = 0; n < 2; ++n)
    for (std::size_t o = 0; o < 4; ++o)
      for (std::size_t m = 0; m < 2; ++m)
        for (std::size_t i = 0; i < 3; ++i)
          EXPECT_NEAR(j[((n * 4 + o) * 2 + m) * 3 + i], n == m ? (1 - values[n * 4 + o] * values[n * 4 + o]) * weights[i * 4 + o] : 0, 1e-12);
  EXPECT_THROW(jacobian(f, Tensor::zeros({2, 3}, DType::i32)), Error);
  EXPECT_THROW(jacobian([](const Tensor& at) { return at * 2.f; }, Tensor::zeros({1, 1, 1, 1, 1})), Error);  // ten axes
}

TEST(Derivatives, VjpAndJvpInAndOutsideATrace) {
  const Tensor a = drawn({3}, 1), b = drawn({3}, 2), v = drawn({3}, 3), ct = drawn({3}, 4);
  const TensorFunction f = [](std::span<const Tensor> in) { return Tensors{in[0] * in[1], sum(exp(in[1]))}; };
  const Vjp pulled = vjp(f, Tensors{a, b});
  expect_near(pulled.outputs[0], a * b);
  const Tensors first = pulled.pullback(Tensors{ct, {}}), second = pulled.pullback(Tensors{ct, Tensor::full({}, 2, DType::f64)});
  expect_near(first[0], ct * b);
  expect_near(first[1], ct * a);
  expect_near(second[1], ct * a + 2.f * exp(b));
  const auto [ys, moved] = jvp(f, Tensors{a, b}, Tensors{v, {}});
  expect_near(ys[0], a * b);
  expect_near(moved[0], v * b);
  EXPECT_EQ(moved[1].item<double>(), 0);
  auto both = compile([&](Tensor x, Tensor y) {
    const Tensor back = vjp(f, Tensors{x, y}).pullback(Tensors{x, {}})[0];
    return std::pair{back, jvp(f, Tensors{x, y}, Tensors{y, x}).second[0]};
  });
  const auto [back, along] = both(a, b);
  expect_near(back, a * b);
  expect_near(along, b * b + a * a);
  EXPECT_THROW(pulled.pullback(Tensors{ct}), Error);
  EXPECT_THROW(pulled.pullback(Tensors{drawn({4}, 1), {}}), Error);
  EXPECT_THROW(jvp(f, Tensors{a, b}, Tensors{v}), Error);
  EXPECT_THROW(jvp(f, Tensors{a, b}, Tensors{drawn({4}, 1), {}}), Error);
  EXPECT_THROW(vjp(f, Tensors{a, Tensor::zeros({3}, DType::i32)}), Error);
}

TEST(Derivatives, ForwardModeThroughAScan) {
  const auto f = [](std::span<const Tensor> in) {
    return scan([&](std::span<const Tensor> s, std::span<const Tensor> x) { return std::pair{Tensors{tanh(s[0] + x[0])}, Tensors{s[0] * x[0]}}; }, {in[0]}, {in[1]}).second;
  };
  const Tensor s = drawn({2}, 1), x = drawn({4, 2}, 2), vs = drawn({2}, 3), vx = drawn({4, 2}, 4), ct = drawn({4, 2}, 5);
  const Tensor moved = jvp(f, Tensors{s, x}, Tensors{vs, vx}).second[0];
  const Tensors pulled = vjp(f, Tensors{s, x}).pullback(Tensors{ct});
  EXPECT_NEAR(sum(moved * ct).item<double>(), (sum(pulled[0] * vs) + sum(pulled[1] * vx)).item<double>(), 1e-6);
}

TEST(Derivatives, AuxiliaryResultsAreHandedThrough) {
  const Variable w(vector({2, -1}), "w");
  const auto [loss, grads, auxiliary] = value_and_grad([&] { return std::pair{sum(square(w.value())), Tensors{w.value() * 10.f}}; }, std::vector<Variable>{w});
  EXPECT_EQ(loss.item<double>(), 5);
  expect_near(grads[0], vector({4, -2}));
  expect_near(auxiliary[0], vector({20, -10}));
  const ValueAndGrad of_tensors = value_and_grad([](std::span<const Tensor> in) { return std::pair{sum(in[0] * in[0]), Tensors{in[0] + 1.f}}; })(Tensors{vector({3})});
  EXPECT_EQ(of_tensors.value.item<double>(), 9);
  expect_near(of_tensors.gradients[0], vector({6}));
  expect_near(of_tensors.auxiliary[0], vector({4}));
  const auto plain = value_and_grad([](std::span<const Tensor> in) { return sum(in[0] * in[1]); })(Tensors{vector({3}), vector({5})});
  EXPECT_EQ(plain.first.item<double>(), 15);
  expect_near(plain.second[1], vector({3}));
  EXPECT_THROW(grad([](std::span<const Tensor> in) { return in[0]; })(Tensors{vector({1, 2})}), Error);
  EXPECT_THROW(grad([](std::span<const Tensor> in) { return sum(in[0]); })(Tensors{Tensor::zeros({2}, DType::i64)}), Error);
}

// log(1 + e^x), whose plain gradient is NaN for large x.
TEST(Derivatives, AGradientOfYourOwn) {
  const auto log1pexp = custom_gradient([](std::span<const Tensor> in) {
    const Tensor e = exp(in[0]);
    return std::pair{Tensors{log(1.f + e)}, Function<Tensors(std::span<const Tensor>)>([=](std::span<const Tensor> ct) { return Tensors{ct[0] * (1.f - 1.f / (1.f + e))}; })};
  });
  const auto f = [&](std::span<const Tensor> in) { return sum(log1pexp(in)[0]); };
  expect_near(grad(f)(Tensors{vector({0, 1000})})[0], vector({0.5, 1}));
  EXPECT_TRUE(std::isnan(grad([](std::span<const Tensor> in) { return sum(log(1.f + exp(in[0]))); })(Tensors{vector({1000})})[0].item<double>()));
  EXPECT_NEAR(log1pexp(Tensors{vector({0})})[0].item<double>(), std::log(2), 1e-12);  // without a trace: only the value
  // Its pull-back is differentiated, mapped and used in forward mode like everything else.
  const Tensor x = vector({-1, 0.5});
  const auto slope = [](double at) { return 1 / (1 + std::exp(-at)); };
  const Tensor h = hessian([&](const Tensor& at) { return f(Tensors{at}); }, x);
  expect_near(h, Tensor::from(Doubles{slope(-1) * (1 - slope(-1)), 0, 0, slope(0.5) * (1 - slope(0.5))}, {2, 2}));
  expect_near(vmap(grad(f))(Tensors{x})[0], vector({slope(-1), slope(0.5)}));
  expect_near(jvp(log1pexp, Tensors{x}, Tensors{vector({2, 4})}).second[0], vector({2 * slope(-1), 4 * slope(0.5)}));
}

TEST(Derivatives, AWrongGradientOfYourOwnIsAnError) {
  using Pull = Function<Tensors(std::span<const Tensor>)>;
  const auto with = [](Pull pull) {
    return grad([=](std::span<const Tensor> in) { return sum(custom_gradient([=](std::span<const Tensor> xs) { return std::pair{Tensors{xs[0] * 2.f}, pull}; })(in)[0]); });
  };
  const Tensors x{vector({1, 2})};
  EXPECT_THROW(with([](std::span<const Tensor>) { return Tensors{}; })(x), Error);
  EXPECT_THROW(with([](std::span<const Tensor> ct) { return Tensors{sum(ct[0])}; })(x), Error);
  expect_near(with([](std::span<const Tensor>) { return Tensors{{}}; })(x)[0], vector({0, 0}));
}

}  // namespace
}  // namespace candor
