#include "candor/candid/plot/dot_rows.h"

#include <algorithm>
#include <cmath>

#include "candor/candid/plot/markup.h"

namespace candor::candid::plot {
namespace {

std::string percent_of(const Scale& s, double value) { return place(s.at(value)) + "%"; }

std::string mark(const Scale& s, const DotRow& row, bool bars) {
  std::string out;
  if (!std::isfinite(row.value)) return out;
  if (bars) {
    const double a = std::min(s.at(0), s.at(row.value)), b = std::max(s.at(0), s.at(row.value));
    out += "<rect class=\"br " + row.tone + "\" x=\"" + place(a) + "%\" y=\"50%\" transform=\"translate(0,-5)\" width=\"" + place(b - a) + "%\" height=\"10\"/>";
  }
  if (row.interval.low < row.interval.high) {
    out += "<line class=\"wh " + row.tone + (bars ? " over" : "") + "\" x1=\"" + percent_of(s, row.interval.low) + "\" x2=\"" + percent_of(s, row.interval.high) + "\" y1=\"50%\" y2=\"50%\"/>";
  }
  if (!bars) out += "<circle class=\"dt " + row.tone + "\" cx=\"" + percent_of(s, row.value) + "\" cy=\"50%\" r=\"4.5\"/>";
  return out;
}

}  // namespace

std::string dot_strip(double value, const Interval& interval, double low, double high, const std::string& tone) {
  const Scale s = linear_scale(low, high, {.from = 3, .to = 97, .nice = false});
  return "<svg class=\"strip\" aria-hidden=\"true\"><line class=\"gl\" x1=\"3%\" x2=\"97%\" y1=\"50%\" y2=\"50%\"/>" + mark(s, {"", "", value, interval, "", "", tone, false}, false) + "</svg>";
}

std::string dot_rows(const DotRows& chart) {
  Range range;
  for (const DotRow& r : chart.rows) {
    range.add(r.value);
    if (r.interval.low < r.interval.high) range.add(r.interval.low), range.add(r.interval.high);
  }
  if (chart.rows.empty() || range.empty) return {};
  if (chart.bars || chart.zero) range.add(0);
  if (chart.band.low < chart.band.high) range.add(chart.band.low), range.add(chart.band.high);
  const Scale s = linear_scale(range.low, range.high, {.from = 4, .to = 94, .ticks = 4, .whole = chart.whole, .percent = chart.percent});

  std::string ground;
  if (chart.band.low < chart.band.high) {
    ground += "<rect class=\"stripe\" x=\"" + percent_of(s, chart.band.low) + "\" width=\"" + place(s.at(chart.band.high) - s.at(chart.band.low)) + "%\" y=\"0\" height=\"100%\"/>";
  }
  for (const Tick& t : s.ticks) ground += "<line class=\"" + std::string(t.at == 0 && (chart.bars || chart.zero) ? "ax" : "gl") + "\" x1=\"" + percent_of(s, t.at) + "\" x2=\"" + percent_of(s, t.at) + "\" y1=\"0\" y2=\"100%\"/>";

  std::string out = "<table class=\"dots\"><caption class=\"unseen\">" + escaped(chart.label, 300) + "</caption><thead><tr><th scope=\"col\">" + escaped(chart.first) +
                    "</th><th class=\"strips\"><span class=\"unseen\">picture</span></th><th scope=\"col\" class=\"num\">" + escaped(chart.last) + "</th></tr></thead><tbody>";
  for (const DotRow& r : chart.rows) {
    out += "<tr" + std::string(r.strong ? " class=\"strong\"" : "") + "><th scope=\"row\">" + escaped(r.name, 60) + (r.note.empty() ? "" : "<small>" + escaped(r.note, 160) + "</small>") +
           "</th><td class=\"strips\"><svg class=\"strip full\" aria-hidden=\"true\">" + ground + mark(s, r, chart.bars) + "</svg></td><td class=\"num\">" + escaped(r.text) +
           (r.more.empty() ? "" : "<small>" + escaped(r.more) + "</small>") + "</td></tr>";
  }
  out += "</tbody><tfoot><tr><td></td><td class=\"strips\"><svg class=\"strip axis\" aria-hidden=\"true\">";
  std::size_t widest = 0;
  for (const Tick& t : s.ticks) widest = std::max(widest, letters(t.label));
  const bool crowded = s.ticks.size() > 3 && widest * s.ticks.size() > 20;  // in the narrowest column that a strip has
  for (std::size_t i = 0; i < s.ticks.size(); ++i) {
    if (i % 2 && (crowded || (s.ticks.size() > 3 && letters(s.ticks[i].label) > 4))) continue;  // only every other
    out += "<text class=\"tk\" text-anchor=\"middle\" x=\"" + percent_of(s, s.ticks[i].at) + "\" y=\"14\">" + escaped(s.ticks[i].label) + "</text>";
  }
  return out + "</svg>" + (chart.axis.empty() ? "" : "<small>" + escaped(chart.axis) + "</small>") + "</td><td></td></tr></tfoot></table>";
}

}  // namespace candor::candid::plot
