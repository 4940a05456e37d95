// Recurrent layers and their gradients against the reference, which goes through the plain sequences.
#include "candor/graph/recurrent_layer.h"

#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

struct Case {
  std::string cell;
  std::int64_t batch, time, features, units;
  bool mask = false, reverse = false, bias = true;
  bool dc = false, dx = true;
  std::int64_t only = -1;
};

TensorType real(Shape shape) { return {std::move(shape), DType::f32}; }

/// Small numbers, so that many steps do not amplify rounding; masks are half true.
Buffers numbers(const NodeInfo& node) {
  Buffers in;
  for (std::size_t i = 0; i < node.in.size(); ++i) {
    in.add(node.in[i]);
    fill(in.at[i], node.in[i], static_cast<std::uint32_t>(i + 1));
    if (node.in[i].dtype != DType::f32) continue;
    auto* values = static_cast<float*>(in.at[i]);
    for (std::int64_t k = 0; k < node.in[i].size(); ++k) values[k] *= 0.4f;
  }
  return in;
}

void check(const Case& c) {
  const std::int64_t gates = c.cell == "lstm" ? 4 : c.cell == "gru" ? 3 : 1, columns = gates * c.units, rows = c.batch * c.time;
  const bool lstm = c.cell == "lstm", gru = c.cell == "gru";
  const TensorType x = real({rows, c.features}), w = real({c.features, columns}), b = real({columns}), u = real({c.units, columns}), state = real({c.batch, c.units}),
                   states = real({c.batch, c.time, c.units}), kept = real({c.time, c.batch, 4 * c.units}), mask{{c.batch, c.time}, DType::boolean};
  for (const bool keep : {true, false}) {
    std::vector<TensorType> in{x, w};
    if (c.bias) in.push_back(b);
    in.push_back(u);
    if (gru) in.push_back(b);
    in.push_back(state);
    if (lstm) in.push_back(state);
    if (c.mask) in.push_back(mask);
    const NodeInfo node = node_of("recurrent_layer", {{"cell", c.cell}, {"mask", c.mask}, {"reverse", c.reverse}, {"bias", c.bias}, {"keep", keep}}, in);
    check_kernel(node, {"cpu.recurrent_layer", 2e-5}, numbers(node));
  }
  std::vector<TensorType> in{c.only < 0 ? states : real({c.batch, 1, c.units}), x, states, u, state};
  if (lstm || gru) in.push_back(kept);
  if (lstm) in.push_back(states), in.push_back(state);
  if (c.dx) in.push_back(w);
  if (c.dc) in.push_back(states);
  if (c.mask) in.push_back(mask);
  const NodeInfo node = node_of("recurrent_layer_gradient",
                                {{"cell", c.cell}, {"mask", c.mask}, {"reverse", c.reverse}, {"dc", c.dc}, {"dx", c.dx}, {"only", c.only}}, in);
  check_kernel(node, {"cpu.recurrent_layer_gradient", 1e-4}, numbers(node));
}

class RecurrentLayer : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Cells, RecurrentLayer, ::testing::Values("rnn", "gru", "lstm"), [](const auto& cell) { return cell.param; });

TEST_P(RecurrentLayer, Usual) {
  check({GetParam(), 32, 12, 24, 32});
  check({GetParam(), 37, 9, 16, 48, true});
  check({GetParam(), 16, 10, 40, 16, false, true, false, false, false});
}

TEST_P(RecurrentLayer, OddShapes) {
  check({GetParam(), 1, 1, 1, 1});
  check({GetParam(), 3, 2, 5, 17, true, true});
  check({GetParam(), 5, 31, 13, 7, false, false, true, false, true, 30});
  check({GetParam(), 17, 3, 70, 33, false, true, true, false, false, 0});
  check({GetParam(), 150, 4, 3, 20, true, false, false, false, true, 3});
}

TEST(RecurrentLayerOfLstm, CotangentOfTheCell) {
  check({"lstm", 6, 5, 9, 10, false, false, true, true});
  check({"lstm", 33, 11, 20, 40, true, true, true, true, false, 2});
}

}  // namespace
}  // namespace candor::testing
