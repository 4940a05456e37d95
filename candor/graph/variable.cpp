#include "candor/base/error.h"
#include "candor/graph/autocast.h"
#include "candor/graph/kept_initial.h"
#include "candor/graph/trace.h"
#include "candor/graph/trace_context.h"
#include "candor/ops/elementwise.h"

namespace candor {

struct Variable::State {
  std::string name;
  bool trainable;
  Tensor tensor;
  TensorType bf16, f16;  ///< its type under Autocast
  Function<Tensor(const Tensor&)> constraint;
};

Variable::Variable(const Tensor& initial, std::string name, bool trainable) : state_(Shared<State>::make()) {
  state_->name = std::move(name);
  state_->trainable = trainable;
  const bool keeps = detail::KeptInitial::now() && !initial.symbolic() && initial.is_contiguous();
  auto impl = std::make_shared<detail::TensorImpl>((keeps ? initial : initial.clone()).impl());
  impl->variable = true;
  state_->tensor = Tensor(std::move(impl));
  state_->bf16 = {state_->tensor.shape(), DType::bf16};
  state_->f16 = {state_->tensor.shape(), DType::f16};
}

namespace detail {
namespace {
thread_local std::optional<DType> autocast;
thread_local bool kept_initial = false;
}
KeptInitial::KeptInitial() : before_(kept_initial) { kept_initial = true; }
KeptInitial::~KeptInitial() { kept_initial = before_; }
bool KeptInitial::now() { return kept_initial; }
Autocast::Autocast(std::optional<DType> dtype) : before_(autocast) { autocast = dtype; }
Autocast::~Autocast() { autocast = before_; }
std::optional<DType> Autocast::dtype() { return autocast; }
}  // namespace detail

namespace {
/// Whether reading a variable of this dtype converts it.
bool is_cast(DType dtype) { return detail::Autocast::dtype() && is_floating(dtype) && dtype != *detail::Autocast::dtype(); }
}  // namespace

const std::string& Variable::name() const { return state_->name; }
void Variable::rename(std::string name) const { state_->name = std::move(name); }
bool Variable::trainable() const { return state_->trainable; }
void Variable::set_trainable(bool trainable) const { state_->trainable = trainable; }
void Variable::set_constraint(Function<Tensor(const Tensor&)> constraint) const { state_->constraint = std::move(constraint); }
const Function<Tensor(const Tensor&)>& Variable::constraint() const { return state_->constraint; }
const TensorType& Variable::type() const {
  if (!is_cast(state_->tensor.dtype())) return state_->tensor.type();
  return *detail::Autocast::dtype() == DType::bf16 ? state_->bf16 : state_->f16;
}
const Tensor& Variable::tensor() const { return state_->tensor; }

Tensor Variable::value() const {
  Tensor own = state_->tensor;
  for (auto* context = detail::TraceContext::current(); context; context = context->parent) {
    const auto found = context->assigned.find(&*state_);
    if (found == context->assigned.end()) continue;
    own = found->second;
    break;
  }
  return is_cast(own.dtype()) ? cast(own, *detail::Autocast::dtype()) : own;
}

void Variable::assign(const Tensor& given) const {
  const TensorType& own = state_->tensor.type();
  const Tensor value = is_cast(own.dtype) && is_floating(given.dtype()) && given.dtype() != own.dtype ? cast(given, own.dtype) : given;
  if (value.type() != own)
    fail(ErrorKind::shape, "assign: variable " + name() + " is " + to_string(own) + ", the new value " + to_string(value.type()));
  auto* context = detail::TraceContext::current();
  if (!context) {
    state_->tensor.copy_from(value);
    return;
  }
  if (context->captures_allowed)
    fail(ErrorKind::unsupported, "assign: variable " + name() + " is assigned inside a scan, cond, while_loop or vmap; carry its value as state, or return it, instead");
  const int v = context->value_of(value);
  context->graph->set_update(state_->tensor, v);
  context->assigned[&*state_] = context->tensor_of(v);
}

}  // namespace candor
