#include "candor/nn/regularizers.h"

#include "candor/base/error.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {

Tensor Regularizer::operator()(const Tensor& w) const {
  Tensor penalty;
  if (l1 != 0) penalty = sum(abs(w)) * Tensor(l1);
  if (l2 != 0) {
    const Tensor squares = sum(square(w)) * Tensor(l2);
    penalty = penalty.defined() ? penalty + squares : squares;
  }
  return penalty;
}

Config Regularizer::config() const {
  if (!defined()) return {};
  Config values = Config::map();
  values.set("l1", l1).set("l2", l2);
  return {{"class_name", "L1L2"}, {"config", values}};
}

Regularizer Regularizer::from_config(const Config* config) {
  if (!config || config->is_null()) return {};
  const std::string& kind = config->at("class_name").text();
  if (kind != "L1" && kind != "L2" && kind != "L1L2") fail(ErrorKind::corrupt, "regularizer: '" + kind + "' is not known; there are L1, L2, L1L2");
  const Config& values = config->at("config");
  return {values.get("l1", 0.0), values.get("l2", 0.0)};
}

}  // namespace candor
