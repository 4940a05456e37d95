#include "bench/reference.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "candor/formats/safetensors.h"

namespace candor::bench {
namespace {

using Row = std::vector<double>;

constexpr double loss_tolerance = 2e-5;    // of fixtures/train where no ReLU beside a max pooling makes it worse
constexpr double output_tolerance = 2e-5;  // of the largest output

Row row_of(const Inputs& in, std::int64_t row) {
  const std::int64_t size = in.x.size() / in.x.shape(0);
  Row result;
  for (std::int64_t k = row * size; k < (row + 1) * size; ++k)
    result.push_back(in.x.dtype() == DType::u8 ? static_cast<float>(in.x.data<std::uint8_t>()[k]) / 255.0f : in.x.data<float>()[k]);
  return result;
}

Row convolution(const Row& x, const Shape& from, const Shape& to, const float* kernel, std::int64_t side, std::int64_t pad) {
  Row y(static_cast<std::size_t>(to.size()), 0.0);
  for (std::int64_t i = 0; i < to[0]; ++i)
    for (std::int64_t j = 0; j < to[1]; ++j)
      for (std::int64_t a = 0; a < side; ++a)
        for (std::int64_t b = 0; b < side; ++b) {
          const std::int64_t r = i + a - pad, s = j + b - pad;
          if (r < 0 || s < 0 || r >= from[0] || s >= from[1]) continue;
          for (std::int64_t c = 0; c < from[2]; ++c)
            for (std::int64_t f = 0; f < to[2]; ++f)
              y[static_cast<std::size_t>((i * to[1] + j) * to[2] + f)] +=
                  x[static_cast<std::size_t>((r * from[1] + s) * from[2] + c)] * static_cast<double>(kernel[((a * side + b) * from[2] + c) * to[2] + f]);
        }
  return y;
}

Row max_pooling(const Row& x, const Shape& from, const Shape& to, std::int64_t side) {
  Row y(static_cast<std::size_t>(to.size()), -std::numeric_limits<double>::infinity());
  for (std::int64_t i = 0; i < to[0] * side; ++i)
    for (std::int64_t j = 0; j < to[1] * side; ++j)
      for (std::int64_t c = 0; c < to[2]; ++c) {
        double& best = y[static_cast<std::size_t>((i / side * to[1] + j / side) * to[2] + c)];
        best = std::max(best, x[static_cast<std::size_t>((i * from[1] + j) * from[2] + c)]);
      }
  return y;
}

Row outputs_of(const Case& c, const Inputs& in, Row x) {
  Shape at = c.features;
  std::size_t w = 0;
  for (const auto& layer : c.layers) {
    if (layer.kind == LayerSpec::Kind::max_pool) {
      const Shape to{at[0] / layer.size, at[1] / layer.size, at[2]};
      x = max_pooling(x, at, to, layer.size);
      at = to;
      continue;
    }
    const float* kernel = in.weights[w].data<float>();
    const float* bias = in.weights[w + 1].data<float>();
    w += 2;
    if (layer.kind == LayerSpec::Kind::conv) {
      const std::int64_t less = layer.same ? 0 : layer.kernel - 1;
      const Shape to{at[0] - less, at[1] - less, layer.size};
      x = convolution(x, at, to, kernel, layer.kernel, layer.same ? (layer.kernel - 1) / 2 : 0);
      at = to;
    } else {
      Row y(static_cast<std::size_t>(layer.size), 0.0);
      for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = 0; j < y.size(); ++j) y[j] += x[i] * static_cast<double>(kernel[i * y.size() + j]);
      x = std::move(y);
      at = Shape{layer.size};
    }
    for (std::size_t j = 0; j < x.size(); ++j) {
      x[j] += bias[j % static_cast<std::size_t>(layer.size)];
      if (layer.relu) x[j] = std::max(x[j], 0.0);
      if (layer.tanh) x[j] = std::tanh(x[j]);
    }
  }
  return x;
}

// Adam on a dense net, one row after the other.
class DenseTraining {
 public:
  DenseTraining(const Case& c, const Inputs& in) : case_(c), in_(in) {
    for (const Tensor& w : in.weights) p_.push_back(w.to_vector<double>());
    for (const Row& w : p_) m_.emplace_back(w.size(), 0.0), v_.emplace_back(w.size(), 0.0);
  }

  double step() {
    std::vector<Row> g;
    for (const Row& w : p_) g.emplace_back(w.size(), 0.0);
    double loss = 0;
    const auto rows = in_.order.size() / static_cast<std::size_t>(case_.batch) * static_cast<std::size_t>(case_.batch);
    for (std::int64_t b = 0; b < case_.batch; ++b) {
      const std::int32_t row = in_.order[static_cast<std::size_t>(t_ * case_.batch + b) % rows];
      loss += sample(row_of(in_, row), static_cast<std::size_t>(in_.y.data<std::int32_t>()[row]), g);
    }
    ++t_;
    const auto n = static_cast<double>(case_.batch);
    for (std::size_t k = 0; k < p_.size(); ++k) update(k, g[k], n);
    return loss / n;
  }

 private:
  double sample(Row x, std::size_t label, std::vector<Row>& g) {
    std::vector<Row> acts{std::move(x)};
    for (std::size_t l = 0; l < case_.layers.size(); ++l) {
      Row y = p_[2 * l + 1];
      for (std::size_t i = 0; i < acts[l].size(); ++i)
        for (std::size_t j = 0; j < y.size(); ++j) y[j] += acts[l][i] * p_[2 * l][i * y.size() + j];
      if (case_.layers[l].relu)
        for (double& value : y) value = std::max(value, 0.0);
      if (case_.layers[l].tanh)
        for (double& value : y) value = std::tanh(value);
      acts.push_back(std::move(y));
    }
    Row d = acts.back();
    if (case_.binary()) {
      const double z = d[0], t = static_cast<double>(label);
      d[0] = 1 / (1 + std::exp(-z)) - t;
      backward(acts, std::move(d), g);
      return std::max(z, 0.0) - z * t + std::log1p(std::exp(-std::abs(z)));
    }
    const double top = *std::max_element(d.begin(), d.end());
    double sum = 0;
    for (const double z : d) sum += std::exp(z - top);
    const double loss = std::log(sum) + top - d[label];
    for (double& z : d) z = std::exp(z - top) / sum;
    d[label] -= 1;
    backward(acts, std::move(d), g);
    return loss;
  }

  void backward(const std::vector<Row>& acts, Row d, std::vector<Row>& g) const {
    for (std::size_t l = case_.layers.size(); l-- > 0;) {
      const Row& in = acts[l];
      Row back(in.size(), 0.0);
      for (std::size_t j = 0; j < d.size(); ++j) g[2 * l + 1][j] += d[j];
      for (std::size_t i = 0; i < in.size(); ++i)
        for (std::size_t j = 0; j < d.size(); ++j) {
          g[2 * l][i * d.size() + j] += in[i] * d[j];
          back[i] += p_[2 * l][i * d.size() + j] * d[j];
        }
      if (l > 0 && case_.layers[l - 1].relu)
        for (std::size_t i = 0; i < in.size(); ++i)
          if (in[i] <= 0) back[i] = 0;
      if (l > 0 && case_.layers[l - 1].tanh)
        for (std::size_t i = 0; i < in.size(); ++i) back[i] *= 1 - in[i] * in[i];
      d = std::move(back);
    }
  }

  void update(std::size_t k, const Row& g, double n) {
    const double c1 = 1 - std::pow(0.9, t_), c2 = 1 - std::pow(0.999, t_);
    for (std::size_t i = 0; i < g.size(); ++i) {
      const double slope = g[i] / n;
      m_[k][i] = 0.9 * m_[k][i] + 0.1 * slope;
      v_[k][i] = 0.999 * v_[k][i] + 0.001 * slope * slope;
      p_[k][i] -= 1e-3 * (m_[k][i] / c1) / (std::sqrt(v_[k][i] / c2) + 1e-8);
    }
  }

  const Case& case_;
  const Inputs& in_;
  std::vector<Row> p_, m_, v_;
  std::int64_t t_ = 0;
};

}  // namespace

Truth training_truth(const Case& c, const Inputs& inputs) {
  Truth truth;
  const char* fixtures = std::getenv("CANDOR_FIXTURES");
  const auto n = static_cast<std::size_t>(c.checked);
  if (!c.fixture.empty() && fixtures && std::filesystem::exists(std::string(fixtures) + "/train/tensors.safetensors")) {
    const auto file = formats::Safetensors::open(std::string(fixtures) + "/train/tensors.safetensors");
    truth.values = file.tensor(c.fixture + "/loss_float64").to_vector<double>();
    truth.tolerances = file.tensor(c.fixture + "/rtol_float32").to_vector<double>();
    truth.values.resize(std::min(n, truth.values.size()));
    truth.tolerances.resize(truth.values.size());
  } else if (!c.has_convolution() && !c.gpt.width && !c.recurrent.units && c.vision.net.empty()) {
    DenseTraining net(c, inputs);
    for (std::size_t s = 0; s < n; ++s) truth.values.push_back(net.step());
    truth.tolerances.assign(n, loss_tolerance);
  }
  return truth;
}

Truth inference_truth(const Case& c, const Inputs& inputs) {
  Truth truth;
  if (!c.vision.net.empty()) return truth;
  if (c.gpt.width) return truth;
  for (std::int64_t row = 0; row < c.checked * c.batch; ++row) {
    const Row y = outputs_of(c, inputs, row_of(inputs, row));
    truth.values.insert(truth.values.end(), y.begin(), y.end());
  }
  truth.tolerances.assign(truth.values.size(), output_tolerance);
  return truth;
}

namespace {
double worst(const Truth& truth, const std::vector<double>& got, bool losses, bool by_tolerance) {
  if (got.size() < truth.values.size()) return std::numeric_limits<double>::infinity();
  double scale = 0, result = 0;
  for (const double want : truth.values) scale = std::max(scale, std::abs(want));
  for (std::size_t i = 0; i < truth.values.size(); ++i) {
    const double want = truth.values[i];
    const double off = std::abs(got[i] - want) / (losses ? std::abs(want) : scale) / (by_tolerance ? truth.tolerances[i] : 1);
    if (!std::isfinite(off)) return std::numeric_limits<double>::infinity();
    result = std::max(result, off);
  }
  return result;
}
}  // namespace

double disagreement(const Truth& truth, const std::vector<double>& got, bool losses) { return worst(truth, got, losses, true); }
double deviation(const Truth& truth, const std::vector<double>& got, bool losses) { return worst(truth, got, losses, false); }

}  // namespace candor::bench
