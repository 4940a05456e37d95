#include "candor/candid/plot/histogram.h"

#include <algorithm>
#include <cmath>

#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"

namespace candor::candid::plot {
namespace {

constexpr std::size_t most_bars = 60;

// Neighbours joined until there are few enough.
void join(std::vector<double>& edges, std::vector<double>& counts) {
  if (counts.size() <= most_bars) return;
  const std::size_t each = (counts.size() + most_bars - 1) / most_bars;
  std::vector<double> fewer_edges, fewer;
  for (std::size_t i = 0; i < counts.size(); i += each) {
    double sum = 0;
    for (std::size_t k = i; k < std::min(i + each, counts.size()); ++k) sum += std::isfinite(counts[k]) ? counts[k] : 0;
    fewer.push_back(sum);
    if (!edges.empty()) fewer_edges.push_back(edges[i]);
  }
  if (!edges.empty()) fewer_edges.push_back(edges.back());
  edges = fewer_edges, counts = fewer;
}

double greatest(const std::vector<double>& counts) {
  double most = 0;
  for (const double c : counts) most = std::isfinite(c) ? std::max(most, c) : most;
  return most;
}

}  // namespace

std::string histogram(const Histogram& chart) {
  std::vector<double> edges = chart.edges, counts = chart.counts;
  if (counts.empty() || edges.size() != counts.size() + 1 || !std::isfinite(edges.front()) || !(edges.front() < edges.back()) || !std::isfinite(edges.back())) return {};
  join(edges, counts);
  const double most = greatest(counts);
  if (!(most > 0)) return {};
  Frame f{.width = chart.width, .height = chart.height};
  f.y = linear_scale(0, most, {.from = f.height - f.bottom, .to = f.top, .ticks = 4, .whole = most >= 4});
  f.left = std::max(room_for(f.y.ticks), 24.0);
  f.x = linear_scale(edges.front(), edges.back(), {.from = f.left, .to = f.width - f.right, .ticks = 4, .nice = false});
  std::string out = open_frame(f, chart.titles);
  const double floor = f.y.at(0);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!(counts[i] > 0)) continue;
    const double left = f.x.at(edges[i]), right = f.x.at(edges[i + 1]), top = f.y.at(counts[i]);
    out += "<rect class=\"br\" x=\"" + place(left) + "\" y=\"" + place(top) + "\" width=\"" + place(std::max(right - left - .8, .5)) + "\" height=\"" + place(std::max(floor - top, .5)) +
           "\"><title>" + number_text(edges[i]) + " to " + number_text(edges[i + 1]) + ": " + number_text(counts[i], 9) + "</title></rect>";
  }
  if (chart.marker && f.x.holds(*chart.marker)) {
    const double at = f.x.at(*chart.marker);
    out += line_at(at, f.top - 4, at, floor, "ref") + text_at(at + 5, f.top + 2, chart.marker_text, "tk");
  }
  return out + "</svg>";
}

std::string small_histogram(const std::vector<double>& all) {
  std::vector<double> edges, counts = all;
  join(edges, counts);
  const double most = greatest(counts);
  if (!(most > 0)) return {};
  std::string path;
  const double width = 120.0 / static_cast<double>(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!(counts[i] > 0)) continue;
    const double height = std::max(30 * counts[i] / most, .6);
    path += "M" + place(width * static_cast<double>(i)) + " 30v" + place(-height) + "h" + place(width * .86) + "v" + place(height) + "z";
  }
  return "<svg class=\"mini\" viewBox=\"0 0 120 30\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"" + path + "\"/></svg>";
}

}  // namespace candor::candid::plot
