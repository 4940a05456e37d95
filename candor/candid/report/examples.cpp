// Rows and pictures worth looking at, and what the answers hang on.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/plot/dot_rows.h"
#include "candor/candid/plot/heat_table.h"
#include "candor/candid/plot/line_chart.h"
#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"
#include "candor/candid/plot/region_map.h"
#include "candor/candid/report/page.h"

namespace candor::candid::page {
namespace {

using plot::escaped;

constexpr std::size_t most_examples = 12, most_cells = 24, most_importances = 20, most_dependences = 12, most_lines = 6;

std::string sure(double share) { return share > .9995 ? "over " + plot::percent_text(.999) : plot::percent_text(share, share > .985 ? 1 : 0); }

// A value with the digits that people read; a class as it is.
std::string said_text(const std::string& text, bool regression) {
  const std::optional<double> value = regression ? parse_number(text) : std::nullopt;
  return value ? plot::number_text(*value) : escaped(text, 60);
}

std::string cards(const Report& r, const std::vector<Example>& examples) {
  const bool regression = r.score.task == "regression";
  std::string out;
  bool pictures = false;
  for (std::size_t i = 0; i < std::min(examples.size(), most_examples); ++i) {
    const Example& e = examples[i];
    const std::string shown = picture(e.picture, "test picture " + std::to_string(e.row) + ": " + e.truth);
    pictures = pictures || !shown.empty();
    std::string cells;
    for (std::size_t c = 0; c < std::min(e.cells.size(), most_cells); ++c)
      cells += "<div><dt>" + escaped(e.cells[c].first, 40) + "</dt><dd>" + (e.cells[c].second.empty() ? "–" : escaped(e.cells[c].second, 80)) + "</dd></div>";
    out += "<li" + std::string(e.truth == e.prediction && !regression ? " class=\"right\"" : "") + ">" + shown + "<p class=\"said\"><span>said <b>" + said_text(e.prediction, regression) + "</b>" +
           (regression ? "" : " <small>" + sure(e.confidence) + " sure</small>") + "</span><span>truth <b>" + said_text(e.truth, regression) + "</b></span>" +
           (regression ? "<span>off by <b>" + plot::number_text(e.confidence) + "</b></span>" : "") + "</p>" + (cells.empty() ? "" : "<dl class=\"cells\">" + cells + "</dl>") +
           (e.cells.size() > most_cells ? "<p class=\"from\">and " + plot::count_text(static_cast<std::int64_t>(e.cells.size() - most_cells)) + " more columns</p>" : "") + "<p class=\"from\">" +
           (e.file.empty() ? "row " + plot::count_text(e.row) : escaped(e.file, 120)) + "</p></li>";
  }
  return out.empty() ? "" : "<ul class=\"" + std::string(pictures ? "cards pictures" : "cards") + "\">" + out + "</ul>";
}

// Prediction over words: one number each, or one for each class.
std::string over_words(const Report& r, const Dependence& d) {
  const std::size_t words = std::min<std::size_t>(d.words.size(), 20);
  const bool classes = r.score.task == "classification";
  if (d.curves.size() == 1) {
    plot::DotRows rows{.label = "Prediction for each " + d.column, .first = d.column, .last = "prediction", .rows = {}, .bars = classes, .percent = classes};
    const Curve& c = d.curves[0];
    for (std::size_t i = 0; i < std::min(words, c.y.size()); ++i) {
      const bool interval = i < c.low.size() && i < c.high.size();
      rows.rows.push_back({d.words[i], "", c.y[i], interval ? Interval{c.low[i], c.high[i]} : Interval{}, classes ? plot::percent_text(c.y[i]) : plot::number_text(c.y[i]), "", "c1", false});
    }
    return dot_rows(rows);
  }
  plot::HeatTable t{.label = "Prediction for each " + d.column, .rows_are = d.column};
  const std::size_t columns = std::min(d.curves.size(), most_lines + 2);
  for (std::size_t k = 0; k < columns; ++k) t.columns.push_back(d.curves[k].name);
  for (std::size_t i = 0; i < words; ++i) {
    t.rows.push_back(d.words[i]);
    auto& shade = t.shade.emplace_back();
    auto& text = t.text.emplace_back();
    for (std::size_t k = 0; k < columns; ++k) {
      const double y = i < d.curves[k].y.size() ? d.curves[k].y[i] : NAN;
      shade.push_back(classes ? y : 0), text.push_back(classes ? plot::percent_text(y, 0) : plot::number_text(y));
    }
  }
  return heat_table(t);
}

std::string dependence(const Report& r, const Dependence& d) {
  if (d.curves.empty()) return {};
  if (!d.words.empty()) return over_words(r, d);
  plot::LineChart chart{.titles = {"The prediction against " + d.column, plot::shortened(d.column, 30), ""}, .curves = d.curves};
  if (chart.curves.size() > most_lines) chart.curves.resize(most_lines);
  if (chart.curves.size() > 1)  // bands of several curves hide each other
    for (Curve& c : chart.curves) c.low.clear(), c.high.clear();
  chart.titles.y = r.score.task == "classification" ? "probability" : r.target.empty() ? "prediction" : plot::shortened(r.target, 30);
  chart.percent_y = r.score.task == "classification";
  return line_chart(chart);
}

std::string importances(const Report& r) {
  std::vector<Importance> order = r.importances;
  std::stable_sort(order.begin(), order.end(), [](const Importance& a, const Importance& b) { return (std::isfinite(a.value) ? a.value : -1e308) > (std::isfinite(b.value) ? b.value : -1e308); });
  const std::size_t all = order.size(), shown = std::min(all, most_importances);
  const plot::MetricStyle style = plot::style_of(r.score.metric);
  plot::DotRows chart{.label = "How much the score falls without each column", .first = "column", .last = style.percent ? "points lost" : style.name + " lost", .rows = {}, .bars = true, .percent = false};
  const double scale = style.percent ? 100 : 1;
  double widest = 0;  // one number of decimals for all, so that they stand in line
  for (std::size_t i = 0; i < shown; ++i) widest = std::max(widest, scale * (order[i].high - order[i].low));
  const int digits = style.percent ? 1 : widest > 0 ? std::min(plot::decimals_for(widest), 4) : 3;
  for (std::size_t i = 0; i < shown; ++i) {
    const Importance& v = order[i];
    const bool interval = v.low < v.high;
    chart.rows.push_back({v.name, "", scale * v.value, {scale * v.low, scale * v.high}, plot::fixed_text(scale * v.value, digits),
                          interval ? plot::fixed_text(scale * v.low, digits) + " to " + plot::fixed_text(scale * v.high, digits) : "", "c1", false});
  }
  std::string reading = "How much the score on the test rows falls when this column alone is shuffled, with 95 % intervals. A column that another can replace looks less important than it is.";
  if (const std::string cut = cut_note(shown, all, "columns", "the most important"); !cut.empty()) reading += " " + cut;
  return figure("What the score hangs on", reading, dot_rows(chart), "wide");
}

}  // namespace

Section examples(const Report& r) {
  std::string out;
  const auto part = [&](const std::string& title, const std::string& reading, const std::vector<Example>& list) {
    if (list.empty()) return;
    const std::string cut = cut_note(std::min(list.size(), most_examples), list.size(), "examples", "the first");
    out += figure(title, reading + (cut.empty() ? "" : " " + cut), cards(r, list), "wide");
  };
  const bool regression = r.score.task == "regression";
  part("Furthest off", regression ? "The largest errors of the test part." : "Wrong, and sure of it. Look here for wrong labels, for data the model was never shown, and for mistakes a person would make, too.", r.worst);
  part("Least certain", "Where the model itself hesitates: the first to give to a person.", r.least_certain);
  return {"examples", "Worth a look", figures(out)};
}

Section reasons(const Report& r) {
  std::string out = importances(r), charts;
  std::size_t shown = 0;
  for (const Dependence& d : r.dependences) {
    if (shown == most_dependences) break;
    const std::string chart = dependence(r, d);
    if (chart.empty()) continue;
    ++shown;
    charts += figure(d.column, d.curves.size() > most_lines ? "The first " + std::to_string(most_lines) + " of " + std::to_string(d.curves.size()) + " classes are drawn." : d.words.empty() && !d.curves[0].low.empty() && d.curves.size() == 1 ? "The band holds the middle 80 % of the rows’ own predictions." : "", chart);
  }
  if (!charts.empty()) {
    out += "<div class=\"wide\"><h3>One column at a time</h3>" +
           note("The average prediction when this column alone is set to each of its values in the rows as they are. It shows what the model does, not what would happen in the world. " +
                cut_note(shown, r.dependences.size(), "columns", "the first")) + "</div>" + charts;
  }
  if (r.map) {
    const DecisionMap& m = *r.map;
    std::vector<std::string> names;
    if (r.score.task != "regression") {
      for (const ClassScore& c : r.score.classes) names.push_back(c.name);
      if (names.empty())
        for (const auto& [name, count] : r.data.classes) names.push_back(name);
    }
    const std::string drawn = plot::region_map({.titles = {"What the model says over " + m.x + " and " + m.y, plot::shortened(m.x, 30), plot::shortened(m.y, 30)}, .x_low = m.x_low, .x_high = m.x_high, .y_low = m.y_low,
                                                .y_high = m.y_high, .columns = m.columns, .rows = m.rows, .values = m.values, .points = m.points, .classes = names});
    out += figure("Decision map", "What the model says for every pair of these two inputs; signs are test rows, with what is true of them.", drawn);
  }
  return {"reasons", "What matters", figures(out)};
}

}  // namespace candor::candid::page
