// The cases of fixtures/keras/layers, and which test claims which.
#pragma once

#include <iosfwd>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "candor/nn/layer.h"
#include "tests/support/safetensors.h"

namespace candor::testing {

struct KerasCase {
  std::string name;
  const nlohmann::json& json;  ///< lives as long as the process
  std::shared_ptr<const Safetensors> tensors;

  Tensor tensor(const nlohmann::json& key) const { return tensors->get(key.get<std::string>()); }
};
std::ostream& operator<<(std::ostream& out, const KerasCase& c);

/// Cases that keras_preprocessing_fixture_test claims: texts in or out, something to adapt to, drawn transformations to replay.
bool is_preprocessing(const nlohmann::json& c);
/// All cases of $CANDOR_FIXTURES/keras/layers that are preprocessing, or that are not; none when the variable is unset.
std::vector<KerasCase> read_keras_cases(bool preprocessing);

/// The layer that the case's own Keras configuration describes.
Layer keras_layer(const KerasCase& c);
/// A failure for everything beyond the case's tolerance; whole numbers and truth values have to be equal.
void expect_close(const Tensor& got, const Tensor& want, const KerasCase& c, const std::string& what);

}  // namespace candor::testing
