// The formulas are those of Keras 3 (keras/src/constraints/constraints.py), with its epsilon of 1e-7 beside each norm.
#include "candor/nn/constraints.h"

#include <cmath>

#include "candor/base/error.h"
#include "candor/nn/config_reader.h"
#include "candor/ops/elementwise.h"

namespace candor {

/// Lets the named structs fill a Constraint.
struct ConstraintAccess {
  static Constraint make(const char* kind, Config values, Constraint::Rule rule) {
    Constraint out;
    out.rule_ = std::move(rule);
    out.config_ = {{"class_name", kind}, {"config", std::move(values)}};
    return out;
  }
};

namespace {

Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }
Tensor norms_of(const Tensor& w, const Axes& axis) { return sqrt(sum(square(w), axis, true)); }
Tensor scaled_to(const Tensor& w, const Tensor& norms, const Tensor& wanted) { return w * (wanted / (norms + number(1e-7, w))); }

/// One axis as a number, several as a list, as Keras writes it.
Config axes_config(const Axes& axis) { return axis.size() == 1 ? Config(axis[0]) : Config::integers({axis.begin(), axis.end()}); }
Axes axes_of(const Config& values) {
  const Config* axis = values.find("axis");
  if (!axis || axis->is_null()) return {0};
  Axes out;
  for (const std::int64_t a : axis->is_list() ? axis->to_integers() : std::vector<std::int64_t>{axis->integer()}) {
    if (a < -64 || a > 64) fail(ErrorKind::corrupt, "constraint: the axis " + std::to_string(a) + " is no axis of a tensor");
    out.push_back(static_cast<int>(a));
  }
  return out;
}

void require(bool right, const char* kind, const char* option, const char* what, double value) {
  if (!right) fail(ErrorKind::invalid_argument, std::string(kind) + ": " + option + " must " + what + ", not " + to_string(Config(value)));
}
/// An empty list would mean all axes to sum(): say so, rather than take it for none.
void require_axes(const char* kind, const Axes& axis) {
  if (axis.empty()) fail(ErrorKind::invalid_argument, std::string(kind) + ": axis is empty; name the axes that each norm sums over, such as {0}");
}

Constraint by_class(std::string_view kind, const Config& values) {
  if (kind == "MaxNorm" || kind == "max_norm") return MaxNorm{values.get("max_value", 2.0), axes_of(values)};
  if (kind == "NonNeg" || kind == "non_neg") return NonNeg{};
  if (kind == "UnitNorm" || kind == "unit_norm") return UnitNorm{axes_of(values)};
  if (kind == "MinMaxNorm" || kind == "min_max_norm")
    return MinMaxNorm{values.get("min_value", 0.0), values.get("max_value", 1.0), values.get("rate", 1.0), axes_of(values)};
  return {};
}
constexpr const char* known = "MaxNorm, MinMaxNorm, NonNeg, UnitNorm";

}  // namespace

Config Constraint::named(std::string name) { return {{"class_name", std::move(name)}, {"config", Config::map()}}; }

Constraint::Constraint(std::string_view name) {
  *this = by_class(name, Config::map());
  if (!defined()) fail(ErrorKind::invalid_argument, "constraint: none is called '" + std::string(name) + "'; there are " + known);
}

Tensor Constraint::operator()(const Tensor& w) const {
  if (!defined()) return w;
  const Tensor out = rule_(w);
  if (!out.defined() || out.type() != w.type()) {
    fail(ErrorKind::shape, "constraint " + config_.at("class_name").text() + ": made " + (out.defined() ? to_string(out.type()) : "nothing") + " of the weight " +
                               to_string(w.type()) + "; it must keep shape and dtype");
  }
  return out;
}

Constraint Constraint::from_config(const Config* config) {
  if (!config || config->is_null()) return {};
  const std::string& kind = config->is_text() ? config->text() : config->at("class_name").text();
  const Config* values = config->is_text() ? nullptr : config->find("config");
  const Config options = values && !values->is_null() ? *values : Config::map();
  const detail::ConfigReader reader(options);
  const Constraint out = by_class(kind, options);
  if (!out.defined()) fail(ErrorKind::corrupt, "constraint: '" + kind + "' is not known; there are " + known);
  if (!reader.unread().empty()) reader.refuse_unread("constraint: " + kind, out.config().at("config"));
  return out;
}

MaxNorm::operator Constraint() const {
  require(max_value >= 0, "MaxNorm", "max_value", "not be negative", max_value);
  require_axes("MaxNorm", axis);
  return ConstraintAccess::make("MaxNorm", {{"max_value", max_value}, {"axis", axes_config(axis)}}, [max = max_value, axes = axis](const Tensor& w) {
    const Tensor norms = norms_of(w, axes);
    return scaled_to(w, norms, minimum(norms, number(max, w)));
  });
}

NonNeg::operator Constraint() const {
  return ConstraintAccess::make("NonNeg", Config::map(), [](const Tensor& w) { return maximum(w, number(0, w)); });
}

UnitNorm::operator Constraint() const {
  require_axes("UnitNorm", axis);
  return ConstraintAccess::make("UnitNorm", {{"axis", axes_config(axis)}}, [axes = axis](const Tensor& w) { return w / (norms_of(w, axes) + number(1e-7, w)); });
}

MinMaxNorm::operator Constraint() const {
  require(min_value >= 0, "MinMaxNorm", "min_value", "not be negative", min_value);
  require(max_value >= min_value, "MinMaxNorm", "max_value", "be at least min_value", max_value);
  require(rate >= 0 && rate <= 1, "MinMaxNorm", "rate", "lie in [0, 1]", rate);
  require_axes("MinMaxNorm", axis);
  const Config values = {{"min_value", min_value}, {"max_value", max_value}, {"rate", rate}, {"axis", axes_config(axis)}};
  return ConstraintAccess::make("MinMaxNorm", values, [o = *this](const Tensor& w) {
    const Tensor norms = norms_of(w, o.axis);
    const Tensor bounded = minimum(maximum(norms, number(o.min_value, w)), number(o.max_value, w));
    return scaled_to(w, norms, bounded * number(o.rate, w) + norms * number(1 - o.rate, w));
  });
}

}  // namespace candor
