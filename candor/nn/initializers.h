// How weights start. Names, parameters and defaults are Keras's. Every draw is a function of the random seed and the number
// of the layer, or of the initializer's own seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "candor/nn/config.h"
#include "candor/tensor/random.h"

namespace candor {

/// Seed of all weights made from now on in this thread of building; the same seed and the same sequence of layers give the
/// same bits. Starts as 0.
void set_random_seed(std::uint64_t seed);
std::uint64_t random_seed();

class Initializer {
 public:
  /// By Keras name: "glorot_uniform", "zeros", ... Throws Error (invalid_argument) that lists the names.
  Initializer(std::string_view name);
  Initializer(const char* name) : Initializer(std::string_view(name)) {}
  Initializer(const std::string& name) : Initializer(std::string_view(name)) {}
  /// From config(). Throws Error (corrupt) when the class is not known.
  explicit Initializer(const Config& config);

  /// Values for a weight. Kernels are [*window, in, out] or [in, out].
  Tensor operator()(const Shape& shape, DType dtype, RandomStream stream) const;
  /// {"class_name": "GlorotUniform", "config": {"seed": null}}.
  Config config() const;

 private:
  friend struct InitializerAccess;
  Initializer() = default;
  std::string kind_;  // the class name
  double a_ = 0, b_ = 0;
  std::string mode_, distribution_;
  std::optional<std::uint64_t> seed_;
};

using Seed = std::optional<std::uint64_t>;

struct Zeros { operator Initializer() const; };
struct Ones { operator Initializer() const; };
struct Constant { double value = 0; operator Initializer() const; };
struct RandomUniform { double minval = -0.05, maxval = 0.05; Seed seed = {}; operator Initializer() const; };
struct RandomNormal { double mean = 0, stddev = 0.05; Seed seed = {}; operator Initializer() const; };
/// Normal, drawn again beyond two deviations.
struct TruncatedNormal { double mean = 0, stddev = 0.05; Seed seed = {}; operator Initializer() const; };
/// Variance scale / n, where n is the fan of `mode`: "fan_in", "fan_out", "fan_avg"; distribution "truncated_normal",
/// "untruncated_normal" or "uniform".
struct VarianceScaling {
  double scale = 1;
  std::string mode = "fan_in", distribution = "truncated_normal";
  Seed seed = {};
  operator Initializer() const;
};
/// Glorot and Bengio 2010.
struct GlorotUniform { Seed seed = {}; operator Initializer() const; };
struct GlorotNormal { Seed seed = {}; operator Initializer() const; };
/// He et al. 2015, for relu.
struct HeUniform { Seed seed = {}; operator Initializer() const; };
struct HeNormal { Seed seed = {}; operator Initializer() const; };
/// LeCun et al. 1998, for selu.
struct LecunUniform { Seed seed = {}; operator Initializer() const; };
struct LecunNormal { Seed seed = {}; operator Initializer() const; };
/// Rows or columns (the fewer) are orthonormal, times gain (Saxe et al. 2013).
struct Orthogonal { double gain = 1; Seed seed = {}; operator Initializer() const; };
/// Ones on the diagonal of a matrix, times gain.
struct Identity { double gain = 1; operator Initializer() const; };

/// Fan in and fan out of a weight of this shape, as Keras counts them.
std::pair<double, double> compute_fans(const Shape& shape);

namespace detail {
/// The stream of the next weight made under the current random seed.
RandomStream next_weight_stream();
}  // namespace detail

}  // namespace candor
