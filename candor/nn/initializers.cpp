#include "candor/nn/initializers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "candor/base/error.h"
#include "candor/nn/config_reader.h"
#include "candor/nn/windows.h"

namespace candor {
namespace {

struct SeedState {
  std::uint64_t seed = 0, weights = 0;
};
SeedState& seed_state() {
  thread_local SeedState state;
  return state;
}

/// Names, class and defaults; `values` are the options besides the seed.
struct Row {
  std::vector<const char*> names;
  const char* kind;
  Config values;
  bool draws;  ///< takes a seed
};
const std::vector<Row>& rows() {
  const Config fans{{"input_axes", Config()}, {"output_axes", Config()}};
  static const std::vector<Row> table = {
      {{"zeros"}, "Zeros", Config::map(), false},
      {{"ones"}, "Ones", Config::map(), false},
      {{"constant"}, "Constant", {{"value", 0.0}}, false},
      {{"random_uniform", "uniform"}, "RandomUniform", {{"minval", -0.05}, {"maxval", 0.05}}, true},
      {{"random_normal", "normal"}, "RandomNormal", {{"mean", 0.0}, {"stddev", 0.05}}, true},
      {{"truncated_normal"}, "TruncatedNormal", {{"mean", 0.0}, {"stddev", 0.05}}, true},
      {{"variance_scaling"}, "VarianceScaling",
       {{"scale", 1.0}, {"mode", "fan_in"}, {"distribution", "truncated_normal"}, {"input_axes", Config()}, {"output_axes", Config()}}, true},
      {{"glorot_uniform"}, "GlorotUniform", fans, true},
      {{"glorot_normal"}, "GlorotNormal", fans, true},
      {{"he_uniform"}, "HeUniform", fans, true},
      {{"he_normal"}, "HeNormal", fans, true},
      {{"lecun_uniform"}, "LecunUniform", fans, true},
      {{"lecun_normal"}, "LecunNormal", fans, true},
      {{"orthogonal", "OrthogonalInitializer"}, "Orthogonal", {{"gain", 1.0}}, true},
      {{"identity", "IdentityInitializer"}, "Identity", {{"gain", 1.0}}, false},
      {{"stft", "STFTInitializer"}, "STFT", {{"side", "real"}, {"window", "hann"}, {"periodic", false}, {"scaling", "density"}}, false},
  };
  return table;
}
const Row* row_of(std::string_view name) {
  for (const Row& row : rows()) {
    if (row.kind == name) return &row;
    for (const char* alias : row.names) {
      if (alias == name) return &row;
    }
  }
  return nullptr;
}
std::string known_names() {
  std::string known;
  for (const Row& row : rows()) known += (known.empty() ? "" : ", ") + std::string(row.names.front());
  return known;
}

/// Scale, fan and distribution of the family of VarianceScaling.
VarianceScaling scaling_of(const std::string& kind, const Config& values) {
  const bool uniform = kind.ends_with("Uniform");
  VarianceScaling v{kind.starts_with("He") ? 2.0 : 1.0, kind.starts_with("Glorot") ? "fan_avg" : "fan_in", uniform ? "uniform" : "truncated_normal"};
  const auto axes = [&](const char* key) -> FanAxes {
    const Config* found = values.find(key);
    if (!found || found->is_null()) return {};
    std::vector<int> out;
    for (const std::int64_t axis : found->to_integers()) {
      if (axis < -64 || axis > 64) fail(ErrorKind::corrupt, "initializer: the axis " + std::to_string(axis) + " is no axis of a weight");
      out.push_back(static_cast<int>(axis));
    }
    return out;
  };
  v.scale = values.get("scale", v.scale);
  v.mode = values.get("mode", v.mode);
  v.distribution = values.get("distribution", v.distribution);
  v.input_axes = axes("input_axes");
  v.output_axes = axes("output_axes");
  return v;
}

void require_finite(const char* kind, const char* option, double value) {
  if (!std::isfinite(value)) fail(ErrorKind::invalid_argument, std::string(kind) + ": " + option + " must be finite, not " + to_string(Config(value)));
}
void require_not_negative(const char* kind, const char* option, double value) {
  if (!(value >= 0) || !std::isfinite(value)) {
    fail(ErrorKind::invalid_argument, std::string(kind) + ": " + option + " must be a finite number that is not negative, not " + to_string(Config(value)));
  }
}

/// Orthonormal columns of a tall matrix by Gram-Schmidt, twice for accuracy.
Tensor orthogonal(const Shape& shape, double gain, RandomStream stream) {
  if (shape.rank() < 2) fail(ErrorKind::shape, "Orthogonal: a weight of at least two axes is needed, not " + to_string(shape));
  const std::int64_t columns = shape[-1], rows_count = shape.size() / std::max<std::int64_t>(columns, 1);
  const std::int64_t n = std::max(rows_count, columns), m = std::min(rows_count, columns);
  std::vector<double> q(static_cast<std::size_t>(n * m));  // m vectors of length n
  const auto at = [&](std::int64_t vector, std::int64_t i) -> double& { return q[static_cast<std::size_t>(vector * n + i)]; };
  for (std::int64_t i = 0; i < n * m; ++i) q[static_cast<std::size_t>(i)] = stream.normal(static_cast<std::uint64_t>(i));
  for (std::int64_t v = 0; v < m; ++v) {
    for (int pass = 0; pass < 2; ++pass) {
      for (std::int64_t w = 0; w < v; ++w) {
        double product = 0;
        for (std::int64_t i = 0; i < n; ++i) product += at(v, i) * at(w, i);
        for (std::int64_t i = 0; i < n; ++i) at(v, i) -= product * at(w, i);
      }
      double length = 0;
      for (std::int64_t i = 0; i < n; ++i) length += at(v, i) * at(v, i);
      length = std::sqrt(length);
      for (std::int64_t i = 0; i < n; ++i) at(v, i) /= length;
    }
  }
  std::vector<float> out(static_cast<std::size_t>(shape.size()));
  for (std::int64_t r = 0; r < rows_count; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      out[static_cast<std::size_t>(r * columns + c)] = static_cast<float>(gain * (rows_count >= columns ? at(c, r) : at(r, c)));
    }
  }
  return Tensor::from(out, shape);
}

Tensor identity(const Shape& shape, double gain) {
  if (shape.rank() != 2) fail(ErrorKind::shape, "Identity: a weight of two axes is needed, not " + to_string(shape));
  Tensor out = Tensor::zeros(shape);
  for (std::int64_t i = 0; i < std::min(shape[0], shape[1]); ++i) out.mutable_data<float>()[i * shape[1] + i] = static_cast<float>(gain);
  return out;
}

Tensor stft(const Shape& shape, const Config& o) {
  if (shape.rank() != 3 || shape[1] != 1 || shape[2] < 2) fail(ErrorKind::shape, "STFT: a kernel [frame, 1, bins] with at least 2 bins is needed, not " + to_string(shape));
  const std::int64_t frame = shape[0], bins = shape[2];
  const std::string window = o.get("window", ""), scaling = o.get("scaling", "");
  std::vector<double> weights(static_cast<std::size_t>(frame), 1);
  double divisor = 1;
  if (!window.empty()) {
    weights = window_values(window, frame, o.get("periodic", false));
    double sum = 0, squares = 0;
    for (double w : weights) sum += std::abs(w), squares += w * w;
    if (scaling == "density") divisor = std::sqrt(squares);
    if (scaling == "spectrum") divisor = sum;
  }
  const bool real = o.get("side", "real") == "real";
  std::vector<float> out;
  for (std::int64_t t = 0; t < frame; ++t) {
    for (std::int64_t k = 0; k < bins; ++k) {
      const double angle = -std::numbers::pi * static_cast<double>(t) * static_cast<double>(k) / static_cast<double>(bins - 1);
      out.push_back(static_cast<float>((real ? std::cos(angle) : std::sin(angle)) * weights[static_cast<std::size_t>(t)] / divisor));
    }
  }
  return Tensor::from(out, shape);
}

}  // namespace

/// Lets the named structs fill an Initializer.
struct InitializerAccess {
  static Initializer make(const char* kind, Config values = Config::map(), Seed seed = {}) {
    Initializer out;
    out.kind_ = kind;
    out.values_ = std::move(values);
    out.seed_ = seed;
    return out;
  }
  static Initializer scaling(const char* kind, Seed seed, const FanAxes& in, const FanAxes& out) {
    return make(kind, {{"input_axes", axes(in)}, {"output_axes", axes(out)}}, seed);
  }
  static Config axes(const FanAxes& axes) { return axes ? Config::integers({axes->begin(), axes->end()}) : Config(); }
};

void set_random_seed(std::uint64_t seed) { seed_state() = {seed, 0}; }
std::uint64_t random_seed() { return seed_state().seed; }

namespace detail {
RandomStream next_weight_stream() {
  SeedState& state = seed_state();
  return RandomStream{state.seed, 0}.derived(0x77656967687473).derived(state.weights++);
}
}  // namespace detail

std::pair<double, double> compute_fans(const Shape& shape, const FanAxes& input_axes, const FanAxes& output_axes) {
  if (input_axes && output_axes) {
    const auto product = [&](const std::vector<int>& axes) {
      double total = 1;
      for (int axis : axes) {
        if (axis < -shape.rank() || axis >= shape.rank()) fail(ErrorKind::shape, "initializer: the axis " + std::to_string(axis) + " is out of range for a weight " + to_string(shape));
        total *= static_cast<double>(shape[axis]);
      }
      return total;
    };
    return {product(*input_axes), product(*output_axes)};
  }
  if (shape.rank() == 0) return {1, 1};
  if (shape.rank() == 1) return {shape[0], shape[0]};
  double window = 1;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) window *= static_cast<double>(shape[axis]);
  return {window * static_cast<double>(shape[-2]), window * static_cast<double>(shape[-1])};
}

Initializer::Initializer(std::string_view name) {
  const Row* row = row_of(name);
  if (!row) fail(ErrorKind::invalid_argument, "initializer: none is called '" + std::string(name) + "'; there are " + known_names());
  kind_ = row->kind;
  values_ = row->values;
}

Initializer::Initializer(const Config& config) {
  if (config.is_text()) {
    *this = Initializer(config.text());
    return;
  }
  const std::string& kind = config.at("class_name").text();
  const Row* row = row_of(kind);
  if (!row) fail(ErrorKind::corrupt, "initializer: the class '" + kind + "' is not known; there are " + known_names());
  const Config* found = config.find("config");
  const Config c = found && !found->is_null() ? *found : Config::map();
  const detail::ConfigReader reader(c);
  Seed seed;
  if (const Config* s = c.find("seed"); s && !s->is_null()) {
    // Keras writes a SeedGenerator as an object with a seed of its own.
    const Config& number = s->is_map() ? s->at("config").at("seed") : *s;
    if (!number.is_null()) seed = static_cast<std::uint64_t>(number.integer());
  }
  const std::string k = row->kind;
  if (k == "Zeros" || k == "Ones") *this = InitializerAccess::make(row->kind);
  else if (k == "Constant") *this = Constant{c.get("value", 0.0)};
  else if (k == "RandomUniform") *this = RandomUniform{c.get("minval", -0.05), c.get("maxval", 0.05), seed};
  else if (k == "RandomNormal") *this = RandomNormal{c.get("mean", 0.0), c.get("stddev", 0.05), seed};
  else if (k == "TruncatedNormal") *this = TruncatedNormal{c.get("mean", 0.0), c.get("stddev", 0.05), seed};
  else if (k == "Orthogonal") *this = Orthogonal{c.get("gain", 1.0), seed};
  else if (k == "Identity") *this = Identity{c.get("gain", 1.0)};
  else if (k == "STFT") {
    // Missing means the default, null none.
    const auto text = [&](const char* key, const char* fallback) -> std::string {
      const Config* value = c.find(key);
      return !value ? fallback : value->is_null() ? "" : value->text();
    };
    *this = STFT{text("side", "real"), text("window", "hann"), text("scaling", "density"), c.get("periodic", false)};
  } else {
    const VarianceScaling v = scaling_of(k, c);
    if (k == "VarianceScaling") *this = VarianceScaling{v.scale, v.mode, v.distribution, seed, v.input_axes, v.output_axes};
    else *this = InitializerAccess::scaling(row->kind, seed, v.input_axes, v.output_axes);
  }
  constexpr std::array without_effect = {"dtype", "seed", "input_axes", "output_axes"};  // earlier versions of Keras write them for each
  reader.refuse_unread("initializer: " + kind, this->config().at("config"), without_effect);
}

Config Initializer::config() const {
  Config c = Config::map();
  if (const Row* row = row_of(kind_); row && row->draws && !function_) c.set("seed", seed_ ? Config(static_cast<std::int64_t>(*seed_)) : Config());
  for (const auto& [key, value] : values_.entries()) c.set(key, value);
  return {{"class_name", kind_}, {"config", c}};
}

Tensor Initializer::operator()(const Shape& shape, DType dtype, RandomStream stream) const {
  if (function_) {
    const Tensor out = function_(shape, dtype);
    if (!out.defined() || !(out.type() == TensorType{shape, dtype})) {
      fail(ErrorKind::shape, "initializer " + kind_ + ": gave " + (out.defined() ? to_string(out.type()) : "nothing") + " for a weight " + to_string(TensorType{shape, dtype}));
    }
    return out;
  }
  if (seed_) stream = RandomStream{*seed_, 0};
  const auto f = [](double x) { return static_cast<float>(x); };
  const auto value = [&](const char* key) { return values_.at(key).number(); };
  Tensor out;
  if (kind_ == "Zeros") return Tensor::zeros(shape, dtype);
  if (kind_ == "Ones") return Tensor::full(shape, 1, dtype);
  if (kind_ == "Constant") return Tensor::full(shape, value("value"), dtype);
  if (kind_ == "RandomUniform") out = random_uniform(shape, f(value("minval")), f(value("maxval")), stream);
  else if (kind_ == "RandomNormal") out = random_normal(shape, f(value("mean")), f(value("stddev")), stream);
  else if (kind_ == "TruncatedNormal") out = random_truncated_normal(shape, f(value("mean")), f(value("stddev")), stream);
  else if (kind_ == "Orthogonal") out = orthogonal(shape, value("gain"), stream);
  else if (kind_ == "Identity") out = identity(shape, value("gain"));
  else if (kind_ == "STFT") out = stft(shape, values_);
  else {
    const VarianceScaling v = scaling_of(kind_, values_);
    const auto [fan_in, fan_out] = compute_fans(shape, v.input_axes, v.output_axes);
    const double fan = v.mode == "fan_in" ? fan_in : v.mode == "fan_out" ? fan_out : (fan_in + fan_out) / 2;
    const double variance = v.scale / std::max(1.0, fan);
    // The deviation of a normal cut off at two deviations is 0.8796 of the full one's.
    if (v.distribution == "uniform") out = random_uniform(shape, f(-std::sqrt(3 * variance)), f(std::sqrt(3 * variance)), stream);
    else if (v.distribution == "untruncated_normal") out = random_normal(shape, 0, f(std::sqrt(variance)), stream);
    else out = random_truncated_normal(shape, 0, f(std::sqrt(variance) / 0.87962566103423978), stream);
  }
  return dtype == DType::f32 ? out : out.to(dtype);
}

Zeros::operator Initializer() const { return InitializerAccess::make("Zeros"); }
Ones::operator Initializer() const { return InitializerAccess::make("Ones"); }
Constant::operator Initializer() const { return InitializerAccess::make("Constant", {{"value", value}}); }

RandomUniform::operator Initializer() const {
  require_finite("RandomUniform", "minval", minval);
  require_finite("RandomUniform", "maxval", maxval);
  if (maxval < minval) fail(ErrorKind::invalid_argument, "RandomUniform: maxval must be at least minval, is " + to_string(Config(maxval)));
  return InitializerAccess::make("RandomUniform", {{"minval", minval}, {"maxval", maxval}}, seed);
}
RandomNormal::operator Initializer() const {
  require_finite("RandomNormal", "mean", mean);
  require_not_negative("RandomNormal", "stddev", stddev);
  return InitializerAccess::make("RandomNormal", {{"mean", mean}, {"stddev", stddev}}, seed);
}
TruncatedNormal::operator Initializer() const {
  require_finite("TruncatedNormal", "mean", mean);
  require_not_negative("TruncatedNormal", "stddev", stddev);
  return InitializerAccess::make("TruncatedNormal", {{"mean", mean}, {"stddev", stddev}}, seed);
}
VarianceScaling::operator Initializer() const {
  if (!(scale > 0) || !std::isfinite(scale)) fail(ErrorKind::invalid_argument, "VarianceScaling: scale must be positive, not " + to_string(Config(scale)));
  if (mode != "fan_in" && mode != "fan_out" && mode != "fan_avg") {
    fail(ErrorKind::invalid_argument, "VarianceScaling: mode must be fan_in, fan_out or fan_avg, not '" + mode + "'");
  }
  const std::string kind = distribution == "normal" ? "truncated_normal" : distribution;
  if (kind != "truncated_normal" && kind != "untruncated_normal" && kind != "uniform") {
    fail(ErrorKind::invalid_argument, "VarianceScaling: distribution must be truncated_normal, untruncated_normal or uniform, not '" + distribution + "'");
  }
  return InitializerAccess::make("VarianceScaling", {{"scale", scale}, {"mode", mode}, {"distribution", kind}, {"input_axes", InitializerAccess::axes(input_axes)},
                                                     {"output_axes", InitializerAccess::axes(output_axes)}}, seed);
}
GlorotUniform::operator Initializer() const { return InitializerAccess::scaling("GlorotUniform", seed, input_axes, output_axes); }
GlorotNormal::operator Initializer() const { return InitializerAccess::scaling("GlorotNormal", seed, input_axes, output_axes); }
HeUniform::operator Initializer() const { return InitializerAccess::scaling("HeUniform", seed, input_axes, output_axes); }
HeNormal::operator Initializer() const { return InitializerAccess::scaling("HeNormal", seed, input_axes, output_axes); }
LecunUniform::operator Initializer() const { return InitializerAccess::scaling("LecunUniform", seed, input_axes, output_axes); }
LecunNormal::operator Initializer() const { return InitializerAccess::scaling("LecunNormal", seed, input_axes, output_axes); }
Orthogonal::operator Initializer() const {
  require_finite("Orthogonal", "gain", gain);
  return InitializerAccess::make("Orthogonal", {{"gain", gain}}, seed);
}
Identity::operator Initializer() const {
  require_finite("Identity", "gain", gain);
  return InitializerAccess::make("Identity", {{"gain", gain}});
}
STFT::operator Initializer() const {
  if (side != "real" && side != "imag") fail(ErrorKind::invalid_argument, "STFT: side must be real or imag, not '" + side + "'");
  if (!scaling.empty() && scaling != "density" && scaling != "spectrum") fail(ErrorKind::invalid_argument, "STFT: scaling must be density, spectrum or empty, not '" + scaling + "'");
  if (!window.empty()) require_window(window);
  const auto optional = [](const std::string& text) { return text.empty() ? Config() : Config(text); };
  return InitializerAccess::make("STFT", {{"side", side}, {"window", optional(window)}, {"periodic", periodic}, {"scaling", optional(scaling)}});
}

}  // namespace candor
