// Each optimizer from its "config"; optimizers.cpp has the table.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor::detail {

Optimizer adadelta_from_config(const Config& config);
Optimizer adafactor_from_config(const Config& config);
Optimizer adagrad_from_config(const Config& config);
Optimizer adam_from_config(const Config& config);
Optimizer adamax_from_config(const Config& config);
Optimizer adamw_from_config(const Config& config);
Optimizer ftrl_from_config(const Config& config);
Optimizer lamb_from_config(const Config& config);
Optimizer lion_from_config(const Config& config);
Optimizer loss_scale_optimizer_from_config(const Config& config);
Optimizer multi_optimizer_from_config(const Config& config);
Optimizer muon_from_config(const Config& config);
Optimizer nadam_from_config(const Config& config);
Optimizer radam_from_config(const Config& config);
Optimizer rmsprop_from_config(const Config& config);
Optimizer rprop_from_config(const Config& config);
Optimizer sam_from_config(const Config& config);
Optimizer schedule_free_adamw_from_config(const Config& config);
Optimizer sgd_from_config(const Config& config);

}  // namespace candor::detail
