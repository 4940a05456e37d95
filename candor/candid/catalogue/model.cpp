#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid::detail {

std::span<const CheckInfo> model_checks() {
  static constexpr CheckInfo checks[] = {
    {"model.loss-activation", Moment::model, Severity::error, Cost::pass, "a model, a target", "loss, last activation and targets do not fit"},
    {"model.loss-shape", Moment::model, Severity::error, Cost::none, "a model, a target", "predictions and targets would only fit by broadcasting"},
    {"model.linear-stack", Moment::model, Severity::warning, Cost::none, "a model", "two linear layers follow each other with nothing between"},
    {"model.norm-order", Moment::model, Severity::note, Cost::none, "a model", "batch normalisation stands behind an activation, a dropout or a bias"},
    {"model.output-size", Moment::model, Severity::error, Cost::pass, "a model, classes", "the last layer's width is not the number of classes"},
    {"model.dead-end", Moment::model, Severity::warning, Cost::none, "a model", "parameters that no loss reaches, inputs that no layer reads"},
    {"model.capacity", Moment::model, Severity::note, Cost::none, "a model, a target", "far more parameters than the rows can pin down"},
    {"model.shape-advice", Moment::model, Severity::warning, Cost::sampled, "a model, a target", "a decoder that cannot come back to the input's size, a sequence layer on unordered columns"},
    {"model.overfit-one-batch", Moment::model, Severity::warning, Cost::sampled, "a compiled model", "a few rows cannot be learned by heart"},
  };
  return checks;
}

}  // namespace candor::candid::detail
