// What happened inside the network: gradients, steps, units and outputs of its layers over the epochs.
#include <algorithm>
#include <cmath>

#include "candor/candid/plot/line_chart.h"
#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"
#include "candor/candid/report/page.h"

namespace candor::candid::page {
namespace {

constexpr std::size_t most_curves = 6;  // as many colours as can be told apart at a glance

using Series = std::vector<double> LayerRecord::*;

std::string last_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool has_numbers(const std::vector<double>& values) { return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }); }

/// The first, the last, and those evenly between.
std::vector<const LayerRecord*> chosen(const std::vector<const LayerRecord*>& all) {
  if (all.size() <= most_curves) return all;
  std::vector<const LayerRecord*> out;
  for (std::size_t i = 0; i < most_curves; ++i) out.push_back(all[(i * (all.size() - 1) + (most_curves - 1) / 2) / (most_curves - 1)]);
  return out;
}

/// What one chart shows of the layers.
struct Measure {
  Series series;
  std::string title, reading;
  bool orders = false;   // sizes that are compared by powers of ten
  bool percent = false;
};

/// Layers that learn are shown before others, and keep their colour in all charts.
std::string chart_of(const Report& r, const Measure& m) {
  std::vector<const LayerRecord*> learning, all, others;
  for (const LayerRecord& l : r.layer_records) {
    if (has_numbers(l.gradient_norm)) learning.push_back(&l);
    if (has_numbers(l.*m.series)) (has_numbers(l.gradient_norm) ? all : others).push_back(&l);
  }
  std::vector<const LayerRecord*> shown;
  std::vector<std::string> tones;
  const std::vector<const LayerRecord*> first = chosen(learning);
  for (std::size_t i = 0; i < first.size(); ++i)
    if (has_numbers(first[i]->*m.series)) shown.push_back(first[i]), tones.push_back("c" + std::to_string(i + 1));
  if (shown.empty()) shown = chosen(others), all = others;
  if (shown.empty()) return {};
  plot::LineChart chart{.titles = {m.title + " of each layer over the epochs", "epoch", ""}, .curves = {}, .tones = tones};
  plot::Range range;
  for (const LayerRecord* l : shown) {
    chart.curves.push_back({last_name(l->layer), r.looked_at, l->*m.series});
    range.add(l->*m.series);
  }
  // Gradients of exactly 0 have no place on a logarithmic axis; the others keep theirs.
  plot::Range positive;
  for (const Curve& c : chart.curves)
    for (const double v : c.y)
      if (v > 0) positive.add(v);
  chart.log_y = m.orders && !positive.empty && positive.high > 20 * positive.low;
  if (chart.log_y) {
    for (Curve& c : chart.curves)
      for (double& v : c.y)
        if (!(v > 0)) v = std::nan("");
    chart.titles.y = "logarithmic";
  } else if (range.low > 0) {
    chart.y_range.add(0);
  }
  chart.percent_y = m.percent;
  chart.whole_x = true;
  chart.x_range.add(0);
  if (!r.looked_at.empty() && std::isfinite(r.looked_at.back())) chart.x_range.add(std::ceil(r.looked_at.back()));
  std::string reading = m.reading;
  if (const std::string cut = cut_note(shown.size(), all.size(), "layers", "the first, the last and some between"); !cut.empty()) reading += " " + cut;
  return figure(m.title, reading, line_chart(chart));
}

}  // namespace

Section layer_curves(const Report& r) {
  std::string out, after;
  out += chart_of(r, {&LayerRecord::gradient_norm, "Size of the gradient", "Norm of the loss's gradient for the weights of a layer. Layers whose curves lie many powers of ten apart do not learn together.", true});
  out += chart_of(r, {&LayerRecord::update_ratio, "Size of a step", "How far one step moves the weights of a layer, as a share of their own size. About 0.001 is common; above 0.3 what was learned is overwritten, below 0.0001 nothing moves.", true});
  const bool told = std::any_of(r.layer_records.begin(), r.layer_records.end(), [](const LayerRecord& l) { return has_numbers(l.dead); });
  const bool dead = std::any_of(r.layer_records.begin(), r.layer_records.end(), [](const LayerRecord& l) { return std::any_of(l.dead.begin(), l.dead.end(), [](double d) { return d > 0; }); });
  if (dead) out += chart_of(r, {&LayerRecord::dead, "Units without use", "Share of a layer's units that were 0, or at the limit of their activation, for every row of the batch: they pass nothing on.", false, true});
  out += chart_of(r, {&LayerRecord::mean, "Mean of what a layer gives", "Far from 0, or running away, it leaves the range in which the next layer learns well."});
  out += chart_of(r, {&LayerRecord::deviation, "Spread of what a layer gives", "Standard deviation over the rows and units of a batch. Where it shrinks towards 0, rows can no longer be told apart; where it grows without end, training is about to break.", true});
  if (!out.empty()) {
    after = "The layers were looked at " + plot::count_text(static_cast<std::int64_t>(r.looked_at.size())) + " times, behind a step each.";
    if (told && !dead) after += " At no time was a unit 0, or at the limit of its activation, for every row of the batch.";
  }
  return {"layers", "Inside the network", figures(out) + note(after)};
}

}  // namespace candor::candid::page
