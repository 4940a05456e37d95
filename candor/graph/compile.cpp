#include "candor/graph/compile.h"

#include "candor/graph/program.h"

namespace candor {

struct CompiledFunction::State {
  TensorFunction f;
  PlanOptions options;
  std::vector<std::pair<std::vector<TensorType>, std::unique_ptr<Program>>> programs;
  RunState run;
};

CompiledFunction::CompiledFunction(TensorFunction f, PlanOptions options) : state_(Shared<State>::make()) {
  state_->f = std::move(f);
  state_->options = std::move(options);
}

Program& CompiledFunction::program(std::span<const TensorType> types) const {
  for (auto& [signature, program] : state_->programs)
    if (std::equal(signature.begin(), signature.end(), types.begin(), types.end())) return *program;
  state_->programs.emplace_back(std::vector<TensorType>(types.begin(), types.end()), std::make_unique<Program>(trace(state_->f, types), state_->options));
  return *state_->programs.back().second;
}

std::vector<Tensor> CompiledFunction::operator()(std::span<const Tensor> arguments) const {
  if (detail::open_graph()) return state_->f(arguments);  // a compiled function called inside another is part of it
  const RunState run = state_->run;
  const auto fits = [&](const std::vector<TensorType>& signature) {
    bool same = signature.size() == arguments.size();
    for (std::size_t i = 0; same && i < arguments.size(); ++i) same = arguments[i].type() == signature[i];
    return same;
  };
  for (auto& [signature, known] : state_->programs) {
    if (!fits(signature)) continue;
    ++state_->run.step;
    return known->run(arguments, run);
  }
  std::vector<TensorType> types;
  for (const Tensor& t : arguments) types.push_back(t.type());
  Program& made = program(types);
  ++state_->run.step;
  return made.run(arguments, run);
}

void CompiledFunction::set_state(RunState state) const { state_->run = state; }
RunState CompiledFunction::state() const { return state_->run; }

namespace detail {

std::span<const Tensor> all_of(const std::vector<Tensor>& tensors) { return tensors; }
void flatten(const Tensor& t, std::vector<Tensor>& out) { out.push_back(t); }
void flatten(const std::vector<Tensor>& ts, std::vector<Tensor>& out) { out.insert(out.end(), ts.begin(), ts.end()); }

Tensor Unflatten<Tensor>::take(Rest& in) {
  return *in.begin++;
}

std::vector<Tensor> Unflatten<std::vector<Tensor>>::take(Rest& in) {
  std::vector<Tensor> rest(in.begin, in.end);
  in.begin = in.end;
  return rest;
}

}  // namespace detail

}  // namespace candor
