#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid::detail {

std::span<const CheckInfo> training_checks() {
  static constexpr CheckInfo checks[] = {
    {"train.initial-loss", Moment::training, Severity::warning, Cost::none, "a loss that guessing is known for", "the first loss is far above what guessing gives"},
    {"train.nan", Moment::training, Severity::error, Cost::none, "", "a number stops being finite"},
    {"train.gradients", Moment::training, Severity::warning, Cost::sampled, "64 steps", "gradients vanish or explode along the layers"},
    {"train.dead-units", Moment::training, Severity::warning, Cost::sampled, "64 steps", "units that are 0 for every row"},
    {"train.saturated", Moment::training, Severity::warning, Cost::sampled, "64 steps", "units that stand at the limit of their activation for every row"},
    {"train.update-ratio", Moment::training, Severity::warning, Cost::sampled, "64 steps", "steps far too large or too small for the weights"},
    {"train.plateau", Moment::training, Severity::warning, Cost::none, "100 steps", "the loss stands still"},
    {"train.diverge", Moment::training, Severity::warning, Cost::none, "100 steps", "the loss rises, or stays far above guessing"},
    {"train.spike", Moment::training, Severity::warning, Cost::none, "3 epochs", "the loss jumps, or will: rows in the order of their classes, not shuffled"},
    {"train.overfit", Moment::training, Severity::warning, Cost::none, "validation rows", "validation gets worse while training gets better"},
    {"train.underfit", Moment::training, Severity::warning, Cost::none, "100 steps", "the loss is no better than guessing at the end"},
    {"train.not-long-enough", Moment::training, Severity::note, Cost::none, "3 epochs", "the loss still falls at the end"},
    {"train.impossible", Moment::training, Severity::warning, Cost::sampled, "validation rows, classes", "training rows are answered worse than others, beyond chance"},
    {"train.mode", Moment::training, Severity::warning, Cost::none, "a model", "dropout or batch statistics at work in evaluation, or not in training"},
    {"train.slow", Moment::training, Severity::note, Cost::none, "", "steps wait for their data, or are computed by slow code"},
    {"train.interrupted", Moment::training, Severity::note, Cost::none, "", "the user stopped training"},
  };
  return checks;
}

}  // namespace candor::candid::detail
