#include "candor/candid/plot/scatter.h"

#include <algorithm>
#include <cmath>

#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/thin.h"

namespace candor::candid::plot {

std::string scatter(const Scatter& chart) {
  const std::size_t n = std::min(chart.points.x.size(), chart.points.y.size());
  Range both;
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isfinite(chart.points.x[i]) && std::isfinite(chart.points.y[i])) both.add(chart.points.x[i]), both.add(chart.points.y[i]);
  }
  if (both.empty) return {};
  Frame f{.width = chart.width, .height = chart.height};
  f.y = linear_scale(both.low, both.high, {.from = f.height - f.bottom, .to = f.top, .ticks = 5});
  f.left = std::max(room_for(f.y.ticks), 24.0);
  f.x = linear_scale(both.low, both.high, {.from = f.left, .to = f.width - f.right, .ticks = 5});
  std::string out = open_frame(f, chart.titles);
  const double low = f.x.low, high = f.x.high;
  if (chart.reach > 0 && chart.reach < high - low) {
    const double r = chart.reach;
    const auto corner = [&](double x, double y) { return place(f.x.at(x)) + " " + place(f.y.at(y)); };
    out += "<path class=\"bd muted\" d=\"M" + corner(low, low) + "L" + corner(low, low + r) + "L" + corner(high - r, high) + "L" + corner(high, high) + "L" + corner(high, high - r) + "L" + corner(low + r, low) + "z\"/>";
  }
  out += line_at(f.x.at(low), f.y.at(low), f.x.at(high), f.y.at(high), "ref");
  std::string path;
  for (const std::size_t i : sampled(n, most_scattered)) {
    if (std::isfinite(chart.points.x[i]) && std::isfinite(chart.points.y[i])) path += "M" + place(f.x.at(chart.points.x[i])) + " " + place(f.y.at(chart.points.y[i])) + "z";
  }
  return out + "<path class=\"pt c1" + (n > 200 ? " many" : "") + "\" data-n=\"\" d=\"" + path + "\"/></svg>";
}

}  // namespace candor::candid::plot
