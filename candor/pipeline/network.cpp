#include "candor/pipeline/network.h"

#include <cmath>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/base/text.h"
#include "candor/nn/layers.h"

namespace candor::pipeline {
namespace {

// Mean and deviation of a regression target: the network works in these units and answers in the target's.
std::pair<std::vector<double>, std::vector<double>> scale_of(const Tensor& targets) {
  const std::vector<double> y = targets.to_vector<double>();
  const std::size_t columns = targets.rank() == 2 ? static_cast<std::size_t>(targets.shape(1)) : 1;
  const auto rows = static_cast<double>(y.size() / columns);
  std::vector<double> means(columns, 0), deviations(columns, 0);
  for (std::size_t i = 0; i < y.size(); ++i) means[i % columns] += y[i];
  for (double& mean : means) mean /= rows;
  for (std::size_t i = 0; i < y.size(); ++i) deviations[i % columns] += (y[i] - means[i % columns]) * (y[i] - means[i % columns]);
  for (double& deviation : deviations) deviation = deviation > 0 ? std::sqrt(deviation / rows) : 1;
  return {means, deviations};
}

}  // namespace

TrainingDefaults training_defaults(const data::Dataset& train, const std::string& model) {
  if (detail::is_picture(train)) return detail::picture_defaults(train, model);
  // A fifth of sixty rows is twelve: enough to stop by and to weigh trees with, and without it a hundred rows are learned by heart.
  return {.epochs = 100, .batch_size = 32, .learning_rate = 0.001, .validation = train.rows() >= 60 ? 0.15 : 0};
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
  const auto [means, deviations] = scale_of(train.targets);
  return {Dense{train.targets.rank() == 2 ? train.targets.shape(1) : 1}, Rescale{deviations, means}};
}

}  // namespace detail

Model make_network(const data::Dataset& train, const NetworkOptions& options) {
  if (detail::is_picture(train)) return detail::picture_network(train, options);
  if (options.model == "cnn")
    fail(ErrorKind::invalid_argument, "--model cnn: convolutions need pictures, and rows of shape " + to_string(train.row_shape()) + " came; use --model mlp");
  return detail::table_network(train, options);
}

}  // namespace candor::pipeline
