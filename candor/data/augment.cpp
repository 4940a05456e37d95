#include "candor/data/augment.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/data/annotated.h"
#include "candor/data/augment_picture.h"

namespace candor::data {
namespace {

constexpr std::uint64_t use = 0x6175676D656E74;  // "augment": apart from other uses of the seed

/// The rows of pictures hold numbers of one of two kinds.
template <class F>
auto visit_pixels(DType dtype, F&& f) {
  if (dtype == DType::u8) return f(std::uint8_t{});
  return f(float{});
}

template <class T>
T as_pixel(float value) {
  if constexpr (std::is_same_v<T, std::uint8_t>) return static_cast<T>(std::clamp(value + 0.5f, 0.f, 255.f));
  else return value;
}

std::int64_t columns_of(const Tensor& targets) { return targets.rank() == 1 ? 1 : targets.shape(1); }

/// What a class becomes under the map; itself outside of it.
std::int64_t exchanged(const std::vector<std::int32_t>& map, std::int64_t label) {
  return label >= 0 && label < static_cast<std::int64_t>(map.size()) ? map[static_cast<std::size_t>(label)] : label;
}

struct Labels {
  const Tensor& targets;
  std::byte* out;
  std::int64_t columns;
  std::size_t width;  ///< bytes of a row

  Labels(const Tensor& t, void* to)
      : targets(t), out(static_cast<std::byte*>(to)), columns(t.defined() ? columns_of(t) : 0),
        width(t.defined() ? t.type().bytes() / static_cast<std::size_t>(std::max<std::int64_t>(t.shape(0), 1)) : 0) {}
  void copy(std::size_t place, std::int64_t row) const {
    if (width) std::memcpy(out + place * width, static_cast<const std::byte*>(targets.raw()) + static_cast<std::size_t>(row) * width, width);
  }
  void exchange(std::size_t place, const std::vector<std::int32_t>& map) const {
    if (!width || map.empty()) return;
    std::byte* at = out + place * width;
    if (targets.dtype() == DType::f32) {
      auto* shares = reinterpret_cast<float*>(at);
      // Pairs, so that each is exchanged once.
      for (std::int64_t c = 0; c < std::min<std::int64_t>(columns, static_cast<std::int64_t>(map.size())); ++c)
        if (const std::int32_t other = map[static_cast<std::size_t>(c)]; other > c && other < columns) std::swap(shares[c], shares[other]);
      return;
    }
    visit_dtype(targets.dtype(), [&](auto zero) {
      using T = decltype(zero);
      if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        T label;
        std::memcpy(&label, at, sizeof label);
        label = static_cast<T>(exchanged(map, static_cast<std::int64_t>(label)));
        std::memcpy(at, &label, sizeof label);
      }
    });
  }
  void blend(std::size_t a, std::size_t b, float share) const {
    if (!width) return;
    auto *x = reinterpret_cast<float*>(out + a * width), *y = reinterpret_cast<float*>(out + b * width);
    for (std::int64_t c = 0; c < columns; ++c) {
      const float first = x[c], second = y[c];
      x[c] = share * first + (1 - share) * second;
      y[c] = share * second + (1 - share) * first;
    }
  }
};

/// Two neighbours in the batch, which stands in a random order: each takes a share of the other.
template <class T>
void mix_pair(const std::vector<AugmentStep>& steps, T* a, T* b, const Shape& shape, const Labels& labels, std::size_t place, detail::PictureDraws& draws) {
  const std::int64_t height = shape[1], width = shape[2], channels = shape[3], size = height * width * channels;
  for (const AugmentStep& step : steps) {
    if (const auto* mixup = detail::step_as<Mixup>(step); mixup && draws.chance(mixup->chance)) {
      const auto share = static_cast<float>(draws.beta(mixup->alpha));
      for (std::int64_t i = 0; i < size; ++i) {
        const auto x = static_cast<float>(a[i]), y = static_cast<float>(b[i]);
        a[i] = as_pixel<T>(share * x + (1 - share) * y);
        b[i] = as_pixel<T>(share * y + (1 - share) * x);
      }
      labels.blend(place, place + 1, share);
    } else if (const auto* cut = detail::step_as<CutMix>(step); cut && draws.chance(cut->chance)) {
      const double side = std::sqrt(1 - draws.beta(cut->alpha));
      const double half_height = 0.5 * side * static_cast<double>(height), half_width = 0.5 * side * static_cast<double>(width);
      const double y = draws.uniform(0, static_cast<double>(height)), x = draws.uniform(0, static_cast<double>(width));
      const auto inside = [](double v, std::int64_t most) { return std::clamp<std::int64_t>(std::llround(v), 0, most); };
      const std::int64_t top = inside(y - half_height, height), bottom = inside(y + half_height, height);
      const std::int64_t left = inside(x - half_width, width), right = inside(x + half_width, width);
      for (std::int64_t row = top; row < bottom; ++row)
        std::swap_ranges(a + (row * width + left) * channels, a + (row * width + right) * channels, b + (row * width + left) * channels);
      labels.blend(place, place + 1, static_cast<float>(1 - static_cast<double>((bottom - top) * (right - left)) / static_cast<double>(height * width)));
    }
  }
}

/// Each class's partner. Pairs are few, so a search by name will do.
std::vector<std::int32_t> partners(const LabelPairs& pairs, const std::vector<std::string>& names) {
  std::vector<std::int32_t> map;
  if (pairs.empty()) return map;
  for (std::size_t c = 0; c < names.size(); ++c) map.push_back(static_cast<std::int32_t>(c));
  const auto number = [&](const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) fail(ErrorKind::invalid_argument, "swap_labels: no class " + quoted(name) + did_you_mean(name, names) + "; the classes are " + name_list(names, 20));
    return static_cast<std::size_t>(found - names.begin());
  };
  for (const auto& [first, second] : pairs) {
    const std::size_t a = number(first), b = number(second);
    if (a == b || map[a] != static_cast<std::int32_t>(a) || map[b] != static_cast<std::int32_t>(b))
      fail(ErrorKind::invalid_argument, "swap_labels: " + quoted(first) + " and " + quoted(second) + ": a class can be exchanged with one other class only");
    map[a] = static_cast<std::int32_t>(b);
    map[b] = static_cast<std::int32_t>(a);
  }
  return map;
}

bool names_side(const std::string& name) {
  std::string word;
  for (const char c : lower_case(name) + " ") {
    if (c >= 'a' && c <= 'z') {
      word += c;
      continue;
    }
    if (word == "left" || word == "right" || word == "links" || word == "rechts") return true;
    word.clear();
  }
  return false;
}

}  // namespace

bool Augmentation::mixes_labels() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const AugmentStep& s) { return label_effect(s) == LabelEffect::mixes; });
}

bool Augmentation::mirrors() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const AugmentStep& s) { return detail::step_as<FlipHorizontal>(s) != nullptr; });
}

Augmentation& Augmentation::border(Border border) {
  border_ = border;
  return *this;
}

Augmentation& Augmentation::white(double value) {
  if (!(value > 0 && std::isfinite(value))) fail(ErrorKind::invalid_argument, "Augmentation: white must be positive, not " + std::to_string(value));
  white_ = value;
  return *this;
}

Augmentation& Augmentation::swap_labels(const LabelPairs& pairs) {
  for (AugmentStep& step : steps_)
    if (const auto* flip = detail::step_as<FlipHorizontal>(step)) step = FlipHorizontal{flip->chance, pairs};
  resolved_ = false;
  return *this;
}

Augmentation Augmentation::for_classes(const std::vector<std::string>& class_names) const {
  Augmentation result = *this;
  result.horizontal_.clear();
  result.vertical_.clear();
  for (const AugmentStep& step : steps_) {
    if (const auto* flip = detail::step_as<FlipHorizontal>(step); flip && !flip->swap_labels.empty()) result.horizontal_ = partners(flip->swap_labels, class_names);
    if (const auto* flip = detail::step_as<FlipVertical>(step); flip && !flip->swap_labels.empty()) result.vertical_ = partners(flip->swap_labels, class_names);
  }
  result.resolved_ = true;
  return result;
}

std::vector<std::string> Augmentation::doubts(const std::vector<std::string>& class_names) const {
  std::vector<std::string> said;
  for (const AugmentStep& step : steps_) {
    const auto* flip = detail::step_as<FlipHorizontal>(step);
    if (!flip || !flip->swap_labels.empty()) continue;
    for (const std::string& name : class_names)
      if (names_side(name)) {
        said.push_back("pictures are mirrored from left to right, and class " + quoted(name) +
                       " says which side it is on; name the class that a mirrored one belongs to (swap_labels, on the command line --swap-labels left:right)");
        return said;
      }
  }
  return said;
}

void Augmentation::check(const Tensor& pictures, const Tensor& targets) const {
  if (!pictures.defined() || pictures.rank() != 4)
    fail(ErrorKind::shape, "augmentation: pictures [rows, height, width, channels] are expected, got " + (pictures.defined() ? to_string(pictures.shape()) : "none"));
  if (pictures.dtype() != DType::u8 && pictures.dtype() != DType::f32) fail(ErrorKind::dtype, "augmentation: pictures of u8 or f32 are expected, got " + to_string(pictures.type()));
  if (targets.defined() && (targets.rank() < 1 || targets.rank() > 2 || targets.shape(0) != pictures.shape(0)))
    fail(ErrorKind::shape, "augmentation: targets [rows] or [rows, classes] are expected, got " + to_string(targets.shape()) + " for pictures " + to_string(pictures.shape()));
  const bool shares = targets.defined() && targets.dtype() == DType::f32 && columns_of(targets) > 1;
  const bool classes = targets.defined() && is_integer(targets.dtype()) && columns_of(targets) == 1;
  for (const AugmentStep& step : steps_) {
    const LabelEffect effect = label_effect(step);
    if (effect == LabelEffect::mixes && targets.defined() && !shares)
      fail(ErrorKind::invalid_argument, "augmentation: " + std::string(step_name(step)) + " mixes labels, so targets must be shares of classes, f32 [rows, classes] (one-hot, with CategoricalCrossentropy), and are " +
                                            to_string(targets.type()));
    if (effect != LabelEffect::swaps) continue;
    if (targets.defined() && !shares && !classes)
      fail(ErrorKind::invalid_argument, "augmentation: " + std::string(step_name(step)) + " exchanges classes, so targets must be class numbers or shares of classes, and are " + to_string(targets.type()));
    if (!resolved_) fail(ErrorKind::invalid_argument, "augmentation: swap_labels names classes whose numbers are not known here; call for_classes(class_names), or fit() with a Dataset that has them");
  }
}

void Augmentation::apply(const Tensor& pictures, const Tensor& targets, std::span<const std::int64_t> rows, std::uint64_t seed, std::uint64_t epoch, void* out, void* targets_out) const {
  const Shape& shape = pictures.shape();
  const std::int64_t height = shape[1], width = shape[2], channels = shape[3], size = height * width * channels;
  const RandomStream stream = RandomStream{seed, use}.derived(epoch);
  const Labels labels(targets, targets_out);
  const bool mixes = mixes_labels();
  visit_pixels(pictures.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const double white = std::is_same_v<T, std::uint8_t> ? 255 : white_;
    const T* from = pictures.data<T>();
    T* to = static_cast<T*>(out);
    parallel_for(static_cast<std::int64_t>(rows.size()), [&](std::int64_t i) {
      thread_local detail::Working working;
      thread_local detail::Plan plan;
      const auto place = static_cast<std::size_t>(i);
      const std::int64_t row = rows[place];
      detail::PictureDraws draws(stream.derived(static_cast<std::uint64_t>(row)));
      detail::draw_plan(steps_, height, width, draws, plan);
      const T* source = from + row * size;
      T* target = to + i * size;
      labels.copy(place, row);
      if (plan.mirrored) labels.exchange(place, horizontal_);
      if (plan.upside_down) labels.exchange(place, vertical_);
      if (plan.map.is_identity() && plan.changes.empty()) {
        std::copy(source, source + size, target);
        return;
      }
      working.pixels.assign(source, source + size);
      detail::run_plan(plan, height, width, channels, border_, white, working);
      for (std::int64_t k = 0; k < size; ++k) target[k] = as_pixel<T>(working.pixels[static_cast<std::size_t>(k)]);
    });
    if (!mixes) return;
    parallel_for(static_cast<std::int64_t>(rows.size()) / 2, [&](std::int64_t pair) {
      const auto place = static_cast<std::size_t>(2 * pair);
      detail::PictureDraws draws(stream.derived(static_cast<std::uint64_t>(rows[place])).derived(use));
      mix_pair(steps_, to + 2 * pair * size, to + (2 * pair + 1) * size, shape, labels, place, draws);
    });
  });
}

Dataset Augmentation::apply(const Dataset& set, std::uint64_t seed, std::uint64_t epoch) const {
  const Augmentation known = set.class_names.empty() ? *this : for_classes(set.class_names);
  Dataset result = set;
  const Tensor pictures = set.features.contiguous(), targets = set.has_targets() ? set.targets.contiguous() : Tensor();
  known.check(pictures, targets);
  result.features = Tensor::empty(pictures.shape(), pictures.dtype());
  if (targets.defined()) result.targets = Tensor::empty(targets.shape(), targets.dtype());
  std::vector<std::int64_t> rows(static_cast<std::size_t>(set.rows()));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
  known.apply(pictures, targets, rows, seed, epoch, result.features.raw(), targets.defined() ? result.targets.raw() : nullptr);
  return result;
}

Annotated Augmentation::apply(const Annotated& sample, std::uint64_t seed, std::uint64_t number) const {
  const Image& image = sample.image;
  const std::int64_t height = image.height, width = image.width;
  detail::check_image_size(height, width, "augmentation");
  if (static_cast<std::int64_t>(image.pixels.size()) != height * width * image.channels) fail(ErrorKind::shape, "augmentation: the picture holds " + std::to_string(image.pixels.size()) + " numbers, and " + to_string(ImageSize{height, width, image.channels}) + " are said");
  for (const Image& mask : sample.masks)
    if (mask.height != height || mask.width != width || static_cast<std::int64_t>(mask.pixels.size()) != height * width * mask.channels)
      fail(ErrorKind::shape, "augmentation: a mask of " + to_string(ImageSize{mask.height, mask.width, mask.channels}) + " for a picture of " + to_string(ImageSize{height, width, image.channels}));
  for (const AugmentStep& step : steps_)
    if (label_effect(step) == LabelEffect::swaps && !resolved_) fail(ErrorKind::invalid_argument, "augmentation: swap_labels names classes whose numbers are not known here; call for_classes(class_names)");
  detail::PictureDraws draws(RandomStream{seed, use}.derived(0).derived(number));
  detail::Plan plan;
  detail::draw_plan(steps_, height, width, draws, plan);
  Annotated result = sample;
  detail::Working working;
  working.pixels.assign(image.pixels.begin(), image.pixels.end());
  detail::run_plan(plan, height, width, image.channels, border_, 255, working);
  for (std::size_t i = 0; i < working.pixels.size(); ++i) result.image.pixels[i] = as_pixel<std::uint8_t>(working.pixels[i]);

  const auto relabelled = [&](std::int32_t label) {
    std::int64_t now = label;
    if (plan.mirrored) now = exchanged(horizontal_, now);
    if (plan.upside_down) now = exchanged(vertical_, now);
    return static_cast<std::int32_t>(now);
  };
  result.label = relabelled(sample.label);
  const double middle_x = 0.5 * static_cast<double>(width), middle_y = 0.5 * static_cast<double>(height);  // places count from corners, not from pixel centres
  const detail::Map there = plan.map.inverse();
  const auto moved = [&](double x, double y) {
    x -= middle_x, y -= middle_y;
    return std::pair(there.a * x + there.b * y + there.c + middle_x, there.d * x + there.e * y + there.f + middle_y);
  };
  for (KeyPoint& p : result.points) {
    std::tie(p.x, p.y) = moved(p.x, p.y);
    p.label = relabelled(p.label);
  }
  result.boxes.clear();
  for (const Box& box : sample.boxes) {
    Box whole{INFINITY, INFINITY, -INFINITY, -INFINITY, relabelled(box.label)};
    for (const double x : {box.left, box.right})
      for (const double y : {box.top, box.bottom}) {
        const auto [to_x, to_y] = moved(x, y);
        whole.left = std::min(whole.left, to_x), whole.right = std::max(whole.right, to_x);
        whole.top = std::min(whole.top, to_y), whole.bottom = std::max(whole.bottom, to_y);
      }
    const double area = (whole.right - whole.left) * (whole.bottom - whole.top);
    Box seen = whole;
    seen.left = std::max(0.0, whole.left), seen.right = std::min(static_cast<double>(width), whole.right);
    seen.top = std::max(0.0, whole.top), seen.bottom = std::min(static_cast<double>(height), whole.bottom);
    if (seen.right > seen.left && seen.bottom > seen.top && (seen.right - seen.left) * (seen.bottom - seen.top) >= 0.1 * area) result.boxes.push_back(seen);
  }
  const double pixel_x = middle_x - 0.5, pixel_y = middle_y - 0.5;
  for (Image& mask : result.masks) {
    const Image before = mask;
    for (std::int64_t i = 0; i < height; ++i)
      for (std::int64_t j = 0; j < width; ++j) {
        const double x = static_cast<double>(j) - pixel_x, y = static_cast<double>(i) - pixel_y;
        const double at_x = std::floor(plan.map.a * x + plan.map.b * y + plan.map.c + pixel_x + 0.5), at_y = std::floor(plan.map.d * x + plan.map.e * y + plan.map.f + pixel_y + 0.5);
        const bool inside = at_x >= 0 && at_y >= 0 && at_x < static_cast<double>(width) && at_y < static_cast<double>(height);
        for (int c = 0; c < mask.channels; ++c)
          mask.pixels[static_cast<std::size_t>((i * width + j) * mask.channels + c)] =
              inside ? before.pixels[static_cast<std::size_t>((static_cast<std::int64_t>(at_y) * width + static_cast<std::int64_t>(at_x)) * mask.channels + c)] : std::uint8_t{0};
      }
  }
  return result;
}

}  // namespace candor::data
