// A thousand random graphs: rewrites on and off, memory reused and not, forward and gradient must give the same numbers.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

/// Draws decisions from a seeded stream, so that a failing seed can be run again.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : stream_{seed, 77} {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(stream_.below(next_++, n)); }

 private:
  RandomStream stream_;
  std::uint64_t next_ = 0;
};

const Shape shapes[] = {{4, 6}, {6}, {1, 6}, {4, 1}, {}, {6, 6}};

Tensor unary(Draw& draw, const Tensor& x) {
  switch (draw.below(9)) {
    case 0: return relu(x);
    case 1: return tanh(x);
    case 2: return sigmoid(x);
    case 3: return -x;
    case 4: return x * 0.5;
    case 5: return square(tanh(x));
    case 6: return exp(-square(x));
    case 7: return where(greater(x, Tensor(0.f)), x, x * 0.1);
    default: return x * 1.0 + 0.0;
  }
}

Tensor moved(Draw& draw, const Tensor& x) {
  switch (draw.below(6)) {
    case 0: return transpose(transpose(x));
    case 1: return reshape(reshape(x, {x.size()}), x.shape());
    case 2: return x.rank() ? sum(x, {-1}, true) : x;
    case 3: return x.rank() ? mean(x, {0}, true) : x;
    case 4: return x.rank() ? softmax(x) : x;
    default: return x.rank() ? concatenate({narrow(x, -1, 0, x.shape(-1) / 2), narrow(x, -1, x.shape(-1) / 2, x.shape(-1))}, -1) : x;
  }
}

bool fits(const Shape& a, const Shape& b) {
  for (int i = 1; i <= std::min(a.rank(), b.rank()); ++i)
    if (a[-i] != b[-i] && a[-i] != 1 && b[-i] != 1) return false;
  return true;
}

Tensor combined(Draw& draw, const Tensor& a, const Tensor& other) {
  const Tensor b = fits(a.shape(), other.shape()) ? other : mean(other);
  switch (draw.below(5)) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return maximum(a, b);
    default: return a / (square(b) + 1.0);
  }
}

/// A function of six tensors made of 5 to 25 random ops; the graph depends on the seed alone.
std::vector<Tensor> random_function(std::uint64_t seed, std::span<const Tensor> in) {
  Draw draw(seed);
  std::vector<Tensor> pool(in.begin(), in.end());
  for (std::size_t n = 5 + draw.below(20); n > 0; --n) {
    const Tensor &a = pool[draw.below(pool.size())], &b = pool[draw.below(pool.size())];
    const std::size_t kind = draw.below(10);
    if (kind < 4) pool.push_back(unary(draw, a));
    else if (kind < 7) pool.push_back(combined(draw, a, b));
    else if (kind < 9) pool.push_back(moved(draw, a));
    else if (a.rank() == 2 && a.shape(1) == 6) pool.push_back(relu(matmul(a, in[5]) + in[1]) * 0.3);
  }
  Tensor total = sum(tanh(pool.back()));
  for (std::size_t i = 6; i + 1 < pool.size(); i += 2) total = total + mean(tanh(pool[i]));
  std::vector<Tensor> results{total, pool.back()};
  for (Tensor& g : gradients(total, in)) results.push_back(std::move(g));
  return results;
}

void expect_near(const Tensor& got, const Tensor& want, double tolerance, const std::string& what) {
  ASSERT_EQ(got.shape(), want.shape()) << what;
  const auto g = got.to_vector<double>(), w = want.to_vector<double>();
  double largest = 1;
  for (double x : w) largest = std::max(largest, std::fabs(x));
  for (std::size_t i = 0; i < w.size(); ++i) ASSERT_NEAR(g[i], w[i], tolerance * largest) << what << " element " << i;
}

void compare(DType dtype, std::uint64_t first, std::uint64_t count, double tolerance) {
  std::vector<TensorType> types;
  for (const Shape& s : shapes) types.push_back({s, dtype});
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    std::vector<Tensor> in;
    for (std::size_t i = 0; i < types.size(); ++i) in.push_back(random_normal(shapes[i], 0, 1, {seed, i}).to(dtype));
    const auto graph = trace([&](auto args) { return random_function(seed, args); }, types);
    const auto plain = Program(graph, {.device = "reference", .rewrite = false, .reuse = false}).run(in);
    for (const PlanOptions& options : {PlanOptions{}, PlanOptions{.reuse = false}, PlanOptions{.rewrite = false}, PlanOptions{.device = "reference"}}) {
      Program program(graph, options);
      check_memory(program);
      const auto results = program.run(in);
      for (std::size_t r = 0; r < results.size(); ++r)
        expect_near(results[r], plain[r], tolerance,
                    "seed " + std::to_string(seed) + " on " + options.device + (options.rewrite ? "" : " without rewrites") + (options.reuse ? "" : " without reuse") + " result " + std::to_string(r));
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(RandomGraphs, F32) { compare(DType::f32, 0, 700, 2e-4); }
TEST(RandomGraphs, F64) { compare(DType::f64, 1000, 300, 1e-11); }

}  // namespace
}  // namespace candor
