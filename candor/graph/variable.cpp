#include "candor/base/error.h"
#include "candor/graph/trace.h"
#include "candor/graph/trace_context.h"

namespace candor {

struct Variable::State {
  std::string name;
  bool trainable;
  Tensor tensor;
  Function<Tensor(const Tensor&)> constraint;
};

Variable::Variable(const Tensor& initial, std::string name, bool trainable) : state_(std::make_shared<State>()) {
  state_->name = std::move(name);
  state_->trainable = trainable;
  auto impl = std::make_shared<detail::TensorImpl>(initial.clone().impl());
  impl->variable = true;
  state_->tensor = Tensor(std::move(impl));
}

const std::string& Variable::name() const { return state_->name; }
void Variable::rename(std::string name) const { state_->name = std::move(name); }
bool Variable::trainable() const { return state_->trainable; }
void Variable::set_trainable(bool trainable) const { state_->trainable = trainable; }
void Variable::set_constraint(Function<Tensor(const Tensor&)> constraint) const { state_->constraint = std::move(constraint); }
const Function<Tensor(const Tensor&)>& Variable::constraint() const { return state_->constraint; }
const TensorType& Variable::type() const { return state_->tensor.type(); }
const Tensor& Variable::tensor() const { return state_->tensor; }

Tensor Variable::value() const {
  for (auto* context = detail::TraceContext::current(); context; context = context->parent)
    if (const auto found = context->assigned.find(state_.get()); found != context->assigned.end()) return found->second;
  return state_->tensor;
}

void Variable::assign(const Tensor& value) const {
  if (value.type() != type())
    fail(ErrorKind::shape, "assign: variable " + name() + " is " + to_string(type()) + ", the new value " + to_string(value.type()));
  auto* context = detail::TraceContext::current();
  if (!context) {
    state_->tensor.copy_from(value);
    return;
  }
  if (context->captures_allowed)
    fail(ErrorKind::unsupported, "assign: variable " + name() + " is assigned inside a scan, cond, while_loop or vmap; carry its value as state, or return it, instead");
  const int v = context->value_of(value);
  context->graph->set_update(state_->tensor, v);
  context->assigned[state_.get()] = context->tensor_of(v);
}

}  // namespace candor
