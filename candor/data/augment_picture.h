// What is done to the numbers of one picture. Internal.
#pragma once

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "candor/data/augment.h"
#include "candor/tensor/random.h"

namespace candor::data::detail {

/// What an AugmentStep holds: kept out of the public header, which many files read.
struct AnyStep {
  std::variant<FlipHorizontal, FlipVertical, Rotate, Zoom, Shift, Shear, Crop, Colour, Blur, Noise, Erase, Mixup, CutMix, RandAugment> value;
};
template <class Step>
const Step* step_as(const AugmentStep& step) { return std::get_if<Step>(&step.any().value); }

/// Random numbers of one picture, in the order in which they are asked for.
class PictureDraws {
 public:
  explicit PictureDraws(RandomStream stream) : stream_(stream) {}
  double uniform(double low, double high) { return low + (high - low) * static_cast<double>(stream_.uniform(at_++)); }
  double either(double most) { return uniform(-most, most); }
  bool chance(double p) { return static_cast<double>(stream_.uniform(at_++)) < p; }
  double normal() { return static_cast<double>(stream_.normal(at_++)); }
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(stream_.below(at_++, static_cast<std::uint64_t>(n))); }
  /// Beta(alpha, alpha).
  double beta(double alpha);
  RandomStream rest() const { return stream_.derived(at_); }

 private:
  double gamma(double alpha);
  RandomStream stream_;
  std::uint64_t at_ = 0;
};

/// Where an output place comes from: x' = a x + b y + c, y' = d x + e y + f, in pixels from the middle of the picture.
struct Map {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
  bool is_identity() const { return a == 1 && b == 0 && c == 0 && d == 0 && e == 1 && f == 0; }
  /// First `inner`, then this: places go the other way round than pictures.
  Map after(const Map& inner) const;
  Map inverse() const;
};

/// What is drawn for one picture: its map, how often it is mirrored each way, and the other steps with their amounts fixed.
struct Plan {
  Map map;
  bool mirrored = false, upside_down = false;
  struct Change {
    enum class Kind { brightness, contrast, saturation, hue, blur, noise, erase } kind;
    double amount = 0;
    std::array<double, 4> place{};  ///< of what is erased: top, left, height, width as shares
    RandomStream stream{};
  };
  std::vector<Change> changes;  ///< capacity is kept when the plan is used again
};

/// Draws for a picture of this size; mixing is left to the batch.
void draw_plan(const std::vector<AugmentStep>& steps, std::int64_t height, std::int64_t width, PictureDraws& draws, Plan& plan);

/// Numbers of a picture as floats, height x width x channels, and room to work in.
struct Working {
  std::vector<float> pixels, other, x, y;
};
/// Applies a plan to working.pixels.
void run_plan(const Plan& plan, std::int64_t height, std::int64_t width, std::int64_t channels, Border border, double white, Working& working);

}  // namespace candor::data::detail
