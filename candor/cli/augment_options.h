// --augment and --swap-labels, the same for every command that takes them.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "candor/pipeline/picture_augmentation.h"

namespace candor::cli {

struct AugmentFlags {
  std::string steps = "auto";
  std::vector<std::string> swap_labels;
};
void add_augment_options(CLI::App& command, AugmentFlags& flags);
/// Throws Error (invalid_argument) for words that are no steps, and for pairs that are none.
pipeline::AugmentOptions augment_options(const AugmentFlags& flags);

}  // namespace candor::cli
