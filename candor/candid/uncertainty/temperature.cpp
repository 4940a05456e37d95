#include "candor/candid/uncertainty/temperature.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/metrics/calibration.h"

namespace candor::candid {
namespace {

constexpr std::int64_t least_rows = 50;
constexpr double coldest = .2, hottest = 20;
constexpr double smallest = 1e-30;  // a probability of 0 would be a logit of minus infinity

double loss_of(std::span<const double> logits, std::int32_t truth, double temperature) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double all = 0;
  for (const double v : logits) all += std::exp((v - top) / temperature);
  return std::log(all) - (logits[static_cast<std::size_t>(truth)] - top) / temperature;
}

}  // namespace

Temperature fit_temperature(const Tensor& probabilities, std::span<const std::int32_t> truth) {
  if (probabilities.rank() != 2 || probabilities.shape(0) != static_cast<std::int64_t>(truth.size()))
    fail(ErrorKind::shape, "temperature: probabilities of shape " + to_string(probabilities.shape()) + " for " + std::to_string(truth.size()) + " labels");
  Temperature out;
  out.rows = probabilities.shape(0);
  if (out.rows == 0 || probabilities.shape(1) < 2) return out;
  const Matrix p = matrix_of(probabilities);
  for (const std::int32_t t : truth)
    if (t < 0 || t >= p.columns) fail(ErrorKind::invalid_argument, "temperature: label " + std::to_string(t) + " for " + std::to_string(p.columns) + " classes");
  Matrix logits = p;
  for (double& v : logits.values) v = std::log(std::max(v, smallest));
  out.loss_before = out.loss_after = mean_nll(logits, truth);
  out.ece_before = out.ece_after = reliability(p, truth).ece;
  out.best = std::clamp(best_temperature(logits, truth), coldest, hottest);
  if (out.rows < least_rows) return out;
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < out.rows; ++i) {
    const std::int32_t label = truth[static_cast<std::size_t>(i)];
    const double gain = loss_of(logits.row(i), label, 1) - loss_of(logits.row(i), label, out.best);
    sum += gain, squares += gain * gain;
  }
  const double n = static_cast<double>(out.rows), mean = sum / n, deviation = std::sqrt(std::max(squares / n - mean * mean, 0.0));
  if (!(mean > 1.96 * deviation / std::sqrt(n))) return out;
  out.value = out.best;
  out.loss_after = mean_nll(logits, truth, out.value);
  out.ece_after = reliability(softmax_rows(logits, out.value), truth).ece;
  return out;
}

std::string temperature_text(const Temperature& t) {
  if (t.rows == 0) return "no temperature: no rows were left out to fit one on, and probabilities are as the network gives them";
  const auto number = [](double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return std::string(text);
  };
  const std::string rows = with_thousands(t.rows) + " rows that were not learned from";
  if (t.value == 1) return "temperature 1: on " + rows + " " + number(t.best) + " would be best, and lowers their loss no further than chance explains";
  return "probabilities at temperature " + number(t.value) + ", fitted on " + rows + ": their mean log loss goes from " + number(t.loss_before) + " to " + number(t.loss_after) + ", their calibration error from " + number(t.ece_before) + " to " + number(t.ece_after);
}

Tensor at_temperature(const Tensor& probabilities, double temperature) {
  if (!(temperature > 0) || !std::isfinite(temperature)) fail(ErrorKind::invalid_argument, "temperature: a positive number is expected, and " + std::to_string(temperature) + " came");
  if (temperature == 1 || probabilities.rank() < 1) return probabilities;
  const auto width = static_cast<std::size_t>(probabilities.shape(-1));
  std::vector<float> p = probabilities.to_vector();
  for (std::size_t row = 0; width > 0 && row + width <= p.size(); row += width) {
    float top = 0;
    for (std::size_t c = 0; c < width; ++c) top = std::max(top, p[row + c]);
    if (!(top > 0)) continue;
    double all = 0;
    for (std::size_t c = 0; c < width; ++c) all += std::pow(static_cast<double>(p[row + c] / top), 1 / temperature);
    for (std::size_t c = 0; c < width; ++c) p[row + c] = static_cast<float>(std::pow(static_cast<double>(p[row + c] / top), 1 / temperature) / all);
  }
  return Tensor::from(p, probabilities.shape());
}

}  // namespace candor::candid
