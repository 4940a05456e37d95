#include "candor/nn/weight_budget.h"

#include <string>

#include "candor/base/text.h"

namespace candor::detail {
namespace {
thread_local WeightBudget* open_budget = nullptr;
}

WeightBudget::WeightBudget(std::size_t bytes, ErrorKind kind) : left_(bytes), kind_(kind), before_(open_budget) { open_budget = this; }
WeightBudget::~WeightBudget() { open_budget = before_; }

void WeightBudget::take(const TensorType& type) {
  if (!open_budget) return;
  const std::size_t bytes = type.bytes();
  if (bytes > open_budget->left_) {
    const std::string asked = "the network asks for a weight " + to_string(type) + " of " + with_thousands(static_cast<std::int64_t>(bytes)) + " bytes, and ",
                      left = with_thousands(static_cast<std::int64_t>(open_budget->left_)) + " bytes";
    fail(open_budget->kind_, open_budget->kind_ == ErrorKind::corrupt ? asked + "only " + left + " of weights are left in the file"
                                                                      : asked + "there is memory to train " + left + " more; make it smaller");
  }
  open_budget->left_ -= bytes;
}

}  // namespace candor::detail
