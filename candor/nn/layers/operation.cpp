#include "candor/nn/layers/operation.h"

#include <algorithm>
#include <array>

#include "candor/nn/layer_body.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

/// One argument: a tensor, a list of tensors, or a plain value.
struct Argument {
  Tensor tensor;
  std::vector<Tensor> list;
  Config value;
};

struct Arguments {
  const std::string& who;
  std::vector<Argument> positional;
  const Config& options;  ///< of the class: axis, keepdims, ...

  /// Argument i as a tensor; numbers become scalars of `like`'s type.
  Tensor tensor(std::size_t i, const Tensor& like = {}) const {
    if (i >= positional.size()) fail(ErrorKind::corrupt, who + ": takes " + std::to_string(i + 1) + " arguments or more, " + std::to_string(positional.size()) + " are given");
    const Argument& a = positional[i];
    if (a.tensor.defined()) return a.tensor;
    if (a.value.is_number()) return Tensor::full({}, a.value.number(), like.defined() ? like.dtype() : DType::f32);
    if (a.value.is_bool()) return Tensor::full({}, a.value.boolean() ? 1 : 0, DType::boolean);
    fail(ErrorKind::corrupt, who + ": argument " + std::to_string(i) + " is neither a tensor nor a number");
  }
  /// The option, or the argument in its place.
  const Config* option(const char* name, std::size_t position) const {
    const Config* value = options.find(name);
    if (value && !value->is_null()) return value;
    return position < positional.size() && !positional[position].value.is_null() ? &positional[position].value : nullptr;
  }
  int integer(const char* name, std::size_t position, int fallback) const {
    const Config* value = option(name, position);
    return value ? static_cast<int>(value->integer()) : fallback;
  }
  std::vector<int> axes(std::size_t position = 1) const {
    const Config* value = option("axis", position);
    if (!value) return {};
    if (value->is_integer()) return {static_cast<int>(value->integer())};
    std::vector<int> out;
    for (const std::int64_t axis : value->to_integers()) out.push_back(static_cast<int>(axis));
    return out;
  }
  bool keepdims() const { return options.get("keepdims", false); }
  const std::vector<Tensor>& list() const {
    if (positional.empty() || positional[0].list.empty()) fail(ErrorKind::corrupt, who + ": takes a list of tensors");
    return positional[0].list;
  }
};

using Rule = Tensor (*)(const Arguments&);

template <Tensor (*op)(const Tensor&)>
Tensor unary(const Arguments& a) { return op(a.tensor(0)); }

/// Both in the type of the wider one, as Keras promotes; numbers follow the tensor.
template <Tensor (*op)(const Tensor&, const Tensor&)>
Tensor binary(const Arguments& a) {
  const bool first = !a.positional.empty() && a.positional[0].tensor.defined();
  Tensor x = first ? a.tensor(0) : a.tensor(0, a.tensor(1)), y = a.tensor(1, x);
  if (x.dtype() != y.dtype()) {
    const bool to_x = is_floating(x.dtype()) == is_floating(y.dtype()) ? size_of(x.dtype()) >= size_of(y.dtype()) : is_floating(x.dtype());
    if (to_x) y = cast(y, x.dtype());
    else x = cast(x, y.dtype());
  }
  return op(x, y);
}

template <Tensor (*op)(const Tensor&, const Tensor&)>
Tensor logical(const Arguments& a) { return op(cast(a.tensor(0), DType::boolean), cast(a.tensor(1), DType::boolean)); }

template <Tensor (*op)(const Tensor&, const Axes&, bool)>
Tensor reduction(const Arguments& a) { return op(a.tensor(0), a.axes(), a.keepdims()); }

Tensor any_of(const Arguments& a) { return any(cast(a.tensor(0), DType::boolean), a.axes(), a.keepdims()); }
Tensor all_of(const Arguments& a) { return all(cast(a.tensor(0), DType::boolean), a.axes(), a.keepdims()); }
Tensor not_of(const Arguments& a) { return logical_not(cast(a.tensor(0), DType::boolean)); }

Tensor filled(const Arguments& a, double value) {
  const Tensor x = a.tensor(0);
  const Config* dtype = a.option("dtype", 1);
  const DType type = dtype ? dtype_from_string(dtype->text()) : x.dtype();
  return broadcast_to(Tensor::full({}, value, type), x.shape());
}
Tensor zeros_of(const Arguments& a) { return filled(a, 0); }
Tensor ones_of(const Arguments& a) { return filled(a, 1); }
Tensor expanded(const Arguments& a) {
  Tensor x = a.tensor(0);
  const std::vector<int> axes = a.axes();
  if (axes.empty()) fail(ErrorKind::corrupt, a.who + ": takes an axis");
  for (const int axis : axes) x = expand_dims(x, axis);
  return x;
}
Tensor squeezed(const Arguments& a) {
  Tensor x = a.tensor(0);
  std::vector<int> axes = a.axes();
  for (int axis = x.rank(); axes.empty() && axis-- > 1;) {
    if (x.shape(axis) == 1) x = squeeze(x, axis);
  }
  for (int& axis : axes) axis = x.shape().normalize(axis);
  std::sort(axes.rbegin(), axes.rend());
  for (const int axis : axes) x = squeeze(x, axis);
  return x;
}
Tensor concatenated(const Arguments& a) { return concatenate(a.list(), a.integer("axis", 1, 0)); }
Tensor stacked(const Arguments& a) { return stack(a.list(), a.integer("axis", 1, 0)); }
Tensor reshaped(const Arguments& a) {
  const Tensor x = a.tensor(0);
  const Config* shape = a.option("newshape", 1);
  if (!shape) fail(ErrorKind::corrupt, a.who + ": takes a shape");
  std::vector<std::int64_t> extents;
  // The batch has no extent in a configuration.
  for (const Config& extent : shape->items()) extents.push_back(extent.is_null() ? x.shape(0) : extent.integer());
  return reshape(x, extents);
}
Tensor transposed(const Arguments& a) {
  const Config* axes = a.option("axes", 1);
  std::vector<int> order;
  if (axes) {
    for (const std::int64_t axis : axes->to_integers()) order.push_back(static_cast<int>(axis));
  }
  return transpose(a.tensor(0), order);
}
Tensor product(const Arguments& a) { return matmul(a.tensor(0), a.tensor(1)); }
Tensor converted(const Arguments& a) {
  const Config* dtype = a.option("dtype", 1);
  if (!dtype) fail(ErrorKind::corrupt, a.who + ": takes a dtype");
  return cast(a.tensor(0), dtype_from_string(dtype->text()));
}
Tensor chosen(const Arguments& a) {
  const Tensor x = a.positional.size() > 1 && a.positional[1].tensor.defined() ? a.tensor(1) : a.tensor(1, a.tensor(2));
  return where(cast(a.tensor(0), DType::boolean), x, a.tensor(2, x));
}
Tensor clipped(const Arguments& a) {
  const Config *low = a.option("x_min", 1), *high = a.option("x_max", 2);
  if (!low || !high) fail(ErrorKind::corrupt, a.who + ": takes x_min and x_max");
  return clip(a.tensor(0), low->number(), high->number());
}
Tensor taken(const Arguments& a) { return take(a.tensor(0), cast(a.tensor(1), DType::i64), a.integer("axis", 2, 0)); }
Tensor arg_max(const Arguments& a) { return argmax(a.tensor(0), a.integer("axis", 1, -1), a.keepdims()); }
Tensor arg_min(const Arguments& a) { return argmin(a.tensor(0), a.integer("axis", 1, -1), a.keepdims()); }
Tensor softmaxed(const Arguments& a) { return softmax(a.tensor(0), a.integer("axis", 1, -1)); }
Tensor total(const Arguments& a) { return cumsum(a.tensor(0), a.integer("axis", 1, -1)); }

struct Row {
  const char* kind;
  Rule rule;
};

constexpr std::array rows = {
    Row{"Absolute", &unary<abs>},
    Row{"Add", &binary<add>},
    Row{"All", &all_of},
    Row{"Any", &any_of},
    Row{"Argmax", &arg_max},
    Row{"Argmin", &arg_min},
    Row{"Cast", &converted},
    Row{"Ceil", &unary<ceil>},
    Row{"Clip", &clipped},
    Row{"Concatenate", &concatenated},
    Row{"Cos", &unary<cos>},
    Row{"Cumsum", &total},
    Row{"Divide", &binary<divide>},
    Row{"Equal", &binary<equal>},
    Row{"Exp", &unary<exp>},
    Row{"ExpandDims", &expanded},
    Row{"Expm1", &unary<expm1>},
    Row{"Floor", &unary<floor>},
    Row{"Greater", &binary<greater>},
    Row{"GreaterEqual", &binary<greater_equal>},
    Row{"Less", &binary<less>},
    Row{"LessEqual", &binary<less_equal>},
    Row{"Log", &unary<log>},
    Row{"Log1p", &unary<log1p>},
    Row{"LogicalAnd", &logical<logical_and>},
    Row{"LogicalNot", &not_of},
    Row{"LogicalOr", &logical<logical_or>},
    Row{"LogicalXor", &logical<logical_xor>},
    Row{"Matmul", &product},
    Row{"Max", &reduction<max>},
    Row{"Maximum", &binary<maximum>},
    Row{"Mean", &reduction<mean>},
    Row{"Min", &reduction<min>},
    Row{"Minimum", &binary<minimum>},
    Row{"Multiply", &binary<multiply>},
    Row{"Negative", &unary<negative>},
    Row{"NotEqual", &binary<not_equal>},
    Row{"OnesLike", &ones_of},
    Row{"Power", &binary<power>},
    Row{"Prod", &reduction<prod>},
    Row{"Relu", &unary<relu>},
    Row{"Reshape", &reshaped},
    Row{"Round", &unary<round>},
    Row{"Rsqrt", &unary<rsqrt>},
    Row{"Sigmoid", &unary<sigmoid>},
    Row{"Sign", &unary<sign>},
    Row{"Sin", &unary<sin>},
    Row{"Softmax", &softmaxed},
    Row{"Sqrt", &unary<sqrt>},
    Row{"Square", &unary<square>},
    Row{"Squeeze", &squeezed},
    Row{"Stack", &stacked},
    Row{"Subtract", &binary<subtract>},
    Row{"Sum", &reduction<sum>},
    Row{"Take", &taken},
    Row{"Tanh", &unary<tanh>},
    Row{"Transpose", &transposed},
    Row{"TrueDivide", &binary<divide>},
    Row{"Where", &chosen},
    Row{"ZerosLike", &zeros_of},
};

class OperationBody final : public detail::LayerBody {
 public:
  OperationBody(const Row& row, Config options, std::string name) : LayerBody(std::move(name)), row_(row), options_(std::move(options)) {
    if (options_.is_null()) options_ = Config::map();
  }
  std::string kind() const override { return row_.kind; }
  std::string module() const override { return "keras.src.ops.numpy"; }
  Config options() const override { return options_; }
  std::vector<std::string> call_arguments() const override { return {"args"}; }
  /// What comes of arithmetic on masks has none itself.
  std::vector<Tensor> compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) override { return std::vector<Tensor>(outputs.size()); }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override {
    const std::string who = name().empty() ? kind() : name();
    Arguments arguments{who, {}, options_};
    const Config* args = option("args");
    if (!args || args->is_null()) {
      for (const Tensor& x : xs) arguments.positional.push_back({x, {}, {}});
      // Without a pattern several inputs of these two are their list.
      if (kind() == "Concatenate" || kind() == "Stack") arguments.positional = {{Tensor(), {xs.begin(), xs.end()}, {}}};
    } else {
      for (const Config& item : args->items()) arguments.positional.push_back(argument_of(item, xs));
    }
    return {row_.rule(arguments)};
  }

 private:
  static const Config* slot(const Config& c) { return c.is_map() ? c.find("tensor") : nullptr; }
  Tensor input(const Config& place, std::span<const Tensor> xs) const {
    const std::int64_t i = place.integer();
    if (i < 0 || i >= static_cast<std::int64_t>(xs.size())) complain(ErrorKind::corrupt, "has no input " + std::to_string(i));
    return xs[static_cast<std::size_t>(i)];
  }
  Argument argument_of(const Config& item, std::span<const Tensor> xs) const {
    if (const Config* place = slot(item)) return {input(*place, xs), {}, {}};
    Argument out{Tensor(), {}, item};
    if (!item.is_list()) return out;
    for (const Config& one : item.items()) {
      if (const Config* place = slot(one)) out.list.push_back(input(*place, xs));
    }
    return out;
  }

  const Row& row_;
  Config options_;
};

const Row& row_of(const std::string& kind) {
  for (const Row& row : rows) {
    if (row.kind == kind) return row;
  }
  std::string list;
  for (const Row& row : rows) list += (list.empty() ? "" : ", ") + std::string(row.kind);
  fail(ErrorKind::unsupported, "operation: '" + kind + "' is not among those that a model may hold: " + list);
}

}  // namespace

Operation::Operation(const std::string& kind, Config options, std::string name)
    : Layer(std::make_shared<OperationBody>(row_of(kind), std::move(options), std::move(name))) {}

Layer Operation::from_config(const std::string& kind, const Config& options) {
  Config own = Config::map();
  for (const auto& [key, value] : options.entries()) {
    if (key != "name" && key != "trainable") own.set(key, value);
  }
  return Operation(kind, own, detail::config_name(options));
}

std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.kind);
  return names;
}

namespace detail {
bool is_operation(const Layer& layer) { return dynamic_cast<const OperationBody*>(layer.handle().get()) != nullptr; }
bool is_operation_config(const Config& config) {
  const Config* module = config.find("module");
  return module && module->is_text() && (module->text().rfind("keras.src.ops", 0) == 0 || module->text().rfind("keras.ops", 0) == 0);
}
}  // namespace detail
}  // namespace candor
