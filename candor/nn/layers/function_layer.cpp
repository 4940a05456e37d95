#include "candor/nn/layers/function_layer.h"

#include "candor/nn/layers/check.h"

namespace candor {
namespace {

class FunctionBody final : public detail::SimpleLayerBody {
 public:
  FunctionBody(const char* kind, FunctionLayer::Call function, FunctionLayer::Parameters parameters, FunctionLayerOptions options)
      : SimpleLayerBody(std::move(options.name)), kind_(kind), function_(std::move(function)), parameters_(std::move(parameters)) {
    if (!function_) fail(ErrorKind::invalid_argument, std::string(kind) + ": the function is empty");
  }
  std::string kind() const override { return kind_; }
  Config options() const override { fail(ErrorKind::unsupported, std::string(kind_) + ": a layer made from a function holds code and has no configuration; save its weights alone"); }

  void build(std::span<const TensorType> in) override {
    if (!parameters_) return;
    const DType dtype = detail::compute_dtype(in[0].dtype);
    for (const LayerParameter& p : parameters_(in[0])) {
      if (p.name.empty()) complain(ErrorKind::invalid_argument, "a parameter has no name");
      weights_.push_back(add_weight(p.name, p.shape, p.initializer, dtype, p.trainable, p.regularizer, p.constraint));
    }
  }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    std::vector<Tensor> values;
    for (const Variable& weight : weights_) values.push_back(weight.value());
    return function_(x, values);
  }

 private:
  const char* kind_;
  FunctionLayer::Call function_;
  FunctionLayer::Parameters parameters_;
  std::vector<Variable> weights_;
};

}  // namespace

FunctionLayer::FunctionLayer(Call function, std::vector<LayerParameter> parameters, FunctionLayerOptions options)
    : FunctionLayer(std::move(function), Parameters([parameters = std::move(parameters)](const TensorType&) { return parameters; }), std::move(options)) {}
FunctionLayer::FunctionLayer(Call function, Parameters parameters, FunctionLayerOptions options)
    : Layer(std::make_shared<FunctionBody>("FunctionLayer", std::move(function), std::move(parameters), std::move(options))) {}

Lambda::Lambda(Function<Tensor(const Tensor&)> function, FunctionLayerOptions options) {
  FunctionLayer::Call call;
  if (function) call = [function = std::move(function)](const Tensor& x, std::span<const Tensor>) { return function(x); };
  body_ = std::make_shared<FunctionBody>("Lambda", std::move(call), FunctionLayer::Parameters(), std::move(options));
}

}  // namespace candor
