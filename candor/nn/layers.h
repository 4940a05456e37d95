// All layers.
#pragma once

#include "candor/nn/layers/activations.h"
#include "candor/nn/layers/bidirectional.h"
#include "candor/nn/layers/conv.h"
#include "candor/nn/layers/conv_lstm.h"
#include "candor/nn/layers/dense.h"
#include "candor/nn/layers/dropout.h"
#include "candor/nn/layers/embedding.h"
#include "candor/nn/layers/merging.h"
#include "candor/nn/layers/normalization.h"
#include "candor/nn/layers/pooling.h"
#include "candor/nn/layers/recurrent.h"
#include "candor/nn/layers/recurrent_cells.h"
#include "candor/nn/layers/rescale.h"
#include "candor/nn/layers/shaping.h"
#include "candor/nn/layers/standardize.h"
#include "candor/nn/layers/time_distributed.h"
