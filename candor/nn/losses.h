// All losses.
#pragma once

#include "candor/nn/losses/crossentropy.h"
#include "candor/nn/losses/ctc.h"
#include "candor/nn/losses/density.h"
#include "candor/nn/losses/image.h"
#include "candor/nn/losses/margin.h"
#include "candor/nn/losses/overlap.h"
#include "candor/nn/losses/regression.h"
#include "candor/nn/losses/similarity.h"
