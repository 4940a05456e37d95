#include "candor/nn/weight_budget.h"

#include <string>

#include "candor/base/error.h"

namespace candor::detail {
namespace {
thread_local WeightBudget* open_budget = nullptr;
}

WeightBudget::WeightBudget(std::size_t bytes) : left_(bytes), before_(open_budget) { open_budget = this; }
WeightBudget::~WeightBudget() { open_budget = before_; }

void WeightBudget::take(std::size_t bytes) {
  if (!open_budget) return;
  if (bytes > open_budget->left_) {
    fail(ErrorKind::corrupt, "the network asks for a weight of " + std::to_string(bytes) + " bytes, and only " + std::to_string(open_budget->left_) +
                                 " bytes of weights are left in the file");
  }
  open_budget->left_ -= bytes;
}

}  // namespace candor::detail
