#include "candor/candid/plot/numbers.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "candor/base/text.h"

namespace candor::candid::plot {
namespace {

constexpr const char* none = "–";
constexpr const char* thin_space = "\xC2\xA0";  // does not break

std::string with_minus(std::string digits) {
  if (!digits.empty() && digits[0] == '-') digits = "−" + digits.substr(1);
  return digits;
}

// "1234567.5" -> "1,234,567.5". Below five digits a measured number stays whole: it may be a year.
std::string grouped(std::string digits, std::size_t least = 5) {
  const std::size_t first = digits[0] == '-' ? 1 : 0;
  const std::size_t end = std::min(digits.find('.'), digits.size());
  if (end - first < least) return digits;
  for (std::size_t at = end; at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string powers(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.2e", value);
  const std::string all = text;
  const std::size_t e = all.find('e');
  std::string mantissa = all.substr(0, e), out;
  while (mantissa.find('.') != std::string::npos && (mantissa.back() == '0' || mantissa.back() == '.')) mantissa.pop_back();
  const char* const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  const std::string exponent = std::to_string(std::stoi(all.substr(e + 1)));
  for (const char c : exponent) out += c == '-' ? "⁻" : raised[c - '0'];
  return with_minus(mantissa) + "\xC2\xA0×\xC2\xA0" "10" + out;
}

}  // namespace

std::string fixed_text(double value, int decimals) {
  if (!std::isfinite(value)) return none;
  if (std::abs(value) >= 1e15) return powers(value);
  char text[80];
  std::snprintf(text, sizeof text, "%.*f", std::clamp(decimals, 0, 12), value);
  std::string out = text;
  if (out.find_first_not_of("-0.") == std::string::npos && out[0] == '-') out.erase(0, 1);
  return with_minus(grouped(out));
}

std::string number_text(double value, int significant) {
  if (!std::isfinite(value)) return none;
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (size >= 1e9 || size < 1e-4) return powers(value);
  const int before = static_cast<int>(std::floor(std::log10(size))) + 1;
  std::string out = fixed_text(value, std::max(0, significant - before));
  if (out.find('.') != std::string::npos) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return out;
}

std::string count_text(std::int64_t value) { return with_minus(grouped(std::to_string(value), 4)); }

std::string percent_text(double share, int decimals) { return std::isfinite(share) ? fixed_text(100 * share, decimals) + thin_space + "%" : none; }

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return none;
  const auto join = [](double large, const char* a, double small, const char* b) {
    return fixed_text(large, 0) + thin_space + a + (small > 0 ? " " + fixed_text(small, 0) + thin_space + b : "");
  };
  if (seconds < .00095) return std::string("under 1") + thin_space + "ms";
  if (seconds < .0095) return number_text(1000 * seconds, 2) + thin_space + "ms";
  if (seconds < 9.95) return number_text(seconds, 2) + thin_space + "s";
  const double whole = std::round(seconds);
  if (whole < 60) return fixed_text(whole, 0) + thin_space + "s";
  if (whole < 3600) return join(std::floor(whole / 60), "min", std::fmod(whole, 60), "s");
  const double minutes = std::round(seconds / 60);
  return join(std::floor(minutes / 60), "h", std::fmod(minutes, 60), "min");
}

std::string date_text(double days) {
  if (!std::isfinite(days) || std::abs(days) > 1e6) return number_text(days);
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{static_cast<int>(std::floor(days))}}};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

int decimals_for(double spread) {
  if (!std::isfinite(spread) || spread <= 0) return 3;
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(spread))), 0, 9);
}

MetricStyle style_of(const std::string& metric) {
  const std::string key = lower_case(metric);
  const auto has = [&](const char* part) { return key.find(part) != std::string::npos; };
  MetricStyle style{metric};
  style.percent = has("accuracy") || key.rfind("share", 0) == 0;
  style.lower_is_better = has("error") || has("loss") || has("deviance") || has("brier") || key == "mae" || key == "mse" || key == "rmse" || key == "mase" || key == "mape" || key == "smape";
  if (key == "r2") style.name = "R²";
  if (key == "mae" || key == "mse" || key == "rmse" || key == "mase" || key == "mape" || key == "auc")
    std::transform(style.name.begin(), style.name.end(), style.name.begin(), [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
  return style;
}

std::string metric_text(const MetricStyle& style, double value, double spread) {
  if (!std::isfinite(value)) return none;
  if (style.percent) return percent_text(value, std::clamp(decimals_for(100 * spread), 1, 3));
  return spread > 0 && std::isfinite(spread) ? fixed_text(value, decimals_for(spread)) : number_text(value);
}

std::string interval_text(const MetricStyle& style, const Interval& interval) {
  const double spread = interval.high - interval.low;
  const std::string high = metric_text(style, interval.high, spread);
  return without_percent(metric_text(style, interval.low, spread)) + " to " + high;
}

std::string without_percent(std::string text) {
  if (text.ends_with("\xC2\xA0%")) text.resize(text.size() - 3);
  return text;
}

}  // namespace candor::candid::plot
