// Model::save_weights and load_weights: the weights alone as a safetensors file.
#include "candor/base/error.h"
#include "candor/formats/safetensors.h"
#include "candor/nn/model.h"

namespace candor {

void Model::save_weights(const std::string& path) const {
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const auto& [name, variable] : named_variables()) tensors.emplace_back(name, variable.tensor());
  formats::save_safetensors(path, tensors);
}

void Model::load_weights(const std::string& path) const {
  const auto file = formats::Safetensors::open(path);
  const std::vector<NamedVariable> own = named_variables();
  const auto where = [&](const std::string& weight) { return name() + ": load_weights: " + path + ": the weight '" + weight + "' "; };
  for (const auto& [weight, variable] : own) {
    if (!file.contains(weight)) fail(ErrorKind::corrupt, where(weight) + "is missing");
    const Tensor value = file.tensor(weight);
    if (!(value.shape() == variable.shape())) fail(ErrorKind::shape, where(weight) + "is " + to_string(value.shape()) + ", the model's is " + to_string(variable.shape()));
  }
  if (file.entries().size() != own.size()) {
    fail(ErrorKind::corrupt, name() + ": load_weights: " + path + " has " + std::to_string(file.entries().size()) + " tensors, the model " + std::to_string(own.size()) + " weights");
  }
  for (const auto& [weight, variable] : own) {
    const Tensor value = file.tensor(weight);
    variable.tensor().copy_from((value.dtype() == variable.type().dtype ? value : value.to(variable.type().dtype)).contiguous());
  }
}

}  // namespace candor
