#include "candor/pipeline/network.h"

#include <cmath>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/base/text.h"
#include "candor/nn/layers.h"
#include "candor/nn/weight_budget.h"

namespace candor::pipeline {
namespace {

bool is_picture(const data::Dataset& set) { return set.features.rank() == 4; }

// Mean and deviation of a regression target: the network works in these units and answers in the target's.
std::pair<double, double> scale_of(const Tensor& targets) {
  const std::vector<double> y = targets.to_vector<double>();
  double mean = 0, squares = 0;
  for (const double v : y) mean += v;
  mean /= static_cast<double>(y.size());
  for (const double v : y) squares += (v - mean) * (v - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(y.size()));
  return {mean, deviation > 0 ? deviation : 1};
}

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

void add_convolutions(std::vector<Layer>& layers, const Shape& image) {
  layers.push_back(Conv2D{32, {3, 3}, {.padding = "same", .activation = relu}});
  std::int64_t side = std::min(image[0], image[1]);
  for (const std::int64_t filters : {64, 128}) {
    if (side < (filters == 128 ? 24 : 8)) break;  // halved, at least as large as a filter sees
    layers.push_back(MaxPooling2D{});
    side /= 2;
    layers.push_back(Conv2D{filters, {3, 3}, {.padding = "same", .activation = relu}});
  }
  layers.push_back(MaxPooling2D{});
  layers.push_back(Dropout{0.25});
}

}  // namespace

TrainingDefaults training_defaults(const data::Dataset& train, const std::string& model) {
  if (is_picture(train)) {
    // Five epochs with a rate that falls to nothing bear a higher start than a constant rate would.
    const bool cnn = model == "cnn";
    return {.epochs = train.rows() < 5000 ? 20 : 5, .batch_size = cnn ? 64 : 32, .learning_rate = cnn ? 0.002 : 0.004, .validation = 0};
  }
  return {.epochs = 100, .batch_size = 32, .learning_rate = 0.001, .validation = train.rows() >= 200 ? 0.15 : 0};
}

namespace detail {

// Before the first weight is made: they would be made one after the other until there is no memory for the next.
void require_memory(const std::vector<std::int64_t>& widths, std::int64_t inputs) {
  double weights = 0, before = static_cast<double>(inputs);
  for (const std::int64_t width : widths) weights += before * static_cast<double>(width), before = static_cast<double>(width);
  const double bytes = 4 * sizeof(float) * weights;
  if (bytes < static_cast<double>(available_memory())) return;
  fail(ErrorKind::memory, "a network of " + with_thousands(static_cast<std::int64_t>(weights)) + " weights takes " + with_thousands(static_cast<std::int64_t>(bytes)) +
                              " bytes of memory to train (weights, gradients and Adam's two moments), and " +
                              with_thousands(static_cast<std::int64_t>(available_memory())) + " are free; make --layers smaller");
}

std::vector<Layer> output_layers(const data::Dataset& train) {
  if (train.is_classification()) return {Dense{static_cast<std::int64_t>(train.class_names.size())}};
  const auto [mean, deviation] = scale_of(train.targets);
  return {Dense{train.targets.rank() == 2 ? train.targets.shape(1) : 1}, Rescale{deviation, mean}};
}

}  // namespace detail

Model make_network(const data::Dataset& train, const NetworkOptions& options) {
  if (!is_picture(train)) {
    if (options.model == "cnn")
      fail(ErrorKind::invalid_argument, "--model cnn: convolutions need pictures, and rows of shape " + to_string(train.row_shape()) + " came; use --model mlp");
    return detail::table_network(train, options);
  }
  const bool cnn = options.model == "cnn";
  std::vector<Layer> layers;
  if (train.features.dtype() == DType::u8) layers.push_back(scaled(train.features));
  if (cnn) add_convolutions(layers, train.row_shape());
  layers.push_back(Flatten{});
  const std::vector<std::int64_t> widths = options.layers.empty() ? std::vector<std::int64_t>{cnn ? 128 : 64} : options.layers;
  detail::require_memory(widths, cnn ? 0 : train.row_shape().size());
  const double dropout = options.dropout.value_or(cnn ? 0.4 : 0.1);
  for (const std::int64_t width : widths) {
    layers.push_back(Dense{width, {.activation = relu}});
    if (dropout > 0) layers.push_back(Dropout{dropout});
  }
  for (const Layer& layer : detail::output_layers(train)) layers.push_back(layer);
  const Sequential model(layers);
  // Training keeps four numbers a weight: itself, its gradient and Adam's two moments.
  const candor::detail::WeightBudget budget(available_memory() / 4, ErrorKind::memory);
  model.build(train.row_shape(), train.features.dtype());
  return model;
}

}  // namespace candor::pipeline
