#include "candor/nn/windows.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "candor/base/error.h"

namespace candor {
namespace {

constexpr double pi = std::numbers::pi;

/// sum over k of c[k] cos(k f), f from -pi to pi.
template <std::size_t n>
double cosines(const double (&c)[n], double place, double last) {
  double total = 0;
  for (std::size_t k = 0; k < n; ++k) total += c[k] * std::cos(static_cast<double>(k) * (2 * pi * place / last - pi));
  return total;
}

double blackman(double i, double m) { return cosines({0.42, 0.5, 0.08}, i, m - 1); }
double blackmanharris(double i, double m) { return cosines({0.35875, 0.48829, 0.14128, 0.01168}, i, m - 1); }
double flattop(double i, double m) { return cosines({0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368}, i, m - 1); }
double hamming(double i, double m) { return cosines({0.54, 0.46}, i, m - 1); }
double hann(double i, double m) { return cosines({0.5, 0.5}, i, m - 1); }
double nuttall(double i, double m) { return cosines({0.3635819, 0.4891775, 0.1365995, 0.0106411}, i, m - 1); }
double boxcar(double, double) { return 1; }
double bartlett(double i, double m) { return i <= (m - 1) / 2 ? 2 * i / (m - 1) : 2 - 2 * i / (m - 1); }
double cosine(double i, double m) { return std::sin(pi / m * (i + 0.5)); }
double triang(double i, double m) {
  const double k = std::min(i, m - 1 - i) + 1;
  return std::fmod(m, 2) == 0 ? (2 * k - 1) / m : 2 * k / (m + 1);
}
double bohman(double i, double m) {
  const double x = std::abs(2 * i / (m - 1) - 1);
  return i == 0 || i == m - 1 ? 0 : (1 - x) * std::cos(pi * x) + std::sin(pi * x) / pi;
}
double parzen(double i, double m) {
  const double n = std::abs(i - (m - 1) / 2), x = n / (m / 2);
  return n <= (m - 1) / 4 ? 1 - 6 * x * x + 6 * x * x * x : 2 * (1 - x) * (1 - x) * (1 - x);
}
double barthann(double i, double m) {
  const double x = std::abs(i / (m - 1) - 0.5);
  return 0.62 - 0.48 * x + 0.38 * std::cos(2 * pi * x);
}
double tukey(double i, double m) {
  constexpr double alpha = 0.5;
  const double width = std::floor(alpha * (m - 1) / 2);
  if (i <= width) return 0.5 * (1 + std::cos(pi * (-1 + 2 * i / alpha / (m - 1))));
  if (i >= m - width - 1) return 0.5 * (1 + std::cos(pi * (-2 / alpha + 1 + 2 * i / alpha / (m - 1))));
  return 1;
}

struct Row {
  const char* name;
  double (*value)(double i, double m);
};
constexpr Row rows[] = {{"barthann", barthann}, {"bartlett", bartlett}, {"blackman", blackman}, {"blackmanharris", blackmanharris}, {"bohman", bohman},
                        {"boxcar", boxcar},     {"cosine", cosine},     {"flattop", flattop},   {"hamming", hamming},               {"hann", hann},
                        {"nuttall", nuttall},   {"parzen", parzen},     {"triang", triang},     {"tukey", tukey}};

const Row& row_of(std::string_view name) {
  for (const Row& row : rows) {
    if (row.name == name) return row;
  }
  std::string known;
  for (const Row& row : rows) known += (known.empty() ? "" : ", ") + std::string(row.name);
  fail(ErrorKind::invalid_argument, "window: none is called '" + std::string(name) + "'; there are " + known);
}

}  // namespace

void require_window(std::string_view name) { row_of(name); }

std::vector<double> window_values(std::string_view name, std::int64_t length, bool periodic) {
  const Row& row = row_of(name);
  if (length < 1) fail(ErrorKind::invalid_argument, "window: the length must be at least 1, not " + std::to_string(length));
  if (length == 1) return {1};
  const auto m = static_cast<double>(periodic ? length + 1 : length);
  std::vector<double> out;
  for (std::int64_t i = 0; i < length; ++i) out.push_back(row.value(static_cast<double>(i), m));
  return out;
}

}  // namespace candor
