// Classes of points in the plane: what every playground shows.
#include <cmath>

#include "candor/data/draws.h"
#include "candor/data/generators.h"

namespace candor::data {
namespace {

using detail::Draws;
constexpr float pi = 3.14159265f;

struct Place {
  float x, y;
};

/// `place(class, draws)` for rows whose classes take turns.
template <class Make>
Dataset points(const std::string& name, std::int64_t rows, std::uint64_t seed, std::vector<std::string> classes, Make&& place) {
  const auto count = static_cast<std::int64_t>(classes.size());
  Dataset set = detail::blank(name, rows, seed, {2}, DType::f32, {"class"}, std::move(classes));
  set.feature_names = {"x", "y"};
  auto* x = set.features.mutable_data<float>();
  auto* y = set.targets.mutable_data<std::int32_t>();
  std::uint64_t salt = 0;
  for (const char c : name) salt = 31 * salt + static_cast<unsigned char>(c);
  detail::for_rows(rows, {seed, salt}, [&](std::int64_t i, Draws& draws) {
    const auto label = static_cast<std::int32_t>(i % count);
    const Place p = place(label, draws);
    x[2 * i] = p.x;
    x[2 * i + 1] = p.y;
    y[i] = label;
  });
  return set;
}

Place around(float x, float y, float deviation, Draws& draws) {
  const float dx = draws.normal(), dy = draws.normal();
  return {x + deviation * dx, y + deviation * dy};
}
Place on_circle(float radius, float angle, float deviation, Draws& draws) { return around(radius * std::cos(angle), radius * std::sin(angle), deviation, draws); }

std::vector<std::string> numbered(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace

Dataset clouds(std::int64_t rows, std::uint64_t seed) {
  return points("clouds", rows, seed, {"lower", "upper"}, [](int c, Draws& draws) { return around(c ? 1.f : -1.f, c ? 1.f : -1.f, 1, draws); });
}

Dataset moons(std::int64_t rows, std::uint64_t seed) {
  return points("moons", rows, seed, {"lower", "upper"}, [](int c, Draws& draws) {
    const float angle = draws.uniform(0, pi), x = std::cos(angle), y = std::sin(angle);
    return c ? around(x, y, 0.2f, draws) : around(1 - x, 0.5f - y, 0.2f, draws);
  });
}

Dataset circles(std::int64_t rows, std::uint64_t seed) {
  return points("circles", rows, seed, {"inner", "outer"}, [](int c, Draws& draws) { return on_circle(c ? 1.f : 0.5f, draws.uniform(0, 2 * pi), 0.1f, draws); });
}

Dataset rings(std::int64_t rows, std::uint64_t seed) {
  return points("rings", rows, seed, numbered(4), [](int c, Draws& draws) { return on_circle(0.5f * static_cast<float>(c + 1), draws.uniform(0, 2 * pi), 0.04f, draws); });
}

Dataset spirals(std::int64_t rows, std::uint64_t seed) {
  return points("spirals", rows, seed, numbered(2), [](int c, Draws& draws) {
    const float t = std::sqrt(draws.uniform());  // so that the arms are evenly filled
    return on_circle(2 * t, 3.5f * pi * t + (c ? pi : 0), 0.06f, draws);
  });
}

Dataset checkerboard(std::int64_t rows, std::uint64_t seed) {
  return points("checkerboard", rows, seed, {"white", "black"}, [](int c, Draws& draws) {
    const int row = draws.below(4), column = 2 * draws.below(2) + (row + c) % 2;
    const float dx = draws.uniform(), dy = draws.uniform();
    return Place{static_cast<float>(column) - 2 + dx, static_cast<float>(row) - 2 + dy};
  });
}

Dataset exclusive_or(std::int64_t rows, std::uint64_t seed) {
  return points("exclusive_or", rows, seed, {"false", "true"}, [](int c, Draws& draws) {
    const int one = draws.below(2);
    return around(static_cast<float>(one), static_cast<float>(one ^ c), 0.12f, draws);
  });
}

Dataset gaussian_ring(std::int64_t rows, std::uint64_t seed) {
  return points("gaussian_ring", rows, seed, numbered(8), [](int c, Draws& draws) { return on_circle(2, static_cast<float>(c) * pi / 4, 0.05f, draws); });
}

Dataset gaussian_grid(std::int64_t rows, std::uint64_t seed) {
  return points("gaussian_grid", rows, seed, numbered(25), [](int c, Draws& draws) { return around(static_cast<float>(c % 5) - 2, static_cast<float>(c / 5) - 2, 0.05f, draws); });
}

}  // namespace candor::data
