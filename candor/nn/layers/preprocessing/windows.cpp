#include "candor/nn/layers/preprocessing/windows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/ops/index.h"

namespace candor::detail {
namespace {

constexpr double pi = std::numbers::pi;

// Sums of cosines: a0 - a1 cos + a2 cos 2 - ...
const std::map<std::string, std::vector<double>>& cosine_sums() {
  static const std::map<std::string, std::vector<double>> table = {
      {"hann", {0.5, 0.5}},
      {"hamming", {0.54, 0.46}},
      {"blackman", {0.42, 0.50, 0.08}},
      {"nuttall", {0.3635819, 0.4891775, 0.1365995, 0.0106411}},
      {"blackmanharris", {0.35875, 0.48829, 0.14128, 0.01168}},
      {"flattop", {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368}}};
  return table;
}

double other(const std::string& name, double i, double n) {
  const double last = n - 1;
  if (name == "bartlett") return i <= last / 2 ? 2 * i / last : 2 - 2 * i / last;
  if (name == "triang") {
    const double from_edge = std::min(i, last - i);
    return std::fmod(n, 2) == 0 ? (2 * from_edge + 1) / n : 2 * (from_edge + 1) / (n + 1);
  }
  if (name == "cosine") return std::sin(pi / n * (i + 0.5));
  const double off = std::abs(i / last - 0.5);
  if (name == "barthann") return 0.62 - 0.48 * off + 0.38 * std::cos(2 * pi * off);
  if (name == "bohman") return i == 0 || i == last ? 0 : (1 - 2 * off) * std::cos(2 * pi * off) + std::sin(2 * pi * off) / pi;
  if (name == "lanczos") return off == 0 ? 1 : std::sin(2 * pi * off) / (2 * pi * off);
  return 1;  // boxcar
}

}  // namespace

std::vector<double> window(const std::string& name, std::int64_t length, bool periodic) {
  std::vector<std::string> names = {"bartlett", "triang", "boxcar", "cosine", "barthann", "bohman", "lanczos"};
  for (const auto& [key, terms] : cosine_sums()) names.push_back(key);
  if (std::find(names.begin(), names.end(), name) == names.end())
    fail(ErrorKind::invalid_argument, "window: " + quoted(name) + " is not known" + did_you_mean(name, names) + "; known are " + name_list(names, 20));
  const auto n = static_cast<double>(length + (periodic ? 1 : 0));
  const auto terms = cosine_sums().find(name);
  std::vector<double> values;
  for (std::int64_t i = 0; i < length; ++i) {
    const auto at = static_cast<double>(i);
    double value = n <= 1 ? 1 : 0;
    if (n > 1 && terms == cosine_sums().end()) value = other(name, at, n);
    if (n > 1 && terms != cosine_sums().end())
      for (std::size_t k = 0; k < terms->second.size(); ++k) value += (k % 2 == 0 ? 1 : -1) * terms->second[k] * std::cos(2 * pi * static_cast<double>(k) * at / (n - 1));
    values.push_back(value);
  }
  return values;
}

Tensor fourier_kernel(bool real, const std::vector<double>& weights, const std::string& scaling, std::int64_t length, std::int64_t bins) {
  double scale = 1, squares = 0, total = 0;
  for (const double w : weights) squares += w * w, total += std::abs(w);
  if (!weights.empty() && scaling == "density") scale = std::sqrt(squares);
  if (!weights.empty() && scaling == "spectrum") scale = total;
  std::vector<double> values;
  const std::int64_t turn = 2 * (bins - 1);
  for (std::int64_t t = 0; t < length; ++t) {
    const double w = weights.empty() ? 1 : weights[static_cast<std::size_t>(t)] / scale;
    for (std::int64_t k = 0; k < bins; ++k) {
      const double angle = turn == 0 ? 0 : -2 * pi * static_cast<double>(t * k % turn) / static_cast<double>(turn);
      values.push_back(w * (real ? std::cos(angle) : std::sin(angle)));
    }
  }
  return Tensor::from(values, {length, 1, bins});
}

Tensor mel_matrix(std::int64_t mels, std::int64_t bins, double sampling_rate, double low, double high) {
  const auto mel = [](double hertz) { return 1127.0 * std::log(1 + hertz / 700.0); };
  const double from = mel(low), step = (mel(high) - from) / static_cast<double>(mels + 1);
  std::vector<double> values(static_cast<std::size_t>(bins * mels), 0.0);
  for (std::int64_t b = 1; b < bins; ++b) {
    const double at = mel(sampling_rate / 2 * static_cast<double>(b) / static_cast<double>(bins - 1));
    for (std::int64_t m = 0; m < mels; ++m) {
      const double lower = from + static_cast<double>(m) * step;
      values[static_cast<std::size_t>(b * mels + m)] = std::max(0.0, std::min((at - lower) / step, (lower + 2 * step - at) / step));
    }
  }
  return Tensor::from(values, {bins, mels});
}

Tensor frames(const Tensor& x, std::int64_t count, std::int64_t length, std::int64_t step, std::int64_t offset) {
  std::vector<std::int64_t> index;
  index.reserve(static_cast<std::size_t>(count * length));
  for (std::int64_t f = 0; f < count; ++f)
    for (std::int64_t i = 0; i < length; ++i) index.push_back(offset + f * step + i);
  return take(x, Tensor::from(index, {count, length}), 1);
}

}  // namespace candor::detail
