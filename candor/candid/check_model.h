// The checks on a model before it is trained, as a Checkup: what `candor check --model` and the card show.
#pragma once

#include "candor/candid/check.h"
#include "candor/train/checks/check_model.h"

namespace candor::candid {

/// candor::check_model with its verdicts. Throws as it does.
Checkup check_model(const Model& model, const Tensor& x, const Tensor& y, const CheckModelOptions& options = {});

}  // namespace candor::candid
