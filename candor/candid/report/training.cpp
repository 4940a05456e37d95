// How it was trained, the network, its plan, and what is needed to do it again.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "candor/base/base64.h"
#include "candor/candid/plot/line_chart.h"
#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"
#include "candor/candid/report/page.h"

namespace candor::candid::page {
namespace {

using plot::count_text;
using plot::escaped;

constexpr std::size_t most_charts = 8, most_layers = 150, most_lines = 300, most_picture = 250'000;

std::string base_name(const std::string& name) { return name.rfind("val_", 0) == 0 ? name.substr(4) : name; }

// One chart for each measure: grey the training rows, in colour those that only watched.
std::string curves(const Report& r, const std::vector<Curve>& all, bool loss, std::size_t& room) {
  std::vector<std::string> names;
  for (const Curve& c : all)
    if (std::find(names.begin(), names.end(), base_name(c.name)) == names.end()) names.push_back(base_name(c.name));
  std::string out;
  for (const std::string& name : names) {
    if (room == 0) break;
    plot::LineChart chart{.titles = {"", "epoch", ""}, .curves = {}};
    plot::Range range;
    for (const Curve& c : all) {
      if (base_name(c.name) != name) continue;
      const bool watched = c.name != name;
      chart.curves.push_back(c);
      chart.curves.back().name = watched ? "validation" : "training";
      chart.tones.push_back(watched ? "c1" : "muted");
      range.add(c.y);
    }
    if (chart.curves.size() == 1) chart.tones = {"c1"};
    plot::MetricStyle style = plot::style_of(name);
    std::replace(style.name.begin(), style.name.end(), '_', ' ');
    chart.percent_y = style.percent && range.high <= 1;
    chart.log_y = loss && range.low > 0 && range.high / range.low > 20;
    if (!chart.log_y && range.low > 0 && range.low < .4 * range.high) chart.y_range.add(0);
    chart.titles.y = chart.log_y ? "logarithmic" : "";
    if (chart.percent_y && range.low == range.high) chart.y_range.add(0), chart.y_range.add(1);  // one point: no share lies beyond these
    const std::size_t points = chart.curves[0].x.size();
    chart.titles.label = style.name + " over " + count_text(static_cast<std::int64_t>(points)) + (points == 1 ? " epoch" : " epochs");
    chart.whole_x = true;
    if (r.best_epoch > 0) chart.marker = static_cast<double>(r.best_epoch), chart.marker_text = "kept";
    const std::string svg = line_chart(chart);
    if (svg.empty()) continue;
    out += figure(sentence(style.name), "", svg);
    --room;
  }
  return out;
}

// The width that the drawing asks for: on a narrow page it shrinks to three quarters of it, and is moved sideways beyond.
std::string own_width(const std::string& svg) {
  const std::string before = " width=\"";
  const std::size_t at = svg.find(before);
  if (at == std::string::npos || at > 200) return {};
  const double width = std::strtod(svg.c_str() + at + before.size(), nullptr);
  return width > 0 && width < 1e5 ? " style=\"--w:" + std::to_string(std::lround(width)) + "px\"" : "";
}

}  // namespace

Section training(const Report& r) {
  std::size_t room = most_charts;
  std::string out = curves(r, r.losses, true, room);
  out += curves(r, r.metrics, false, room);
  std::string after;
  if (!out.empty()) {
    const auto watched = [](const std::vector<Curve>& list) { return std::any_of(list.begin(), list.end(), [](const Curve& c) { return c.name.rfind("val_", 0) == 0; }); };
    if (watched(r.losses) || watched(r.metrics)) after = note("Validation rows are not learned from: where their curve turns while the other goes on, the model begins to learn rows by heart." + std::string(r.best_epoch > 0 ? " The weights of epoch " + count_text(r.best_epoch) + " were kept." : ""));
    if (r.networks > 1) after = note("The curves are of the first of " + count_text(r.networks) + " networks, which answer together.") + after;
  }
  std::vector<std::pair<std::string, std::string>> times;
  for (const auto& [name, seconds] : r.timings)
    if (times.size() < 30) times.emplace_back(name, plot::duration_text(seconds));
  if (!times.empty()) out += figure("Time", "", facts(times));
  return {"training", "How it was trained", figures(out) + after};
}

Section network(const Report& r) {
  if (r.layers.empty() && r.network_svg.empty()) return {"network", "The network", ""};
  std::string out;
  std::int64_t sum = 0, most = 1;
  for (const LayerOverview& l : r.layers) sum += std::max<std::int64_t>(l.parameters, 0), most = std::max(most, l.parameters);
  const bool outputs = std::any_of(r.layers.begin(), r.layers.end(), [](const LayerOverview& l) { return !l.output.empty(); });
  if (!r.layers.empty()) {
    std::string table = "<table class=\"plain layers\"><thead><tr><th scope=\"col\">layer</th><th scope=\"col\">" + std::string(outputs ? "gives" : "") + "</th><th scope=\"col\" class=\"num\">parameters</th><th class=\"strips\"><span class=\"unseen\">picture</span></th></tr></thead><tbody>";
    const std::size_t shown = std::min(r.layers.size(), most_layers);
    for (std::size_t i = 0; i < shown; ++i) {
      const LayerOverview& l = r.layers[i];
      const double share = 100.0 * static_cast<double>(std::max<std::int64_t>(l.parameters, 0)) / static_cast<double>(most);
      table += "<tr><th scope=\"row\">" + escaped(l.kind.empty() ? l.name : l.kind, 60) + (l.kind.empty() || l.name == l.kind || l.name.empty() ? "" : "<small>" + escaped(l.name, 80) + "</small>") + "</th><td>" +
               escaped(l.output, 80) + "</td><td class=\"num\">" + (l.parameters > 0 ? count_text(l.parameters) : "") + "</td><td class=\"strips\">" +
               (share > 0 ? "<svg class=\"strip\" aria-hidden=\"true\"><rect class=\"br c1\" x=\"0\" y=\"8\" height=\"8\" width=\"" + plot::place(std::max(share, .8)) + "%\"/></svg>" : "") + "</td></tr>";
    }
    std::string reading = count_text(r.parameters > 0 ? r.parameters : sum) + " parameters in all.";
    if (const std::string cut = cut_note(shown, r.layers.size(), "layers", "the first"); !cut.empty()) reading += " " + cut;
    out += figure("Layer by layer", reading, table + "</tbody></table>", r.network_svg.empty() ? "wide" : "");
  }
  if (!r.network_svg.empty() && r.network_svg.size() <= most_picture) {
    // As a picture, not as part of the page: nothing in it can run, and its styles stay inside.
    out += figure("Drawn", "", "<div class=\"scroll\"><img class=\"network\"" + own_width(r.network_svg) + " src=\"data:image/svg+xml;base64," + base64(r.network_svg) + "\" alt=\"The network as boxes and arrows; the table of layers says the same in words\"></div>");
  }
  return {"network", "The network", figures(out)};
}

Section plan(const Report& r) {
  if (r.plan.empty()) return {"plan", "How it is computed", ""};
  std::string lines;
  const std::size_t shown = std::min(r.plan.size(), most_lines);
  for (std::size_t i = 0; i < shown; ++i) lines += escaped(r.plan[i], 300) + "\n";
  return {"plan", "How it is computed", "<details><summary>The plan of the compiled program, " + count_text(static_cast<std::int64_t>(r.plan.size())) + (r.plan.size() == 1 ? " line" : " lines") + "</summary><pre tabindex=\"0\">" + lines + "</pre></details>" +
                                            note(cut_note(shown, r.plan.size(), "lines", "the first"))};
}

Section card(const Report& r) {
  std::vector<std::pair<std::string, std::string>> items(r.card.begin(), r.card.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(r.card.size(), 30)));
  return {"card", "What it is for", facts(items)};
}

Section again(const Report& r) {
  if (r.command.empty() && r.versions.empty() && r.data.digest.empty() && r.model.empty()) return {"again", "To run it again", ""};
  std::string out;
  if (!r.command.empty()) out += "<pre class=\"command\" tabindex=\"0\"><code>" + escaped(r.command, 2000) + "</code></pre>";
  std::vector<std::pair<std::string, std::string>> items{{"started", r.started}, {"took", r.seconds > 0 ? plot::duration_text(r.seconds) : ""}, {"seed", std::to_string(r.seed)},
                                                         {"threads", r.threads > 0 ? std::to_string(r.threads) + "; the numbers do not depend on them" : ""},
                                                         {"data", r.data.source}, {"digest of the data", r.data.digest}, {"model", r.model}};
  for (std::size_t i = 0; i < std::min<std::size_t>(r.versions.size(), 20); ++i) items.push_back(r.versions[i]);
  return {"again", "To run it again", out + facts(items) + note("The same command on the same data gives the same bits. Every number of this page stands in report.json beside it; candor report MODEL writes both again.")};
}

}  // namespace candor::candid::page
