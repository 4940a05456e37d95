#include "candor/nn/initializers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "candor/base/error.h"

namespace candor {
namespace {

struct SeedState {
  std::uint64_t seed = 0, weights = 0;
};
SeedState& seed_state() {
  thread_local SeedState state;
  return state;
}

/// Snake-case name, class name and, for variance scaling, its parameters.
struct Row {
  const char *name, *kind;
  double a = 0, b = 0;
  const char *mode = "", *distribution = "";
};
constexpr std::array<Row, 15> rows = {{
    {"zeros", "Zeros"},
    {"ones", "Ones"},
    {"constant", "Constant"},
    {"random_uniform", "RandomUniform", -0.05, 0.05},
    {"uniform", "RandomUniform", -0.05, 0.05},
    {"random_normal", "RandomNormal", 0, 0.05},
    {"truncated_normal", "TruncatedNormal", 0, 0.05},
    {"glorot_uniform", "GlorotUniform", 1, 0, "fan_avg", "uniform"},
    {"glorot_normal", "GlorotNormal", 1, 0, "fan_avg", "truncated_normal"},
    {"he_uniform", "HeUniform", 2, 0, "fan_in", "uniform"},
    {"he_normal", "HeNormal", 2, 0, "fan_in", "truncated_normal"},
    {"lecun_uniform", "LecunUniform", 1, 0, "fan_in", "uniform"},
    {"lecun_normal", "LecunNormal", 1, 0, "fan_in", "truncated_normal"},
    {"orthogonal", "Orthogonal", 1},
    {"identity", "Identity", 1},
}};

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

}  // namespace

/// Lets the named structs fill an Initializer.
struct InitializerAccess {
  static Initializer make(const char* kind, double a = 0, double b = 0, Seed seed = {}, std::string mode = "", std::string distribution = "") {
    Initializer out;
    out.kind_ = kind;
    out.a_ = a;
    out.b_ = b;
    out.seed_ = seed;
    out.mode_ = std::move(mode);
    out.distribution_ = std::move(distribution);
    return out;
  }
};

void set_random_seed(std::uint64_t seed) { seed_state() = {seed, 0}; }
std::uint64_t random_seed() { return seed_state().seed; }

namespace detail {
RandomStream next_weight_stream() {
  SeedState& state = seed_state();
  return RandomStream{state.seed, 0}.derived(0x77656967687473).derived(state.weights++);
}
}  // namespace detail

std::pair<double, double> compute_fans(const Shape& shape) {
  if (shape.rank() == 0) return {1, 1};
  if (shape.rank() == 1) return {shape[0], shape[0]};
  double window = 1;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) window *= static_cast<double>(shape[axis]);
  return {window * static_cast<double>(shape[-2]), window * static_cast<double>(shape[-1])};
}

Initializer::Initializer(std::string_view name) {
  for (const Row& row : rows) {
    if (row.name == name || row.kind == name) {
      *this = InitializerAccess::make(row.kind, row.a, row.b, {}, row.mode, row.distribution);
      return;
    }
  }
  std::string known;
  for (const Row& row : rows) known += (known.empty() ? "" : ", ") + std::string(row.name);
  fail(ErrorKind::invalid_argument, "initializer: none is called '" + std::string(name) + "'; there are " + known);
}

Initializer::Initializer(const Config& config) {
  if (config.is_text()) {
    *this = Initializer(config.text());
    return;
  }
  const std::string& kind = config.at("class_name").text();
  const Config* found = config.find("config");
  const Config c = found ? *found : Config::map();
  Seed seed;
  if (const Config* s = c.find("seed"); s && !s->is_null()) seed = static_cast<std::uint64_t>(s->integer());
  if (kind == "VarianceScaling") {
    *this = VarianceScaling{c.get("scale", 1.0), c.get("mode", "fan_in"), c.get("distribution", "truncated_normal"), seed};
    return;
  }
  *this = Initializer(kind);
  seed_ = seed;
  if (kind_ == "Constant") a_ = c.get("value", 0.0);
  if (kind_ == "RandomUniform") a_ = c.get("minval", a_), b_ = c.get("maxval", b_);
  if (kind_ == "RandomNormal" || kind_ == "TruncatedNormal") a_ = c.get("mean", a_), b_ = c.get("stddev", b_);
  if (kind_ == "Orthogonal" || kind_ == "Identity") a_ = c.get("gain", a_);
}

Config Initializer::config() const {
  Config c = Config::map();
  if (kind_ == "Constant") c.set("value", a_);
  if (kind_ == "RandomUniform") c.set("minval", a_).set("maxval", b_);
  if (kind_ == "RandomNormal" || kind_ == "TruncatedNormal") c.set("mean", a_).set("stddev", b_);
  if (kind_ == "Orthogonal" || kind_ == "Identity") c.set("gain", a_);
  if (kind_ == "VarianceScaling") c.set("scale", a_).set("mode", mode_).set("distribution", distribution_);
  if (kind_ != "Zeros" && kind_ != "Ones" && kind_ != "Constant" && kind_ != "Identity") {
    c.set("seed", seed_ ? Config(static_cast<std::int64_t>(*seed_)) : Config());
  }
  return {{"class_name", kind_}, {"config", c}};
}

Tensor Initializer::operator()(const Shape& shape, DType dtype, RandomStream stream) const {
  if (seed_) stream = RandomStream{*seed_, 0};
  const auto f = [](double x) { return static_cast<float>(x); };
  Tensor out;
  if (kind_ == "Zeros") return Tensor::zeros(shape, dtype);
  if (kind_ == "Ones") return Tensor::full(shape, 1, dtype);
  if (kind_ == "Constant") return Tensor::full(shape, a_, dtype);
  if (kind_ == "RandomUniform") out = random_uniform(shape, f(a_), f(b_), stream);
  else if (kind_ == "RandomNormal") out = random_normal(shape, f(a_), f(b_), stream);
  else if (kind_ == "TruncatedNormal") out = random_truncated_normal(shape, f(a_), f(b_), stream);
  else if (kind_ == "Orthogonal") out = orthogonal(shape, a_, stream);
  else if (kind_ == "Identity") out = identity(shape, a_);
  else {
    const auto [fan_in, fan_out] = compute_fans(shape);
    const double fan = mode_ == "fan_in" ? fan_in : mode_ == "fan_out" ? fan_out : (fan_in + fan_out) / 2;
    const double variance = a_ / std::max(1.0, fan);
    // The deviation of a normal cut off at two deviations is 0.8796 of the full one's.
    if (distribution_ == "uniform") out = random_uniform(shape, f(-std::sqrt(3 * variance)), f(std::sqrt(3 * variance)), stream);
    else if (distribution_ == "truncated_normal") out = random_truncated_normal(shape, 0, f(std::sqrt(variance) / 0.87962566103423978), stream);
    else out = random_normal(shape, 0, f(std::sqrt(variance)), stream);
  }
  return dtype == DType::f32 ? out : out.to(dtype);
}

Zeros::operator Initializer() const { return InitializerAccess::make("Zeros"); }
Ones::operator Initializer() const { return InitializerAccess::make("Ones"); }
Constant::operator Initializer() const { return InitializerAccess::make("Constant", value); }
RandomUniform::operator Initializer() const { return InitializerAccess::make("RandomUniform", minval, maxval, seed); }
RandomNormal::operator Initializer() const { return InitializerAccess::make("RandomNormal", mean, stddev, seed); }
TruncatedNormal::operator Initializer() const { return InitializerAccess::make("TruncatedNormal", mean, stddev, seed); }
VarianceScaling::operator Initializer() const {
  if (!(scale > 0)) fail(ErrorKind::invalid_argument, "VarianceScaling: scale must be positive, not " + std::to_string(scale));
  if (mode != "fan_in" && mode != "fan_out" && mode != "fan_avg") {
    fail(ErrorKind::invalid_argument, "VarianceScaling: mode must be fan_in, fan_out or fan_avg, not '" + mode + "'");
  }
  const std::string kind = distribution == "normal" ? "truncated_normal" : distribution;
  if (kind != "truncated_normal" && kind != "untruncated_normal" && kind != "uniform") {
    fail(ErrorKind::invalid_argument, "VarianceScaling: distribution must be truncated_normal, untruncated_normal or uniform, not '" + distribution + "'");
  }
  return InitializerAccess::make("VarianceScaling", scale, 0, seed, mode, kind);
}
GlorotUniform::operator Initializer() const { return InitializerAccess::make("GlorotUniform", 1, 0, seed, "fan_avg", "uniform"); }
GlorotNormal::operator Initializer() const { return InitializerAccess::make("GlorotNormal", 1, 0, seed, "fan_avg", "truncated_normal"); }
HeUniform::operator Initializer() const { return InitializerAccess::make("HeUniform", 2, 0, seed, "fan_in", "uniform"); }
HeNormal::operator Initializer() const { return InitializerAccess::make("HeNormal", 2, 0, seed, "fan_in", "truncated_normal"); }
LecunUniform::operator Initializer() const { return InitializerAccess::make("LecunUniform", 1, 0, seed, "fan_in", "uniform"); }
LecunNormal::operator Initializer() const { return InitializerAccess::make("LecunNormal", 1, 0, seed, "fan_in", "truncated_normal"); }
Orthogonal::operator Initializer() const { return InitializerAccess::make("Orthogonal", gain, 0, seed); }
Identity::operator Initializer() const { return InitializerAccess::make("Identity", gain); }

}  // namespace candor
