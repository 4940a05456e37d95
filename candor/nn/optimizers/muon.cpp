#include "candor/nn/optimizers/muon.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "candor/base/pattern.h"
#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::scalar;
using detail::StateSpec;
using detail::Tensors;
using detail::UpdateStep;

class MuonRule final : public detail::RuleOf<MuonRule, MuonOptions> {
 public:
  template <class Visitor, class Options>
  static void fields(Visitor&& visit, Options& o) {
    visit("adam_beta_1", o.adam_beta_1);
    visit("adam_beta_2", o.adam_beta_2);
    visit("epsilon", o.epsilon);
    visit("exclude_layers", o.exclude_layers);
    visit("muon_a", o.muon_a);
    visit("muon_b", o.muon_b);
    visit("muon_c", o.muon_c);
    visit("adam_lr_ratio", o.adam_lr_ratio);
    visit("momentum", o.momentum);
    visit("ns_steps", o.ns_steps);
    visit("nesterov", o.nesterov);
    visit("exclude_embeddings", o.exclude_embeddings);
    visit("adam_weight_decay", o.adam_weight_decay);
    visit("rms_rate", o.rms_rate);
    visit.ours("torch_scale", o.torch_scale, false);
  }
  MuonRule(const char* kind, const LearningRate& rate, const MuonOptions& o) : RuleOf(kind, rate, o) {
    detail::require_share(kind, "adam_beta_1", o.adam_beta_1);
    detail::require_share(kind, "adam_beta_2", o.adam_beta_2);
    detail::require_not_negative(kind, "epsilon", o.epsilon);
    detail::require_not_negative(kind, "adam_lr_ratio", o.adam_lr_ratio);
    detail::require_share(kind, "momentum", o.momentum, true);
    if (o.adam_weight_decay) detail::require_not_negative(kind, "adam_weight_decay", *o.adam_weight_decay);
    if (o.ns_steps > 100) complain("ns_steps must be at most 100, not " + std::to_string(o.ns_steps));
    if (o.ns_steps < 1) complain("ns_steps must be at least 1, not " + std::to_string(o.ns_steps));
    for (const std::string& pattern : o.exclude_layers) matches(pattern, "");
  }

 protected:
  std::vector<StateSpec> states_of(const Variable& v) const override { return by_adam(v) ? std::vector<StateSpec>{{"momentum", {}}, {"velocity", {}}} : std::vector<StateSpec>{{"momentum", {}}}; }
  double decay_of(const Variable& v) const override { return (by_adam(v) ? o_.adam_weight_decay : o_.weight_decay).value_or(0); }

 private:
  bool matches(const std::string& pattern, const std::string& path) const {
    return contains_match(path, pattern, "Muon: exclude_layers");
  }
  bool by_adam(const Variable& v) const {
    if (v.shape().rank() != 2) return true;
    std::string path = v.name();
    if (std::any_of(o_.exclude_layers.begin(), o_.exclude_layers.end(), [&](const std::string& pattern) { return matches(pattern, path); })) return true;
    for (char& c : path) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return o_.exclude_embeddings && path.find("embedding") != std::string::npos;
  }
  Tensor adam_step(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const {
    s[0] = s[0] + (g - s[0]) * scalar(1 - o_.adam_beta_1, g);
    s[1] = s[1] + (square(g) - s[1]) * scalar(1 - o_.adam_beta_2, g);
    const auto correction = [&](double beta) { return scalar(1) - power(scalar(beta), at.step); };
    const Tensor rate = at.rate * scalar(o_.adam_lr_ratio) * sqrt(correction(o_.adam_beta_2)) / correction(o_.adam_beta_1);
    return w - s[0] * scalar(rate, g) / (sqrt(s[1]) + scalar(o_.epsilon, g));
  }
  /// The nearest matrix with singular values near 1, by ns_steps of the iteration.
  Tensor orthogonal(const Tensor& m) const {
    const bool tall = m.shape()[0] > m.shape()[1];
    Tensor x = tall ? transpose(m) : m;
    x = x / (sqrt(sum(square(x))) + scalar(1e-7, x));
    for (std::int64_t i = 0; i < o_.ns_steps; ++i) {
      const Tensor a = matmul(x, x, false, true);
      const Tensor b = a * scalar(o_.muon_b, a) + matmul(a * scalar(o_.muon_c, a), a);
      x = x * scalar(o_.muon_a, x) + matmul(b, x);
    }
    return tall ? transpose(x) : x;
  }

 protected:
  Tensor update(const Tensor& w, const Tensor& g, Tensors& s, const UpdateStep& at) const override {
    if (s.size() == 2) return adam_step(w, g, s, at);
    const Tensor momentum = scalar(o_.momentum, g);
    s[0] = momentum * s[0] + g;
    const double rows = static_cast<double>(w.shape()[0]), columns = static_cast<double>(w.shape()[1]);
    double scale = o_.rms_rate ? std::sqrt(std::max(rows, columns)) * *o_.rms_rate : 1;
    if (o_.torch_scale) scale = std::sqrt(std::max(1.0, rows / columns));
    return w - orthogonal(o_.nesterov ? g + momentum * s[0] : s[0]) * scalar(at.rate * scalar(scale), g);
  }
};

}  // namespace

Muon::Muon(const LearningRate& learning_rate, const MuonOptions& options) : Optimizer(std::make_shared<MuonRule>("Muon", learning_rate, options)) {}

namespace detail {
Optimizer muon_from_config(const Config& config) { return read_rule<MuonRule>("Muon", config, 0.001, MuonOptions{}); }
}  // namespace detail

}  // namespace candor
