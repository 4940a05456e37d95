#include "candor/candid/series/naive.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "candor/base/error.h"

namespace candor::candid {
namespace {

void check(std::span<const double> values, std::int64_t need, std::int64_t horizon) {
  if (horizon < 1) fail(ErrorKind::invalid_argument, "forecast: the horizon must be at least 1 step, and is " + std::to_string(horizon));
  if (static_cast<std::int64_t>(values.size()) < need) {
    fail(ErrorKind::invalid_argument, "forecast: " + std::to_string(need) + " values are needed, and there are " + std::to_string(values.size()));
  }
}

}  // namespace

std::vector<double> last_value(std::span<const double> values, std::int64_t horizon) {
  check(values, 1, horizon);
  return std::vector<double>(static_cast<std::size_t>(horizon), values.back());
}

std::vector<double> drift(std::span<const double> values, std::int64_t horizon) {
  check(values, 2, horizon);
  const double slope = (values.back() - values.front()) / static_cast<double>(values.size() - 1);
  std::vector<double> out;
  for (std::int64_t h = 1; h <= horizon; ++h) out.push_back(values.back() + slope * static_cast<double>(h));
  return out;
}

std::vector<double> mean_value(std::span<const double> values, std::int64_t horizon) {
  check(values, 1, horizon);
  return std::vector<double>(static_cast<std::size_t>(horizon), std::accumulate(values.begin(), values.end(), 0.) / static_cast<double>(values.size()));
}

std::vector<double> seasonal_naive(std::span<const double> values, std::int64_t season, std::int64_t horizon) {
  if (season < 1) fail(ErrorKind::invalid_argument, "forecast: a season has at least 1 step, and " + std::to_string(season) + " came");
  check(values, season, horizon);
  std::vector<double> out;
  for (std::int64_t h = 0; h < horizon; ++h) out.push_back(values[values.size() - static_cast<std::size_t>(season - h % season)]);
  return out;
}

ForecastErrors forecast_errors(std::span<const double> truth, std::span<const double> forecast, double scale) {
  if (truth.size() != forecast.size()) fail(ErrorKind::shape, "forecast errors: " + std::to_string(truth.size()) + " values against " + std::to_string(forecast.size()) + " forecasts");
  if (truth.empty()) fail(ErrorKind::invalid_argument, "forecast errors: there are no values");
  ForecastErrors out;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = std::abs(forecast[i] - truth[i]), both = std::abs(truth[i]) + std::abs(forecast[i]);
    out.mae += error;
    out.rmse += error * error;
    out.mape += error == 0 ? 0 : error / std::abs(truth[i]);
    out.smape += both > 0 ? 2 * error / both : 0;
  }
  const auto n = static_cast<double>(truth.size());
  out.mae /= n;
  out.rmse = std::sqrt(out.rmse / n);
  out.mape /= n;
  out.smape /= n;
  out.mase = scale > 0 ? out.mae / scale : std::numeric_limits<double>::quiet_NaN();
  return out;
}

double seasonal_scale(std::span<const double> train, std::int64_t season) {
  check(train, season + 1, 1);
  double sum = 0;
  for (std::size_t i = static_cast<std::size_t>(season); i < train.size(); ++i) sum += std::abs(train[i] - train[i - static_cast<std::size_t>(season)]);
  return sum / static_cast<double>(train.size() - static_cast<std::size_t>(season));
}

}  // namespace candor::candid
