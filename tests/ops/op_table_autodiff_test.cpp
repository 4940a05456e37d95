// Every row of the op table again, mapped over examples and in forward mode: vmap against a loop, jvp against vjp and differences.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "candor/graph/program.h"
#include "candor/graph/vmap.h"
#include "candor/ops/manipulate.h"
#include "tests/ops/op_table.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;
constexpr std::size_t examples = 3;

std::vector<TensorType> types_of(const Tensors& tensors) {
  std::vector<TensorType> types;
  for (const Tensor& t : tensors) types.push_back(t.type());
  return types;
}
std::shared_ptr<Graph> traced(const TensorFunction& f, const Tensors& in) { return trace(f, types_of(in)); }
Tensors run(const TensorFunction& f, const Tensors& in) { return Program(traced(f, in)).run(in, RunState{17, 3}); }

void expect_near(const Tensors& got, const Tensors& want, double tolerance, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].type(), want[i].type()) << what << " " << i;
    const double allowed = got[i].dtype() == DType::f32 ? std::max(tolerance, 1e-6) : tolerance;
    EXPECT_EQ(difference(got[i], want[i], 0, allowed * std::max(largest_entry(want[i]), 1e-3)), "") << what << " " << i;
  }
}

Tensors floating(std::span<const Tensor> in) {
  Tensors result;
  for (const Tensor& t : in)
    if (is_floating(t.dtype())) result.push_back(t);
  return result;
}

/// Gradients of sum(y * its fixed cotangent) to the floating inputs.
TensorFunction gradient_of(const OpRow& row) {
  return [&row](std::span<const Tensor> in) {
    const Tensors ys = floating(row.f(in));
    Tensors cts;
    for (const Tensor& y : ys) cts.push_back(fixed_cotangent(y.type(), cts.size()));
    return gradients(ys, cts, floating(in));
  };
}

/// Input i has an axis of examples in front where mapped[i]; the others are the first example's.
struct Examples {
  std::vector<Tensors> each;
  Tensors together;
  std::vector<int> in_axes;
};
Examples make_examples(const OpRow& row, const std::vector<bool>& mapped) {
  Examples result;
  for (std::size_t e = 0; e < examples; ++e) {
    Tensors in = draw_inputs(row, DType::f64, 1000 * e);
    if (e > 0)
      for (std::size_t i = 0; i < in.size(); ++i)
        if (!mapped[i]) in[i] = result.each[0][i];
    result.each.push_back(in);
  }
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    Tensors column;
    for (const Tensors& in : result.each) column.push_back(in[i]);
    result.together.push_back(mapped[i] ? stack(column) : column[0]);
    result.in_axes.push_back(mapped[i] ? 0 : not_mapped);
  }
  return result;
}

Tensors looped(const TensorFunction& f, const Examples& data) {
  std::vector<Tensors> columns;
  for (const Tensors& in : data.each) {
    const Tensors out = run(f, in);
    columns.resize(out.size());
    for (std::size_t o = 0; o < out.size(); ++o) columns[o].push_back(out[o]);
  }
  Tensors result;
  for (const Tensors& column : columns) result.push_back(stack(column));
  return result;
}

bool draws(const TensorFunction& f, const Tensors& in) {
  const auto graph = traced(f, in);
  for (const Node& node : graph->nodes)
    if (node.info.op->random) return true;
  return false;
}

class VmapTable : public ::testing::TestWithParam<OpRow> {};
TEST_P(VmapTable, IsALoop) {
  const OpRow& row = GetParam();
  const TensorFunction f = [&row](std::span<const Tensor> in) { return row.f(in); };
  for (std::size_t only = 0; only <= row.inputs.size(); ++only) {
    if (only < row.inputs.size() && row.inputs.size() == 1) continue;  // the one input mapped is all inputs mapped
    SCOPED_TRACE(only == row.inputs.size() ? "all inputs mapped" : "input " + std::to_string(only) + " mapped");
    std::vector<bool> mapped(row.inputs.size(), only == row.inputs.size());
    if (only < mapped.size()) mapped[only] = true;
    const Examples data = make_examples(row, mapped);
    const VmapOptions options{.in_axes = data.in_axes, .axis_size = static_cast<std::int64_t>(examples)};
    const Tensors got = run(vmap(f, options), data.together), want = looped(f, data);
    if (draws(f, data.each[0])) {  // other numbers, the same kind
      for (std::size_t o = 0; o < got.size(); ++o) EXPECT_EQ(got[o].type(), want[o].type());
      continue;
    }
    expect_near(got, want, 1e-11, "result");
    if (!row.gradient) continue;
    const TensorFunction g = gradient_of(row);
    expect_near(run(vmap(g, options), data.together), looped(g, data), 1e-10, "vmap of the gradient");
    if (only < row.inputs.size()) continue;
    const TensorFunction outer = [&](std::span<const Tensor> in) {
      const Tensors ys = floating(vmap(f, options)(in));
      Tensors cts;
      for (const Tensor& y : ys) cts.push_back(broadcast_to(fixed_cotangent({y.shape().without(0), y.dtype()}, cts.size()), y.shape()));
      return gradients(ys, cts, floating(in));
    };
    expect_near(run(outer, data.together), looped(g, data), 1e-10, "gradient of the vmap");
  }
}
INSTANTIATE_TEST_SUITE_P(Ops, VmapTable, ::testing::ValuesIn(op_table()), [](const auto& row) { return row.param.name; });

// Ops without a rule for inputs that all differ between examples (sorted lists and recurrent kernels of their own); the plan names them.
TEST(VmapTableTest, FewOpsLoop) {
  std::set<std::string> loops;
  for (const OpRow& row : op_table()) {
    const Examples data = make_examples(row, std::vector<bool>(row.inputs.size(), true));
    const auto graph = traced(vmap(TensorFunction([&row](std::span<const Tensor> in) { return row.f(in); }), {.axis_size = static_cast<std::int64_t>(examples)}), data.together);
    for (const Node& node : graph->nodes)
      if (const std::size_t at = node.path.find("vmap loop: "); at != std::string::npos) loops.insert(node.path.substr(at + 11));
  }
  EXPECT_EQ(loops, (std::set<std::string>{"gru_sequence", "gru_sequence_gradient", "lstm_sequence", "lstm_sequence_gradient", "rnn_sequence", "rnn_sequence_gradient", "searchsorted", "tree_sum"}));
}

class JvpTable : public ::testing::TestWithParam<OpRow> {};
TEST_P(JvpTable, AgreesWithVjpAndDifferences) {
  const OpRow& row = GetParam();
  if (!row.gradient) return;
  const TensorFunction f = [&row](std::span<const Tensor> in) { return row.f(in); };
  const Tensors in = draw_inputs(row, DType::f64);
  Tensors directions, moving, up = in, down = in;
  constexpr double h = 1e-6;
  for (std::size_t i = 0; i < in.size(); ++i) {
    directions.emplace_back();
    if (!is_floating(in[i].dtype())) continue;
    directions.back() = fixed_cotangent(in[i].type(), 50 + i);
    moving.push_back(directions.back());
    std::vector<double> x = in[i].to_vector<double>(), v = directions.back().to_vector<double>(), plus = x, minus = x;
    for (std::size_t k = 0; k < x.size(); ++k) plus[k] += h * v[k], minus[k] -= h * v[k];
    up[i] = Tensor::from(plus, in[i].shape());
    down[i] = Tensor::from(minus, in[i].shape());
  }
  std::size_t results = 0;
  const TensorFunction both = [&](std::span<const Tensor> xs) {
    auto [ys, moved] = jvp(f, xs, directions);
    results = ys.size();
    ys.insert(ys.end(), moved.begin(), moved.end());
    return ys;
  };
  const Tensors got = run(both, in), ahead = run(f, up), behind = run(f, down), pulled = run(gradient_of(row), in);
  double along = 0, against = 0;
  std::size_t salt = 0;
  for (std::size_t o = 0; o < results; ++o) {
    if (!is_floating(got[o].dtype())) continue;
    const std::vector<double> moved = got[results + o].to_vector<double>(), a = ahead[o].to_vector<double>(), b = behind[o].to_vector<double>(),
                              ct = fixed_cotangent(got[o].type(), salt++).to_vector<double>();
    std::vector<double> expected;
    for (std::size_t k = 0; k < moved.size(); ++k) expected.push_back((a[k] - b[k]) / (2 * h)), along += moved[k] * ct[k];
    if (got[o].dtype() != DType::f64) continue;  // differences of rounded numbers say nothing
    const Tensor want = Tensor::from(expected, got[o].shape());
    EXPECT_EQ(difference(got[results + o], want, 0, 5e-6 * std::max(largest_entry(want), 0.1)), "") << "result " << o;
  }
  for (std::size_t i = 0; i < pulled.size(); ++i) {
    const std::vector<double> g = pulled[i].to_vector<double>(), v = moving[i].to_vector<double>();
    for (std::size_t k = 0; k < g.size(); ++k) against += g[k] * v[k];
  }
  EXPECT_NEAR(along, against, 1e-9 * std::max(1.0, std::abs(against))) << "<ct, J v> and <J^T ct, v>";
}
INSTANTIATE_TEST_SUITE_P(Ops, JvpTable, ::testing::ValuesIn(op_table()), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace candor::testing
