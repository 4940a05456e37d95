// Convolution and max_pool whose neighbouring outputs share products, against the reference kernels of both.
#include <gtest/gtest.h>

#include "tests/backends/by_images_node.h"

namespace candor::testing {
namespace {

struct Case {
  I images, round, height, width, channels, kernel_height, kernel_width, outs;
  Ints low{0, 0}, high{0, 0};
  std::string activation = "relu";
  bool bias = true;
};

/// by_images with a convolution and max_pool of two by two; its index is a result where asked for.
NodeInfo node(const Case& c, bool index = false) {
  auto body = std::make_shared<Graph>();
  const Shape kernel{c.kernel_height, c.kernel_width, c.channels, c.outs};
  std::vector<int> in{body->add_argument(f32({c.round, c.height, c.width, c.channels})), body->add_argument(f32(kernel))};
  std::vector<TensorType> types{f32({c.images, c.height, c.width, c.channels}), f32(kernel)};
  if (c.bias) in.push_back(body->add_argument(f32({c.outs}))), types.push_back(f32({c.outs}));
  const Attrs conv{{"strides", Ints{1, 1}}, {"padding_low", c.low}, {"padding_high", c.high}, {"dilation", Ints{1, 1}}, {"groups", I{1}}, {"bias", c.bias}, {"activation", c.activation}};
  const int y = body->add_node(op("fused_conv"), conv, in, "")[0];
  const Attrs pool{{"size", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"padding_low", Ints{0, 0}}, {"padding_high", Ints{0, 0}}};
  const std::vector<int> pooled = body->add_node(op("max_pool"), pool, {y}, "");
  body->results = {pooled[0]};
  if (index) body->results.push_back(pooled[1]);
  return by_images_of(body, types, c.images);
}

std::string note(const NodeInfo& n) { return backend("cpu").choose(n, nullptr).note; }

const std::vector<Case> channels_in_vectors{
    {1, 1, 14, 14, 6, 5, 5, 16},                        {4, 2, 14, 14, 6, 5, 5, 16},  {1, 1, 9, 11, 7, 3, 3, 16, {1, 1}, {1, 1}},
    {2, 1, 12, 13, 2, 5, 7, 32, {2, 3}, {2, 3}, "linear"}, {1, 1, 8, 30, 9, 3, 5, 30, {0, 2}, {0, 0}}, {3, 3, 6, 6, 16, 3, 3, 45, {1, 0}, {0, 1}, "relu", false},
    {1, 1, 4, 4, 12, 3, 3, 16},                         {1, 1, 5, 7, 5, 2, 5, 16},
    {1, 1, 13, 40, 3, 7, 7, 16, {3, 3}, {3, 3}},         {2, 1, 9, 26, 8, 5, 3, 15}, {1, 1, 12, 19, 9, 9, 5, 32, {4, 2}, {4, 2}, "linear"},
};
const std::vector<Case> pixels_in_vectors{
    {1, 1, 28, 28, 1, 5, 5, 6, {2, 2}, {2, 2}}, {2, 1, 28, 28, 1, 3, 3, 4}, {1, 1, 33, 39, 3, 7, 3, 5, {3, 1}, {3, 1}}, {1, 1, 20, 70, 2, 5, 2, 2, {1, 0}, {2, 1}, "linear"}, {1, 1, 18, 64, 3, 3, 4, 1, {0, 0}, {0, 0}, "relu", false},
    {2, 1, 30, 66, 2, 5, 5, 3, {2, 2}, {2, 2}}, {1, 1, 21, 37, 1, 7, 7, 2, {3, 3}, {2, 3}}, {1, 1, 19, 100, 1, 3, 3, 6, {1, 1}, {1, 1}, "linear"}, {1, 1, 20, 63, 1, 9, 5, 6}, {1, 1, 16, 30, 4, 3, 7, 5, {1, 3}, {1, 3}, "relu", false},
};

TEST(ConvPairs, ChannelsInVectors) {
  for (const Case& c : channels_in_vectors) {
    EXPECT_NE(note(node(c)).find("cpu.conv.pairs+max_pool"), std::string::npos) << note(node(c));
    check_kernel(node(c), {"cpu.by_images", 1e-5});
  }
}

TEST(ConvPairs, PixelsInVectors) {
  for (const Case& c : pixels_in_vectors) check_kernel(node(c), {"cpu.by_images", 1e-5});
}

TEST(ConvPairs, WhereTheIndexIsWantedEqualNeighboursStayEqual) {
  for (const Case& c : channels_in_vectors) {
    const NodeInfo n = node(c, true);
    EXPECT_EQ(note(n).find("pairs"), std::string::npos) << note(n);
    check_kernel(n, {"cpu.by_images", 1e-5});
  }
}

TEST(ConvPairs, WhatIsNoNumberStaysWhereItWasRead) {
  for (const auto* cases : {&channels_in_vectors, &pixels_in_vectors})
    for (const Case& c : *cases) {
      const NodeInfo n = node(c);
      Buffers in;
      for (const TensorType& type : n.in) in.add(type), fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
      static_cast<float*>(in.at[0])[n.in[0].size() / 3] = NAN;
      check_kernel(n, {"cpu.by_images", 1e-5}, in);
    }
}

TEST(ConvPairs, BlankRowsGiveWhatTheyAlwaysGive) {
  for (const Case& c : pixels_in_vectors) {
    const NodeInfo n = node(c);
    Buffers in;
    for (const TensorType& type : n.in) in.add(type), fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
    auto* x = static_cast<float*>(in.at[0]);
    const I row = c.width * c.channels;
    for (I i = 0; i < n.in[0].size(); ++i)
      if (i / row % c.height < c.height / 2 || i / row % c.height >= c.height - 3) x[i] = i % 2 ? 0.f : -0.f;
    check_kernel(n, {"cpu.by_images", 1e-5}, in);
    if (c.channels > 1 || c.low != Ints{0, 0}) continue;  // the reference does not read the zeros around an image
    static_cast<float*>(in.at[1])[0] = NAN;  // a weight that is no number shows where it meets zeros
    check_kernel(n, {"cpu.by_images", 1e-5}, in);
  }
}

TEST(ConvPairs, ErrorsAreThoseOfThePlainSum) {
  // Sums of 150 numbers in f32 beside the same in f64: no worse than three times what the plain order gives.
  const Case c{1, 1, 14, 14, 6, 5, 5, 16, {0, 0}, {0, 0}, "linear", false};
  const NodeInfo n = node(c), plain = node(c, true);
  Buffers in;
  for (const TensorType& type : n.in) in.add(type), fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()) + 5);
  const Buffers want = run_kernel(n, reference_of(n), in), pairs = run_kernel(n, backend("cpu").choose(n, nullptr), in), sums = run_kernel(plain, backend("cpu").choose(plain, nullptr), in);
  const auto error = [&](const Buffers& got) {
    double total = 0;
    for (I i = 0; i < n.out[0].size(); ++i) total += std::pow(static_cast<double>(static_cast<float*>(got.at[0])[i]) - static_cast<double>(static_cast<float*>(want.at[0])[i]), 2);
    return std::sqrt(total / static_cast<double>(n.out[0].size()));
  };
  EXPECT_LT(error(pairs), 3 * error(sums));
}

}  // namespace
}  // namespace candor::testing
