#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid::detail {

std::span<const CheckInfo> service_checks() {
  static constexpr CheckInfo checks[] = {
    {"serve.schema", Moment::service, Severity::error, Cost::pass, "two parts", "another part has other columns, kinds or units"},
    {"serve.range", Moment::service, Severity::warning, Cost::pass, "two parts", "values come that training never had"},
    {"serve.drift", Moment::service, Severity::warning, Cost::pass, "two parts", "columns are distributed otherwise than in training"},
    {"serve.extrapolate", Moment::service, Severity::warning, Cost::sampled, "a model", "rows lie far from the training rows in the last hidden layer"},
  };
  return checks;
}

}  // namespace candor::candid::detail
