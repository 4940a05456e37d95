#include "candor/candid/plot/line_chart.h"

#include <algorithm>
#include <cmath>

#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/thin.h"

namespace candor::candid::plot {
namespace {

bool finite(double a, double b) { return std::isfinite(a) && std::isfinite(b); }

std::string point(const Frame& f, double x, double y) { return place(f.x.at(x)) + " " + place(f.y.at(y)); }

/// M ... L ... with gaps where a value is missing. One point between gaps is a dot: a closed path with round ends.
std::string path_of(const Frame& f, const Curve& c, bool log_y) {
  std::string out;
  std::size_t run = 0;
  for (std::size_t i = 0; i <= c.x.size(); ++i) {
    const bool here = i < c.x.size() && finite(c.x[i], c.y[i]) && (!log_y || c.y[i] > 0);
    if (!here) {
      if (run == 1) out += "z";
      run = 0;
      continue;
    }
    out += (run++ == 0 ? "M" : "L") + point(f, c.x[i], c.y[i]);
  }
  return out;
}

std::string dots_of(const Frame& f, const Curve& c) {
  std::string out;
  for (std::size_t i = 0; i < c.x.size(); ++i)
    if (finite(c.x[i], c.y[i])) out += "M" + point(f, c.x[i], c.y[i]) + "z";
  return out;
}

std::string band_of(const Frame& f, const Curve& c) {
  std::string up, down;
  for (std::size_t i = 0; i < c.low.size(); ++i) {
    if (!finite(c.low[i], c.high[i]) || !std::isfinite(c.x[i])) continue;
    up += (up.empty() ? "M" : "L") + point(f, c.x[i], c.high[i]);
    down.insert(0, "L" + point(f, c.x[i], c.low[i]));
  }
  return up.empty() ? "" : up + down + "z";
}

std::string whiskers_of(const Frame& f, const Curve& c) {
  std::string out;
  for (std::size_t i = 0; i < c.low.size(); ++i)
    if (finite(c.low[i], c.high[i]) && std::isfinite(c.x[i])) out += "M" + point(f, c.x[i], c.low[i]) + "L" + point(f, c.x[i], c.high[i]);
  return out;
}

struct End {
  double y;
  std::size_t curve;
};

// Names at the ends, moved apart where they would touch.
std::string end_labels(const Frame& f, const std::vector<Curve>& curves, const std::vector<std::string>& tones) {
  std::vector<End> ends;
  for (std::size_t k = 0; k < curves.size(); ++k) {
    for (std::size_t i = curves[k].x.size(); i-- > 0;) {
      if (!finite(curves[k].x[i], curves[k].y[i])) continue;
      ends.push_back({f.y.at(curves[k].y[i]), k});
      break;
    }
  }
  std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return std::pair(a.y, a.curve) < std::pair(b.y, b.curve); });
  constexpr double apart = 14.5;
  for (std::size_t i = 1; i < ends.size(); ++i) ends[i].y = std::max(ends[i].y, ends[i - 1].y + apart);
  double limit = f.height - f.bottom;
  for (std::size_t i = ends.size(); i-- > 0; limit = ends[i].y - apart) ends[i].y = std::min(ends[i].y, limit);
  std::string out;
  for (const End& e : ends) out += text_at(f.width - f.right + 6, e.y + 4, shortened(curves[e.curve].name, 16), "lb " + tones[e.curve]);
  return out;
}

}  // namespace

std::string line_chart(const LineChart& chart) {
  std::vector<Curve> curves;
  Range x = chart.x_range, y = chart.y_range;
  std::size_t longest = 0;
  for (const Curve& all : chart.curves) {
    Curve& c = curves.emplace_back(thinned(all, chart.width > 500 ? 600 : 300));
    x.add(c.x), y.add(c.y), y.add(c.low), y.add(c.high);
    longest = std::max(longest, letters(shortened(c.name, 16)));
  }
  if (x.empty || y.empty) return {};
  std::vector<std::string> tones = chart.tones;
  while (tones.size() < curves.size()) tones.push_back(tone_of(tones.size()));
  const bool named = chart.end_labels && curves.size() > 1;

  Frame f{.width = chart.width, .height = chart.height, .top = !chart.titles.y.empty() ? 26.0 : chart.marker ? 16.0 : 10.0};
  f.right = named ? 12 + letter_width * static_cast<double>(longest) : 12;
  const ScaleOptions up{.from = f.height - f.bottom, .to = f.top, .ticks = 4, .percent = chart.percent_y};
  const bool logarithmic = chart.log_y && y.low > 0;
  f.y = logarithmic ? log_scale(y.low, y.high, up) : linear_scale(y.low, y.high, up);
  f.left = std::max(room_for(f.y.ticks), 24.0);
  const ScaleOptions across{.from = f.left, .to = f.width - f.right, .ticks = chart.width > 500 ? 8 : 4, .nice = false, .whole = chart.whole_x, .percent = chart.percent_x};
  f.x = chart.time_x ? time_scale(x.low, x.high, across) : linear_scale(x.low, x.high, across);

  std::string out = open_frame(f, chart.titles);
  if (!logarithmic && f.y.low < 0 && f.y.high > 0) out += line_at(f.left, f.y.at(0), f.width - f.right, f.y.at(0), "ax");
  if (chart.diagonal) {
    const double low = std::max(f.x.low, f.y.low), high = std::min(f.x.high, f.y.high);
    if (low < high) out += line_at(f.x.at(low), f.y.at(low), f.x.at(high), f.y.at(high), "ref");
  }
  if (chart.marker && f.x.holds(*chart.marker)) {
    const double at = f.x.at(*chart.marker);
    out += line_at(at, f.top, at, f.height - f.bottom, "ref");
    const bool left = at > (f.left + f.width - f.right) / 2;
    out += text_at(at + (left ? 4 : -4), f.top - 3, chart.marker_text, "tk", left ? "end" : "start");
  }
  for (std::size_t k = 0; k < curves.size(); ++k) {
    const Curve& c = curves[k];
    if (!c.low.empty()) out += chart.dots ? "<path class=\"wh " + tones[k] + "\" d=\"" + whiskers_of(f, c) + "\"/>" : "<path class=\"bd " + tones[k] + "\" d=\"" + band_of(f, c) + "\"/>";
  }
  for (std::size_t k = 0; k < curves.size(); ++k) {
    out += "<path class=\"ln " + tones[k] + (chart.end_labels ? "" : " d" + std::to_string(k % 4)) + "\" data-n=\"" + escaped(curves[k].name, 40) + "\" d=\"" + path_of(f, curves[k], logarithmic) + "\"/>";
    // A curve of one point is a dot of its own, or the chart looks empty.
    if (chart.dots || curves[k].x.size() == 1) out += "<path class=\"pt " + tones[k] + "\" d=\"" + dots_of(f, curves[k]) + "\"/>";
  }
  return out + (named ? end_labels(f, curves, tones) : "") + "</svg>";
}

std::string key_of(const std::vector<std::string>& names, const std::vector<std::string>& tones) {
  std::string out = "<p class=\"key\">";
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string tone = k < tones.size() ? tones[k] : tone_of(k);
    out += "<span class=\"" + tone + "\"><svg viewBox=\"0 0 24 8\" aria-hidden=\"true\"><path class=\"ln d" + std::to_string(k % 4) + "\" d=\"M0 4L24 4\"/></svg>" + escaped(names[k], 40) + "</span> ";
  }
  return out + "</p>";
}

}  // namespace candor::candid::plot
