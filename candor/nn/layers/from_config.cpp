#include "candor/nn/layers/from_config.h"

namespace candor::detail {
namespace {

const Config* present(const Config& c, const char* key) {
  const Config* found = c.find(key);
  return found && !found->is_null() ? found : nullptr;
}

}  // namespace

Extents extents_from(const Config& c, const char* key, const Extents& fallback) {
  const Config* found = present(c, key);
  if (!found) return fallback;
  return Extents(found->is_list() ? found->to_integers() : Ints{found->integer()});
}

ActivationFunction activation_from(const Config& c, const char* key) {
  const Config* found = present(c, key);
  if (!found) return "linear";
  if (found->is_text()) return found->text();
  // {"class_name": "function", "config": "relu"}; "__lambda__" and others hold code.
  if (const Config* name = found->find("config"); name && name->is_text()) return name->text();
  fail(ErrorKind::unsupported, "configuration: the " + std::string(key) + " " + to_string(*found).substr(0, 100) +
                                   " is code or a class, not the name of a function; use a name or a layer of its own");
}

Regularizer regularizer_from(const Config& c, const char* key) { return Regularizer::from_config(c.find(key)); }
Constraint constraint_from(const Config& c, const char* key) { return Constraint::from_config(c.find(key)); }
std::string data_format_from(const Config& c) { return c.get("data_format", "channels_last"); }

std::optional<std::int64_t> integer_from(const Config& c, const char* key) {
  const Config* found = present(c, key);
  return found ? std::optional(found->integer()) : std::nullopt;
}

std::optional<double> number_from(const Config& c, const char* key) {
  const Config* found = present(c, key);
  return found ? std::optional(found->number()) : std::nullopt;
}

std::optional<std::uint64_t> seed_from(const Config& c) {
  const std::optional<std::int64_t> seed = integer_from(c, "seed");
  return seed ? std::optional(static_cast<std::uint64_t>(*seed)) : std::nullopt;
}

Axes axes_from(const Config& c, const char* key, const Axes& fallback) {
  const Config* found = present(c, key);
  if (!found) return fallback;
  if (!found->is_list()) return {static_cast<int>(found->integer())};
  Axes axes;
  for (std::int64_t axis : found->to_integers()) axes.push_back(static_cast<int>(axis));
  return axes;
}

Config config_of(const std::optional<double>& value) { return value ? Config(*value) : Config(); }
Config config_of(const std::optional<std::int64_t>& value) { return value ? Config(*value) : Config(); }
Config config_of(const std::optional<std::uint64_t>& value) { return value ? Config(static_cast<std::int64_t>(*value)) : Config(); }
Config axes_config(const Axes& axes) { return axes.size() == 1 ? Config(axes.front()) : axes_list(axes); }
Config axes_list(const Axes& axes) { return Config::integers({axes.begin(), axes.end()}); }

void refuse_quantization(const char* layer, const Config& c) {
  const Config* policy = present(c, "dtype");
  const bool by_policy = policy && policy->is_map() && policy->find("class_name") && policy->at("class_name").text().find("Quantized") != std::string::npos;
  if (!by_policy && !present(c, "quantization_config")) return;
  fail(ErrorKind::unsupported, std::string(layer) + ": the configuration asks for quantised weights, which Candor does not compute with; save the model without quantize()");
}

}  // namespace candor::detail
