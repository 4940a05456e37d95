#include "candor/candid/plot/frame.h"

#include <algorithm>
#include <cstdio>

#include "candor/candid/plot/markup.h"

namespace candor::candid::plot {
namespace {

std::string exact(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string described(const Scale& scale) {
  const char* kind = scale.kind == Scale::Kind::logarithmic ? "log" : scale.kind == Scale::Kind::time ? "time" : "linear";
  return std::string(kind) + " " + exact(scale.low) + " " + exact(scale.high) + " " + place(scale.from) + " " + place(scale.to);
}

// Every k-th label, so that none touches the next.
std::size_t label_step(const Scale& scale) {
  double widest = 0;
  for (const Tick& t : scale.ticks) widest = std::max(widest, static_cast<double>(letters(t.label)) * letter_width + 8);
  for (std::size_t step = 1; step < scale.ticks.size(); ++step) {
    bool fits = true;
    for (std::size_t i = step; i < scale.ticks.size(); i += step) fits = fits && scale.at(scale.ticks[i].at) - scale.at(scale.ticks[i - step].at) >= widest;
    if (fits) return step;
  }
  return std::max<std::size_t>(scale.ticks.size(), 1);
}

}  // namespace

double room_for(const std::vector<Tick>& ticks) {
  std::size_t longest = 0;
  for (const Tick& t : ticks) longest = std::max(longest, letters(t.label));
  return 10 + letter_width * static_cast<double>(longest);
}

std::string open_svg(double width, double height, const std::string& label, const std::string& kind) {
  return "<svg class=\"" + kind + "\" viewBox=\"0 0 " + place(width) + " " + place(height) + "\" role=\"img\" aria-label=\"" + escaped(label, 600) + "\">";
}

std::string text_at(double x, double y, const std::string& text, const std::string& kind, const std::string& anchor) {
  return "<text class=\"" + kind + "\" x=\"" + place(x) + "\" y=\"" + place(y) + "\"" + (anchor == "start" ? "" : " text-anchor=\"" + anchor + "\"") + ">" + escaped(text) + "</text>";
}

std::string line_at(double x1, double y1, double x2, double y2, const std::string& kind) {
  return "<path class=\"" + kind + "\" d=\"M" + place(x1) + " " + place(y1) + "L" + place(x2) + " " + place(y2) + "\"/>";
}

std::string tone_of(std::size_t n) { return "c" + std::to_string(n % 7 + 1); }

std::string open_frame(const Frame& f, const Titles& titles) {
  std::string out = open_svg(f.width, f.height, titles.label);
  out.insert(out.size() - 1, " data-x=\"" + described(f.x) + "\" data-y=\"" + described(f.y) + "\" data-names=\"" + escaped(titles.x, 60) + "|" + escaped(titles.y, 60) + "\"");
  const double bottom = f.height - f.bottom, right = f.width - f.right;
  for (const Tick& t : f.y.ticks) {
    const double y = f.y.at(t.at);
    out += line_at(f.left, y, right, y, "gl") + text_at(f.left - 7, y + 4, t.label, "tk", "end");
  }
  const std::size_t step = label_step(f.x);
  for (std::size_t i = 0; i < f.x.ticks.size(); ++i) {
    const double x = f.x.at(f.x.ticks[i].at);
    out += line_at(x, bottom, x, bottom + 4, "ax");
    if (i % step) continue;
    const double half = static_cast<double>(letters(f.x.ticks[i].label)) * letter_width / 2;
    out += text_at(std::clamp(x, half, std::max(half, f.width - half)), bottom + 17, f.x.ticks[i].label, "tk", "middle");
  }
  out += line_at(f.left, bottom, right, bottom, "ax");
  if (!titles.y.empty()) out += text_at(0, 12, titles.y, "at");
  if (!titles.x.empty()) out += text_at(right, f.height - 5, titles.x, "at", "end");
  return out;
}

}  // namespace candor::candid::plot
