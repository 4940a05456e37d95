#include "candor/nn/layer.h"

#include <algorithm>
#include <cctype>

#include "candor/graph/autocast.h"
#include "candor/graph/checkpoint.h"
#include "candor/graph/graph.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/weight_budget.h"
#include "candor/ops/elementwise.h"

namespace candor {

namespace {
/// Extent of the batch axis while shapes are inferred: small, and not 1, so that a layer that changes it is seen.
constexpr std::int64_t trial_batch = 2;
}  // namespace

namespace detail {

Tensor LayerBody::regularization_loss() const {
  Tensor total;
  for (const auto& [variable, regularizer] : penalties_) {
    if (!variable.trainable()) continue;
    const Tensor penalty = regularizer(variable.value());
    total = total.defined() ? total + penalty : penalty;
  }
  for (const Layer& child : children()) {
    const Tensor penalty = child.regularization_loss();
    if (penalty.defined()) total = total.defined() ? total + penalty : penalty;
  }
  return total;
}

void LayerBody::build_once(std::span<const TensorType> inputs) {
  if (built_) return;
  build(inputs);
  built_for_.assign(inputs.begin(), inputs.end());
  built_ = true;
  // Layers inside that were frozen before stay so.
  if (!trainable_) set_trainable(false);
}

namespace {
thread_local const CallOptions* running_call = nullptr;

/// The arguments of the innermost call; a layer called within without any sees none.
struct RunningCall {
  explicit RunningCall(const CallOptions* options) : before(running_call) { running_call = options; }
  ~RunningCall() { running_call = before; }
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;
  const CallOptions* before;
};
}  // namespace

void LayerBody::set_dtype_policy(const DTypePolicy& policy) {
  if (built_ && !(policy == policy_)) complain(ErrorKind::invalid_argument, "its weights are made already; set the dtype policy before the layer is built");
  policy_ = policy;
}

namespace {

Tensor in_dtype(const Tensor& x, DType dtype) { return is_floating(x.dtype()) && x.dtype() != dtype ? cast(x, dtype).with_mask(x.mask()) : x; }

}  // namespace

/// apply() with inputs, weights and outputs in the dtypes of the policy.
std::vector<Tensor> LayerBody::call_by_policy(std::span<const Tensor> given, const CallOptions& options) {
  const DType inside = policy_.mixed() && computes_in_f32() ? policy_.variable_dtype() : policy_.compute_dtype();
  std::vector<Tensor> xs;
  std::vector<TensorType> types;
  for (const Tensor& x : given) {
    xs.push_back(in_dtype(x, inside));
    types.push_back(x.type());
    if (is_floating(x.dtype())) types.back().dtype = policy_.variable_dtype();
  }
  CallOptions call = options;
  for (auto& [name, tensor] : call.tensors) tensor = in_dtype(tensor, inside);
  const RunningCall running(&call);
  build_once(types);
  std::vector<Tensor> outputs;
  {
    const Autocast autocast(inside == policy_.variable_dtype() ? std::nullopt : std::optional(inside));
    outputs = apply(xs, options.mode);
  }
  if (policy_.mixed())
    for (Tensor& out : outputs) out = in_dtype(out, policy_.compute_dtype());
  return outputs;
}

std::vector<Tensor> LayerBody::call(std::span<const Tensor> xs, const CallOptions& options) {
  const Scope scope(name_.empty() ? default_name() : name_);
  std::vector<TensorType> types;
  for (const Tensor& x : xs) {
    if (!x.defined()) complain(ErrorKind::invalid_argument, "an input is undefined");
    if (x.rank() == 0) complain(ErrorKind::shape, "the input is a scalar; a batch has samples along its first axis");
    types.push_back(x.type());
  }
  if (xs.empty()) complain(ErrorKind::invalid_argument, "no input");
  check_arguments(options);
  const RunningCall running(&options);
  std::vector<Tensor> outputs;
  {
    std::optional<CheckpointRegion> region;
    if (checkpoint_ && options.mode == training) region.emplace();
    if (policy_.defined() && uses_dtype_policy()) {
      outputs = call_by_policy(xs, options);
    } else {
      build_once(types);
      outputs = apply(xs, options.mode);
    }
  }
  const std::vector<Tensor> masks = compute_masks(xs, outputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = outputs[i].with_mask(masks[i]);
  if (activity_regularizer_.defined()) {
    for (const Tensor& out : outputs) {
      if (!is_floating(out.dtype())) continue;
      // A mean over the batch, as in Keras: the penalty does not grow with it.
      const Tensor x = size_of(out.dtype()) == 2 ? cast(out, DType::f32) : out;
      add_loss(activity_regularizer_(x) * Tensor::full({}, 1.0 / static_cast<double>(x.shape(0)), x.dtype()));
    }
  }
  LayerObserver::report(*this, outputs);
  return outputs;
}

void LayerBody::check_arguments(const CallOptions& options) const {
  std::vector<std::string> given;
  for (const auto& [argument, tensor] : options.tensors) given.push_back(argument);
  if (!options.options.is_null()) {
    for (const auto& [argument, value] : options.options.entries()) given.push_back(argument);
  }
  if (given.empty()) return;
  const std::vector<std::string> known = call_arguments();
  for (const std::string& argument : given) {
    if (std::find(known.begin(), known.end(), argument) != known.end()) continue;
    std::string list;
    for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
    complain(ErrorKind::invalid_argument, "a call of " + kind() + " has no argument '" + argument + "'" + (list.empty() ? "; it takes inputs alone" : "; it has " + list));
  }
}

std::vector<Tensor> LayerBody::compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) {
  const Tensor mask = xs.front().mask();
  std::vector<Tensor> masks(outputs.size());
  for (std::size_t i = 0; mask.defined() && i < outputs.size(); ++i) {
    bool fits = mask.rank() <= outputs[i].rank();
    for (int axis = 0; fits && axis < mask.rank(); ++axis) fits = mask.shape(axis) == outputs[i].shape(axis);
    if (fits) masks[i] = mask;
  }
  return masks;
}

std::vector<Tensor> LayerBody::arguments(std::string_view name) const {
  std::vector<Tensor> found;
  for (const auto& [argument, tensor] : running_call->tensors) {
    if (argument == name) found.push_back(tensor);
  }
  return found;
}

Tensor LayerBody::argument(std::string_view name) const {
  const std::vector<Tensor> found = arguments(name);
  if (found.size() > 1) complain(ErrorKind::invalid_argument, "the argument '" + std::string(name) + "' is given " + std::to_string(found.size()) + " times, and is one tensor");
  return found.empty() ? Tensor() : found.front();
}

const Config* LayerBody::option(std::string_view name) const { return running_call->options.is_null() ? nullptr : running_call->options.find(name); }

bool LayerBody::option(std::string_view name, bool fallback) const {
  const Config* value = option(name);
  return value && !value->is_null() ? value->boolean() : fallback;
}

void LayerBody::set_name(std::string name) {
  if (!named_by_user_) rename(std::move(name));
}

void LayerBody::rename(std::string name) {
  name_ = std::move(name);
  for (const auto& [short_name, variable] : weights_) variable.rename(name_ + "/" + short_name);
}

std::string LayerBody::default_name() const {
  const std::string text = kind();
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool upper = std::isupper(static_cast<unsigned char>(text[i])) != 0;
    const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(text[i - 1])) != 0;
    const bool before_lower = i > 0 && i + 1 < text.size() && std::islower(static_cast<unsigned char>(text[i + 1])) != 0;
    const bool after_digit = i > 0 && std::isdigit(static_cast<unsigned char>(text[i - 1])) != 0;
    if (upper && !after_digit && (after_lower || before_lower)) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
  }
  return out;
}

void LayerBody::set_trainable(bool trainable) {
  trainable_ = trainable;
  for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i].second.set_trainable(trainable && weight_trains_[i]);
  for (const Layer& child : children()) child.set_trainable(trainable);
}

Variable LayerBody::add_weight(const std::string& name, const Shape& shape, const Initializer& initializer, DType dtype, bool train,
                               const Regularizer& regularizer, const Constraint& constraint) {
  WeightBudget::take({shape, dtype});
  const Variable variable(initializer(shape, dtype, next_weight_stream()), (name_.empty() ? default_name() : name_) + "/" + name, train);
  weights_.emplace_back(name, variable);
  weight_trains_.push_back(train);
  if (constraint.defined()) variable.set_constraint(constraint);
  if (regularizer.defined()) penalties_.emplace_back(variable, regularizer);
  return variable;
}

void LayerBody::adopt_weight(const std::string& name, const Variable& variable) {
  weights_.emplace_back(name, variable);
  weight_trains_.push_back(variable.trainable());
}

void LayerBody::freeze_weight(const Variable& weight) {
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i].second.same(weight)) weight_trains_[i] = false;
  }
  weight.set_trainable(false);
}

void LayerBody::complain(ErrorKind kind, const std::string& what) const {
  Error error(kind, (name_.empty() ? default_name() : name_) + ": " + what);
  if (!Scope::path().empty()) error.at(Scope::path());
  throw error;
}

const Tensor& LayerBody::only(std::span<const Tensor> xs) const {
  if (xs.size() != 1) complain(ErrorKind::shape, "takes one input, " + std::to_string(xs.size()) + " were given");
  return xs.front();
}

namespace {
thread_local const std::string* previous_name = nullptr;
thread_local LayerObserver* observer = nullptr;
}  // namespace

PreviousLayer::PreviousLayer(const std::string* name) : before_(previous_name) { previous_name = name; }
PreviousLayer::~PreviousLayer() { previous_name = before_; }
const std::string* PreviousLayer::name() { return previous_name; }

LayerObserver::LayerObserver(Callback callback) : callback_(std::move(callback)), before_(observer) { observer = this; }
LayerObserver::~LayerObserver() { observer = before_; }
void LayerObserver::report(const LayerBody& layer, std::span<const Tensor> outputs) {
  if (observer) observer->callback_(layer, Scope::path(), outputs);
}

DType compute_dtype(DType input) { return is_floating(input) ? input : DType::f32; }
Tensor to_dtype(const Tensor& x, DType dtype) { return x.dtype() == dtype ? x : cast(x, dtype); }

std::vector<TensorType> infer_types(const TensorFunction& f, std::span<const TensorType> inputs) {
  const std::shared_ptr<Graph> graph = trace(f, inputs);
  std::vector<TensorType> types;
  for (int value : graph->results) types.push_back(graph->values[static_cast<std::size_t>(value)].type);
  return types;
}

std::vector<Tensor> call_with_roles(const Layer& layer, std::span<const Tensor> values, const std::vector<std::string>& roles, const Config& options, Mode mode) {
  CallOptions call{.mode = mode, .tensors = {}, .options = {}};
  if (!options.is_null()) {
    for (const auto& [name, value] : options.entries()) {
      if (name == "training") call.mode = value.boolean() ? training : mode;  // a layer that always trains, as Keras's call argument says
      else call.options.set(name, value);
    }
  }
  std::vector<Tensor> inputs, masks;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (roles[i].empty()) inputs.push_back(values[i]);
    else if (roles[i] == "mask") masks.push_back(values[i]);
    else call.tensors.emplace_back(roles[i], values[i]);
  }
  if (masks.size() > inputs.size()) fail(ErrorKind::invalid_argument, layer.name() + ": " + std::to_string(masks.size()) + " masks for " + std::to_string(inputs.size()) + " inputs");
  for (std::size_t i = 0; i < masks.size(); ++i) inputs[i] = inputs[i].with_mask(masks[i]);
  return layer.call(inputs, call);
}

std::string config_name(const Config& options) { return options.get("name", ""); }

std::string keras_dtype(DType dtype) {
  switch (dtype) {
    case DType::f32: return "float32";
    case DType::f64: return "float64";
    case DType::bf16: return "bfloat16";
    case DType::f16: return "float16";
    case DType::i8: return "int8";
    case DType::u8: return "uint8";
    case DType::i32: return "int32";
    case DType::i64: return "int64";
    case DType::boolean: return "bool";
  }
  fail(ErrorKind::internal, "dtype: no name for it");
}

DType config_dtype(const Config& options) {
  const Config* dtype = options.find("dtype");
  if (!dtype || dtype->is_null()) return DType::f32;
  if (const DTypePolicy policy = DTypePolicy::from_config(dtype); policy.defined()) return policy.variable_dtype();
  const std::string& name = dtype->is_text() ? dtype->text() : dtype->at("config").at("name").text();
  if (name == "string") {
    fail(ErrorKind::unsupported, "configuration: dtype \"string\": models compute with numbers alone; call the layer that reads texts (TextVectorization, StringLookup) on the data first "
                                 "and begin the model with what it gives");
  }
  return dtype_from_string(name);
}

}  // namespace detail

Symbol::Symbol(std::shared_ptr<const detail::SymbolNode> node, int output) : node_(std::move(node)), output_(output) {}
const Shape& Symbol::shape() const { return node_->outputs.at(static_cast<std::size_t>(output_)).shape; }
DType Symbol::dtype() const { return node_->outputs.at(static_cast<std::size_t>(output_)).dtype; }

Symbol Input(const Shape& shape, InputOptions options) {
  auto node = std::make_shared<detail::SymbolNode>();
  node->outputs = {{shape, options.dtype}};
  node->name = std::move(options.name);
  for (const int axis : options.free_axes) node->free_axes.push_back(shape.normalize(axis));
  return {node, 0};
}

detail::LayerBody& Layer::body() const {
  if (!body_) fail(ErrorKind::invalid_argument, "layer: this handle is empty; make a layer such as Dense{64} first");
  return *body_;
}

std::vector<Tensor> Layer::call(std::span<const Tensor> xs, Mode mode) const { return body().call(xs, {.mode = mode}); }
std::vector<Tensor> Layer::call(std::span<const Tensor> xs, const CallOptions& options) const { return body().call(xs, options); }

Tensor Layer::operator()(const Tensor& x, Mode mode) const { return (*this)(std::vector<Tensor>{x}, mode); }

Tensor Layer::operator()(const std::vector<Tensor>& xs, Mode mode) const {
  std::vector<Tensor> outputs = call(xs, mode);
  if (outputs.size() != 1) fail(ErrorKind::invalid_argument, name() + ": has " + std::to_string(outputs.size()) + " outputs; use call()");
  return outputs.front();
}

std::vector<Symbol> Layer::call(const std::vector<Symbol>& xs) const { return call(xs, SymbolCallOptions{}); }
std::vector<Symbol> Layer::call(const std::vector<Symbol>& xs, const SymbolCallOptions& options) const {
  auto node = std::make_shared<detail::SymbolNode>();
  node->layer = *this;
  node->inputs = xs;
  node->roles.resize(xs.size());
  node->options = options.options;
  for (const auto& [argument, symbol] : options.tensors) node->inputs.push_back(symbol), node->roles.push_back(argument);
  std::vector<TensorType> types;
  for (const Symbol& x : node->inputs) {
    if (!x.defined()) fail(ErrorKind::invalid_argument, kind() + ": applied to an empty Symbol; make one with Input(shape)");
    types.push_back({x.shape().inserted(0, trial_batch), x.dtype()});
  }
  const auto run = [&](std::span<const Tensor> in) { return detail::call_with_roles(*this, in, node->roles, node->options, inference); };
  for (const TensorType& type : detail::infer_types(run, types)) {
    if (type.shape.rank() == 0 || type.shape[0] != trial_batch) {
      fail(ErrorKind::shape, kind() + ": its output " + to_string(type) + " for a batch of " + std::to_string(trial_batch) + " has not the batch as first axis");
    }
    node->outputs.push_back({type.shape.without(0), type.dtype});
  }
  std::vector<Symbol> symbols;
  for (std::size_t i = 0; i < node->outputs.size(); ++i) symbols.emplace_back(node, static_cast<int>(i));
  return symbols;
}

Symbol Layer::operator()(const Symbol& x) const { return (*this)(std::vector<Symbol>{x}); }

Symbol Layer::operator()(const std::vector<Symbol>& xs) const {
  std::vector<Symbol> outputs = call(xs);
  if (outputs.size() != 1) fail(ErrorKind::invalid_argument, kind() + ": has " + std::to_string(outputs.size()) + " outputs; use call()");
  return outputs.front();
}

const std::string& Layer::name() const {
  detail::LayerBody& b = body();
  if (b.name().empty()) b.set_name(b.default_name());
  return b.name();
}

std::string Layer::kind() const { return body().kind(); }
bool Layer::built() const { return body().built(); }

void Layer::build(const TensorType& batch) const {
  detail::infer_types([&](std::span<const Tensor> in) { return call(in, inference); }, std::span(&batch, 1));
}

std::vector<NamedVariable> Layer::named_variables() const {
  detail::LayerBody& b = body();
  if (!b.built()) {
    fail(ErrorKind::invalid_argument, name() + ": has no weights yet; call build() with the type of a batch, or call it once with data");
  }
  std::vector<NamedVariable> out = b.own_weights();
  for (const Layer& child : b.children()) {
    for (const auto& [inner, variable] : child.named_variables()) out.emplace_back(child.name() + "/" + inner, variable);
  }
  return out;
}

std::vector<Variable> Layer::variables() const {
  std::vector<Variable> out;
  for (const auto& [label, variable] : named_variables()) {
    // A layer shared by two models inside appears under two names and is one.
    const bool known = std::any_of(out.begin(), out.end(), [&v = variable](const Variable& other) { return other.same(v); });
    if (!known) out.push_back(variable);
  }
  return out;
}

std::vector<Variable> Layer::parameters() const {
  std::vector<Variable> out;
  for (const Variable& variable : variables()) {
    if (variable.trainable()) out.push_back(variable);
  }
  return out;
}

std::int64_t Layer::count_parameters() const {
  std::int64_t count = 0;
  for (const Variable& variable : variables()) count += variable.shape().size();
  return count;
}

void Layer::set_activity_regularizer(const Regularizer& regularizer) const { body().set_activity_regularizer(regularizer); }
void Layer::set_dtype_policy(const DTypePolicy& policy) const { body().set_dtype_policy(policy); }
const DTypePolicy& Layer::dtype_policy() const { return body().dtype_policy(); }
void Layer::set_checkpoint(bool checkpoint) const { body().set_checkpoint(checkpoint); }
bool Layer::checkpoint() const { return body().checkpoint(); }
void Layer::set_trainable(bool trainable) const { body().set_trainable(trainable); }
bool Layer::trainable() const { return body().trainable(); }
Tensor Layer::regularization_loss() const { return body().regularization_loss(); }

Config Layer::config() const {
  Config options = Config::map();
  options.set("name", name()).set("trainable", trainable());
  const auto& weights = body().own_weights();
  // A layer without weights computes in what it is given: once that is known it is written, so that f64 stays f64.
  const DType given = body().built_for().empty() ? DType::f32 : detail::compute_dtype(body().built_for().front().dtype);
  options.set("dtype", detail::keras_dtype(weights.empty() ? given : weights.front().second.type().dtype));
  const Config own = body().options();
  for (const auto& [key, value] : own.entries()) options.set(key, value);
  if (dtype_policy().defined() && body().uses_dtype_policy()) options.set("dtype", dtype_policy().config());
  if (checkpoint()) options.set("checkpoint", true);
  options.set("activity_regularizer", body().activity_regularizer().config());
  return {{"module", body().module()}, {"class_name", kind()}, {"config", options}, {"registered_name", Config()}};
}

}  // namespace candor
