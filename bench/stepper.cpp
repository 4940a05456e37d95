#include "bench/stepper.h"

#include <chrono>

#include "candor/base/threads.h"

namespace candor::bench {
namespace {

class Stepper : public System {
 public:
  Stepper(const Case& c, const Inputs& in, TrainingStep step) : case_(c), step_(std::move(step)) {
    name = "Candor";
    threads = candor::threads();
    const auto batch = static_cast<std::size_t>(c.batch);
    for (std::size_t at = 0; at + batch <= in.order.size(); at += batch) batches_.push_back(Tensor::from(std::span(in.order).subspan(at, batch), Shape{c.batch}));
    const std::vector<TensorType> types{batches_[0].type()};
    const auto start = std::chrono::steady_clock::now();
    step_.function().program(types);
    compile_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (std::int64_t s = 0; s < c.checked; ++s) parity.push_back(next().item<double>());
  }

  double run() override {
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t s = 0; s < case_.steps; ++s) next();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  const Program* program() const override {
    const std::vector<TensorType> types{batches_[0].type()};
    return &step_.function().program(types);
  }

 private:
  Tensor next() { return step_(batches_[at_++ % batches_.size()]); }

  Case case_;
  TrainingStep step_;
  std::vector<Tensor> batches_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<System> stepper(const Case& c, const Inputs& inputs, TrainingStep step) { return std::make_unique<Stepper>(c, inputs, std::move(step)); }

}  // namespace candor::bench
