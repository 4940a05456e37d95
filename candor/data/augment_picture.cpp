#include "candor/data/augment_picture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "candor/ops/warp_pixels.h"

namespace candor::data::detail {
namespace {

using Kind = Plan::Change::Kind;
constexpr double degree = std::numbers::pi / 180;

Map turned(double degrees) {
  const double c = std::cos(degrees * degree), s = std::sin(degrees * degree);
  return {c, s, 0, -s, c, 0};
}

void add(Plan& plan, Kind kind, double amount, PictureDraws& draws) { plan.changes.push_back({kind, amount, {}, draws.rest()}); }

void draw_colour(const Colour& colour, PictureDraws& draws, Plan& plan) {
  if (colour.brightness > 0) add(plan, Kind::brightness, draws.either(colour.brightness), draws);
  if (colour.contrast > 0) add(plan, Kind::contrast, 1 + draws.either(colour.contrast), draws);
  if (colour.saturation > 0) add(plan, Kind::saturation, 1 + draws.either(colour.saturation), draws);
  if (colour.hue > 0) add(plan, Kind::hue, draws.either(colour.hue), draws);
}

void draw_erase(const Erase& erase, PictureDraws& draws, Plan& plan) {
  if (!draws.chance(erase.chance)) return;
  const double area = draws.uniform(erase.least, erase.most), shape = std::exp(draws.either(std::log(3.0)));
  const double height = std::min(1.0, std::sqrt(area * shape)), width = std::min(1.0, std::sqrt(area / shape));
  plan.changes.push_back({Kind::erase, 0, {draws.uniform(0, 1 - height), draws.uniform(0, 1 - width), height, width}, {}});
}

struct Drawer {
  std::int64_t height, width;
  PictureDraws& draws;
  Plan& plan;

  void move(const Map& map) { plan.map = plan.map.after(map); }
  void operator()(const FlipHorizontal& s) {
    if (!draws.chance(s.chance)) return;
    move({.a = -1});
    plan.mirrored = !plan.mirrored;
  }
  void operator()(const FlipVertical& s) {
    if (!draws.chance(s.chance)) return;
    move({.e = -1});
    plan.upside_down = !plan.upside_down;
  }
  void operator()(const Rotate& s) { move(turned(draws.either(s.degrees))); }
  void operator()(const Zoom& s) {
    const double scale = std::exp(draws.uniform(std::log(1 / (1 + s.in)), std::log(1 + s.out)));
    move({.a = scale, .e = scale});
  }
  void operator()(const Shift& s) {
    const double across = draws.either(s.across) * static_cast<double>(width), down = draws.either(s.down) * static_cast<double>(height);
    move({.c = -across, .f = -down});
  }
  void operator()(const Shear& s) { move({.b = std::tan(draws.either(s.degrees) * degree)}); }
  void operator()(const Crop& s) {
    const double area = draws.uniform(s.least, 1), shape = std::exp(draws.either(std::log(s.aspect)));
    const double down = std::min(1.0, std::sqrt(area * shape)), across = std::min(1.0, std::sqrt(area / shape));
    const double x = draws.either((1 - across) / 2) * static_cast<double>(width), y = draws.either((1 - down) / 2) * static_cast<double>(height);
    move({across, 0, x, 0, down, y});
  }
  void operator()(const Colour& s) { draw_colour(s, draws, plan); }
  void operator()(const Blur& s) {
    if (draws.chance(s.chance)) add(plan, Kind::blur, draws.uniform(0.1 * s.deviation, s.deviation), draws);
  }
  void operator()(const Noise& s) { add(plan, Kind::noise, draws.uniform(0, s.deviation), draws); }
  void operator()(const Erase& s) { draw_erase(s, draws, plan); }
  void operator()(const Mixup&) {}
  void operator()(const CutMix&) {}
  void operator()(const RandAugment& s) {
    const double m = s.magnitude;
    for (int i = 0; i < s.operations; ++i) {
      switch (draws.below(11)) {
        case 0: (*this)(Rotate{30 * m}); break;
        case 1: (*this)(Zoom{0.5 * m, 0.5 * m}); break;
        case 2: (*this)(Shift{0.3 * m, 0}); break;
        case 3: (*this)(Shift{0, 0.3 * m}); break;
        case 4: (*this)(Shear{20 * m}); break;
        case 5: draw_colour({0.5 * m, 0, 0, 0}, draws, plan); break;
        case 6: draw_colour({0, 0.8 * m, 0, 0}, draws, plan); break;
        case 7: draw_colour({0, 0, 0.9 * m, 0}, draws, plan); break;
        case 8: (*this)(Blur{2 * m, 1}); break;
        case 9: draw_erase({1, 0.02, 0.02 + 0.3 * m}, draws, plan); break;
        default: break;  // as it is
      }
    }
  }
};

float luma(const float* p) { return 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2]; }

/// A turn of the colour circle around grey, by the YIQ matrices of NTSC (1953).
void turn_hue(std::vector<float>& pixels, std::int64_t channels, double share) {
  const double angle = 2 * std::numbers::pi * share;
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  for (std::size_t i = 0; i + 2 < pixels.size(); i += static_cast<std::size_t>(channels)) {
    float* p = pixels.data() + i;
    const float y = luma(p), u = 0.596f * p[0] - 0.274f * p[1] - 0.322f * p[2], v = 0.211f * p[0] - 0.523f * p[1] + 0.312f * p[2];
    const float p_u = c * u - s * v, p_v = s * u + c * v;
    p[0] = y + 0.956f * p_u + 0.621f * p_v;
    p[1] = y - 0.272f * p_u - 0.647f * p_v;
    p[2] = y - 1.106f * p_u + 1.703f * p_v;
  }
}

/// Rows and then columns, the edge pixel standing for those beyond it.
void blur(Working& w, std::int64_t height, std::int64_t width, std::int64_t channels, double deviation) {
  const auto reach = static_cast<std::int64_t>(std::ceil(3 * deviation));
  std::array<float, 65> weights{};
  const std::int64_t r = std::min<std::int64_t>(reach, 32);
  float total = 0;
  for (std::int64_t k = -r; k <= r; ++k) total += weights[static_cast<std::size_t>(k + r)] = static_cast<float>(std::exp(-0.5 * static_cast<double>(k * k) / (deviation * deviation)));
  w.other.resize(w.pixels.size());
  for (const bool rows : {true, false}) {
    const std::int64_t along = rows ? width : height;
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x)
        for (std::int64_t c = 0; c < channels; ++c) {
          float sum = 0;
          for (std::int64_t k = -r; k <= r; ++k) {
            const std::int64_t at = std::clamp<std::int64_t>((rows ? x : y) + k, 0, along - 1);
            sum += weights[static_cast<std::size_t>(k + r)] * w.pixels[static_cast<std::size_t>(((rows ? y : at) * width + (rows ? at : x)) * channels + c)];
          }
          w.other[static_cast<std::size_t>((y * width + x) * channels + c)] = sum / total;
        }
    std::swap(w.pixels, w.other);
  }
}

/// Alpha, the last of 2 or 4 channels, is no light.
std::int64_t lights(std::int64_t channels) { return channels == 2 ? 1 : channels == 4 ? 3 : channels; }

void change(const Plan::Change& change, std::int64_t height, std::int64_t width, std::int64_t channels, double white, Working& w) {
  const std::int64_t pixels = height * width, light = lights(channels);
  const auto amount = static_cast<float>(change.amount);
  const auto each = [&](auto&& f) {
    for (std::int64_t i = 0; i < pixels; ++i) f(w.pixels.data() + i * channels, i);
  };
  if (change.kind == Kind::brightness) {
    each([&, add = amount * static_cast<float>(white)](float* p, std::int64_t) {
      for (std::int64_t c = 0; c < light; ++c) p[c] += add;
    });
  } else if (change.kind == Kind::contrast || change.kind == Kind::erase) {
    const bool erase = change.kind == Kind::erase;
    const auto top = static_cast<std::int64_t>(change.place[0] * static_cast<double>(height)), left = static_cast<std::int64_t>(change.place[1] * static_cast<double>(width));
    const std::int64_t below = top + std::max<std::int64_t>(1, std::llround(change.place[2] * static_cast<double>(height)));
    const std::int64_t right = left + std::max<std::int64_t>(1, std::llround(change.place[3] * static_cast<double>(width)));
    for (std::int64_t c = 0; c < light; ++c) {
      double sum = 0;
      each([&](const float* p, std::int64_t) { sum += static_cast<double>(p[c]); });
      const auto mean = static_cast<float>(sum / static_cast<double>(pixels));
      if (!erase) {
        each([&](float* p, std::int64_t) { p[c] = (p[c] - mean) * amount + mean; });
        continue;
      }
      for (std::int64_t y = top; y < std::min(height, below); ++y)
        for (std::int64_t x = left; x < std::min(width, right); ++x) w.pixels[static_cast<std::size_t>((y * width + x) * channels + c)] = mean;
    }
  } else if (change.kind == Kind::saturation && light == 3) {
    each([&](float* p, std::int64_t) {
      const float grey = luma(p);
      for (int c = 0; c < 3; ++c) p[c] = (p[c] - grey) * amount + grey;
    });
  } else if (change.kind == Kind::hue && light == 3) {
    turn_hue(w.pixels, channels, change.amount);
  } else if (change.kind == Kind::blur) {
    blur(w, height, width, channels, change.amount);
  } else if (change.kind == Kind::noise) {
    each([&, scale = amount * static_cast<float>(white)](float* p, std::int64_t i) {
      for (std::int64_t c = 0; c < light; ++c) p[c] += scale * change.stream.normal(static_cast<std::uint64_t>(i * light + c));
    });
  }
}

}  // namespace

// Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
double PictureDraws::gamma(double alpha) {
  if (alpha < 1) return gamma(alpha + 1) * std::pow(std::max(uniform(0, 1), 1e-12), 1 / alpha);
  const double d = alpha - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(), v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(std::max(uniform(0, 1), 1e-12)) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}
double PictureDraws::beta(double alpha) {
  const double a = gamma(alpha), b = gamma(alpha);
  return a + b > 0 ? a / (a + b) : 0.5;
}

Map Map::after(const Map& g) const { return {a * g.a + b * g.d, a * g.b + b * g.e, a * g.c + b * g.f + c, d * g.a + e * g.d, d * g.b + e * g.e, d * g.c + e * g.f + f}; }
Map Map::inverse() const {
  const double determinant = a * e - b * d;
  Map i{e / determinant, -b / determinant, 0, -d / determinant, a / determinant, 0};
  i.c = -(i.a * c + i.b * f);
  i.f = -(i.d * c + i.e * f);
  return i;
}

void draw_plan(const std::vector<AugmentStep>& steps, std::int64_t height, std::int64_t width, PictureDraws& draws, Plan& plan) {
  plan.map = {};
  plan.mirrored = plan.upside_down = false;
  plan.changes.clear();
  Drawer drawer{height, width, draws, plan};
  for (const AugmentStep& step : steps) std::visit(drawer, step.any().value);
}

void run_plan(const Plan& plan, std::int64_t height, std::int64_t width, std::int64_t channels, Border border, double white, Working& w) {
  if (!plan.map.is_identity()) {
    using reference::Fill;
    const Fill fill = border == Border::reflect ? Fill::reflect : border == Border::edge ? Fill::nearest : border == Border::wrap ? Fill::wrap : Fill::constant;
    const reference::WarpPlan warp(height, width, channels, fill);
    w.other.resize(w.pixels.size());
    w.x.resize(static_cast<std::size_t>(width));
    w.y.resize(static_cast<std::size_t>(width));
    const double middle_x = 0.5 * static_cast<double>(width - 1), middle_y = 0.5 * static_cast<double>(height - 1);
    const Map& m = plan.map;
    for (std::int64_t i = 0; i < height; ++i) {
      const double y = static_cast<double>(i) - middle_y;
      for (std::int64_t j = 0; j < width; ++j) {
        const double x = static_cast<double>(j) - middle_x;
        w.x[static_cast<std::size_t>(j)] = static_cast<float>(m.a * x + m.b * y + m.c + middle_x);
        w.y[static_cast<std::size_t>(j)] = static_cast<float>(m.d * x + m.e * y + m.f + middle_y);
      }
      reference::warp_row<float, float>(warp, w.pixels.data(), w.x.data(), w.y.data(), w.other.data() + i * width * channels);
    }
    std::swap(w.pixels, w.other);
  }
  for (const Plan::Change& c : plan.changes) change(c, height, width, channels, white, w);
  const auto limit = static_cast<float>(white);
  if (!plan.changes.empty())
    for (float& p : w.pixels) p = std::clamp(p, 0.f, limit);
}

}  // namespace candor::data::detail
