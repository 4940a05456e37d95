#include "candor/candid/plot/scale.h"

#include <algorithm>
#include <cmath>

#include "candor/candid/plot/numbers.h"

namespace candor::candid::plot {
namespace {

double nice_step(double span, int ticks, bool whole) {
  const double raw = span / std::max(ticks, 1), power = std::pow(10, std::floor(std::log10(raw)));
  for (const double step : {1.0, 2.0, 2.5, 5.0}) {
    if (whole && step == 2.5) continue;
    if (raw <= step * power * 1.0000001) return whole ? std::max(1.0, step * power) : step * power;
  }
  return whole ? std::max(1.0, 10 * power) : 10 * power;
}

int decimals_of(double step) {
  for (int d = 0; d < 9; ++d) {
    const double scaled = step * std::pow(10, d);
    if (std::abs(scaled - std::round(scaled)) < 1e-6 * std::max(1.0, scaled)) return d;
  }
  return 9;
}

std::string tick_label(double value, double step, double largest, const ScaleOptions& o) {
  if (std::abs(value) < step * 1e-9) value = 0;
  if (o.percent) return fixed_text(100 * value, decimals_of(100 * step)) + "\xC2\xA0%";
  if (value == 0) return "0";
  if (o.whole && largest < 1e6) return count_text(static_cast<std::int64_t>(std::llround(value)));
  if (largest >= 1e15 || largest < 1e-4) return number_text(value, 3);
  if (largest >= 1e9) return fixed_text(value / 1e9, decimals_of(step / 1e9)) + "\xC2\xA0" "bn";
  if (largest >= 1e6) return fixed_text(value / 1e6, decimals_of(step / 1e6)) + "\xC2\xA0M";
  return fixed_text(value, decimals_of(step));
}

// An axis needs two ends that differ and can be told apart.
void part(double& low, double& high) {
  if (!std::isfinite(low) || !std::isfinite(high)) low = 0, high = 1;
  low = std::clamp(low, -1e300, 1e300), high = std::clamp(high, -1e300, 1e300);
  if (low > high) std::swap(low, high);
  const double size = std::max(std::abs(low), std::abs(high));
  if (high - low > 1e-9 * size) return;
  const double room = size > 0 ? .5 * size : .5;
  low -= room, high += room;
}

}  // namespace

double Scale::at(double value) const {
  double share = 0;
  if (kind == Kind::logarithmic) share = value > 0 ? (std::log10(value) - std::log10(low)) / (std::log10(high) - std::log10(low)) : -.01;
  else share = (value - low) / (high - low);
  return from + std::clamp(share, -.01, 1.01) * (to - from);
}

bool Scale::holds(double value) const { return value >= low && value <= high; }

Scale linear_scale(double low, double high, const ScaleOptions& o) {
  part(low, high);
  Scale scale{Scale::Kind::linear, low, high, o.from, o.to};
  double step = nice_step(high - low, o.ticks, o.whole);
  if (o.nice) {
    // A tick or two more where that leaves less paper empty.
    const auto span = [&](double s) { return (std::ceil(high / s - 1e-9) - std::floor(low / s + 1e-9)) * s; };
    for (int more = 1; more <= 2; ++more) {
      const double finer = nice_step(high - low, o.ticks + more, o.whole);
      if (span(finer) < .85 * span(step)) step = finer;
    }
    scale.low = std::floor(low / step + 1e-9) * step;
    scale.high = std::ceil(high / step - 1e-9) * step;
  }
  const double first = std::ceil(scale.low / step - 1e-9);
  const double largest = std::max(std::abs(scale.low), std::abs(scale.high));
  for (double k = first; k * step <= scale.high + 1e-9 * step && scale.ticks.size() < 40; ++k) scale.ticks.push_back({k * step, tick_label(k * step, step, largest, o)});
  return scale;
}

Scale log_scale(double low, double high, const ScaleOptions& o) {
  if (!(low > 0) || !std::isfinite(high) || high < low) return linear_scale(low, high, o);
  if (high / low < 3) {  // less than a decade: ticks of a linear axis read better
    Scale scale = linear_scale(low, high, o);
    if (scale.low <= 0) scale.low = low;
    scale.kind = Scale::Kind::logarithmic;
    std::erase_if(scale.ticks, [&](const Tick& t) { return t.at < scale.low; });
    return scale;
  }
  const double first = std::floor(std::log10(low) + 1e-9), last = std::ceil(std::log10(high) - 1e-9);
  const double every = std::max(1.0, std::ceil((last - first) / std::max(o.ticks, 2)));
  Scale scale{Scale::Kind::logarithmic, low, high, o.from, o.to};
  const std::vector<double> within = last - first <= 1 ? std::vector<double>{1, 2, 3, 5} : last - first <= 3 ? std::vector<double>{1, 3} : std::vector<double>{1};
  for (double e = first; e <= last; e += every) {
    for (const double m : within) {
      const double value = m * std::pow(10, e);
      if (value >= scale.low * .9999 && value <= scale.high * 1.0001) scale.ticks.push_back({value, number_text(value, 3)});
    }
  }
  return scale;
}

void Range::add(double value) {
  if (!std::isfinite(value)) return;
  low = empty ? value : std::min(low, value);
  high = empty ? value : std::max(high, value);
  empty = false;
}

}  // namespace candor::candid::plot
