#include "candor/data/series/windows.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::data {
namespace {

struct Plan {
  std::vector<std::size_t> inputs, targets;  // column numbers
  std::vector<std::string> names;            // of the inputs, with the calendar's
  std::vector<float> calendar;               // [rows, its size], of the moment `horizon` steps behind the row
  std::int64_t calendar_size = 0;
};

void check_options(const WindowOptions& o) {
  const auto at_least_one = [](std::int64_t value, const char* what) {
    if (value < 1) fail(ErrorKind::invalid_argument, std::string("windows: ") + what + " must be at least 1 step, and is " + std::to_string(value));
  };
  at_least_one(o.window, "window");
  at_least_one(o.horizon, "horizon");
  at_least_one(o.stride, "stride");
  if (o.window > 1'000'000 || o.horizon > 1'000'000) fail(ErrorKind::invalid_argument, "windows: window " + std::to_string(o.window) + " and horizon " + std::to_string(o.horizon) + " are at most a million steps");
}

Plan make_plan(const Series& series, const WindowOptions& o) {
  check_options(o);
  if (series.columns.empty()) fail(ErrorKind::invalid_argument, series.source + ": the series has no columns");
  Plan plan;
  for (const std::string& name : o.targets) plan.targets.push_back(series.column(name));
  if (plan.targets.empty()) plan.targets = {0};
  for (const std::string& name : o.inputs) plan.inputs.push_back(series.column(name));
  if (plan.inputs.empty()) plan.inputs = plan.targets;
  for (const std::size_t c : plan.inputs) plan.names.push_back(series.columns[c]);
  plan.calendar_size = series.has_dates() ? o.calendar.size() : 0;
  if (plan.calendar_size) {
    for (const std::string& name : o.calendar.names()) plan.names.push_back(name);
    for (const double time : series.times) o.calendar.append(series.step.advance(time, o.horizon), plan.calendar);
  }
  return plan;
}

// For each row the first row from which on everything up to it is there.
std::vector<std::int64_t> unbroken_since(const Series& series, const std::vector<std::size_t>& columns) {
  std::vector<std::int64_t> since(static_cast<std::size_t>(series.rows()));
  for (const SeriesGroup& group : series.groups) {
    std::int64_t start = group.first;
    for (std::int64_t row = group.first; row < group.first + group.rows; ++row) {
      for (const std::size_t c : columns) {
        if (!std::isfinite(series.values[c][static_cast<std::size_t>(row)])) start = row + 1;
      }
      since[static_cast<std::size_t>(row)] = start;
    }
  }
  return since;
}

void append_steps(const Series& series, const Plan& plan, std::int64_t first, std::int64_t steps, std::vector<float>& out) {
  for (std::int64_t row = first; row < first + steps; ++row) {
    for (const std::size_t c : plan.inputs) out.push_back(static_cast<float>(series.values[c][static_cast<std::size_t>(row)]));
    const auto from = plan.calendar.begin() + row * plan.calendar_size;
    out.insert(out.end(), from, from + plan.calendar_size);
  }
}

Windows from_starts(const Series& series, const WindowOptions& o, const Plan& plan, const std::vector<std::pair<std::int64_t, std::int32_t>>& starts, bool with_targets) {
  Windows w;
  std::vector<float> x, y;
  const auto n = static_cast<std::int64_t>(starts.size()), width = static_cast<std::int64_t>(plan.names.size()), k = static_cast<std::int64_t>(plan.targets.size());
  x.reserve(static_cast<std::size_t>(n * o.window * width));
  for (const auto& [start, group] : starts) {
    append_steps(series, plan, start, o.window, x);
    const std::int64_t asked = start + o.window;
    w.rows.push_back(asked);
    w.groups.push_back(group);
    const double now = series.times[static_cast<std::size_t>(asked - 1)];
    w.first.push_back(series.step.advance(now, 1));
    w.last.push_back(series.step.advance(now, o.horizon));
    for (std::int64_t row = asked; with_targets && row < asked + o.horizon; ++row) {
      for (const std::size_t c : plan.targets) y.push_back(static_cast<float>(series.values[c][static_cast<std::size_t>(row)]));
    }
  }
  w.data.features = Tensor::from(x, {n, o.window, width});
  if (with_targets) w.data.targets = k == 1 ? Tensor::from(y, {n, o.horizon}) : Tensor::from(y, {n, o.horizon, k});
  w.data.feature_names = plan.names;
  for (const std::size_t c : plan.targets) w.data.target_names.push_back(series.columns[c]);
  w.data.source = series.source;
  return w;
}

std::string longest_text(const Series& series) {
  std::int64_t longest = 0;
  for (const SeriesGroup& group : series.groups) longest = std::max(longest, group.rows);
  return with_thousands(longest) + (series.groups.size() > 1 ? " in its longest group" : "");
}

}  // namespace

Windows Windows::take(std::span<const std::int64_t> which) const {
  Windows out;
  out.data = data.take(which);
  for (const std::int64_t i : which) {
    const auto at = static_cast<std::size_t>(i);
    out.first.push_back(first[at]);
    out.last.push_back(last[at]);
    out.rows.push_back(rows[at]);
    out.groups.push_back(groups[at]);
  }
  return out;
}

Windows make_windows(const Series& series, const WindowOptions& o) {
  const Plan plan = make_plan(series, o);
  const std::vector<std::int64_t> seen = unbroken_since(series, plan.inputs), asked = unbroken_since(series, plan.targets);
  std::vector<std::pair<std::int64_t, std::int32_t>> starts;
  bool long_enough = false;
  for (std::size_t g = 0; g < series.groups.size(); ++g) {
    const SeriesGroup& group = series.groups[g];
    for (std::int64_t start = group.first; start + o.window + o.horizon <= group.first + group.rows; start += o.stride) {
      long_enough = true;
      const std::int64_t now = start + o.window - 1, end = now + o.horizon;
      if (seen[static_cast<std::size_t>(now)] <= start && asked[static_cast<std::size_t>(end)] <= now + 1) starts.emplace_back(start, static_cast<std::int32_t>(g));
    }
  }
  const std::string need = std::to_string(o.window) + " steps seen and " + std::to_string(o.horizon) + " asked need " + std::to_string(o.window + o.horizon) + " rows";
  if (!long_enough) fail(ErrorKind::invalid_argument, series.source + ": " + need + ", and the series has " + longest_text(series) + "; take a shorter window or horizon");
  if (starts.empty()) {
    fail(ErrorKind::invalid_argument, series.source + ": " + need + " behind each other without a missing value, and there is no such place; fill longer gaps, leave out columns, or take a shorter window");
  }
  return from_starts(series, o, plan, starts, true);
}

Windows last_windows(const Series& series, const WindowOptions& o) {
  const Plan plan = make_plan(series, o);
  const std::vector<std::int64_t> seen = unbroken_since(series, plan.inputs);
  std::vector<std::pair<std::int64_t, std::int32_t>> starts;
  for (std::size_t g = 0; g < series.groups.size(); ++g) {
    const SeriesGroup& group = series.groups[g];
    const std::int64_t start = group.first + group.rows - o.window;
    const std::string name = group.name.empty() ? series.source : series.source + ", " + quoted(group.name);
    if (start < group.first) fail(ErrorKind::invalid_argument, name + ": " + std::to_string(o.window) + " steps are needed to go on from, and there are " + std::to_string(group.rows));
    if (seen[static_cast<std::size_t>(start + o.window - 1)] > start) {
      fail(ErrorKind::invalid_argument, name + ": the last " + std::to_string(o.window) + " steps hold a missing value, and forecasts go on from all of them");
    }
    starts.emplace_back(start, static_cast<std::int32_t>(g));
  }
  return from_starts(series, o, plan, starts, false);
}

}  // namespace candor::data
