#include "candor/nn/call.h"

#include "candor/base/error.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {
thread_local detail::LossCollector* collector = nullptr;
}

void add_loss(const Tensor& loss) {
  if (!loss.defined() || loss.rank() != 0) {
    fail(ErrorKind::shape, "add_loss: takes a scalar, got " + (loss.defined() ? to_string(loss.type()) : std::string("nothing")) + "; take its mean or sum first");
  }
  if (collector) collector->losses_.push_back(loss);
}

namespace detail {

LossCollector::LossCollector() : before_(collector) { collector = this; }
LossCollector::~LossCollector() { collector = before_; }

Tensor LossCollector::total() const {
  Tensor sum;
  for (const Tensor& loss : losses_) sum = sum.defined() ? sum + loss : loss;
  return sum;
}

}  // namespace detail
}  // namespace candor
