#include "candor/nn/optimizers/sam.h"

#include "candor/graph/autodiff.h"
#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/nn/optimizers/wrapper.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StepValues;
using detail::Tensors;

class SAMBody final : public detail::OptimizerWrapper {
 public:
  SAMBody(const Optimizer& inner, const SAMOptions& o) : OptimizerWrapper("SAM", o.name, inner), o_(o) {
    if (!(o.rho > 0 && o.rho < 1e30)) complain("rho must be positive and finite, not " + to_string(Config(o.rho)));
    share_all();
  }

  Tensors refine(Tensors gradients, const Function<Tensor()>& loss) override {
    if (!loss) complain("it looks at the loss a second time; call minimize(loss, variables), or apply(gradients, variables, loss)");
    std::vector<Variable> moved;
    std::vector<std::size_t> at;
    Tensors climb, before;
    Tensor squares;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined()) continue;
      at.push_back(i);
      moved.push_back(weights()[i]);
      const Tensor w = moved.back().value();
      before.push_back(detail::open_graph() ? w : w.clone());
      const Tensor g = cast(gradients[i], w.dtype());
      const Tensor pull = o_.adaptive ? abs(w) * g : g, part = cast(sum(square(pull)), DType::f64);
      climb.push_back(o_.adaptive ? square(w) * g : g);
      squares = squares.defined() ? squares + part : part;
    }
    const Tensor factor = scalar(o_.rho) / maximum(sqrt(squares), scalar(1e-30));
    for (std::size_t k = 0; k < moved.size(); ++k) moved[k].assign(before[k] + climb[k] * scalar(factor, climb[k]));
    const auto [value, there] = value_and_grad([&]() -> Tensor { return scale_loss(loss()); }, moved);
    for (std::size_t k = 0; k < moved.size(); ++k) {
      moved[k].assign(before[k]);
      gradients[at[k]] = there[k];
    }
    return gradients;
  }

  StepValues step(const Tensors& gradients, StepValues now) override { return inner().step(gradients, std::move(now)); }

 protected:
  void make_counters() override {
    inner().reset();
    share_all();
  }
  void make_state() override {
    inner().build(weights());
    share_all();
  }
  Config options() const override {
    return {{"name", name()}, {"inner_optimizer", inner().config()}, {"rho", o_.rho}, {"adaptive", o_.adaptive}};
  }

 private:
  /// It has no state of its own.
  void share_all() {
    clear_state();
    for (const auto& [name, variable] : inner().state()) share_state(name, variable);
  }
  SAMOptions o_;
};

}  // namespace

SAM::SAM(const Optimizer& inner_optimizer, const SAMOptions& options) : Optimizer(std::make_shared<SAMBody>(inner_optimizer, options)) {}

namespace detail {

Optimizer sam_from_config(const Config& config) {
  SAMOptions o;
  FieldReader read(config);
  read("name", o.name);
  read("rho", o.rho);
  read("adaptive", o.adaptive);
  read.know("inner_optimizer");
  read.finish("SAM");
  return SAM(optimizer_from_config(config.at("inner_optimizer")), o);
}

}  // namespace detail
}  // namespace candor
