#include "candor/nn/optimizers/wrapper.h"

namespace candor::detail {

OptimizerWrapper::OptimizerWrapper(std::string kind, std::string name, const Optimizer& inner) : OptimizerBody(std::move(kind), std::move(name)), inner_(inner.handle()) {
  if (!inner_) complain("the inner optimizer is empty; give one such as Adam{1e-3}");
  if (inner_->kind() == this->kind()) complain("the inner optimizer is a " + this->kind() + " itself");
}

}  // namespace candor::detail
