// Draws digits the way they come about: a shape, an unsteady hand, a slant, a pen, a scanner.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/data/digit_strokes.h"
#include "candor/data/generators.h"
#include "candor/tensor/random.h"

namespace candor::data {
namespace {

using detail::DigitShape;
using detail::Point;
using detail::Stroke;

constexpr int side = 28;

/// Numbers of one image, drawn in order.
class Draws {
 public:
  Draws(RandomStream stream, std::int64_t image) : stream_(stream.derived(static_cast<std::uint64_t>(image))) {}
  float normal() { return std::clamp(stream_.normal(at_++), -2.5f, 2.5f); }
  float uniform(float low, float high) { return low + (high - low) * stream_.uniform(at_++); }
  int below(int bound) { return static_cast<int>(stream_.below(at_++, static_cast<std::uint64_t>(bound))); }

 private:
  RandomStream stream_;
  std::uint64_t at_ = 0;
};

const DigitShape& choose_shape(int digit, Draws& draws) {
  const auto shapes = detail::digit_shapes(digit);
  int total = 0;
  for (const DigitShape& shape : shapes) total += shape.weight;
  int pick = draws.below(total);
  for (const DigitShape& shape : shapes)
    if ((pick -= shape.weight) < 0) return shape;
  return shapes.front();
}

/// The stroke as a fine line: a Catmull-Rom spline through its points, or the points joined straight.
std::vector<Point> trace(const Stroke& stroke, Draws& draws) {
  constexpr float wobble = .028f;
  std::vector<Point> points = stroke.points, line;
  for (Point& p : points) p.x += wobble * draws.normal(), p.y += wobble * draws.normal();
  constexpr int steps = 8;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const Point b = points[i], c = points[i + 1];
    const Point a = i > 0 ? points[i - 1] : Point{2 * b.x - c.x, 2 * b.y - c.y};
    const Point d = i + 2 < points.size() ? points[i + 2] : Point{2 * c.x - b.x, 2 * c.y - b.y};
    for (int s = 0; s < steps; ++s) {
      const float t = static_cast<float>(s) / steps;
      const auto at = [&](float p0, float p1, float p2, float p3) {
        if (!stroke.smooth) return p1 + (p2 - p1) * t;
        return .5f * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t * t + (3 * p1 - p0 - 3 * p2 + p3) * t * t * t);
      };
      line.push_back({at(a.x, b.x, c.x, d.x), at(a.y, b.y, c.y, d.y)});
    }
  }
  line.push_back(points.back());
  return line;
}

/// A smooth displacement field: a few random waves for each axis.
class Elastic {
 public:
  explicit Elastic(Draws& draws) {
    for (Wave& wave : waves_) {
      wave = {draws.uniform(-5.f, 5.f), draws.uniform(-5.f, 5.f), draws.uniform(0.f, 6.2831853f), .022f * draws.normal(), .022f * draws.normal()};
    }
  }
  Point operator()(Point p) const {
    Point moved = p;
    for (const Wave& wave : waves_) {
      const float s = std::sin(wave.fx * p.x + wave.fy * p.y + wave.phase);
      moved.x += wave.dx * s;
      moved.y += wave.dy * s;
    }
    return moved;
  }

 private:
  struct Wave {
    float fx, fy, phase, dx, dy;
  };
  std::array<Wave, 4> waves_{};
};

struct Pen {
  float radius, taper;
};

/// Inks the line into `canvas` (coverage 0 to 1): a pixel is as dark as the pen covers it, judged by its distance to the line.
void ink(const std::vector<Point>& line, Pen pen, std::array<float, side * side>& canvas) {
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const Point a = line[i], b = line[i + 1];
    const float along = static_cast<float>(i) / static_cast<float>(line.size());
    const float radius = pen.radius * (1 + pen.taper * (along - .5f)), reach = radius + 1;
    const float dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    const int left = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - reach)));
    const int right = std::min(side - 1, static_cast<int>(std::ceil(std::max(a.x, b.x) + reach)));
    const int top = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - reach)));
    const int bottom = std::min(side - 1, static_cast<int>(std::ceil(std::max(a.y, b.y) + reach)));
    for (int y = top; y <= bottom; ++y)
      for (int x = left; x <= right; ++x) {
        const float px = static_cast<float>(x) - a.x, py = static_cast<float>(y) - a.y;
        const float t = length > 0 ? std::clamp((px * dx + py * dy) / length, 0.f, 1.f) : 0.f;
        const float ex = px - t * dx, ey = py - t * dy;
        const float cover = std::clamp(radius + .6f - std::sqrt(ex * ex + ey * ey), 0.f, 1.2f) / 1.2f;
        float& pixel = canvas[static_cast<std::size_t>(y * side + x)];
        pixel = std::max(pixel, cover);
      }
  }
}

void draw(int digit, Draws& draws, std::uint8_t* out) {
  const DigitShape& shape = choose_shape(digit, draws);
  const Elastic elastic(draws);
  const float angle = .12f * draws.normal(), slant = .08f + .18f * draws.normal();
  const float width = digit == 1 ? .7f : draws.uniform(.58f, .92f);  // relative to the height
  const float cosine = std::cos(angle), sine = std::sin(angle);
  std::vector<std::vector<Point>> lines;
  Point low{1e9f, 1e9f}, high{-1e9f, -1e9f};
  for (const Stroke& stroke : shape.strokes) {
    lines.push_back(trace(stroke, draws));
    for (Point& p : lines.back()) {
      p = elastic(p);
      const float x = (p.x - .5f) * width - slant * (p.y - .5f), y = p.y - .5f;
      p = {cosine * x - sine * y, sine * x + cosine * y};
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
  }
  // As in MNIST the digit fills a box of about 20 pixels; unlike there it is not centred exactly.
  const Pen pen{draws.uniform(.7f, 1.55f), draws.uniform(-.35f, .35f)};
  const float scale = (draws.uniform(17.f, 20.5f) - 2 * pen.radius) / std::max(high.x - low.x, high.y - low.y);
  const Point centre{(low.x + high.x) / 2, (low.y + high.y) / 2}, shift{.8f * draws.normal(), .8f * draws.normal()};
  std::array<float, side * side> canvas{};
  for (auto& line : lines) {
    for (Point& p : line) p = {13.5f + shift.x + scale * (p.x - centre.x), 13.5f + shift.y + scale * (p.y - centre.y)};
    ink(line, pen, canvas);
  }
  const float darkness = draws.uniform(.85f, 1.f);
  for (std::size_t i = 0; i < canvas.size(); ++i) out[i] = static_cast<std::uint8_t>(255.f * std::min(1.f, darkness * canvas[i]) + .5f);
}

}  // namespace

Dataset digits(std::int64_t images, std::uint64_t seed) {
  if (images < 1) fail(ErrorKind::invalid_argument, "digits: at least 1 image is needed, got " + std::to_string(images));
  Dataset result;
  result.features = Tensor::empty({images, side, side, 1}, DType::u8);
  result.targets = Tensor::empty({images}, DType::i32);
  for (int c = 0; c < 10; ++c) result.class_names.push_back(std::to_string(c));
  result.target_names = {"digit"};
  result.source = "digits (seed " + std::to_string(seed) + ")";
  auto* x = result.features.mutable_data<std::uint8_t>();
  auto* y = result.targets.mutable_data<std::int32_t>();
  const RandomStream stream{seed, 0x646967697473};
  constexpr std::int64_t piece = 64;
  parallel_for((images + piece - 1) / piece, [&](std::int64_t p) {
    for (std::int64_t i = p * piece; i < std::min(images, (p + 1) * piece); ++i) {
      // Each run of ten images holds every digit once, in an order of its own: equal shares, and image i needs no other.
      const Permutation order(10, stream.derived(static_cast<std::uint64_t>(i / 10) ^ 0x6F72646572));
      const int digit = static_cast<int>(order.at(static_cast<std::uint64_t>(i % 10)));
      Draws draws(stream, i);
      draw(digit, draws, x + i * side * side);
      y[i] = digit;
    }
  });
  return result;
}

}  // namespace candor::data
