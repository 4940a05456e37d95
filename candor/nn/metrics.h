// All metrics.
#pragma once

#include "candor/nn/metrics/accuracy.h"
#include "candor/nn/metrics/auc.h"
#include "candor/nn/metrics/mean.h"
#include "candor/nn/metrics/regression.h"
