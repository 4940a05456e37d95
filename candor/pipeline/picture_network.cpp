// Networks for pictures, and the training that goes with them.
#include <algorithm>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/nn/layers.h"
#include "candor/nn/weight_budget.h"
#include "candor/pipeline/network.h"

namespace candor::pipeline::detail {
namespace {

// Pixels from 0 to 1; of pictures that are bright on the whole, less their mean: dense layers do not learn from numbers that are all positive and large.
// Ink on black lies around zero as it is. The sum is a whole number, so it is the same in any order.
Layer scaled(const Tensor& pixels) {
  const Tensor dense = pixels.contiguous();
  const std::uint8_t* p = dense.data<std::uint8_t>();
  const std::int64_t count = dense.size();
  std::uint64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += p[i];
  const double mean = static_cast<double>(sum) / 255 / static_cast<double>(count);
  return Rescale{1 / 255.0, mean > 0.25 ? -mean : 0};
}

/// Photographs differ in light more than in anything else: each is brought to mean 0 and deviation 1.
bool is_photograph(const data::Dataset& set) { return !set.row_names.empty() || set.row_shape()[2] >= 3; }

/// A few thousand files of photographs: they decide on a smaller network, which learns in larger steps.
bool are_few(const data::Dataset& train) { return is_photograph(train) && train.rows() < 20'000; }

// The first convolution looks at 5 x 5 pixels, which costs little on the few channels of a picture: on 379 traffic signs (five-fold, one seed, all else equal)
// .982 against .968 with 3 x 3. Width, rate and epochs were chosen together with it on the same signs, not each by itself.
void add_convolutions(std::vector<Layer>& layers, const Shape& image, bool few) {
  std::int64_t side = std::min(image[0], image[1]), blocks = 1;
  for (std::int64_t s = side / 2; s >= 8 && blocks < 4; s /= 2) ++blocks;
  std::int64_t filters = few ? 16 : blocks <= 2 ? 32 : 24;
  int kernel = few && side >= 24 ? 5 : 3;
  for (std::int64_t block = 0; block < blocks; ++block, filters *= 2, kernel = 3) {
    layers.push_back(Conv2D{filters, {kernel, kernel}, {.padding = "same", .use_bias = false}});
    layers.push_back(BatchNormalization{{.momentum = 0.9}});
    layers.push_back(ReLU{});
    if (side >= 2) layers.push_back(MaxPooling2D{});
    side /= 2;
  }
}

}  // namespace

bool is_picture(const data::Dataset& set) { return set.features.defined() && set.features.rank() == 4; }

std::string network_kind(const data::Dataset& train, const std::string& said) {
  if (!said.empty()) return said;
  return is_picture(train) && !train.row_names.empty() ? "cnn" : "mlp";
}

TrainingDefaults picture_defaults(const data::Dataset& train, const std::string& model) {
  // A few epochs with a rate that falls to nothing bear a higher start than a constant rate would.
  if (network_kind(train, model) != "cnn") return {.epochs = train.rows() < 5000 ? 20 : 5, .batch_size = 32, .learning_rate = 0.004, .validation = 0};
  const std::int64_t rows = std::max<std::int64_t>(train.rows(), 1);
  if (!are_few(train)) return {.epochs = rows < 20'000 ? std::clamp<std::int64_t>(30'000 / rows, 12, 60) : 5, .batch_size = 64, .learning_rate = 0.002, .validation = 0, .weight_decay = 0.02, .warm_up = 0.1};
  // A few dozen pictures need some hundred steps, too: smaller ones, and more passes.
  const std::int64_t epochs = std::max(std::clamp<std::int64_t>(30'000 / rows, 12, 40), std::min<std::int64_t>(12'000 / rows, 150));
  return {.epochs = epochs, .batch_size = rows < 100 ? 8 : rows < 250 ? 16 : 32, .learning_rate = 0.005, .validation = 0, .weight_decay = 0.02, .warm_up = 0.1};
}

Model picture_network(const data::Dataset& train, const NetworkOptions& options) {
  const bool cnn = network_kind(train, options.model) == "cnn", few = are_few(train);
  std::vector<Layer> layers;
  if (cnn && is_photograph(train)) {
    layers.push_back(Rescale{1 / 255.0});
    layers.push_back(LayerNormalization{{.axis = {1, 2, 3}, .epsilon = 1e-4, .center = false, .scale = false}});
  } else if (train.features.dtype() == DType::u8) {
    layers.push_back(scaled(train.features));
  }
  if (cnn) add_convolutions(layers, train.row_shape(), few);
  layers.push_back(Flatten{});
  const std::vector<std::int64_t> widths = options.layers.empty() ? std::vector<std::int64_t>{cnn ? 128 : 64} : options.layers;
  require_memory(widths, cnn ? 0 : train.row_shape().size());
  const double dropout = options.dropout.value_or(!cnn ? 0.1 : few ? 0.2 : 0.4);
  for (const std::int64_t width : widths) {
    layers.push_back(Dense{width, {.activation = relu}});
    if (dropout > 0) layers.push_back(Dropout{dropout});
  }
  for (const Layer& layer : output_layers(train)) layers.push_back(layer);
  const Sequential model(layers);
  // Training keeps four numbers a weight: itself, its gradient and Adam's two moments.
  const candor::detail::WeightBudget budget(available_memory() / 4, ErrorKind::memory);
  model.build(train.row_shape(), train.features.dtype());
  return model;
}

}  // namespace candor::pipeline::detail
