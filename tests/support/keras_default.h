// Keras's default beside what stands in a configuration.
#pragma once

#include "candor/nn/initializers.h"
#include "candor/nn/layers/extents.h"
#include "tests/support/config.h"

namespace candor::testing {

/// "glorot_uniform" and {"class_name": "GlorotUniform", ...} are the same, so are 3 and [3, 3], None and "linear", None and no decay.
inline bool same_default(const nlohmann::json& keras, const Config& own, const std::string& option) {
  if (option == "cropping" || option == "padding") {
    const int axes = own.is_list() ? static_cast<int>(own.items().front().is_list() ? own.items().size() : 1) : 0;
    if (axes > 0) return Margins::from_config(to_config(keras)).expand(axes, option) == Margins::from_config(own).expand(axes, option);
  }
  if (option.ends_with("initializer")) return Initializer(to_config(keras)).config() == own;
  if (keras.is_null()) {
    return own.is_null() || (own.is_list() && own.items().empty()) || (own.is_text() && (own.text() == "linear" || own.text() == "channels_last")) || (own.is_number() && own.number() == 0) || option == "strides" || (own.is_bool() && !own.boolean());
  }
  if (own.is_list() && keras.is_array() && own.items().size() == keras.size() && !keras.empty() && keras[0].is_number()) {
    for (std::size_t i = 0; i < keras.size(); ++i) {
      if (own.items()[i].number() != keras[i].get<double>()) return false;
    }
    return true;
  }
  // A range of random numbers: one number stands for [0, that].
  if (own.is_list() && own.items().size() == 2 && keras.is_number() && (option == "factor" || option == "scale" || option == "sigma")) {
    return own.items()[0].number() == 0 && own.items()[1].number() == keras.get<double>();
  }
  if (own.is_list() && keras.is_number()) {
    for (const Config& item : own.items()) {
      if (item.number() != keras.get<double>()) return false;
    }
    return true;
  }
  if (own.is_number() && keras.is_number()) return own.number() == keras.get<double>();
  return own == to_config(keras);
}

}  // namespace candor::testing
