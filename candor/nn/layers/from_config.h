// Options of layers as a configuration holds them, in Keras's words.
#pragma once

#include <optional>

#include "candor/nn/constraints.h"
#include "candor/nn/layers/check.h"
#include "candor/ops/reduce.h"

namespace candor::detail {

/// A number or a list of them; `fallback` when missing or null.
Extents extents_from(const Config& c, const char* key, const Extents& fallback = 1);
/// A name, or Keras's form of a function with a name; linear when missing or null. Throws Error (unsupported) for a function that is code.
ActivationFunction activation_from(const Config& c, const char* key = "activation");
Regularizer regularizer_from(const Config& c, const char* key);
Constraint constraint_from(const Config& c, const char* key);
/// "channels_last" when missing or null.
std::string data_format_from(const Config& c);
std::optional<std::int64_t> integer_from(const Config& c, const char* key);
std::optional<double> number_from(const Config& c, const char* key);
std::optional<std::uint64_t> seed_from(const Config& c);
/// An axis or a list of them.
Axes axes_from(const Config& c, const char* key, const Axes& fallback);

Config config_of(const std::optional<double>& value);
Config config_of(const std::optional<std::int64_t>& value);
Config config_of(const std::optional<std::uint64_t>& value);
/// One axis as a number, several as a list.
Config axes_config(const Axes& axes);
/// Always a list.
Config axes_list(const Axes& axes);

/// Throws Error (unsupported) when the configuration asks for quantised weights.
void refuse_quantization(const char* layer, const Config& c);

}  // namespace candor::detail
