// The first thing a reader sees: the score with its interval beside the best baseline, and what that comes to.
#include <algorithm>
#include <cmath>

#include "candor/candid/check_baselines.h"
#include "candor/candid/plot/dot_rows.h"
#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"
#include "candor/candid/report/page.h"

namespace candor::candid::page {
namespace {

using plot::escaped;
using plot::MetricStyle;

std::string bold(const std::string& text) { return "<b>" + escaped(text) + "</b>"; }

// A forecast is judged on windows, which overlap, not on steps.
std::string tested_text(const Report& r) {
  if (r.data.kind != "series") return rows_text(r, r.score.n);
  return plot::count_text(r.score.n) + (r.score.n == 1 ? " window" : " windows");
}

std::string score_text(const Report& r, const MetricStyle& style) { return metric_text(style, r.score.value, r.score.interval.high - r.score.interval.low); }

std::string said(const Report& r, const MetricStyle& style) {
  const Score& s = r.score;
  const std::string target = r.target.empty() ? "" : " “" + escaped(r.target, 60) + "”";
  const std::string tested = tested_text(r);
  const std::string unseen = r.data.kind == "series" ? " that came after what it learned from" : " it had not seen";
  if (s.metric == "accuracy") {
    return "The model gives the right answer" + (target.empty() ? "" : " for" + target) + " in " + bold(score_text(r, style)) + " of the " + tested + unseen + ".";
  }
  if (s.metric == "r2" && s.value > 0) {
    return "The model explains " + bold(plot::percent_text(s.value, plot::decimals_for(100 * (s.interval.high - s.interval.low)))) + " of the variation of" + (target.empty() ? " the target" : target) + " in the " +
           tested + unseen + ".";
  }
  if (s.metric == "r2") return "The model does not explain" + (target.empty() ? " the target" : target) + " in the " + tested + unseen + ": R² is " + bold(score_text(r, style)) + ".";
  return "The model reaches " + escaped(style.name) + " " + bold(score_text(r, style)) + (target.empty() ? "" : " for" + target) + " on the " + tested + unseen + ".";
}

}  // namespace

Answer answer_of(const Report& r) {
  Answer answer;
  const Score& s = r.score;
  if (s.metric.empty() || s.n <= 0 || !std::isfinite(s.value)) return answer;
  const MetricStyle style = plot::style_of(s.metric);
  answer.sentence = said(r, style);
  for (const BaselineScore& b : r.baselines) {
    if (!std::isfinite(b.value)) continue;
    if (!answer.baseline || (style.lower_is_better ? b.value < answer.baseline->value : b.value > answer.baseline->value)) answer.baseline = &b;
  }
  if (!answer.baseline) {
    answer.sign = "unclear";
    answer.verdict = "No baseline was computed, so nothing says how good that is.";
    return answer;
  }
  const BaselineScore& b = *answer.baseline;
  const double direction = style.lower_is_better ? -1 : 1;
  const std::string beside = escaped(b.name, 60) + " (" + escaped(metric_text(style, b.value, s.interval.high - s.interval.low)) + ")";
  double least = direction * (s.interval.low - b.value), most = direction * (s.interval.high - b.value);
  if (b.difference) least = direction * b.difference->low, most = direction * b.difference->high;
  if (least > most) std::swap(least, most);
  if (least > 0) answer.sign = "better", answer.verdict = "That is better than the best baseline, " + beside + ".";
  else if (most < 0) answer.sign = "worse", answer.verdict = "That is worse than the best baseline, " + beside + ": use that instead." + (b.name == "boosted trees" && !r.command.empty() && takes_trees(r.data) ? " <code>" + escaped(trees_command(r.command), 2000) + "</code> saves it as a model." : "");
  else answer.sign = "unclear", answer.verdict = "That is not shown to be better than the best baseline, " + beside + ": the difference lies within what chance allows.";
  return answer;
}

std::string title_of(const Report& r) {
  if (!r.title.empty()) return r.title;
  return r.target.empty() ? (r.data.source.empty() ? "A model" : r.data.source) : "Predicting " + r.target;
}

std::string header(const Report& r) {
  const Answer answer = answer_of(r);
  const MetricStyle style = plot::style_of(r.score.metric);
  std::string over = "Candor report";
  for (const std::string& part : {r.task, r.started.size() >= 10 ? r.started.substr(0, 10) : r.started})
    if (!part.empty()) over += " · " + escaped(part, 60);
  std::string out = "<header><p class=\"over\">" + over + "</p><h1>" + escaped(title_of(r), 120) + "</h1>";
  if (answer.sentence.empty()) out += "<p class=\"answer\">This model has not been tested, so nothing is known of how good it is.</p>";
  else out += "<p class=\"answer\">" + answer.sentence + "</p><p class=\"verdict " + answer.sign + "\">" + answer.verdict + "</p>";

  std::string tiles;
  const auto tile = [&](const std::string& name, const std::string& value, const std::string& small) {
    if (!value.empty()) tiles += "<div><dt>" + escaped(name) + "</dt><dd>" + escaped(value) + (small.empty() ? "" : "<small>" + escaped(small) + "</small>") + "</dd></div>";
  };
  if (!answer.sentence.empty()) {
    const bool interval = r.score.interval.low < r.score.interval.high;
    tile(style.name, score_text(r, style), interval ? "95\u00a0% interval " + interval_text(style, r.score.interval) : "");
    if (answer.baseline) tile("best baseline", metric_text(style, answer.baseline->value, r.score.interval.high - r.score.interval.low), answer.baseline->name);
    tile("tested on", plot::count_text(r.score.n), tested_text(r).substr(plot::count_text(r.score.n).size() + 1) + " held out");
  }
  if (r.data.train > 0) tile("learned from", plot::count_text(r.data.train), rows_text(r, r.data.train).substr(plot::count_text(r.data.train).size() + 1));
  if (r.seconds > 0) tile("took", plot::duration_text(r.seconds), r.threads > 0 ? std::to_string(r.threads) + (r.threads == 1 ? " thread" : " threads") : "");
  if (!tiles.empty()) out += "<dl class=\"tiles\">" + tiles + "</dl>";
  return out + "</header>\n";
}

Section findings(const Report& r) {
  constexpr std::size_t most = 40;
  std::string out;
  std::size_t shown = 0;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    for (const Finding& f : r.findings) {
      if (f.severity != severity || shown == most) continue;
      ++shown;
      const char* const sign = severity == Severity::error ? "×" : severity == Severity::warning ? "!" : "i";
      out += "<li class=\"is-" + to_string(severity) + "\"><span class=\"sign\" aria-hidden=\"true\">" + sign + "</span><div><p><b>" + to_string(severity) + "</b> <code>" + escaped(f.id, 80) + "</code></p><p>" + escaped(sentence(f.message), 1500) + "</p></div></li>";
    }
  }
  std::string silenced;
  for (std::size_t i = 0; i < std::min(r.silenced.size(), most); ++i) silenced += (i ? "; " : "Silenced: ") + r.silenced[i].finding.id + ", because: " + r.silenced[i].reason;
  if (out.empty() && silenced.empty()) return {"findings", "What to know first", ""};
  return {"findings", "What to know first", (out.empty() ? "" : "<ul class=\"findings\">" + out + "</ul>") + note(cut_note(shown, r.findings.size(), "findings", "the gravest")) + note(silenced)};
}

Section baselines(const Report& r) {
  constexpr std::size_t most = 30;
  if (r.baselines.empty() || r.score.metric.empty()) return {"baselines", "Beside simpler methods", ""};
  const MetricStyle style = plot::style_of(r.score.metric);
  const double spread = r.score.interval.high - r.score.interval.low;
  // All with the digits of the model's score, so that they can be compared.
  const auto text = [&](double value) { return metric_text(style, value, spread); };
  const auto between = [&](const Interval& i) {
    if (!(i.low < i.high)) return std::string();
    return spread > 0 ? plot::without_percent(text(i.low)) + " to " + text(i.high) : interval_text(style, i);
  };
  std::vector<plot::DotRow> rows{{"This model", r.seconds > 0 ? plot::duration_text(r.seconds) : "", r.score.value, r.score.interval, text(r.score.value), between(r.score.interval), "c1", true}};
  for (const BaselineScore& b : r.baselines) {
    std::string what = b.what;
    if (b.seconds > 0) what += (what.empty() ? "" : " · ") + plot::duration_text(b.seconds);
    rows.push_back({b.name, what, b.value, b.interval, text(b.value), between(b.interval), "muted", false});
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const plot::DotRow& a, const plot::DotRow& b) {
    if (std::isfinite(a.value) != std::isfinite(b.value)) return std::isfinite(a.value);
    return style.lower_is_better ? a.value < b.value : a.value > b.value;
  });
  const std::size_t all = rows.size() - 1;
  if (rows.size() > most) rows.resize(most);
  std::string out = figure("Scores on the same test rows", "The dot is the score, the line its 95 % interval. The stripe is the interval of this model: a method whose dot lies in it has not been shown to do worse.",
                           plot::dot_rows({.label = "Scores of the model and of its baselines", .first = "method", .last = style.name, .axis = style.name, .rows = rows, .percent = style.percent, .band = r.score.interval}), "wide");
  std::vector<plot::DotRow> differences;
  double widest = 0, narrowest = 1e300;
  for (const BaselineScore& b : r.baselines) {
    if (!b.difference || !(b.difference->low < b.difference->high)) continue;
    widest = std::max(widest, b.difference->high - b.difference->low), narrowest = std::min(narrowest, b.difference->high - b.difference->low);
  }
  const int digits = style.percent ? 1 : std::min(plot::decimals_for(narrowest), plot::decimals_for(widest) + 1);
  for (const plot::DotRow& row : rows) {
    const auto b = std::find_if(r.baselines.begin(), r.baselines.end(), [&](const BaselineScore& x) { return x.difference && x.name == row.name && x.value == row.value; });
    if (b == r.baselines.end()) continue;
    const double scale = style.percent ? 100 : 1, low = scale * b->difference->low, high = scale * b->difference->high;
    const auto signed_text = [&](double v) { return (v > 0 ? "+" : "") + plot::fixed_text(v, digits); };
    differences.push_back({b->name, "", scale * (r.score.value - b->value), {low, high}, signed_text(scale * (r.score.value - b->value)), signed_text(low) + " to " + signed_text(high), low > 0 || high < 0 ? "c1" : "muted", false});
  }
  if (!differences.empty()) {
    out += figure("This model less each baseline", "Compared row by row, which shows smaller differences than two separate scores can. A line that crosses zero shows no difference.",
                  plot::dot_rows({.label = "Paired differences between the model and each baseline", .first = "baseline", .last = style.percent ? "points" : style.name, .axis = style.percent ? "percentage points" : "",
                                  .rows = differences, .zero = true}), "wide");
  }
  return {"baselines", "Beside simpler methods", figures(out) + note(cut_note(std::min(all, most - 1), all, "baselines", "the best"))};
}

}  // namespace candor::candid::page
