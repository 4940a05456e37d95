// All metrics.
#pragma once

#include "candor/nn/metrics/accuracy.h"
#include "candor/nn/metrics/auc.h"
#include "candor/nn/metrics/correlation.h"
#include "candor/nn/metrics/exact_auc.h"
#include "candor/nn/metrics/fscore.h"
#include "candor/nn/metrics/iou.h"
#include "candor/nn/metrics/mean.h"
#include "candor/nn/metrics/regression.h"
#include "candor/nn/metrics/thresholds.h"
