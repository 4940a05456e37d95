// Candor's inference in its fastest public form: a Program run on the caller's buffers.
#include <chrono>
#include <cstring>

#include "bench/network.h"
#include "bench/system.h"
#include "bench/transformer.h"
#include "bench/vision.h"
#include "candor/base/threads.h"
#include "candor/graph/freeze.h"
#include "candor/graph/program.h"

namespace candor::bench {
namespace {

class Inference : public System {
 public:
  Inference(const Case& c, const Inputs& in, const PlanOptions& options) : case_(c), rows_(scaled(in.x)), model_(c.vision.net.empty() ? Model(make_network(c, {rows_, in.y, in.order, in.weights})) : vision_model(c, in)), program_(plan(options)) {
    name = "Candor";
    threads = candor::threads();
    row_ = Tensor::zeros(program_.argument_types()[0].shape);
    out_ = Tensor::zeros(program_.result_types()[0].shape, program_.result_types()[0].dtype);
    for (std::int64_t i = 0; i < c.checked; ++i) {
      std::memcpy(row_.raw(), static_cast<const std::byte*>(rows_.raw()) + static_cast<std::size_t>(i) * row_.type().bytes(), row_.type().bytes());
      call();
      for (const double value : out_.to_vector<double>()) parity.push_back(value);
    }
  }

  double run() override {
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < case_.calls; ++i) call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  const Program* program() const override { return &program_; }

 private:
  Program plan(const PlanOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    const std::vector<TensorType> types{{rows_.shape().with(0, case_.batch), DType::f32}};
    const auto graph = trace([this](std::span<const Tensor> x) { return std::vector<Tensor>{model_(x[0])}; }, types);
    Program program(freeze(graph), options);
    compile_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return program;
  }

  void call() {
    void* in[] = {row_.raw()};
    void* out[] = {out_.raw()};
    program_.run(in, out);
  }

  Case case_;
  Tensor rows_;
  Model model_;
  Program program_;
  Tensor row_, out_;
};

}  // namespace

std::unique_ptr<System> candor_inference(const Case& c, const Inputs& inputs, const PlanOptions& options) {
  if (!c.gpt.form.empty()) return candor_transformer(c, inputs, options);
  return std::make_unique<Inference>(c, inputs, options);
}

}  // namespace candor::bench
