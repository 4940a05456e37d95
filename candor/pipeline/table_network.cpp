#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/nn/layers.h"
#include "candor/nn/weight_budget.h"
#include "candor/pipeline/network.h"

namespace candor::pipeline::detail {

std::int64_t default_bins(std::int64_t rows) {
  // A few hundred rows do not fill the bins: there they cost more than they tell.
  return rows < 300 ? 0 : rows < 800 ? 8 : rows < 10'000 ? 16 : 64;
}

Model table_network(const data::Dataset& train, const NetworkOptions& options) {
  const std::int64_t bins = options.bins.value_or(default_bins(train.rows()));
  const bool encoded = bins > 0 && train.features.rank() == 2 && !PiecewiseLinear::encodable(train.features).empty();
  const std::vector<std::int64_t> widths = !options.layers.empty() ? options.layers : encoded ? std::vector<std::int64_t>{128, 128} : std::vector<std::int64_t>{64, 64};
  // What is cut finely is learned by heart unless much is dropped; numbers to be met exactly bear none.
  const double dropout = options.dropout.value_or(train.is_classification() && bins > 0 ? 0.3 : bins > 16 ? 0 : 0.1);
  require_memory(widths, train.row_shape().size() * (encoded ? bins + 1 : 1));

  const Symbol input = Input(train.row_shape(), {.dtype = train.features.dtype()});
  Symbol x = Standardize::fitted(train.features)(input);
  if (train.features.rank() > 2) x = Flatten{}(x);  // steps of a sequence, atoms of a molecule
  if (encoded) x = Concatenate{}({x, PiecewiseLinear::fitted(train.features, bins)(input)});
  const candor::detail::WeightBudget budget(available_memory() / 4, ErrorKind::memory);
  for (const std::int64_t width : widths) {
    x = Dense{width, {.activation = relu}}(x);
    if (dropout > 0) x = Dropout{dropout}(x);
  }
  for (const Layer& layer : output_layers(train)) x = layer(x);
  return Model{input, x};
}

}  // namespace candor::pipeline::detail
