#include "candor/nn/layers/recurrent_body.h"

#include <algorithm>

#include "candor/graph/control.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor::detail {
namespace {

thread_local const RecurrentBody* in_time_order = nullptr;

Tensor by_time(const Tensor& x) {
  std::vector<int> axes(static_cast<std::size_t>(x.rank()));
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int>(i);
  std::swap(axes[0], axes[1]);
  return transpose(x, axes);
}

/// A mask with axes of extent 1 at its end, so that it broadcasts against a tensor of that rank.
Tensor with_rank(Tensor mask, int rank) {
  while (mask.rank() < rank) mask = expand_dims(mask, mask.rank());
  return mask;
}

Tensor zeros_like(const Tensor& x) { return Tensor::zeros(x.shape(), x.dtype()); }

Tensor at_time(const Tensor& x, std::int64_t t) { return squeeze(narrow(x, 1, t, t + 1), 1); }

bool all_zero(const Variable& variable) {
  const std::vector<double> values = variable.tensor().to_vector<double>();
  return std::all_of(values.begin(), values.end(), [](double v) { return v == 0; });
}

}  // namespace

InTimeOrder::InTimeOrder(const RecurrentBody* body) : before_(in_time_order) { in_time_order = body; }
InTimeOrder::~InTimeOrder() { in_time_order = before_; }
bool InTimeOrder::holds(const RecurrentBody* body) { return in_time_order == body; }

RecurrentBody* recurrent_body(const Layer& layer) { return layer.defined() ? dynamic_cast<RecurrentBody*>(&layer.body()) : nullptr; }

RecurrentBody::RecurrentBody(std::string kind, Layer cell, RNNOptions options, int rank)
    : LayerBody(options.name), kind_(std::move(kind)), cell_(std::move(cell)), body_(&cell_of(cell_, kind_)), options_(std::move(options)), rank_(rank) {
  if (kind_ != "RNN") body_->set_name(body_->default_name());
}

Config RecurrentBody::options() const {
  Config c = Config::map();
  c.set("return_sequences", options_.return_sequences).set("return_state", options_.return_state).set("go_backwards", options_.go_backwards);
  c.set("stateful", options_.stateful).set("unroll", options_.unroll).set("zero_output_for_mask", options_.zero_output_for_mask);
  if (kind_ == "RNN") return c.set("cell", cell_.config());
  const Config own = body_->options();
  for (const auto& [key, value] : own.entries()) c.set(key, value);
  return c;
}

void RecurrentBody::build(std::span<const TensorType> in) {
  const Shape& x = in[0].shape;
  if (x.rank() < 3 || (rank_ > 0 && kind_ != "RNN" && x.rank() != rank_)) {
    complain(ErrorKind::shape, std::string("takes ") + (rank_ == 3 ? "[batch, time, features]" : "[batch, time, space..., channels]") + "; the input is " + to_string(x));
  }
  const TensorType step{x.without(1), in[0].dtype};
  body_->build_once(std::span(&step, 1));
}

Tensor RecurrentBody::checked_mask(const Tensor& x) const {
  const Tensor mask = x.mask();
  if (!mask.defined()) return mask;
  const Shape expected{x.shape(0), x.shape(1)};
  if (mask.shape() != expected) complain(ErrorKind::shape, "the mask must be " + to_string(expected) + ", one value for each step, got " + to_string(mask.shape()));
  return mask.dtype() == DType::boolean ? mask : not_equal(mask, Tensor::zeros({}, mask.dtype()));
}

std::vector<Tensor> RecurrentBody::first_states(std::span<const Tensor> xs, const std::vector<Shape>& shapes, std::int64_t batch, bool& from_zeros) {
  std::vector<Tensor> given = arguments("initial_state");
  if (!given.empty() && xs.size() > 1) complain(ErrorKind::invalid_argument, "initial states came both as inputs and as the argument initial_state");
  if (given.empty()) given.assign(xs.begin() + 1, xs.end());
  if (options_.stateful) {
    const auto fits = [&] { return kept_.size() == shapes.size() && !kept_.empty() && kept_.front().shape()[0] == batch && kept_.front().shape().without(0) == shapes.front(); };
    if (!fits()) {
      if (!kept_.empty() && !std::all_of(kept_.begin(), kept_.end(), all_zero)) {
        complain(ErrorKind::shape, "is stateful and keeps the states of a batch of " + std::to_string(kept_.front().shape()[0]) + " samples; this one has " +
                                       std::to_string(batch) + ": call reset_state() first");
      }
      kept_.clear();
      for (const Shape& shape : shapes) kept_.emplace_back(Tensor::zeros(shape.inserted(0, batch), body_->dtype()), "state", false);
    }
    if (given.empty()) {
      for (const Variable& v : kept_) given.push_back(v.value());
    }
  }
  from_zeros = given.empty();
  return states_or_zeros(given, batch, shapes, body_->dtype(), [&](const std::string& what) { complain(ErrorKind::shape, what); });
}

void RecurrentBody::keep(const std::vector<Tensor>& states) const {
  for (std::size_t i = 0; i < kept_.size(); ++i) kept_[i].assign(states[i]);
}

std::vector<Tensor> RecurrentBody::states() const {
  std::vector<Tensor> values;
  for (const Variable& v : kept_) values.push_back(v.value());
  return values;
}

std::vector<Tensor> RecurrentBody::apply(std::span<const Tensor> xs, Mode mode) {
  const Tensor x = to_dtype(xs[0], body_->dtype());
  const Shape& built = LayerBody::built_for()[0].shape;
  if (x.rank() != built.rank()) complain(ErrorKind::shape, "was built for inputs such as " + to_string(built) + ", got " + to_string(x.shape()));
  if (rank_ == 3 && x.shape(-1) != built[-1]) complain(ErrorKind::shape, "the features of a step differ: " + detail::built_for(*this, std::to_string(built[-1]), x));
  if (x.shape(1) == 0) complain(ErrorKind::shape, "the input " + to_string(x.shape()) + " has no steps");
  const Tensor mask = checked_mask(xs[0]);
  const std::vector<Tensor> drawn = body_->draw(x.shape().without(1), body_->dtype(), mode);
  const Tensor projected = body_->project(x, drawn, true);
  bool from_zeros = false;
  const std::vector<Tensor> first = first_states(xs, body_->state_shapes(projected.shape().without(1)), x.shape(0), from_zeros);
  std::vector<Tensor> all = body_->sequence(projected, first, drawn, mask, options_.go_backwards);
  Run run = all.empty() ? run_steps(projected, first, drawn, mask) : masked_outputs(std::move(all), mask, from_zeros);
  if (options_.stateful) keep(run.states);
  std::vector<Tensor> outputs{run.last};
  if (options_.return_sequences) outputs[0] = options_.go_backwards && !InTimeOrder::holds(this) ? flip(run.outputs, {1}) : run.outputs;
  if (options_.return_state) outputs.insert(outputs.end(), run.states.begin(), run.states.end());
  return outputs;
}

/// What an op for the whole sequence gives: the states after each step, of which the first is the output but where masks say otherwise.
RecurrentBody::Run RecurrentBody::masked_outputs(std::vector<Tensor> all, const Tensor& mask, bool from_zeros) const {
  const std::int64_t last = options_.go_backwards ? 0 : all[0].shape(1) - 1;
  Run run;
  for (const Tensor& states : all) run.states.push_back(at_time(states, last));
  Tensor counts;  // steps whose output is a state: the others are zero
  if (mask.defined() && options_.zero_output_for_mask) counts = mask;
  else if (mask.defined() && !from_zeros) counts = greater(cumsum(cast(mask, DType::i32), 1, options_.go_backwards), Tensor::zeros({}, DType::i32));
  const auto visible = [](const Tensor& y, const Tensor& c) { return where(with_rank(c, y.rank()), y, zeros_like(y)); };
  run.outputs = counts.defined() && options_.return_sequences ? visible(all[0], counts) : all[0];
  run.last = counts.defined() ? visible(run.states[0], at_time(counts, last)) : run.states[0];
  return run;
}

RecurrentBody::Run RecurrentBody::run_steps(const Tensor& projected, const std::vector<Tensor>& states, const std::vector<Tensor>& drawn, const Tensor& mask) const {
  const bool repeats = mask.defined() && !options_.zero_output_for_mask;
  std::vector<Tensor> initial = states, xs{by_time(projected)};
  if (mask.defined()) xs.push_back(by_time(mask));
  if (repeats) {  // the output before the first step is zero; only the type of this step's output is used
    const Tensor like = body_->step(at_time(projected, 0), states, drawn).first;
    initial.push_back(zeros_like(like));
  }
  const auto step = [&](std::span<const Tensor> state, std::span<const Tensor> x) {
    const std::span<const Tensor> own = state.subspan(0, states.size());
    auto [output, next] = body_->step(x[0], own, drawn);
    if (mask.defined()) {
      for (std::size_t i = 0; i < next.size(); ++i) next[i] = where(with_rank(x[1], next[i].rank()), next[i], own[i]);
      output = where(with_rank(x[1], output.rank()), output, repeats ? state.back() : zeros_like(output));
    }
    if (repeats) next.push_back(output);
    return std::pair{next, Tensors{output}};
  };
  const auto [end, ys] = scan(step, initial, xs, {.reverse = options_.go_backwards});
  Run run;
  run.states.assign(end.begin(), end.begin() + static_cast<std::ptrdiff_t>(states.size()));
  run.outputs = by_time(ys[0]);
  run.last = at_time(run.outputs, options_.go_backwards ? 0 : projected.shape(1) - 1);
  return run;
}

std::vector<Tensor> RecurrentBody::compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) {
  std::vector<Tensor> masks(outputs.size());
  if (options_.return_sequences) masks[0] = xs[0].mask();
  return masks;
}

}  // namespace candor::detail
