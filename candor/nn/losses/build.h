// What the files of losses share to make a Loss. Internal to them; not part of candor.h.
#pragma once

#include <initializer_list>

#include "candor/nn/losses/loss.h"

namespace candor::detail {

/// Keras's backend.epsilon(): keeps logarithms and quotients finite.
inline constexpr double loss_epsilon = 1e-7;

/// A scalar of the dtype of `like`.
Tensor loss_number(double value, const Tensor& like);
/// Mean over an axis; a tensor of one axis stays as it is: one value a sample.
Tensor mean_of_sample(const Tensor& x, int axis = -1);
/// {"class_name": kind, "config": {options, "name", "reduction"}} and the loss of it.
Loss make_loss(const char* kind, const std::string& name, Reduction reduction, Config options, Loss::Values values, bool from_logits = false);
/// Throws Error (invalid_argument): "Huber: delta must be positive, not -1" unless `ok`.
void require_option(bool ok, const char* kind, const char* what, double got);

/// Targets and predictions of one shape and dtype. [n] against [n, 1] are the same numbers, as in Keras: the shorter gets the axis, or with
/// more axes the longer loses it. Throws Error (shape) for anything else: "mean_squared_error: targets [32] and predictions [32, 2] differ".
struct Fitted {
  Tensor t, p;
};
Fitted fit_targets(const std::string& loss, const Tensor& y_true, const Tensor& y_pred);

/// Class numbers as i32 or i64, in the shape of the predictions without `axis` (where they may have a 1). Throws Error (shape, dtype).
Tensor class_numbers(const std::string& loss, const Tensor& y_true, const Tensor& y_pred, int axis = -1);
/// x with `axis` moved to the end.
Tensor axis_last(const Tensor& x, int axis);

}  // namespace candor::detail
