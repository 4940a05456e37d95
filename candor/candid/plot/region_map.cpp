#include "candor/candid/plot/region_map.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"
#include "candor/candid/plot/thin.h"

namespace candor::candid::plot {
namespace {

constexpr int steps = 8;               // of numbers
constexpr std::int64_t finest = 72;    // cells along a side
constexpr std::size_t most_points = 400;

/// The colour's number of a value: its class, or its step between the least and the greatest.
struct Tones {
  bool classes;
  Range range;
  int of(double value) const {
    if (!std::isfinite(value)) return -1;
    if (classes) return value >= 0 && value < 1e9 ? static_cast<int>(value) : -1;
    return range.high > range.low ? std::clamp(static_cast<int>((value - range.low) / (range.high - range.low) * steps), 0, steps - 1) : 0;
  }
  std::string name(int tone) const { return classes ? tone_of(static_cast<std::size_t>(tone)) : "h" + std::to_string(tone + 1); }
};

// Classes differ by form, too: disc, square, triangle, diamond.
std::string sign_at(double x, double y, int tone) {
  const std::string at = "M" + place(x) + " " + place(y);
  switch (tone % 4) {
    case 1: return at + "m-3-3h6v6h-6z";
    case 2: return at + "m0-4l3.8 6.6h-7.6z";
    case 3: return at + "m0-4.2l4.2 4.2l-4.2 4.2l-4.2-4.2z";
    default: return at + "m-3.3 0a3.3 3.3 0 1 0 6.6 0a3.3 3.3 0 1 0-6.6 0z";
  }
}

// Cells of one colour are one path; neighbours in a row one rectangle.
std::map<int, std::string> regions(const RegionMap& map, const Frame& f, const Tones& tones) {
  const std::int64_t columns = std::min(map.columns, finest), rows = std::min(map.rows, finest);
  const auto edge = [](const Scale& s, std::int64_t i, std::int64_t n) { return s.from + (s.to - s.from) * static_cast<double>(i) / static_cast<double>(n); };
  std::map<int, std::string> paths;
  for (std::int64_t r = 0; r < rows; ++r) {
    const auto tone_at = [&](std::int64_t c) { return tones.of(map.values[static_cast<std::size_t>((r * map.rows / rows) * map.columns + c * map.columns / columns)]); };
    for (std::int64_t c = 0, end; c < columns; c = end) {
      const int tone = tone_at(c);
      for (end = c + 1; end < columns && tone_at(end) == tone;) ++end;
      if (tone < 0) continue;
      const double left = edge(f.x, c, columns), right = edge(f.x, end, columns), low = edge(f.y, r, rows), high = edge(f.y, r + 1, rows);
      paths[tone] += "M" + place(left) + " " + place(low) + "H" + place(right) + "V" + place(high - .3) + "H" + place(left) + "z";
    }
  }
  return paths;
}

}  // namespace

std::string region_map(const RegionMap& map) {
  if (map.columns < 1 || map.rows < 1 || map.columns > 100000 || map.rows > 100000 || map.values.size() != static_cast<std::size_t>(map.columns * map.rows)) return {};
  Tones tones{!map.classes.empty(), {}};
  tones.range.add(map.values);
  Frame f{.width = map.width, .height = map.height};
  f.y = linear_scale(map.y_low, map.y_high, {.from = f.height - f.bottom, .to = f.top, .ticks = 5, .nice = false});
  f.left = std::max(room_for(f.y.ticks), 24.0);
  f.x = linear_scale(map.x_low, map.x_high, {.from = f.left, .to = f.width - f.right, .ticks = 4, .nice = false});

  const std::map<int, std::string> paths = regions(map, f, tones);
  std::string out = open_frame(f, map.titles);
  for (const auto& [tone, path] : paths) out += "<path class=\"area " + tones.name(tone) + "\" d=\"" + path + "\"/>";
  std::map<int, std::string> signs;
  for (const std::size_t i : sampled(map.points.size(), most_points)) {
    const std::vector<double>& p = map.points[i];
    if (p.size() < 3 || !f.x.holds(p[0]) || !f.y.holds(p[1]) || tones.of(p[2]) < 0) continue;
    const int tone = tones.of(p[2]);
    signs[tone] += sign_at(f.x.at(p[0]), f.y.at(p[1]), tones.classes ? tone : 0);
  }
  for (const auto& [tone, path] : signs) out += "<path class=\"sign " + tones.name(tone) + "\" d=\"" + path + "\"/>";
  out += "</svg><p class=\"key\">";
  if (!tones.classes) return out + number_text(tones.range.low) + " <i class=\"ramp\"></i> " + number_text(tones.range.high) + "</p>";
  for (std::size_t k = 0; k < std::min<std::size_t>(map.classes.size(), 12); ++k) {
    out += "<span class=\"" + tone_of(k) + "\"><svg viewBox=\"0 0 12 12\" class=\"one\" aria-hidden=\"true\"><path class=\"sign " + tone_of(k) + "\" d=\"" + sign_at(6, 6, static_cast<int>(k)) + "\"/></svg>" + escaped(map.classes[k], 40) + "</span> ";
  }
  return out + "</p>";
}

}  // namespace candor::candid::plot
