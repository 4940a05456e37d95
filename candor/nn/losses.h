// All losses.
#pragma once

#include "candor/nn/losses/crossentropy.h"
#include "candor/nn/losses/margin.h"
#include "candor/nn/losses/regression.h"
