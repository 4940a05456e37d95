// The data as they came, and what was done to them.
#include <algorithm>
#include <cmath>

#include "candor/candid/plot/dot_rows.h"
#include "candor/candid/plot/heat_table.h"
#include "candor/candid/plot/histogram.h"
#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"
#include "candor/candid/report/page.h"

namespace candor::candid::page {
namespace {

using plot::count_text;
using plot::escaped;

constexpr std::size_t most_columns = 80, most_words = 4, most_classes = 30, most_matrix = 14, most_pairs = 15, most_pictures = 40, most_remarks = 30;

// The value of a date column is days since 1970.
std::string value_text(const ColumnOverview& c, double value) { return c.role == "date" || (c.role == "order" && value > 3650 && value < 40000) ? plot::date_text(value) : plot::number_text(value); }

std::string shape_of(const ColumnOverview& c, std::int64_t rows) {
  if (const std::string bars = plot::small_histogram(c.counts); !bars.empty()) {
    std::string ends;
    if (c.minimum && c.maximum) ends = "<p class=\"ends\"><span>" + escaped(value_text(c, *c.minimum)) + "</span>" + (c.median && c.role != "date" ? "<span>median " + escaped(value_text(c, *c.median)) + "</span>" : "") + "<span>" + escaped(value_text(c, *c.maximum)) + "</span></p>";
    return bars + ends;
  }
  std::string out;
  const double all = std::max<double>(static_cast<double>(rows), 1);
  for (std::size_t i = 0; i < std::min(c.words.size(), most_words); ++i) {
    const double share = std::clamp(static_cast<double>(c.words[i].second) / all, 0.0, 1.0);
    out += "<p class=\"word\" style=\"--v:" + plot::place(share) + "\"><span>" + escaped(c.words[i].first, 28) + "</span><span>" + plot::percent_text(share, share < .1 ? 1 : 0) + "</span></p>";
  }
  const std::int64_t others = c.distinct - static_cast<std::int64_t>(std::min(c.words.size(), most_words));
  if (!out.empty() && others > 0) out += "<p class=\"word rest\"><span>and " + count_text(others) + " more</span></p>";
  return out;
}

// How many cells were looked at: what was counted, or the training rows.
std::int64_t cells_of(const ColumnOverview& c, const DataOverview& d) {
  double sum = static_cast<double>(c.missing);
  for (const double n : c.counts) sum += std::isfinite(n) ? n : 0;
  if (!c.counts.empty()) return std::max<std::int64_t>(std::llround(std::min(sum, 1e15)), 1);
  for (const auto& [word, n] : c.words) sum += static_cast<double>(n);
  return std::max<std::int64_t>({d.train, std::llround(std::min(sum, 1e15)), 1});
}

std::string columns(const DataOverview& d) {
  if (d.columns.empty()) return {};
  const std::size_t shown = std::min(d.columns.size(), most_columns);
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    const ColumnOverview& c = d.columns[i];
    const std::int64_t rows = cells_of(c, d);
    std::vector<std::string> parts;
    if (c.missing > 0) parts.push_back("<b>" + plot::percent_text(static_cast<double>(c.missing) / static_cast<double>(rows)) + " missing</b>");
    if (c.distinct > 0) parts.push_back(count_text(c.distinct) + " different");
    if (c.mean) parts.push_back("mean " + escaped(value_text(c, *c.mean)) + (c.deviation ? " ±\u00a0" + plot::number_text(*c.deviation, 3) + (c.role == "date" ? " days" : "") : ""));
    std::string facts_line;
    for (const std::string& p : parts) facts_line += (facts_line.empty() ? "" : " · ") + p;
    out += "<li" + std::string(c.role == "target" ? " class=\"target\"" : "") + "><div><h4>" + escaped(c.name, 60) + "</h4><p class=\"role\">" + escaped(c.role, 40) + (c.why.empty() ? "" : ": " + escaped(c.why, 120)) + "</p></div><div class=\"shape\">" +
           shape_of(c, rows) + "</div><p class=\"summary\">" + facts_line + "</p></li>";
  }
  return figure("Columns", cut_note(shown, d.columns.size(), "columns", "the first"), "<ul class=\"columns\">" + out + "</ul>", "wide");
}

std::string correlation(const DataOverview& d) {
  const std::size_t n = std::min(d.correlated.size(), d.correlation.size());
  if (n < 2) return {};
  if (n <= most_matrix) {
    plot::HeatTable t{.label = "Correlation of the numeric columns", .rows_are = ""};
    for (std::size_t i = 0; i < n; ++i) {
      t.rows.push_back(d.correlated[i]), t.columns.push_back(d.correlated[i]);
      auto& shade = t.shade.emplace_back();
      auto& text = t.text.emplace_back();
      for (std::size_t j = 0; j < std::min(n, d.correlation[i].size()); ++j) shade.push_back(i == j ? 0 : d.correlation[i][j]), text.push_back(i == j ? "" : plot::fixed_text(d.correlation[i][j], 2));
    }
    return figure("How columns move together", "Pearson’s correlation: 1 for columns that rise together in a straight line, −1 where one falls as the other rises, 0 for no line.", heat_table(t), "wide");
  }
  struct Pair {
    double value;
    std::size_t a, b;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < std::min(n, d.correlation[i].size()); ++j)
      if (std::isfinite(d.correlation[i][j])) pairs.push_back({d.correlation[i][j], i, j});
  const std::size_t shown = std::min(pairs.size(), most_pairs);
  std::partial_sort(pairs.begin(), pairs.begin() + static_cast<std::ptrdiff_t>(shown), pairs.end(), [](const Pair& x, const Pair& y) { return std::tuple(-std::abs(x.value), x.a, x.b) < std::tuple(-std::abs(y.value), y.a, y.b); });
  plot::DotRows rows{.label = "The strongest correlations", .first = "columns", .last = "correlation", .rows = {}, .bars = true};
  for (std::size_t p = 0; p < shown; ++p) rows.rows.push_back({plot::shortened(d.correlated[pairs[p].a], 26) + " and " + plot::shortened(d.correlated[pairs[p].b], 26), "", pairs[p].value, {}, plot::fixed_text(pairs[p].value, 2), "", "c1", false});
  return figure("Columns that move together", "Pearson’s correlation. " + cut_note(shown, pairs.size(), "pairs", "the strongest"), dot_rows(rows), "wide");
}

std::string classes(const DataOverview& d) {
  std::int64_t all = 0;
  for (const auto& [name, count] : d.classes) all += std::max<std::int64_t>(count, 0);
  if (d.classes.empty() || all <= 0) return {};
  std::vector<std::pair<std::string, std::int64_t>> order = d.classes;
  if (order.size() > most_classes) std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  const std::size_t shown = std::min(order.size(), most_classes);
  plot::DotRows rows{.label = "Training rows of each class", .first = "class", .last = "training rows", .rows = {}, .bars = true, .whole = true};
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [name, count] = order[i];
    rows.rows.push_back({name, "", static_cast<double>(count), {}, count_text(count), plot::percent_text(static_cast<double>(count) / static_cast<double>(all)), "c1", false});
  }
  return figure("Classes", cut_note(shown, order.size(), "classes", "the largest"), dot_rows(rows));
}

std::string pictures(const DataOverview& d) {
  std::string out;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < d.class_pictures.size() && shown < most_pictures; ++i) {
    const std::string name = i < d.classes.size() ? d.classes[i].first : "class " + std::to_string(i + 1);
    const std::string img = picture(d.class_pictures[i], "an example of " + name);
    if (img.empty()) continue;
    ++shown;
    out += "<li>" + img + "<p>" + escaped(name, 40) + "</p></li>";
  }
  return out.empty() ? "" : figure("One of each class", cut_note(shown, d.class_pictures.size(), "classes", "the first"), "<ul class=\"gallery\">" + out + "</ul>");
}

std::string list(const std::vector<std::string>& items, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(items.size(), most); ++i) out += "<li>" + escaped(sentence(items[i]), 600) + "</li>";
  return out.empty() ? "" : "<ul class=\"prose\">" + out + "</ul>" + note(cut_note(std::min(items.size(), most), items.size(), "remarks", "the first"));
}

}  // namespace

Section data(const Report& r) {
  const DataOverview& d = r.data;
  const auto rows = [&](std::int64_t n) { return n > 0 ? rows_text(r, n) : std::string(); };
  std::string out = facts({{"from", d.source}, {"to learn from", rows(d.train)}, {"of these, to watch the training by", rows(d.validation)}, {"to test on", rows(d.test)}, {"left out", rows(d.skipped)},
                           {"parted", d.split}, {"columns", d.columns.empty() ? "" : count_text(static_cast<std::int64_t>(d.columns.size()))}});
  if (!d.remarks.empty()) out += "<h3>Noticed on reading</h3>" + list(d.remarks, most_remarks);
  return {"data", "The data", out + figures(classes(d) + pictures(d) + columns(d) + correlation(d))};
}

Section preparation(const Report& r) {
  std::string out = list(r.choices, 60), table;
  std::size_t treated = 0;
  for (const ColumnOverview& c : r.data.columns) {
    if (c.treatment.empty()) continue;
    if (treated++ < most_columns) table += "<tr><th scope=\"row\">" + escaped(c.name, 60) + "</th><td>" + escaped(c.treatment, 300) + "</td></tr>";
  }
  if (!table.empty()) {
    std::string reading = "Learned from the training rows alone, kept in the model, and done again to every row it is asked about.";
    if (const std::string cut = cut_note(std::min(treated, most_columns), treated, "columns", "the first"); !cut.empty()) reading += " " + cut;
    out += figures(figure("Each column", reading, "<table class=\"plain treatments\"><thead><tr><th scope=\"col\">column</th><th scope=\"col\">what became of it</th></tr></thead><tbody>" + table + "</tbody></table>", "wide"));
  }
  return {"preparation", "What was done, and why", out};
}

}  // namespace candor::candid::page
