// The formulas are those of Keras 3 (keras/src/regularizers/regularizers.py).
#include "candor/nn/regularizers.h"

#include <cmath>

#include "candor/base/error.h"
#include "candor/nn/config_reader.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {

/// Lets the named structs fill a Regularizer.
struct RegularizerAccess {
  static Regularizer make(const char* kind, Config values, Regularizer::Rule rule) {
    Regularizer out;
    out.rule_ = std::move(rule);
    out.config_ = {{"class_name", kind}, {"config", std::move(values)}};
    return out;
  }
};

namespace {

Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }
Tensor l1_of(const Tensor& w, double factor) { return sum(abs(w)) * number(factor, w); }
Tensor l2_of(const Tensor& w, double factor) { return sum(square(w)) * number(factor, w); }

/// factor * 0.5 * sum over i != j of |u_i . u_j| / (n (n - 1) / 2), u the rows (or columns) divided by their lengths.
Tensor orthogonality(const Tensor& w, double factor, bool rows) {
  if (w.rank() != 2) fail(ErrorKind::shape, "OrthogonalRegularizer: a weight of two axes is needed, not " + to_string(w.shape()));
  const std::int64_t n = w.shape()[rows ? 0 : 1];
  if (n < 2) return number(0, w);
  // The bound of 1e-7 on the length lies within the root, so that a vector of zeros has gradient 0.
  const Tensor lengths = sqrt(maximum(sum(square(w), {rows ? 1 : 0}, true), number(1e-14, w)));
  const Tensor unit = w / lengths;
  Tensor others = Tensor::full({n, n}, 1, w.dtype());
  const auto clear_diagonal = [&](auto* data) {
    for (std::int64_t i = 0; i < n; ++i) data[i * n + i] = 0;
  };
  if (w.dtype() == DType::f64) clear_diagonal(others.mutable_data<double>());
  else {
    Tensor in_f32 = Tensor::full({n, n}, 1, DType::f32);
    clear_diagonal(in_f32.mutable_data<float>());
    others = in_f32.to(w.dtype());
  }
  const Tensor products = matmul(unit, unit, !rows, rows) * others;
  return sum(abs(products)) * number(factor / (static_cast<double>(n) * static_cast<double>(n - 1)), w);
}

void require_factor(const char* kind, const char* option, double value) {
  if (!(value >= 0) || !std::isfinite(value))
    fail(ErrorKind::invalid_argument, std::string(kind) + ": " + option + " must be a finite number that is not negative, not " + to_string(Config(value)));
}

Regularizer by_class(std::string_view kind, const Config& values) {
  if (kind == "L1" || kind == "l1") return L1{values.get("l1", 0.01)};
  if (kind == "L2" || kind == "l2") return L2{values.get("l2", 0.01)};
  if (kind == "L1L2" || kind == "l1_l2" || kind == "l1l2") return L1L2{values.get("l1", 0.0), values.get("l2", 0.0)};
  if (kind == "OrthogonalRegularizer" || kind == "orthogonal_regularizer") return OrthogonalRegularizer{values.get("factor", 0.01), values.get("mode", "rows")};
  return {};
}
constexpr const char* known = "L1, L2, L1L2, OrthogonalRegularizer";

}  // namespace

Config Regularizer::named(std::string name) { return {{"class_name", std::move(name)}, {"config", Config::map()}}; }

Regularizer::Regularizer(std::string_view name) {
  *this = by_class(name, Config::map());
  if (!defined()) fail(ErrorKind::invalid_argument, "regularizer: none is called '" + std::string(name) + "'; there are " + known);
}

Tensor Regularizer::operator()(const Tensor& w) const {
  if (!defined()) return {};
  const Tensor out = rule_(w);
  if (!out.defined() || out.rank() != 0 || out.dtype() != w.dtype()) {
    fail(ErrorKind::shape, "regularizer " + config_.at("class_name").text() + ": gave " + (out.defined() ? to_string(out.type()) : "nothing") + " for the weight " +
                               to_string(w.type()) + "; a penalty is a scalar of the same dtype");
  }
  return out;
}

Regularizer Regularizer::from_config(const Config* config) {
  if (!config || config->is_null()) return {};
  const std::string& kind = config->is_text() ? config->text() : config->at("class_name").text();
  const Config* values = config->is_text() ? nullptr : config->find("config");
  const Config options = values && !values->is_null() ? *values : Config::map();
  const detail::ConfigReader reader(options);
  const Regularizer out = by_class(kind, options);
  if (!out.defined()) fail(ErrorKind::corrupt, "regularizer: '" + kind + "' is not known; there are " + known);
  if (!reader.unread().empty()) reader.refuse_unread("regularizer: " + kind, out.config().at("config"));
  return out;
}

L1::operator Regularizer() const {
  require_factor("L1", "l1", l1);
  return RegularizerAccess::make("L1", {{"l1", l1}}, [l1 = l1](const Tensor& w) { return l1_of(w, l1); });
}

L2::operator Regularizer() const {
  require_factor("L2", "l2", l2);
  return RegularizerAccess::make("L2", {{"l2", l2}}, [l2 = l2](const Tensor& w) { return l2_of(w, l2); });
}

L1L2::operator Regularizer() const {
  require_factor("L1L2", "l1", l1);
  require_factor("L1L2", "l2", l2);
  return RegularizerAccess::make("L1L2", {{"l1", l1}, {"l2", l2}}, [l1 = l1, l2 = l2](const Tensor& w) {
    // A factor of 0 costs no pass over the weight.
    if (l1 == 0) return l2 == 0 ? number(0, w) : l2_of(w, l2);
    return l2 == 0 ? l1_of(w, l1) : l1_of(w, l1) + l2_of(w, l2);
  });
}

OrthogonalRegularizer::operator Regularizer() const {
  require_factor("OrthogonalRegularizer", "factor", factor);
  if (mode != "rows" && mode != "columns") fail(ErrorKind::invalid_argument, "OrthogonalRegularizer: mode must be rows or columns, not '" + mode + "'");
  return RegularizerAccess::make("OrthogonalRegularizer", {{"factor", factor}, {"mode", mode}},
                                 [factor = factor, rows = mode == "rows"](const Tensor& w) { return orthogonality(w, factor, rows); });
}

}  // namespace candor
