// The gradients of a convolution before a max_pool, against the reference and against the two ops they replace.
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/ops/conv.h"
#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

using Ints = std::vector<std::int64_t>;

struct Case {
  Shape x, kernel;
  Ints low, high, stride = {1, 1}, pool = {2, 2};
};

void check(const Case& c) {
  const Attrs attrs{{"strides", c.stride}, {"padding_low", c.low}, {"padding_high", c.high}, {"dilation", Ints{1, 1}}, {"groups", std::int64_t{1}}};
  const TensorType x{c.x, DType::f32}, kernel{c.kernel, DType::f32};
  const NodeInfo conv = node_of("conv", attrs, {x, kernel});
  const Attrs pooling{{"size", c.pool}, {"strides", c.pool}, {"padding_low", Ints{0, 0}}, {"padding_high", Ints{0, 0}}};
  const NodeInfo pool = node_of("max_pool", pooling, {conv.out[0]});
  // Winners of made-up numbers.
  Buffers image;
  image.add(conv.out[0]);
  fill(static_cast<float*>(image.at[0]), conv.out[0].size(), 11);
  const Buffers pooled = run_kernel(pool, reference_of(pool), image);
  const auto inputs = [&](const std::vector<TensorType>& types, std::size_t index) {
    Buffers in;
    for (std::size_t i = 0; i < types.size(); ++i) {
      in.add(types[i]);
      if (i == index) std::memcpy(in.at[i], pooled.at[1], types[i].bytes());
      else fill(static_cast<float*>(in.at[i]), types[i].size(), static_cast<std::uint32_t>(i + 1));
    }
    return in;
  };
  Attrs more = attrs;
  more.set("image", conv.out[0].shape).set("window", c.pool).set("shape", c.kernel);
  const NodeInfo of_kernel = node_of("pooled_conv_kernel_gradient", more, {x, pool.out[0], pool.out[1]});
  check_kernel(of_kernel, {"cpu.conv.winners", 1e-4}, inputs(of_kernel.in, 2));
  more.set("shape", c.x);
  const NodeInfo of_input = node_of("pooled_conv_input_gradient", more, {pool.out[0], pool.out[1], kernel});
  check_kernel(of_input, {"cpu.conv.winners", 1e-4}, inputs(of_input.in, 1));
}

TEST(PooledConv, Usual) {
  check({{3, 28, 28, 1}, {5, 5, 1, 6}, {2, 2}, {2, 2}});
  check({{5, 14, 14, 6}, {5, 5, 6, 16}, {0, 0}, {0, 0}});
  check({{2, 12, 12, 32}, {3, 3, 32, 24}, {1, 1}, {1, 1}});
}

TEST(PooledConv, OddShapes) {
  check({{1, 7, 9, 3}, {3, 2, 3, 5}, {1, 0}, {0, 1}});
  check({{20, 6, 6, 2}, {3, 3, 2, 1}, {0, 0}, {0, 0}});
  check({{2, 11, 8, 5}, {4, 7, 5, 3}, {2, 3}, {1, 3}, {1, 1}, {3, 2}});
  check({{2, 15, 16, 4}, {3, 3, 4, 7}, {1, 1}, {1, 1}, {2, 3}, {2, 2}});
  check({{1, 9, 9, 21}, {7, 7, 21, 2}, {3, 3}, {3, 3}, {1, 1}, {4, 4}});
  check({{2, 5, 40, 4}, {1, 30, 4, 9}, {0, 0}, {0, 0}, {1, 1}, {1, 4}});
}

}  // namespace
}  // namespace candor::testing
