#include "candor/nn/layers/check.h"

namespace candor {

namespace detail {

void require_positive(const char* layer, const char* option, std::int64_t value, std::int64_t largest) {
  if (value > largest) fail(ErrorKind::invalid_argument, std::string(layer) + ": " + option + " must be at most " + std::to_string(largest) + ", not " + std::to_string(value));
  if (value < 1) fail(ErrorKind::invalid_argument, std::string(layer) + ": " + option + " must be at least 1, not " + std::to_string(value));
}

void require_positive(const char* layer, const char* option, const Ints& values) {
  for (std::int64_t value : values) require_positive(layer, option, value);
}

void require_rate(const char* layer, const char* option, double value) {
  if (!(value >= 0 && value < 1)) {
    fail(ErrorKind::invalid_argument, std::string(layer) + ": " + option + " must lie in [0, 1), not " + to_string(Config(value)));
  }
}

void require_one_of(const char* layer, const char* option, const std::string& value, const std::vector<std::string>& allowed) {
  std::string list;
  for (const std::string& name : allowed) {
    if (name == value) return;
    list += (list.empty() ? "" : ", ") + name;
  }
  fail(ErrorKind::invalid_argument, std::string(layer) + ": " + option + " must be one of " + list + ", not '" + value + "'");
}

std::string built_for(const LayerBody& layer, const std::string& what, const Tensor& x) {
  const std::string name = layer.name().empty() ? layer.default_name() : layer.name();
  const std::string* before = PreviousLayer::name();
  const std::string gives = x.rank() >= 2 ? std::to_string(x.shape(-1)) : to_string(x.shape());
  return name + " was built for " + what + "; " + (before ? "the layer before it, " + *before + ", gives " : std::string("its input has ")) + gives;
}

Config activation_config(const ActivationFunction& activation) {
  if (activation.name() == "custom") {
    fail(ErrorKind::unsupported, "config: an activation function of one's own cannot be stored; use one of those with a name");
  }
  return activation.name();
}

Initializer initializer_from(const Config& options, const char* key, const char* fallback) {
  const Config* found = options.find(key);
  return found && !found->is_null() ? Initializer(*found) : Initializer(fallback);
}

}  // namespace detail
}  // namespace candor
