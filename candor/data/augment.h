// Other views of the same pictures, drawn anew in every epoch of training: mirrored, turned, moved, in another light. What a step does to the label
// is part of it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "candor/base/pointers.h"
#include "candor/data/dataset.h"

namespace candor::data {

/// Pairs of classes that are exchanged when a picture is mirrored: {{"left", "right"}}.
using LabelPairs = std::vector<std::pair<std::string, std::string>>;

// The steps. A chance is that of a picture to be changed; amounts are the most, drawn evenly from their range for each picture.

/// Left becomes right; classes and key points that mean a side change places.
struct FlipHorizontal {   ///< left becomes right. Keeps the label unless pairs are given
  double chance = 0.5;
  LabelPairs swap_labels = {};
};
/// Top becomes bottom.
struct FlipVertical {     ///< top becomes bottom
  double chance = 0.5;
  LabelPairs swap_labels = {};
};
struct Rotate { double degrees = 15; };                       ///< either way
struct Zoom { double in = 0.15, out = 0.15; };                ///< up to 1 + in times as large, down to 1 / (1 + out)
struct Shift { double across = 0.1, down = 0.1; };            ///< shares of width and height, either way
struct Shear { double degrees = 10; };                        ///< columns lean, either way
struct Crop { double least = 0.6, aspect = 4.0 / 3; };        ///< a part of at least this share of the area, of up to this much another shape, enlarged to the whole
struct Colour { double brightness = 0.2, contrast = 0.2, saturation = 0.2, hue = 0.02; };  ///< shares; hue of the whole circle. Grey pictures take the first two
struct Blur { double deviation = 1, chance = 0.3; };          ///< Gaussian, in pixels
struct Noise { double deviation = 0.05; };                    ///< normal, a share of white
struct Erase { double chance = 0.5, least = 0.02, most = 0.2; };  ///< a rectangle of a share of the area becomes the picture's mean
struct Mixup { double alpha = 0.2, chance = 1; };             ///< two pictures and their labels, blended (Zhang and others, 2018); shares of Beta(alpha, alpha)
struct CutMix { double alpha = 1, chance = 0.5; };            ///< a rectangle of one in the other, labels by area (Yun and others, 2019)
struct RandAugment { int operations = 2; double magnitude = 0.3; };  ///< so many of the steps above that keep the label, at random (Cubuk and others, 2020)

namespace detail {
struct AnyStep;
}
/// One of the steps above. A value; copies share it.
class AugmentStep {
 public:
  AugmentStep(FlipHorizontal step);
  AugmentStep(FlipVertical step);
  AugmentStep(Rotate step);
  AugmentStep(Zoom step);
  AugmentStep(Shift step);
  AugmentStep(Shear step);
  AugmentStep(Crop step);
  AugmentStep(Colour step);
  AugmentStep(Blur step);
  AugmentStep(Noise step);
  AugmentStep(Erase step);
  AugmentStep(Mixup step);
  AugmentStep(CutMix step);
  AugmentStep(RandAugment step);
  const detail::AnyStep& any() const { return *step_; }

 private:
  std::shared_ptr<const detail::AnyStep> step_;
};

/// What a step does to the label of a picture.
enum class LabelEffect { keeps, swaps, mixes };
LabelEffect label_effect(const AugmentStep& step);
/// "flip", "rotate", ...: the word on the command line.
std::string_view step_name(const AugmentStep& step);

/// What lies beyond the edge of a picture that was turned or moved.
enum class Border { reflect, edge, black, wrap };

struct Annotated;  // annotated.h

/// A list of steps, applied to each picture of each batch of the training part:
///     model.fit(train, {.augmentation = {data::FlipHorizontal{.swap_labels = {{"left", "right"}}}, data::Rotate{.degrees = 10}}});
/// Steps that move pixels are one change of coordinates, made first and at once, whatever their place in the list; then light, blur, noise and erasing
/// in order; mixing last. What is drawn depends on seed, epoch and row alone, not on threads. A value.
class Augmentation {
 public:
  Augmentation() = default;
  /// Throws Error (invalid_argument) for amounts and chances out of range.
  Augmentation(std::initializer_list<AugmentStep> steps);
  explicit Augmentation(std::vector<AugmentStep> steps);
  /// From words: "flip,rotate:10,colour:0.2,mixup"; see `words()`. Throws Error (invalid_argument) naming the words there are.
  static Augmentation parse(std::string_view text);
  /// Steps for pictures of which nothing is known but their number: small turns, shifts, zooms and changes of light. No mirroring, which changes what
  /// some pictures mean.
  static Augmentation usual();
  /// The words that parse() knows, each with the amount it takes.
  static std::vector<std::string> words();

  bool empty() const { return steps_.empty(); }
  const std::vector<AugmentStep>& steps() const { return steps_; }
  /// True with mixup or CutMix: targets must be shares of classes (one-hot), [rows, classes].
  bool mixes_labels() const;
  /// True when a step mirrors from left to right.
  bool mirrors() const;
  /// As parse() reads it, without the pairs of labels.
  std::string description() const;

  Augmentation& border(Border border);
  Border border() const { return border_; }
  /// The value of white in pictures of floating numbers (u8 has 255).
  Augmentation& white(double value);
  /// Pairs of labels for all steps that mirror from left to right.
  Augmentation& swap_labels(const LabelPairs& pairs);
  /// With the names in pairs found among the classes. Throws Error (invalid_argument) for a name that is none of them.
  Augmentation for_classes(const std::vector<std::string>& class_names) const;
  /// What a careful reader would ask: mirrored pictures whose class names say left or right while no pairs are given. Empty when all is well.
  std::vector<std::string> doubts(const std::vector<std::string>& class_names) const;

  /// The rows with these numbers, changed: pictures u8 or f32 [n, height, width, channels], targets undefined, whole numbers [n] or [n, 1], or
  /// f32 [n, classes]. `out` holds rows.size() pictures, `targets_out` as many targets. Throws Error (shape, dtype) for others, Error
  /// (invalid_argument) when labels are to be mixed and are whole numbers, or named pairs were not resolved by for_classes().
  void apply(const Tensor& pictures, const Tensor& targets, std::span<const std::int64_t> rows, std::uint64_t seed, std::uint64_t epoch, void* out, void* targets_out) const;
  /// The checks of apply() alone.
  void check(const Tensor& pictures, const Tensor& targets) const;

  /// A whole set, each picture changed once; classes are resolved by their names.
  Dataset apply(const Dataset& set, std::uint64_t seed, std::uint64_t epoch = 0) const;
  /// One picture with its boxes, points and masks; mixing is left out. `number` tells pictures of one seed apart.
  Annotated apply(const Annotated& sample, std::uint64_t seed, std::uint64_t number = 0) const;

 private:
  std::vector<AugmentStep> steps_;
  Border border_ = Border::reflect;
  double white_ = 1;
  bool resolved_ = false;
  std::vector<std::int32_t> horizontal_, vertical_;  ///< the class that each class becomes; empty: itself
};

}  // namespace candor::data
