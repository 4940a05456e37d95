// The optimizers, with Keras's names, defaults and order of options.
#pragma once

#include "candor/nn/optimizers/adadelta.h"
#include "candor/nn/optimizers/adafactor.h"
#include "candor/nn/optimizers/adagrad.h"
#include "candor/nn/optimizers/adam.h"
#include "candor/nn/optimizers/adamax.h"
#include "candor/nn/optimizers/ftrl.h"
#include "candor/nn/optimizers/lamb.h"
#include "candor/nn/optimizers/lbfgs.h"
#include "candor/nn/optimizers/lion.h"
#include "candor/nn/optimizers/loss_scale_optimizer.h"
#include "candor/nn/optimizers/multi_optimizer.h"
#include "candor/nn/optimizers/muon.h"
#include "candor/nn/optimizers/nadam.h"
#include "candor/nn/optimizers/optimizer.h"
#include "candor/nn/optimizers/radam.h"
#include "candor/nn/optimizers/rmsprop.h"
#include "candor/nn/optimizers/rprop.h"
#include "candor/nn/optimizers/sam.h"
#include "candor/nn/optimizers/schedule_free_adamw.h"
#include "candor/nn/optimizers/sgd.h"
#include "candor/nn/optimizers/weight_average.h"

namespace candor {

/// The classes that optimizer_from_config knows.
std::vector<std::string> optimizer_names();

}  // namespace candor
