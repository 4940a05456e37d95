// How good, and where not: confusion, classes one by one, curves over thresholds, residuals.
#include <algorithm>
#include <cmath>

#include "candor/candid/plot/dot_rows.h"
#include "candor/candid/plot/heat_table.h"
#include "candor/candid/plot/histogram.h"
#include "candor/candid/plot/line_chart.h"
#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"
#include "candor/candid/plot/scatter.h"
#include "candor/candid/plot/thin.h"
#include "candor/candid/report/page.h"

namespace candor::candid::page {
namespace {

using plot::count_text;
using plot::escaped;

constexpr std::size_t most_cells = 20, most_classes = 50, most_pairs = 8, most_curves = 6;

std::string confusion(const Score& s) {
  const std::size_t k = s.confusion.size();
  if (k < 2 || k > most_cells || s.classes.size() != k) return {};
  plot::HeatTable t{.label = "Confusion matrix: how often each class was taken for each", .rows_are = "truth", .columns_are = "the model said"};
  for (std::size_t i = 0; i < k; ++i) {
    t.rows.push_back(s.classes[i].name), t.columns.push_back(s.classes[i].name);
    double sum = 0;
    for (const std::int64_t n : s.confusion[i]) sum += static_cast<double>(n);
    auto& shade = t.shade.emplace_back();
    auto& text = t.text.emplace_back();
    for (std::size_t j = 0; j < s.confusion[i].size(); ++j) {
      const double share = sum > 0 ? static_cast<double>(s.confusion[i][j]) / sum : 0;
      shade.push_back(i == j ? share : share > 0 ? -std::max(share, .06) : 0);
      text.push_back(count_text(s.confusion[i][j]));
    }
  }
  return figure("What was taken for what", "A row is what was true, a column what the model said. Blue is right, orange is wrong; the darker, the larger the part of its row.", plot::heat_table(t), k > 7 ? "wide" : "");
}

std::string mistakes(const Score& s) {
  struct Pair {
    std::int64_t count;
    std::size_t truth, said;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < s.confusion.size() && i < s.classes.size(); ++i)
    for (std::size_t j = 0; j < s.confusion[i].size() && j < s.classes.size(); ++j)
      if (i != j && s.confusion[i][j] > 0) pairs.push_back({s.confusion[i][j], i, j});
  if (s.classes.size() < 7 || pairs.empty()) return {};
  const std::size_t all = pairs.size(), shown = std::min(all, most_pairs);
  std::partial_sort(pairs.begin(), pairs.begin() + static_cast<std::ptrdiff_t>(shown), pairs.end(),
                    [](const Pair& a, const Pair& b) { return std::tuple(-a.count, a.truth, a.said) < std::tuple(-b.count, b.truth, b.said); });
  std::string out = "<table class=\"plain\"><thead><tr><th scope=\"col\">truth</th><th scope=\"col\">said</th><th scope=\"col\" class=\"num\">times</th><th scope=\"col\" class=\"num\">of its rows</th></tr></thead><tbody>";
  for (std::size_t p = 0; p < shown; ++p) {
    const ClassScore& truth = s.classes[pairs[p].truth];
    out += "<tr><td>" + escaped(truth.name, 40) + "</td><td>" + escaped(s.classes[pairs[p].said].name, 40) + "</td><td class=\"num\">" + count_text(pairs[p].count) + "</td><td class=\"num\">" +
           (truth.rows > 0 ? plot::percent_text(static_cast<double>(pairs[p].count) / static_cast<double>(truth.rows)) : "–") + "</td></tr>";
  }
  return figure("The most frequent mistakes", cut_note(shown, all, "kinds of mistake", "the most frequent"), out + "</tbody></table>");
}

std::string share_cells(std::int64_t hits, std::int64_t n, double low) {
  if (n <= 0 || hits < 0 || hits > n) return "<td class=\"num\">–</td><td></td>";
  const double share = static_cast<double>(hits) / static_cast<double>(n);
  const Interval i = wilson(hits, n);
  return "<td class=\"num\">" + plot::percent_text(share) + "<small>" + plot::without_percent(plot::percent_text(i.low)) + " to " + plot::percent_text(i.high) + "</small></td><td class=\"strips\">" + plot::dot_strip(share, i, low, 1) + "</td>";
}

double least_share(std::int64_t hits, std::int64_t n) { return n > 0 && hits >= 0 && hits <= n ? wilson(hits, n).low : 1; }

std::string classes(const Score& s) {
  std::vector<const ClassScore*> order;
  for (const ClassScore& c : s.classes) order.push_back(&c);
  const auto recall = [](const ClassScore* c) { return c->rows > 0 ? static_cast<double>(c->hits) / static_cast<double>(c->rows) : 2; };
  if (order.size() > most_classes) std::stable_sort(order.begin(), order.end(), [&](auto* a, auto* b) { return recall(a) < recall(b); });
  if (order.empty()) return {};
  const std::size_t shown = std::min(order.size(), most_classes);
  double low = 1;  // where the strips begin: at a round number below all of them
  for (std::size_t k = 0; k < shown; ++k) low = std::min({low, least_share(order[k]->hits, order[k]->rows), least_share(order[k]->hits, order[k]->predicted)});
  low = low < .5 ? 0 : low < .8 ? .5 : low < .96 ? .8 : .9;
  std::string out = "<table class=\"classes\"><thead><tr><th scope=\"col\">class</th><th scope=\"col\" class=\"num\">rows</th><th scope=\"col\" class=\"num\">found</th><th class=\"strips\"><span class=\"unseen\">picture</span></th>"
                    "<th scope=\"col\" class=\"num\">right when said</th><th class=\"strips\"><span class=\"unseen\">picture</span></th></tr></thead><tbody>";
  for (std::size_t k = 0; k < shown; ++k) {
    const ClassScore& c = *order[k];
    out += "<tr><th scope=\"row\">" + escaped(c.name, 40) + "</th><td class=\"num\">" + count_text(c.rows) + "</td>" + share_cells(c.hits, c.rows, low) + share_cells(c.hits, c.predicted, low) + "</tr>";
  }
  std::string reading = "“Found” (recall): of the rows of this class, the part that was recognised. “Right when said” (precision): of the rows it called so, the part that is. Below each share stands its 95 % interval; where the page is wide enough, lines draw it on a scale from " + plot::without_percent(plot::percent_text(low, 0)) + " to 100 %.";
  if (const std::string cut = cut_note(shown, order.size(), "classes", "those found least"); !cut.empty()) reading += " " + cut;
  return figure("Each class", reading, out + "</tbody></table>", "wide");
}

double area(const Curve& c) {
  double sum = 0;
  for (std::size_t i = 1; i < std::min(c.x.size(), c.y.size()); ++i) sum += (c.x[i] - c.x[i - 1]) * (c.y[i] + c.y[i - 1]) / 2;
  return std::abs(sum);
}

/// The curves with the smallest area when there are too many, with how many there were.
std::vector<Curve> chosen(const std::vector<Curve>& curves, std::size_t most) {
  if (curves.size() <= most) return curves;
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < curves.size(); ++i) order.emplace_back(area(curves[i]), i);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end());
  std::vector<Curve> out;
  for (std::size_t i = 0; i < most; ++i) out.push_back(curves[order[i].second]);
  return out;
}

std::string threshold_chart(const std::string& title, const std::vector<Curve>& all, plot::LineChart chart, const std::string& reading) {
  if (all.empty()) return {};
  chart.curves = chosen(all, chart.dots ? 4 : most_curves);
  chart.titles.label = title + " for " + std::to_string(chart.curves.size()) + (chart.curves.size() == 1 ? " class" : " classes");
  chart.end_labels = false;
  chart.percent_x = chart.percent_y = true;
  chart.x_range.add(0), chart.x_range.add(1), chart.y_range.add(0), chart.y_range.add(1);
  chart.height = 300;
  std::vector<std::string> names;
  for (const Curve& c : chart.curves) names.push_back(c.name);
  const std::string svg = plot::line_chart(chart);
  std::string cut = cut_note(chart.curves.size(), all.size(), "classes", "those with the smallest area");
  return figure(title, reading + (cut.empty() ? "" : " " + cut), svg.empty() ? svg : svg + (names.size() > 1 || !names[0].empty() ? plot::key_of(names) : ""));
}

std::string rejection(const Report& r) {
  if (r.rejection.empty() || r.rejection[0].x.size() < 2) return {};
  plot::LineChart chart{.titles = {"Share of right answers and cost against the share of rows that are answered", "share of rows answered, the surest first", ""}, .curves = {r.rejection[0]}};
  if (r.rejection.size() > 1) chart.curves.push_back(r.rejection[1]);
  chart.percent_x = true, chart.end_labels = false, chart.height = 300;
  chart.x_range.add(0), chart.x_range.add(1), chart.y_range.add(0), chart.y_range.add(1);
  std::vector<std::string> names;
  for (const Curve& c : chart.curves) names.push_back(c.name);
  return figure("When it may say nothing", "Rows it is least sure of go to a person: further left fewer are answered, and more of the answers are right. A mistake costs 1, handing a row over a tenth of it: the cost is least where handing over pays.", plot::line_chart(chart) + plot::key_of(names));
}

std::string slices(const Report& r) {
  constexpr std::size_t most = 8;
  std::vector<plot::DotRow> rows;
  const bool classes = r.score.metric == "accuracy";
  double spread = 0;
  for (const Slice& s : r.slices) {
    if (rows.size() == most) break;
    if (s.kind == "class") continue;  // they have a table of their own
    spread = std::max(spread, s.interval.high - s.interval.low);
    const plot::MetricStyle style = plot::style_of(classes ? "accuracy" : "mean absolute error");
    rows.push_back({plot::shortened(s.column + (s.kind == "range" ? " from " : " = ") + s.group, 60), count_text(s.rows) + " rows" + (s.p < .01 ? ", worse beyond chance" : ""), s.score, s.interval,
                    metric_text(style, s.score, s.interval.high - s.interval.low), "elsewhere " + metric_text(style, s.rest, s.interval.high - s.interval.low), s.p < .01 ? "c2" : "muted", false});
  }
  if (rows.empty()) return {};
  return figure("Where it does worst", "Parts of the test rows by one column, the worst first, of " + count_text(static_cast<std::int64_t>(r.slices.size())) + " that were kept. Some parts are harder than others; p is corrected for all that were compared.",
                plot::dot_rows({.label = "The score in parts of the test rows", .first = "part", .last = classes ? "accuracy" : "mean absolute error", .axis = classes ? "accuracy" : "mean absolute error", .rows = rows, .percent = classes}), "wide");
}

std::string further(const Report& r) {
  std::vector<std::pair<std::string, std::string>> items;
  for (const FurtherScore& s : r.more_scores) {
    if (items.size() == 40) break;
    const plot::MetricStyle style = plot::style_of(s.name);
    const bool interval = s.interval && s.interval->low < s.interval->high;
    items.emplace_back(style.name, metric_text(style, s.value, interval ? s.interval->high - s.interval->low : 0) + (interval ? " (95\u00a0% interval " + interval_text(style, *s.interval) + ")" : ""));
  }
  const bool stated = std::any_of(r.more_scores.begin(), r.more_scores.end(), [](const FurtherScore& s) { return plot::style_of(s.name).name == "MAE" || s.name.find("absolute") != std::string::npos; });
  if (r.score.task == "regression" && !stated && r.score.mean_absolute_error > 0) items.emplace_back("mean absolute error", plot::number_text(r.score.mean_absolute_error));
  if (r.reach && *r.reach > 0) items.emplace_back("a new value lies, in 95 % of cases, within", "± " + plot::number_text(*r.reach));
  return items.empty() ? "" : figure("Other measures", "", facts(items), "wide");
}

std::string residuals(const Report& r) {
  const std::string unit = r.target.empty() ? "" : " of " + plot::shortened(r.target, 24);
  std::string out;
  const std::size_t n = std::min(r.predicted.x.size(), r.predicted.y.size());
  out += figure("Prediction against truth",
                "Each point is a test row; on the dashed line the prediction is right." + std::string(r.reach ? " The band holds 95 % of new rows." : "") +
                    (n > plot::most_scattered ? " " + count_text(plot::most_scattered) + " of " + count_text(static_cast<std::int64_t>(n)) + " rows are drawn." : ""),
                plot::scatter({.titles = {"Predictions against true values", "truth", "prediction"}, .points = r.predicted, .reach = r.reach.value_or(0)}));
  out += figure("How far off", "Prediction minus truth. A good model's errors are small, and as often above zero as below.",
                plot::histogram({.titles = {"Histogram of prediction minus truth", "prediction − truth" + unit, "rows"}, .edges = r.residual_edges, .counts = r.residual_counts, .marker = 0.0, .marker_text = "right", .height = 300}));
  return out;
}

}  // namespace

Section quality(const Report& r) {
  std::string small = confusion(r.score) + mistakes(r.score) + residuals(r);
  small += threshold_chart("ROC curve", r.roc, {.titles = {"", "false alarms", "found"}, .curves = {}, .diagonal = true},
                           "As the threshold falls, more is found and more is falsely called. The nearer to the upper left corner the better; the dashed line is guessing.");
  small += threshold_chart("Precision and recall", r.precision_recall, {.titles = {"", "found (recall)", "right when said (precision)"}, .curves = {}},
                           "What finding more costs: how often the model is right when it speaks up. The nearer to the upper right corner the better.");
  small += threshold_chart("Calibration", r.calibration, {.titles = {"", "what the model said", "how often it was so"}, .curves = {}, .diagonal = true, .dots = true},
                           "Where the model says 70 %, 70 % should be so: on the dashed line its probabilities mean what they say. Below it, it is too sure.");
  small += rejection(r);
  return {"quality", "How good it is", figures(classes(r.score) + small + slices(r) + further(r))};
}

Section forecasts(const Report& r) {
  if (r.forecasts.empty()) return {"forecasts", "Forecast and truth", ""};
  constexpr std::size_t most = 6;
  plot::LineChart chart{.titles = {"Forecasts and the truth over time", r.time_axis ? "" : "step", r.target}, .curves = r.forecasts};
  std::size_t points = 0;
  if (chart.curves.size() > most) chart.curves.resize(most);
  for (std::size_t k = 0; k < chart.curves.size(); ++k) {
    chart.tones.push_back(k == 0 ? "ink" : plot::tone_of(k - 1));
    points = std::max(points, chart.curves[k].x.size());
  }
  chart.time_x = r.time_axis;
  // The truth, drawn last, lies on top.
  std::reverse(chart.curves.begin(), chart.curves.end());
  std::reverse(chart.tones.begin(), chart.tones.end());
  chart.width = 752, chart.height = 320;
  const std::string broad = plot::line_chart(chart);
  if (broad.empty()) return {"forecasts", "Forecast and truth", ""};
  // A narrow page shows the end, where the steps can still be told apart.
  constexpr std::size_t narrow_steps = 60;
  const std::size_t longest = points;
  for (Curve& c : chart.curves) {
    const std::size_t n = std::min(c.x.size(), c.y.size()), cut = n > narrow_steps ? n - narrow_steps : 0;
    for (std::vector<double>* v : {&c.x, &c.y, &c.low, &c.high}) v->erase(v->begin(), v->begin() + static_cast<std::ptrdiff_t>(std::min(cut, v->size())));
  }
  chart.width = 352, chart.height = 236;
  std::string out = "<div class=\"broad\">" + broad + "</div><div class=\"narrow\">" + plot::line_chart(chart) + (longest > narrow_steps ? note("The last " + count_text(narrow_steps) + " of " + count_text(static_cast<std::int64_t>(longest)) + " steps; a wider page shows all.") : "") + "</div>";
  std::string reading = "“" + plot::shortened(r.forecasts[0].name, 24) + "” is what came; the others are forecasts made before it, with their 95 % intervals where they have them.";
  if (points > 600) reading += " Of " + count_text(static_cast<std::int64_t>(points)) + " steps the highest and lowest of each stretch are drawn; all are in report.json.";
  if (r.forecasts.size() > most) reading += " " + cut_note(most, r.forecasts.size(), "series", "the first");
  return {"forecasts", "Forecast and truth", figures(figure(r.target.empty() ? "Over time" : r.target + " over time", reading, out, "wide"))};
}

}  // namespace candor::candid::page
