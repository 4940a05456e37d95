// Layers with several inputs, for the functional API.
#pragma once

#include <vector>

#include "candor/nn/layer.h"

namespace candor {

struct MergeOptions { std::string name = {}; };

/// Elementwise: sum, difference of two, product, mean, largest, smallest. As in Keras the shapes of the samples broadcast by NumPy's rule, and a
/// sample with fewer axes gets axes of extent 1 in front. When every input has a mask, so has the output: a step counts where it counts in any of
/// them. Multiply, Maximum and Minimum leave out of each input the steps that it does not count.
class Add : public Layer { public: explicit Add(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Subtract : public Layer { public: explicit Subtract(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Multiply : public Layer { public: explicit Multiply(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Average : public Layer { public: explicit Average(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Maximum : public Layer { public: explicit Maximum(MergeOptions options = {}); static Layer from_config(const Config& options); };
class Minimum : public Layer { public: explicit Minimum(MergeOptions options = {}); static Layer from_config(const Config& options); };

/// Inputs side by side along `axis`; all other extents are equal. Masks are joined in the same way; an input without one counts everywhere.
class Concatenate : public Layer {
 public:
  explicit Concatenate(int axis = -1, MergeOptions options = {});
  static Layer from_config(const Config& options);
};

struct DotOptions {
  bool normalize = false;  ///< each side to Euclidean norm 1 along its axis first: the cosine of the angle
  std::string name{};
};
/// Sum of the products of two inputs along an axis of each, sample by sample: the axes of the first that are left, then those of the second.
/// [batch, a] and [batch, a] give [batch, 1]. The output has no mask.
class Dot : public Layer {
 public:
  /// `axes`: one axis for both inputs, or one for each; not 0, the batch.
  explicit Dot(int axes, DotOptions options = {});
  explicit Dot(std::vector<int> axes, DotOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
