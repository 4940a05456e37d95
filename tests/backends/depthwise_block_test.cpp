// A depthwise convolution and the pointwise ones around it in one kernel, against the reference kernels of all.
#include <gtest/gtest.h>

#include "tests/backends/by_images_node.h"

namespace candor::testing {
namespace {

struct Case {
  I images, height, width, channels, wide, outs;  // wide == 0: nothing expands
  I side = 3, stride = 1, dilation = 1;
  Ints low{1, 1}, high{1, 1};
  bool residual = false;
  std::string first = "relu6", second = "relu6", last = "linear";
  bool bias = true;
};

/// by_images with one image a round and constant kernels.
NodeInfo node(const Case& c) {
  auto body = std::make_shared<Graph>();
  std::vector<TensorType> types;
  const auto argument = [&](const Shape& shape, I images = 0) {
    types.push_back(f32(images ? shape.with(0, images) : shape));
    return body->add_argument(f32(shape));
  };
  const int x = argument({1, c.height, c.width, c.channels}, c.images);
  const auto convolve = [&](int from, const Shape& kernel, I groups, Attrs attrs, const std::string& activation, int residual = -1) {
    std::vector<int> in{from, argument(kernel)};
    if (c.bias) in.push_back(argument({kernel[-1]}));
    if (residual >= 0) in.push_back(residual), attrs.set("residual", true);
    attrs.set("groups", groups).set("bias", c.bias).set("activation", activation.c_str()).set("constant", true);
    return body->add_node(op("fused_conv"), attrs, in, "")[0];
  };
  const Attrs pointwise{{"strides", Ints{1, 1}}, {"padding_low", Ints{0, 0}}, {"padding_high", Ints{0, 0}}, {"dilation", Ints{1, 1}}};
  const Attrs window{{"strides", Ints{c.stride, c.stride}}, {"padding_low", c.low}, {"padding_high", c.high}, {"dilation", Ints{c.dilation, c.dilation}}};
  const I wide = c.wide ? c.wide : c.channels;
  int y = c.wide ? convolve(x, {1, 1, c.channels, wide}, 1, pointwise, c.first) : x;
  y = convolve(y, {c.side, c.side, 1, wide}, wide, window, c.second);
  body->results = {convolve(y, {1, 1, wide, c.outs}, 1, pointwise, c.last, c.residual ? x : -1)};
  return by_images_of(body, types, c.images);
}

const std::vector<Case> cases{
    {1, 30, 31, 16, 96, 24},                                                                              // bands of rows
    {1, 29, 30, 16, 96, 24, 3, 2},                                                                        // strides
    {2, 28, 28, 24, 144, 24, 3, 1, 1, {1, 1}, {1, 1}, true},                                              // two images, a shortcut
    {1, 57, 9, 7, 32, 5, 5, 1, 1, {2, 2}, {2, 2}},                                                        // windows of five, a part of a vector
    {1, 40, 17, 10, 48, 33, 3, 1, 2, {2, 2}, {2, 2}, false, "relu", "linear", "relu"},                    // dilation
    {1, 60, 12, 32, 0, 16},                                                                               // nothing expands
    {3, 20, 20, 48, 0, 48, 3, 1, 1, {1, 1}, {1, 1}, true, "relu6", "relu", "relu6", false},                // that with a shortcut, no bias
    {1, 7, 7, 40, 240, 40, 3, 1, 1, {1, 1}, {1, 1}, true},                                                // parts of the channels
    {1, 7, 7, 20, 192, 50, 3, 1, 1, {1, 1}, {1, 1}, false, "tanh", "sigmoid", "relu6"},
    {1, 14, 13, 16, 192, 40, 3, 2, 1, {0, 1}, {1, 1}, false, "relu6", "relu6", "tanh"},
    {9, 7, 7, 16, 96, 16, 3, 1, 1, {1, 1}, {1, 1}, true},                                                 // many images
    {1, 33, 40, 8, 64, 8, 3, 3, 1, {3, 0}, {2, 0}, false, "gelu", "linear", "linear"},                    // rows of zeros, wide steps
};

TEST(DepthwiseBlock, GivesWhatItsConvolutionsGive) {
  for (const Case& c : cases) check_kernel(node(c), {"cpu.conv.depthwise_block", 2e-5});
}

TEST(DepthwiseBlock, WhatIsNoNumberStaysWhereItWasRead) {
  for (const Case& c : cases) {
    const NodeInfo n = node(c);
    Buffers in;
    for (const TensorType& type : n.in) in.add(type), fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
    static_cast<float*>(in.at[0])[n.in[0].size() / 3] = NAN;
    check_kernel(n, {"cpu.conv.depthwise_block", 2e-5}, in);
  }
}

TEST(DepthwiseBlock, ChannelsThatAreNoWholeVectorsRunOneConvolutionAfterTheOther) {
  check_kernel(node({1, 9, 9, 8, 18, 8}), {"cpu.by_images", 2e-5});
}

TEST(DepthwiseBlock, WeightsArePackedOnce) {
  const NodeInfo n = node(cases[0]);
  Buffers in;
  for (const TensorType& type : n.in) in.add(type), fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
  const Kernel kernel = backend("cpu").choose(n, nullptr);
  const Buffers first = run_kernel(n, kernel, in);
  for (std::size_t i : {1, 3, 5}) static_cast<float*>(in.at[i])[0] += 1;  // what is marked constant is not read again
  const Buffers second = run_kernel(n, kernel, in);
  EXPECT_EQ(std::memcmp(first.at[0], second.at[0], first.bytes[0]), 0);
}

}  // namespace
}  // namespace candor::testing
