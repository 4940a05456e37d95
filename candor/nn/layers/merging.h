// Layers with several inputs, for the functional API.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct MergeOptions { std::string name = {}; };

/// Elementwise: sum, difference of two, product, mean, largest, smallest. As in Keras the shapes of the samples broadcast by NumPy's rule, and a
/// sample with fewer axes gets axes of extent 1 in front.
class Add : public Layer { public: explicit Add(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Subtract : public Layer { public: explicit Subtract(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Multiply : public Layer { public: explicit Multiply(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Average : public Layer { public: explicit Average(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Maximum : public Layer { public: explicit Maximum(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Minimum : public Layer { public: explicit Minimum(MergeOptions options = {}); static Layer from_config(const Config& options); };

/// Inputs side by side along `axis`; all other extents are equal.
class Concatenate : public Layer {
 public:
  explicit Concatenate(int axis = -1, MergeOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
