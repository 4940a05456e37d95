#include "candor/nn/optimizers/optimizers.h"

#include "candor/base/error.h"
#include "candor/nn/optimizers/from_config.h"

namespace candor {
namespace {

struct Row {
  const char* kind;
  Optimizer (*read)(const Config& config);
};
constexpr Row rows[] = {
    {"Adadelta", detail::adadelta_from_config},
    {"Adafactor", detail::adafactor_from_config},
    {"Adagrad", detail::adagrad_from_config},
    {"Adam", detail::adam_from_config},
    {"AdamW", detail::adamw_from_config},
    {"Adamax", detail::adamax_from_config},
    {"Ftrl", detail::ftrl_from_config},
    {"Lamb", detail::lamb_from_config},
    {"Lion", detail::lion_from_config},
    {"LossScaleOptimizer", detail::loss_scale_optimizer_from_config},
    {"MultiOptimizer", detail::multi_optimizer_from_config},
    {"Muon", detail::muon_from_config},
    {"Nadam", detail::nadam_from_config},
    {"RAdam", detail::radam_from_config},
    {"RMSprop", detail::rmsprop_from_config},
    {"Rprop", detail::rprop_from_config},
    {"SAM", detail::sam_from_config},
    {"SGD", detail::sgd_from_config},
    {"ScheduleFreeAdamW", detail::schedule_free_adamw_from_config},
};

}  // namespace

std::vector<std::string> optimizer_names() {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.kind);
  return names;
}

Optimizer optimizer_from_config(const Config& config) {
  const std::string& kind = config.at("class_name").text();
  const Config* found = config.find("config");
  const Config values = found && !found->is_null() ? *found : Config::map();
  for (const Row& row : rows) {
    if (kind == row.kind) return row.read(values);
  }
  std::string known;
  for (const Row& row : rows) known += (known.empty() ? "" : ", ") + std::string(row.kind);
  fail(ErrorKind::corrupt, "optimizer: the class '" + kind + "' is not known; there are " + known);
}

}  // namespace candor
