// Rows sgd_update, adam_update, rmsprop_update. Inputs are the parameters, then the states, then the gradients, rate (and step),
// so that output i is the updated input i. The rewrite sparse_updates gives the gradient of some parameters as the rows that take_gradient
// would add up (attribute "taken": their numbers); the numbers of these rows in the table are then the last inputs.
#include "candor/ops/optimizer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <type_traits>

#include "candor/ops/families.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"
#include "candor/ops/scattered.h"

namespace candor {
namespace {

// Number of lists that are updated: the parameters and their states.
std::int64_t updated_lists(const Attrs& attrs) { return attrs.integer("lists"); }

// The parameters whose gradients are rows of a table.
std::vector<std::int64_t> taken(const Attrs& attrs) { return attrs.has("taken") ? attrs.integers("taken") : std::vector<std::int64_t>{}; }

// Their gradients are `rows` of the table, as many as there are numbers.
void expect_rows(const TensorType& table, const TensorType& rows, const TensorType& index, const char* name) {
  const bool fits = table.shape.rank() > 0 && table.shape[0] > 0 && rows.dtype == table.dtype && rows.size() == index.size() * (table.size() / table.shape[0]);
  if (!fits) fail(ErrorKind::shape, std::string(name) + ": a table of " + to_string(table) + " has no rows " + to_string(rows) + " with numbers " + to_string(index));
  rules::expect_index(index, name);
}

// A group of a model's parameters begins with this number of them: its noise is what it would be beside the others.
std::size_t first_parameter(const Attrs& attrs) { return attrs.has("first") ? static_cast<std::size_t>(attrs.integer("first")) : 0; }

// Adam may keep its states in 16 bits.
bool short_states(const Attrs& attrs) { return attrs.has("bf16_state") && attrs.flag("bf16_state"); }
TensorType state_of(const TensorType& parameter, const Attrs& attrs) {
  return short_states(attrs) && parameter.dtype == DType::f32 ? TensorType{parameter.shape, DType::bf16} : parameter;
}

template <rules::Name N, std::size_t scalars>
std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  const auto count = static_cast<std::size_t>(attrs.integer("count")), lists = static_cast<std::size_t>(updated_lists(attrs));
  const std::vector<std::int64_t> tables = taken(attrs);
  const std::size_t indices = count * (lists + 1) + scalars;
  rules::expect_inputs(in, indices + tables.size(), N.str());
  for (std::size_t i = 0; i < count * (lists + 1); ++i) {
    const TensorType& parameter = in[i % count];
    if (parameter.dtype != DType::f32 && parameter.dtype != DType::f64)
      fail(ErrorKind::dtype, N.str() + ": parameters must be f32 or f64, got " + to_string(parameter) + " as number " + std::to_string(i % count));
    const auto table = i < count * lists ? tables.end() : std::find(tables.begin(), tables.end(), static_cast<std::int64_t>(i % count));
    if (table != tables.end()) expect_rows(parameter, in[i], in[indices + static_cast<std::size_t>(table - tables.begin())], N.str().c_str());
    else if (in[i] != (i >= count && i < count * lists ? state_of(parameter, attrs) : parameter))
      fail(ErrorKind::shape, N.str() + ": parameter " + std::to_string(i % count) + " is " + to_string(parameter) + " but its " +
                                 (i < count * lists ? "state" : "gradient") + " is " + to_string(in[i]));
  }
  for (std::size_t i = count * (lists + 1); i < indices; ++i)
    if (in[i].size() != 1 || !is_floating(in[i].dtype) || size_of(in[i].dtype) < 4)
      fail(ErrorKind::shape, N.str() + ": rate and step must be f32 or f64 scalars, got " + to_string(in[i]));
  return {in.begin(), in.begin() + static_cast<std::ptrdiff_t>(count * lists)};
}

// The rate is number 0, a step number 1.
double scalar_input(const KernelArgs& args, std::size_t number) {
  const std::size_t i = static_cast<std::size_t>(args.node->attrs.integer("count") * (updated_lists(args.node->attrs) + 1)) + number;
  return args.node->in[i].dtype == DType::f64 ? *args.input<double>(i) : static_cast<double>(*args.input<float>(i));
}

// The gradient of the table p, made of its rows.
void add_up(const KernelArgs& args, std::size_t gradient, std::size_t p, std::size_t index, std::byte* to) {
  const NodeInfo& node = *args.node;
  const NodeInfo sum{&op("take_gradient"), Attrs{{"axis", std::int64_t{0}}}.set("shape", node.in[p].shape), {node.in[gradient], node.in[index]}, {node.in[p]}};
  void *in[] = {args.in[gradient], args.in[index]}, *out[] = {to};
  sum.op->reference({&sum, in, out, nullptr, nullptr, args.run});
}

// Calls update(type zero, n, in pointers, out pointers, gradient) for each parameter. `step` makes the noise of states of 16 bits.
template <class Update>
void for_each_parameter(const KernelArgs& args, Update&& update, double step = 0) {
  const Attrs& attrs = args.node->attrs;
  const auto count = static_cast<std::size_t>(attrs.integer("count")), lists = static_cast<std::size_t>(updated_lists(attrs));
  const std::vector<std::int64_t> tables = taken(attrs);
  std::vector<std::byte> made;
  for (std::size_t p = 0; p < count; ++p) {
    const auto table = std::find(tables.begin(), tables.end(), static_cast<std::int64_t>(p));
    if (table != tables.end()) {
      made.resize(args.node->in[p].bytes());
      add_up(args, lists * count + p, p, args.node->in.size() - static_cast<std::size_t>(tables.end() - table), made.data());
    }
    const auto run = [&](auto zero) {
      using T = decltype(zero);
      std::array<const T*, 4> in{};
      std::array<T*, 4> out{};
      for (std::size_t k = 0; k < lists; ++k) in[k] = args.input<T>(k * count + p), out[k] = args.output<T>(k * count + p);
      const auto* gradient = table != tables.end() ? reinterpret_cast<const T*>(made.data()) : args.input<T>(lists * count + p);
      const std::int64_t n = args.node->in[p].size();
      if constexpr (std::is_same_v<T, float>) {
        if (short_states(attrs)) {
          std::vector<std::vector<float>> wide(lists);
          for (std::size_t k = 1; k < lists; ++k) {
            const auto* from = args.input<bf16_t>(k * count + p);
            for (std::int64_t i = 0; i < n; ++i) wide[k].push_back(static_cast<float>(from[i]));
            in[k] = out[k] = wide[k].data();
          }
          update(zero, n, in, out, gradient);
          const std::uint32_t key = noise_key(step, first_parameter(attrs) + p);
          for (std::size_t k = 1; k < lists; ++k) {
            auto* to = args.output<bf16_t>(k * count + p);
            for (std::int64_t i = 0; i < n; ++i) {
              const std::uint32_t both = noise(key, static_cast<std::uint32_t>(i));
              to[i] = std::bit_cast<bf16_t>(rounded_by(wide[k][static_cast<std::size_t>(i)], k == 1 ? both & 0xffffu : both >> 16));
            }
          }
          return;
        }
      }
      update(zero, n, in, out, gradient);
    };
    if (args.node->in[p].dtype == DType::f64) run(double{});
    else run(float{});
  }
}

void sgd_kernel(const KernelArgs& args) {
  const Attrs& attrs = args.node->attrs;
  const double rate_value = scalar_input(args, 0);
  const bool nesterov = attrs.flag("nesterov"), has_velocity = updated_lists(attrs) == 2;
  for_each_parameter(args, [&](auto zero, std::int64_t n, const auto& in, const auto& out, const auto* g) {
    using T = decltype(zero);
    const T rate = static_cast<T>(rate_value), momentum = static_cast<T>(attrs.number("momentum")), decay = static_cast<T>(attrs.number("weight_decay"));
    for (std::int64_t i = 0; i < n; ++i) {
      const T step = rate * g[i], p = in[0][i] - rate * decay * in[0][i];
      if (has_velocity) {
        const T v = momentum * in[1][i] - step;
        out[1][i] = v;
        out[0][i] = p + (nesterov ? momentum * v - step : v);
      } else out[0][i] = p - step;
    }
  });
}

void adam_kernel(const KernelArgs& args) {
  const Attrs& attrs = args.node->attrs;
  const double rate = scalar_input(args, 0), step = scalar_input(args, 1);
  const double beta1 = attrs.number("beta1"), beta2 = attrs.number("beta2");
  const double correction1 = 1 - std::pow(beta1, step), root2 = std::sqrt(1 - std::pow(beta2, step));
  const bool torch = attrs.flag("torch_epsilon");
  for_each_parameter(args, [&](auto zero, std::int64_t n, const auto& in, const auto& out, const auto* g) {
    using T = decltype(zero);
    // torch's p -= rate m^ / (sqrt v^ + eps) is Keras's form with the epsilon scaled by the root of the correction.
    const T alpha = static_cast<T>(rate * root2 / correction1), epsilon = static_cast<T>(attrs.number("epsilon") * (torch ? root2 : 1));
    const T b1 = static_cast<T>(beta1), b2 = static_cast<T>(beta2), c1 = static_cast<T>(1 - beta1), c2 = static_cast<T>(1 - beta2);
    const T keep = static_cast<T>(1 - rate * attrs.number("weight_decay"));
    const bool amsgrad = updated_lists(attrs) == 4;
    for (std::int64_t i = 0; i < n; ++i) {
      const T m = b1 * in[1][i] + c1 * g[i], v = b2 * in[2][i] + c2 * g[i] * g[i];
      out[1][i] = m;
      out[2][i] = v;
      T spread = v;
      if (amsgrad) {
        if (const T before = in[3][i]; !(v > before) && v == v) spread = before;
        out[3][i] = spread;
      }
      out[0][i] = keep * in[0][i] - alpha * m / (std::sqrt(spread) + epsilon);
    }
  }, step);
}

void rmsprop_kernel(const KernelArgs& args) {
  const Attrs& attrs = args.node->attrs;
  const double rate_value = scalar_input(args, 0);
  const bool centered = attrs.flag("centered"), torch = attrs.flag("torch_epsilon"), has_momentum = attrs.number("momentum") != 0;
  for_each_parameter(args, [&](auto zero, std::int64_t n, const auto& in, const auto& out, const auto* g) {
    using T = decltype(zero);
    const T rho = static_cast<T>(attrs.number("rho")), rest = static_cast<T>(1 - attrs.number("rho")), epsilon = static_cast<T>(attrs.number("epsilon"));
    const T rate = static_cast<T>(rate_value), momentum = static_cast<T>(attrs.number("momentum"));
    const std::size_t mean_at = has_momentum ? 3 : 2;
    for (std::int64_t i = 0; i < n; ++i) {
      const T v = rho * in[1][i] + rest * g[i] * g[i];
      out[1][i] = v;
      T spread = v;
      if (centered) {
        const T mean = rho * in[mean_at][i] + rest * g[i];
        out[mean_at][i] = mean;
        spread -= mean * mean;
      }
      const T scaled = torch ? g[i] / (std::sqrt(spread) + epsilon) : g[i] / std::sqrt(spread + epsilon);
      if (has_momentum) {
        // The buffer keeps Keras's unit (rate inside); torch's, with the rate outside, differs only when the rate changes.
        const T b = torch ? momentum * in[2][i] + scaled : momentum * in[2][i] + rate * scaled;
        out[2][i] = b;
        out[0][i] = in[0][i] - (torch ? rate * b : b);
      } else out[0][i] = in[0][i] - rate * scaled;
    }
  });
}

double flops(const NodeInfo& node) {
  double total = 0;
  for (const TensorType& type : node.out) total += 4 * static_cast<double>(type.size());
  return total;
}

// All lists one behind the other. Throws when their lengths differ.
std::vector<Tensor> joined(std::initializer_list<std::span<const Tensor>> lists, const std::string& op) {
  std::vector<Tensor> all;
  const std::size_t count = lists.begin()->size();
  if (count == 0) fail(ErrorKind::invalid_argument, op + ": there are no parameters");
  for (std::span<const Tensor> list : lists) {
    if (list.size() != count)
      fail(ErrorKind::invalid_argument, op + ": the lists differ in length: " + std::to_string(count) + " parameters and " + std::to_string(list.size()) + " states or gradients");
    all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

}  // namespace

void register_optimizer() {
  register_op({.name = "sgd_update", .infer = infer<"sgd_update", 1>, .reference = sgd_kernel, .flops = flops, .in_place_updates = true});
  register_op({.name = "adam_update", .infer = infer<"adam_update", 2>, .reference = adam_kernel, .flops = flops, .in_place_updates = true});
  register_op({.name = "rmsprop_update", .infer = infer<"rmsprop_update", 1>, .reference = rmsprop_kernel, .flops = flops, .in_place_updates = true});
}

namespace ops {

Tensors sgd_update(const Tensors& parameters, const Tensors& gradients, const Tensors& velocities, const Tensor& rate, const SgdOptions& options) {
  const bool state = options.momentum != 0;
  Tensors in = state ? joined({parameters, velocities, gradients}, "sgd_update") : joined({parameters, gradients}, "sgd_update");
  in.push_back(rate);
  Attrs attrs{{"count", static_cast<std::int64_t>(parameters.size())}, {"lists", std::int64_t{state ? 2 : 1}}, {"momentum", options.momentum},
              {"nesterov", options.nesterov}, {"weight_decay", options.weight_decay}};
  return apply_all(op("sgd_update"), in, std::move(attrs));
}

Tensors adam_update(const Tensors& parameters, const Tensors& gradients, const Tensors& m, const Tensors& v, const Tensor& rate, const Tensor& step, const AdamOptions& options,
                    const Tensors& largest_v) {
  const bool amsgrad = !largest_v.empty();
  Tensors in = amsgrad ? joined({parameters, m, v, largest_v, gradients}, "adam_update") : joined({parameters, m, v, gradients}, "adam_update");
  in.push_back(rate);
  in.push_back(step);
  Attrs attrs{{"count", static_cast<std::int64_t>(parameters.size())}, {"lists", std::int64_t{amsgrad ? 4 : 3}}, {"beta1", options.beta1}, {"beta2", options.beta2},
              {"epsilon", options.epsilon}, {"weight_decay", options.weight_decay}, {"torch_epsilon", options.torch_epsilon}};
  if (!m.empty() && m[0].dtype() == DType::bf16) attrs.set("bf16_state", true);
  return apply_all(op("adam_update"), in, std::move(attrs));
}

Tensors rmsprop_update(const Tensors& parameters, const Tensors& gradients, const Tensors& v, const Tensors& momenta, const Tensors& means, const Tensor& rate, const RmspropOptions& options) {
  Tensors in = joined({parameters, v}, "rmsprop_update");
  const auto append = [&](const Tensors& list) {
    if (list.size() != parameters.size())
      fail(ErrorKind::invalid_argument, "rmsprop_update: the lists differ in length: " + std::to_string(parameters.size()) + " parameters and " +
                                            std::to_string(list.size()) + " states or gradients");
    in.insert(in.end(), list.begin(), list.end());
  };
  const bool has_momentum = options.momentum != 0;
  if (has_momentum) append(momenta);
  if (options.centered) append(means);
  append(gradients);
  in.push_back(rate);
  Attrs attrs{{"count", static_cast<std::int64_t>(parameters.size())}, {"lists", std::int64_t{2 + has_momentum + options.centered}}, {"rho", options.rho},
              {"momentum", options.momentum}, {"epsilon", options.epsilon}, {"centered", options.centered}, {"torch_epsilon", options.torch_epsilon}};
  return apply_all(op("rmsprop_update"), in, std::move(attrs));
}

}  // namespace ops
}  // namespace candor
