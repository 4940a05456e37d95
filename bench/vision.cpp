#include "bench/vision.h"

#include <cmath>
#include <numeric>

#include "bench/stepper.h"
#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/dtype_policy.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/index.h"

namespace candor::bench {
namespace {

struct Network {
  Model model;
  std::vector<Layer> layers;  ///< those with weights, in the order of the peers
};

class VisionBuilder {
 public:
  explicit VisionBuilder(const VisionSpec& spec) : spec_(spec) {}

  Network build(const Shape& picture) {
    const Symbol x = Input(picture);
    Symbol y;
    if (spec_.net == "resnet18") y = resnet(x, {2, 2, 2, 2}, false);
    else if (spec_.net == "resnet50") y = resnet(x, {3, 4, 6, 3}, true);
    else if (spec_.net == "mobilenet_v2") y = mobilenet(x);
    else fail(ErrorKind::corrupt, "bench: no network \"" + spec_.net + "\"; there are resnet18, resnet50 and mobilenet_v2");
    y = kept(Dense(spec_.classes))(GlobalAveragePooling2D{}(y));
    return {Model(x, y), std::move(layers_)};
  }

 private:
  Layer kept(const Layer& layer) {
    layers_.push_back(layer);
    return layer;
  }

  static ConvLayerOptions window(std::int64_t side, std::int64_t stride) {
    const std::int64_t margin = side / 2;
    return {.strides = stride, .padding = {{margin, margin}, {margin, margin}}, .use_bias = false};
  }

  Symbol normalised(const Symbol& x) { return kept(BatchNormalization{{.momentum = 0.9, .epsilon = 1e-5, .unbiased_moving_variance = true}})(x); }
  Symbol conv(const Symbol& x, std::int64_t filters, std::int64_t side, std::int64_t stride = 1) { return normalised(kept(Conv2D(filters, side, window(side, stride)))(x)); }

  Symbol block(const Symbol& x, std::int64_t filters, std::int64_t stride, bool bottleneck) {
    const Activation relu("relu");
    Symbol y;
    if (bottleneck) {
      y = Activation("relu")(conv(x, filters, 1));
      y = Activation("relu")(conv(y, filters, 3, stride));
      y = conv(y, 4 * filters, 1);
    } else {
      y = Activation("relu")(conv(x, filters, 3, stride));
      y = conv(y, filters, 3);
    }
    const std::int64_t channels = y.shape()[2];
    const Symbol way = stride != 1 || x.shape()[2] != channels ? conv(x, channels, 1, stride) : x;
    return relu(Add{}(std::vector<Symbol>{y, way}));
  }

  Symbol resnet(const Symbol& x, const std::vector<int>& blocks, bool bottleneck) {
    Symbol y = Activation("relu")(spec_.small ? conv(x, 64, 3) : conv(x, 64, 7, 2));
    if (!spec_.small) y = MaxPooling2D(3, {.strides = 2, .padding = {{1, 1}, {1, 1}}})(y);
    std::int64_t filters = 64;
    for (std::size_t stage = 0; stage < blocks.size(); ++stage, filters *= 2)
      for (int b = 0; b < blocks[stage]; ++b) y = block(y, filters, stage > 0 && b == 0 ? 2 : 1, bottleneck);
    return y;
  }

  static Layer relu6() { return ReLU({.max_value = 6}); }

  Symbol inverted(const Symbol& x, std::int64_t filters, std::int64_t stride, std::int64_t wider) {
    const std::int64_t channels = x.shape()[2];
    Symbol y = x;
    if (wider != 1) y = relu6()(conv(y, channels * wider, 1));
    const DepthwiseConv2D depthwise{3, {.strides = stride, .padding = {{1, 1}, {1, 1}}, .use_bias = false}};
    y = relu6()(normalised(kept(depthwise)(y)));
    y = conv(y, filters, 1);
    return stride == 1 && channels == filters ? Add{}(std::vector<Symbol>{x, y}) : y;
  }

  Symbol mobilenet(const Symbol& x) {
    struct Stage {
      std::int64_t wider, filters, count, stride;
    };
    Symbol y = relu6()(conv(x, 32, 3, 2));
    for (const Stage& s : {Stage{1, 16, 1, 1}, Stage{6, 24, 2, 2}, Stage{6, 32, 3, 2}, Stage{6, 64, 4, 2}, Stage{6, 96, 3, 1}, Stage{6, 160, 3, 2}, Stage{6, 320, 1, 1}})
      for (std::int64_t i = 0; i < s.count; ++i) y = inverted(y, s.filters, i == 0 ? s.stride : 1, s.wider);
    return relu6()(conv(y, 1280, 1));
  }

  VisionSpec spec_;
  std::vector<Layer> layers_;
};

// Kernels as He et al. (2015) start them. A normalisation starts as nothing in training; in inference its numbers are drawn, as trained ones are.
Tensor start_of(const std::string& name, const Shape& shape, std::uint64_t seed, bool train) {
  double low = 0, high = 0;
  if (name == "kernel") {
    const double inputs = static_cast<double>(shape.size() / shape[-1]) / (shape[-1] == 1 && shape.rank() == 4 ? static_cast<double>(shape[2]) : 1);
    high = std::sqrt((shape.rank() == 2 ? 1 : 6.0) / inputs), low = -high;
  } else if (name == "gamma" || name == "moving_variance") {
    low = train ? 1 : 0.5, high = train ? 1 : 1.5;
  } else if (!train) {
    low = -0.1, high = 0.1;
  }
  Tensor t = Tensor::empty(shape);
  float* w = t.mutable_data<float>();
  for (std::int64_t k = 0; k < shape.size(); ++k) w[k] = static_cast<float>(low + (high - low) * uniform_at(seed, static_cast<std::uint64_t>(k)));
  return t;
}

}  // namespace

/// Under the dtype policy that the case asks for.
Network network_of(const Case& c) {
  const DTypePolicy before = dtype_policy();
  if (!c.vision.weights.empty()) set_dtype_policy(DTypePolicy("mixed_bfloat16"));
  Network net = VisionBuilder(c.vision).build(c.features);
  set_dtype_policy(before);
  return net;
}

Model vision_network(const Case& c) { return network_of(c).model; }

Inputs vision_inputs(const Case& c) {
  Inputs in;
  const std::int64_t rows = c.rows ? c.rows : c.batch;
  in.x = Tensor::empty(c.features.inserted(0, rows));
  float* x = in.x.mutable_data<float>();
  for (std::int64_t k = 0; k < in.x.size(); ++k) x[k] = static_cast<float>(2 * uniform_at(9, static_cast<std::uint64_t>(k)) - 1);
  std::vector<std::int32_t> y;
  for (std::int64_t i = 0; i < rows; ++i) y.push_back(static_cast<std::int32_t>(uniform_at(11, static_cast<std::uint64_t>(i)) * static_cast<double>(c.vision.classes)));
  in.y = Tensor::from(y);
  in.order.resize(static_cast<std::size_t>(rows));
  std::iota(in.order.begin(), in.order.end(), 0);
  std::uint64_t seed = c.seed;
  for (const Layer& layer : VisionBuilder(c.vision).build(c.features).layers)
    for (const auto& [name, variable] : layer.named_variables()) in.weights.push_back(start_of(name, variable.shape(), seed++, c.kind == "train"));
  return in;
}

Model vision_model(const Case& c, const Inputs& inputs) {
  const Network net = network_of(c);
  WeightReader weights(inputs);
  for (const Layer& layer : net.layers)
    for (const auto& [name, variable] : layer.named_variables()) weights.next_into(variable.tensor());
  return net.model;
}

std::unique_ptr<System> vision_training(const Case& c, const Inputs& inputs, const PlanOptions& options) {
  const Model model = vision_model(c, inputs);
  const Tensor x = inputs.x, y = inputs.y;
  const SGD sgd{0.01, {.momentum = 0.9}};
  const SparseCategoricalCrossentropy loss_of{.from_logits = true};
  return stepper(c, inputs, compile([=](Tensor rows) {
    auto [loss, gradients] = value_and_grad([&] { return loss_of(take(y, rows), model(take(x, rows), training)); }, model.parameters());
    sgd.apply(gradients);
    return loss;
  }, options));
}

}  // namespace candor::bench
