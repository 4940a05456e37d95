// Pictures that teach one thing each: edges, colours, relations between things.
#include <array>
#include <cmath>
#include <cstring>

#include "candor/data/draws.h"
#include "candor/data/generators.h"

namespace candor::data {
namespace {

using detail::Draws;

std::uint8_t pixel(float value) { return static_cast<std::uint8_t>(std::clamp(value, 0.f, 255.f) + 0.5f); }

}  // namespace

Dataset edges(std::int64_t pictures, std::uint64_t seed) {
  constexpr std::int64_t side = 16;
  Dataset set = detail::blank("edges", pictures, seed, {side, side, 1}, DType::u8, {"edge"}, {"none", "horizontal", "vertical", "corner"});
  auto* x = set.features.mutable_data<std::uint8_t>();
  auto* y = set.targets.mutable_data<std::int32_t>();
  detail::for_rows(pictures, {seed, 0x6564676573}, [&](std::int64_t i, Draws& draws) {
    const auto kind = static_cast<std::int32_t>(i % 4);
    const float dark = draws.uniform(20, 110), light = dark + draws.uniform(50, 120);
    const int across = 4 + draws.below(9), down = 4 + draws.below(9);
    const bool upside = draws.below(2) == 1, flat = draws.below(2) == 1;
    for (std::int64_t r = 0; r < side; ++r)
      for (std::int64_t c = 0; c < side; ++c) {
        const bool below = r >= down, right = c >= across;
        const bool bright = kind == 0 ? flat : (kind == 1 ? below : kind == 2 ? right : below && right) != upside;
        x[(i * side + r) * side + c] = pixel((bright ? light : dark) + 6 * draws.normal());
      }
    y[i] = kind;
  });
  return set;
}

Dataset coloured_digits(std::int64_t pictures, std::uint64_t seed) {
  Dataset set = detail::blank("coloured_digits", pictures, seed, {28, 28, 3}, DType::u8, {"colour"}, {"red on black", "blue on white"});
  const Dataset grey = digits(pictures, seed);
  const auto* from = grey.features.data<std::uint8_t>();
  auto* x = set.features.mutable_data<std::uint8_t>();
  auto* y = set.targets.mutable_data<std::int32_t>();
  detail::for_rows(pictures, {seed, 0x636F6C6F7572}, [&](std::int64_t i, Draws& draws) {
    const bool blue = draws.below(2) == 1;
    const std::array<float, 3> ink = blue ? std::array<float, 3>{draws.uniform(0, 70), draws.uniform(0, 90), draws.uniform(190, 255)}
                                          : std::array<float, 3>{draws.uniform(190, 255), draws.uniform(0, 90), draws.uniform(0, 70)};
    const float paper = blue ? draws.uniform(225, 255) : draws.uniform(0, 30);
    for (std::int64_t p = 0; p < 28 * 28; ++p) {
      const float share = static_cast<float>(from[i * 28 * 28 + p]) / 255;
      for (std::size_t c = 0; c < 3; ++c) x[(i * 28 * 28 + p) * 3 + static_cast<std::int64_t>(c)] = pixel(paper + share * (ink[c] - paper));
    }
    y[i] = blue;
  });
  return set;
}

namespace {

constexpr int canvas = 75, half = 5, colours = 6, questions_a_scene = 20;
constexpr std::array<std::array<std::uint8_t, 3>, colours> palette{{{255, 0, 0}, {0, 160, 0}, {0, 0, 255}, {255, 156, 0}, {128, 128, 128}, {255, 255, 0}}};

struct Thing {
  int x, y;
  bool round;
};
using Scene = std::array<Thing, colours>;  // thing i has colour i

int square_distance(const Thing& a, const Thing& b) { return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y); }

Scene arrange(Draws& draws) {
  Scene scene{};
  for (std::size_t i = 0; i < scene.size();) {
    const Thing thing{half + draws.below(canvas - 2 * half), half + draws.below(canvas - 2 * half), draws.below(2) == 1};
    bool fits = true;
    for (std::size_t j = 0; j < i; ++j) fits = fits && square_distance(thing, scene[j]) > 4 * half * half * 2;
    if (fits) scene[i++] = thing;
  }
  return scene;
}

void paint(const Scene& scene, std::uint8_t* out) {
  std::memset(out, 255, canvas * canvas * 3);
  for (std::size_t i = 0; i < scene.size(); ++i)
    for (int dy = -half; dy <= half; ++dy)
      for (int dx = -half; dx <= half; ++dx) {
        const int x = scene[i].x + dx, y = scene[i].y + dy;
        if (x < 0 || y < 0 || x >= canvas || y >= canvas || (scene[i].round && dx * dx + dy * dy > half * half)) continue;
        std::memcpy(out + 3 * (y * canvas + x), palette[i].data(), 3);
      }
}

enum Answer { yes, no, rectangle, circle, one };

int answer_to(const Scene& scene, std::size_t colour, bool relational, int kind) {
  const Thing& asked = scene[colour];
  if (!relational) {
    if (kind == 0) return asked.round ? circle : rectangle;
    return (kind == 1 ? asked.x : asked.y) < canvas / 2 ? yes : no;  // on the left? on top?
  }
  if (kind == 2) {
    int same = -1;
    for (const Thing& thing : scene) same += thing.round == asked.round;
    return one + same;  // how many have its shape, itself included
  }
  std::size_t best = colour;
  for (std::size_t i = 0; i < scene.size(); ++i) {
    if (i == colour) continue;
    const int distance = square_distance(scene[i], asked), so_far = square_distance(scene[best], asked);
    if (best == colour || (kind == 0 ? distance < so_far : distance > so_far)) best = i;
  }
  return scene[best].round ? circle : rectangle;
}

}  // namespace

Dataset sort_of_clevr(std::int64_t rows, std::uint64_t seed) {
  constexpr std::int64_t pixels = canvas * canvas * 3, width = pixels + sort_of_clevr_question;
  Dataset set = detail::blank("sort_of_clevr", rows, seed, {width}, DType::u8, {"answer"}, {"yes", "no", "rectangle", "circle", "1", "2", "3", "4", "5", "6"});
  auto* x = set.features.mutable_data<std::uint8_t>();
  auto* y = set.targets.mutable_data<std::int32_t>();
  const RandomStream stream{seed, 0x636C65767221};
  parallel_for((rows + questions_a_scene - 1) / questions_a_scene, [&](std::int64_t picture) {
    Draws places(stream, 2 * picture), asked(stream, 2 * picture + 1);
    const Scene scene = arrange(places);
    for (std::int64_t q = 0; q < questions_a_scene; ++q) {
      const auto colour = static_cast<std::size_t>(asked.below(colours));
      const int kind = asked.below(3);
      const bool relational = q % 2 == 1;
      const std::int64_t row = picture * questions_a_scene + q;
      if (row >= rows) break;
      std::uint8_t* out = x + row * width;
      paint(scene, out);
      std::memset(out + pixels, 0, sort_of_clevr_question);
      out[pixels + static_cast<std::int64_t>(colour)] = 255;
      out[pixels + colours + (relational ? 1 : 0)] = 255;
      out[pixels + colours + 2 + kind] = 255;
      y[row] = answer_to(scene, colour, relational, kind);
    }
  });
  return set;
}

}  // namespace candor::data
