#include "candor/nn/optimizers/optimizer.h"

#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/nn/optimizers/optimizer_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

Tensor number(double value, DType dtype) { return Tensor::full({}, value, dtype); }
Tensor norm_of(const Tensor& g) { return sqrt(sum(square(g))); }
/// g * limit / max(norm, limit): g itself within the limit.
Tensor scaled(const Tensor& g, const Tensor& norm, double limit) {
  const Tensor bound = number(limit, g.dtype());
  return g * (bound / maximum(cast(norm, g.dtype()), bound));
}

detail::OptimizerBody& body_of(const Optimizer& optimizer) {
  if (!optimizer.defined()) fail(ErrorKind::invalid_argument, "optimizer: this handle is empty; use one such as Adam{1e-3}");
  return *optimizer.handle();
}

}  // namespace

std::vector<Tensor> clip_gradients(std::span<const Tensor> gradients, const Clipping& clipping) {
  std::vector<Tensor> out(gradients.begin(), gradients.end());
  if (clipping.clipvalue) {
    for (Tensor& g : out) g = clip(g, -*clipping.clipvalue, *clipping.clipvalue);
  } else if (clipping.clipnorm) {
    for (Tensor& g : out) g = scaled(g, norm_of(g), *clipping.clipnorm);
  } else if (clipping.global_clipnorm && !out.empty()) {
    Tensor squares;
    for (const Tensor& g : out) {
      const Tensor s = cast(sum(square(g)), out.front().dtype());
      squares = squares.defined() ? squares + s : s;
    }
    const Tensor norm = sqrt(squares);
    for (Tensor& g : out) g = scaled(g, norm, *clipping.global_clipnorm);
  }
  return out;
}

Optimizer::Optimizer(std::shared_ptr<detail::OptimizerBody> body) : body_(std::move(body)) {}
void Optimizer::apply(std::span<const Tensor> gradients, std::span<const Variable> variables) const { body_of(*this).apply(gradients, variables, {}); }
void Optimizer::apply(std::span<const Tensor> gradients, std::span<const Variable> variables, const Function<Tensor()>& loss) const {
  body_of(*this).apply(gradients, variables, loss);
}

void Optimizer::apply(std::span<const Tensor> gradients) const {
  const std::vector<Variable>& variables = differentiated_variables();
  if (variables.size() != gradients.size()) {
    fail(ErrorKind::invalid_argument, name() + ": apply(gradients) follows value_and_grad on the same thread; otherwise name the weights: apply(gradients, variables)");
  }
  apply(gradients, variables);
}

Tensor Optimizer::minimize(const Function<Tensor()>& loss, std::span<const Variable> variables) const {
  const auto [scaled_loss, gradients] = value_and_grad([&]() -> Tensor { return scale_loss(loss()); }, variables);
  const Tensor one = number(1, scaled_loss.dtype()), scale = scale_loss(one);
  const Tensor value = scale.handle() == one.handle() ? scaled_loss : scaled_loss / scale;
  apply(gradients, variables, loss);
  return value;
}

Tensor Optimizer::scale_loss(const Tensor& loss) const { return body_of(*this).scale_loss(loss); }
std::string Optimizer::name() const { return body_of(*this).name(); }
double Optimizer::learning_rate() const { return body_of(*this).learning_rate(); }
void Optimizer::set_learning_rate(double rate) const { body_of(*this).set_learning_rate(rate); }
bool Optimizer::has_schedule() const { return body_of(*this).has_schedule(); }
std::int64_t Optimizer::iterations() const { return body_of(*this).iterations(); }
std::int64_t Optimizer::calls() const { return body_of(*this).calls(); }
void Optimizer::build(std::span<const Variable> variables) const { body_of(*this).build(variables); }
std::vector<std::pair<std::string, Variable>> Optimizer::named_variables() const { return body_of(*this).state(); }
void Optimizer::reset() const { body_of(*this).reset(); }
void Optimizer::exclude_from_weight_decay(std::vector<std::string> names) const { body_of(*this).exclude_from_weight_decay(names, {}); }
void Optimizer::exclude_from_weight_decay(std::span<const Variable> variables) const { body_of(*this).exclude_from_weight_decay({}, variables); }
void Optimizer::scale_learning_rate(const std::string& pattern, double factor) const { body_of(*this).scale_learning_rate(pattern, factor); }
void Optimizer::finalize() const { body_of(*this).finalize(); }
void Optimizer::swap_averages() const { body_of(*this).swap_averages(); }
Config Optimizer::config() const { return body_of(*this).config(); }

}  // namespace candor
