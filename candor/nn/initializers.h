// How weights start. Names, parameters and defaults are Keras's. Every draw is a function of the random seed and the number
// of the layer, or of the initializer's own seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "candor/base/maybe.h"
#include "candor/base/function.h"
#include "candor/nn/config.h"
#include "candor/tensor/random.h"

namespace candor {

/// Seed of all weights made from now on in this thread of building; the same seed and the same sequence of layers give the
/// same bits. Starts as 0.
void set_random_seed(std::uint64_t seed);
std::uint64_t random_seed();
/// How a weight starts: by Keras's name, by one of the classes below, or by a function of one's own. The same seed gives the same bits.
class Initializer {
 public:
  /// By Keras name: "glorot_uniform", "zeros", ... Throws Error (invalid_argument) that lists the names.
  Initializer(std::string_view name);
  Initializer(const char* name) : Initializer(std::string_view(name)) {}
  Initializer(const std::string& name) : Initializer(std::string_view(name)) {}
  /// A function of one's own under a name: values of this shape and dtype. It is written by that name and cannot be read back.
  template <class F>
    requires(!std::is_same_v<F, Initializer> && std::is_invocable_r_v<Tensor, F&, const Shape&, DType>)
  Initializer(F function, std::string name = "function") : kind_(std::move(name)), values_(Config::map()), function_(std::move(function)) {}
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
  Config values_;     // its options, without the seed
  std::optional<std::uint64_t> seed_;
  Function<Tensor(const Shape&, DType)> function_;
};

using Seed = std::optional<std::uint64_t>;
using FanAxes = Maybe<std::vector<int>>;
/// All entries 0; Ones: all 1; Constant: all `value`.
struct Zeros { operator Initializer() const; };
struct Ones { operator Initializer() const; };
struct Constant { double value = 0; operator Initializer() const; };
/// Uniform in [minval, maxval); RandomNormal: normal with this mean and deviation.
struct RandomUniform { double minval = -0.05, maxval = 0.05; Seed seed = {}; operator Initializer() const; };
struct RandomNormal { double mean = 0, stddev = 0.05; Seed seed = {}; operator Initializer() const; };
/// Normal, drawn again beyond two deviations.
struct TruncatedNormal { double mean = 0, stddev = 0.05; Seed seed = {}; operator Initializer() const; };
/// Variance scale / n, where n is the fan of `mode`: "fan_in", "fan_out", "fan_avg"; distribution "truncated_normal" (or "normal"),
/// "untruncated_normal" or "uniform". input_axes, output_axes: the axes whose extents make the fans, where compute_fans would count others.
struct VarianceScaling {
  double scale = 1;
  std::string mode = "fan_in", distribution = "truncated_normal";
  Seed seed{};
  FanAxes input_axes{}, output_axes{};
  operator Initializer() const;
};
/// Glorot and Bengio 2010: VarianceScaling of scale 1 by fan_avg.
struct GlorotUniform { Seed seed = {}; FanAxes input_axes = {}, output_axes = {}; operator Initializer() const; };
struct GlorotNormal { Seed seed = {}; FanAxes input_axes = {}, output_axes = {}; operator Initializer() const; };
/// He et al. 2015, for relu: scale 2 by fan_in.
struct HeUniform { Seed seed = {}; FanAxes input_axes = {}, output_axes = {}; operator Initializer() const; };
struct HeNormal { Seed seed = {}; FanAxes input_axes = {}, output_axes = {}; operator Initializer() const; };
/// LeCun et al. 1998, for selu: scale 1 by fan_in.
struct LecunUniform { Seed seed = {}; FanAxes input_axes = {}, output_axes = {}; operator Initializer() const; };
struct LecunNormal { Seed seed = {}; FanAxes input_axes = {}, output_axes = {}; operator Initializer() const; };
/// Rows or columns (the fewer) are orthonormal, times gain (Saxe et al. 2013); weights of more axes as a matrix [all but the last, last].
struct Orthogonal { double gain = 1; Seed seed = {}; operator Initializer() const; };
/// Ones on the diagonal of a matrix, times gain.
struct Identity { double gain = 1; operator Initializer() const; };
/// The kernel [frame, 1, bins] of a convolution that computes a short-time Fourier transform: cos (side "real") or sin ("imag") of
/// -2 pi time bin / (2 (bins - 1)), times the window (see windows.h; empty: none), divided by the window's root of squares (scaling "density"),
/// its sum ("spectrum") or nothing (empty).
struct STFT {
  std::string side = "real", window = "hann", scaling = "density";
  bool periodic = false;
  operator Initializer() const;
};

/// Fan in and fan out of a weight of this shape, as Keras counts them; given both, of these axes (negative: from the end). Throws Error (shape)
/// for an axis out of range.
std::pair<double, double> compute_fans(const Shape& shape, const FanAxes& input_axes = {}, const FanAxes& output_axes = {});

namespace detail {
/// The stream of the next weight made under the current random seed.
RandomStream next_weight_stream();
}  // namespace detail

}  // namespace candor
