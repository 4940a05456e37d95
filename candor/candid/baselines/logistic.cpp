// Logistic regression and linear SVM: sums over rows, minimised by L-BFGS.
#include <algorithm>
#include <cmath>
#include <vector>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/candid/baselines/linear.h"
#include "candor/candid/baselines/solve.h"

namespace candor::candid {
namespace {

void check(const Matrix& x, std::span<const std::int32_t> y, int classes, double c) {
  if (static_cast<std::int64_t>(y.size()) != x.rows) fail(ErrorKind::shape, "linear: " + std::to_string(x.rows) + " rows with " + std::to_string(y.size()) + " labels");
  if (classes < 2) fail(ErrorKind::invalid_argument, "linear: " + std::to_string(classes) + " classes; there must be at least two");
  if (!(c > 0)) fail(ErrorKind::invalid_argument, "linear: C must be positive, and is " + std::to_string(c));
  for (const std::int32_t label : y) {
    if (label < 0 || label >= classes) fail(ErrorKind::invalid_argument, "linear: label " + std::to_string(label) + " outside 0.." + std::to_string(classes - 1));
  }
}

// Sum over rows of row_loss(scores, label, slopes), which fills the slopes by the scores; parameters are [outputs, columns + 1], the
// intercept last. Adds to the gradient.
template <class RowLoss>
double sum_over_rows(const Matrix& x, std::span<const std::int32_t> y, std::int64_t outputs, std::span<const double> parameters, std::span<double> gradient,
                     RowLoss row_loss) {
  const std::int64_t p = x.columns, pieces = std::clamp<std::int64_t>((x.rows + 1023) / 1024, 1, 32);
  std::vector<std::vector<double>> gradients(static_cast<std::size_t>(pieces), std::vector<double>(gradient.size()));
  std::vector<double> losses(static_cast<std::size_t>(pieces));
  parallel_for(pieces, [&](std::int64_t piece) {
    std::vector<double>& sum = gradients[static_cast<std::size_t>(piece)];
    std::vector<double> scores(static_cast<std::size_t>(outputs)), slopes(scores.size());
    for (std::int64_t i = x.rows * piece / pieces; i < x.rows * (piece + 1) / pieces; ++i) {
      const double* row = x.row(i).data();
      for (std::int64_t k = 0; k < outputs; ++k) {
        const double* w = parameters.data() + k * (p + 1);
        double a = w[p], b = 0, c = 0, d = 0;
        std::int64_t j = 0;
        for (; j + 4 <= p; j += 4) a += w[j] * row[j], b += w[j + 1] * row[j + 1], c += w[j + 2] * row[j + 2], d += w[j + 3] * row[j + 3];
        for (; j < p; ++j) a += w[j] * row[j];
        scores[static_cast<std::size_t>(k)] = (a + b) + (c + d);
      }
      losses[static_cast<std::size_t>(piece)] += row_loss(scores, y[static_cast<std::size_t>(i)], slopes);
      for (std::int64_t k = 0; k < outputs; ++k) {
        double* g = sum.data() + k * (p + 1);
        const double s = slopes[static_cast<std::size_t>(k)];
        if (s == 0) continue;
        for (std::int64_t j = 0; j < p; ++j) g[j] += s * row[j];
        g[p] += s;
      }
    }
  });
  double loss = 0;
  for (std::size_t piece = 0; piece < gradients.size(); ++piece) {
    loss += losses[piece];
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += gradients[piece][i];
  }
  return loss;
}

LinearModel model_of(const std::vector<double>& parameters, std::int64_t outputs, std::int64_t p) {
  LinearModel model{Matrix::zeros(outputs, p), std::vector<double>(static_cast<std::size_t>(outputs))};
  for (std::int64_t k = 0; k < outputs; ++k) {
    for (std::int64_t j = 0; j < p; ++j) model.weights.at(k, j) = parameters[static_cast<std::size_t>(k * (p + 1) + j)];
    model.intercept[static_cast<std::size_t>(k)] = parameters[static_cast<std::size_t>(k * (p + 1) + p)];
  }
  return model;
}

// Adds strength / 2 * |w|^2, with or without the intercept, and its gradient.
double penalty(std::span<const double> parameters, std::span<double> gradient, std::int64_t p, double strength, bool with_intercept) {
  double sum = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!with_intercept && static_cast<std::int64_t>(i) % (p + 1) == p) continue;
    sum += parameters[i] * parameters[i];
    gradient[i] += strength * parameters[i];
  }
  return strength / 2 * sum;
}

}  // namespace

LinearModel logistic(const Matrix& x, std::span<const std::int32_t> y, int classes, double c, const Search& search) {
  check(x, y, classes, c);
  const std::int64_t outputs = classes == 2 ? 1 : classes, p = x.columns;
  const auto row_loss = [outputs](std::vector<double>& scores, std::int32_t label, std::vector<double>& slopes) {
    if (outputs == 1) {
      const double z = scores[0], sign = label == 1 ? 1 : -1;
      slopes[0] = -sign / (1 + std::exp(sign * z));
      return std::log1p(std::exp(-std::abs(z))) + std::max(0., -sign * z);
    }
    const double top = *std::max_element(scores.begin(), scores.end()), truth = scores[static_cast<std::size_t>(label)];
    double sum = 0;
    for (std::size_t k = 0; k < scores.size(); ++k) sum += slopes[k] = std::exp(scores[k] - top);
    for (double& s : slopes) s /= sum;
    slopes[static_cast<std::size_t>(label)] -= 1;
    return std::log(sum) + top - truth;
  };
  const auto function = [&](std::span<const double> parameters, std::span<double> gradient) {
    std::fill(gradient.begin(), gradient.end(), 0.);
    const double loss = sum_over_rows(x, y, outputs, parameters, gradient, row_loss);
    return loss + penalty(parameters, gradient, p, 1 / c, false);
  };
  const double rows = static_cast<double>(std::max<std::int64_t>(1, x.rows));
  return model_of(minimise(std::vector<double>(static_cast<std::size_t>(outputs * (p + 1))), function, {.iterations = search.iterations, .gradient = search.gradient * rows}), outputs, p);
}

LinearModel linear_svm(const Matrix& x, std::span<const std::int32_t> y, int classes, double c, const Search& search) {
  check(x, y, classes, c);
  const std::int64_t outputs = classes == 2 ? 1 : classes, p = x.columns;
  const auto row_loss = [outputs, c](std::vector<double>& scores, std::int32_t label, std::vector<double>& slopes) {
    double loss = 0;
    for (std::size_t k = 0; k < scores.size(); ++k) {
      const double sign = (outputs == 1 ? label == 1 : label == static_cast<std::int32_t>(k)) ? 1 : -1, gap = std::max(0., 1 - sign * scores[k]);
      loss += c * gap * gap;
      slopes[k] = -2 * c * sign * gap;
    }
    return loss;
  };
  const auto function = [&](std::span<const double> parameters, std::span<double> gradient) {
    std::fill(gradient.begin(), gradient.end(), 0.);
    const double loss = sum_over_rows(x, y, outputs, parameters, gradient, row_loss);
    return loss + penalty(parameters, gradient, p, 1, true);
  };
  const double rows = static_cast<double>(std::max<std::int64_t>(1, x.rows));
  return model_of(minimise(std::vector<double>(static_cast<std::size_t>(outputs * (p + 1))), function, {.iterations = search.iterations, .gradient = search.gradient * rows}), outputs, p);
}

}  // namespace candor::candid
