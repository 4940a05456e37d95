// What a training is: a resume point belongs to one and is refused by every other.
#pragma once

#include "candor/train/fit.h"

namespace candor::detail {

/// Model, loss, metrics, optimizer, data (types and digests), callbacks and the options of fit that decide the numbers. `x` and `y` are all
/// rows, `weights` those of the samples, `train_rows` of them are trained on.
Config describe_run(const Model& model, std::span<const Tensor> x, std::span<const Tensor> y, std::span<const Tensor> weights, std::int64_t train_rows, const FitOptions& options,
                    const std::vector<Callback>& callbacks);

}  // namespace candor::detail
