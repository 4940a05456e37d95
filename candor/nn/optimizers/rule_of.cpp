#include "candor/nn/optimizers/rule_of.h"

namespace candor::detail {

void FieldReader::read(const Config& c, std::vector<std::string>& v) {
  v.clear();
  if (c.is_null()) return;
  for (const Config& item : c.items()) v.push_back(item.text());
}

void FieldReader::finish(const std::string& kind) const {
  // The last three are written by Keras 2 and mean nothing here.
  static const std::vector<std::string> others = {"learning_rate", "decay", "exclude_from_weight_decay", "learning_rate_multipliers", "is_legacy_optimizer", "jit_compile", "dynamic"};
  for (const auto& [key, value] : config_.entries()) {
    const auto is_key = [&wanted = key](const std::string& name) { return name == wanted; };
    if (std::any_of(known_.begin(), known_.end(), is_key) || std::any_of(others.begin(), others.end(), is_key)) continue;
    std::string all = "learning_rate";
    for (const std::string& name : known_) all += ", " + name;
    fail(ErrorKind::corrupt, "optimizer: " + kind + " has no option '" + key + "'; there are " + all);
  }
}

LearningRate rate_from_config(const Config& config, double fallback) {
  const Config* found = config.find("learning_rate");
  if (found && found->is_map()) return schedule_from_config(*found);
  const double rate = found && !found->is_null() ? found->number() : fallback;
  if (const double decay = config.get("decay", 0.0); decay != 0) return InverseTimeDecay{rate, 1, decay};
  return rate;
}

void read_weight_rules(const Config& config, OptimizerBody& body) {
  if (const Config* names = config.find("exclude_from_weight_decay"); names && !names->is_null()) {
    std::vector<std::string> list;
    for (const Config& name : names->items()) list.push_back(name.text());
    body.exclude_from_weight_decay(list, {});
  }
  if (const Config* rates = config.find("learning_rate_multipliers"); rates && !rates->is_null()) {
    for (const Config& entry : rates->items()) {
      if (entry.items().size() != 2) fail(ErrorKind::corrupt, "optimizer: learning_rate_multipliers holds pairs of a pattern and a factor, not " + to_string(entry));
      body.scale_learning_rate(entry.items()[0].text(), entry.items()[1].number());
    }
  }
}

}  // namespace candor::detail
