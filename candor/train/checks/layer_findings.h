// What the statistics of the layers say: train.gradients, dead-units, saturated, update-ratio, mode; model.dead-end where a gradient is always 0.
#pragma once

#include "candor/train/checks/guarded.h"
#include "candor/train/checks/layer_statistics.h"

namespace candor::detail {

/// `learned`: the loss fell clearly below guessing.
void check_layers(const LayerStatistics& statistics, bool learned, CheckNotes& notes);

}  // namespace candor::detail
