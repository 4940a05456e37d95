// What a resume point keeps of a training, and how training goes on from it.
#include <cstdio>

#include "candor/nn/layer_body.h"
#include "candor/train/describe_run.h"
#include "candor/train/trainer.h"

namespace candor::detail {
namespace {

std::string numbered(const char* what, std::size_t i) { return std::string(what) + "/" + std::to_string(i); }

void assign(const Variable& variable, const Tensor& value, const std::string& what) {
  if (value.type() != variable.type()) {
    fail(ErrorKind::corrupt, "resume point: " + what + " is " + to_string(value.type()) + " there, " + to_string(variable.type()) + " here");
  }
  variable.tensor().copy_from(value);
}

/// What layers carry from step to step beside their weights, in order of the layers.
void gather_carried(const Layer& layer, std::vector<Variable>& out) {
  for (const Variable& v : layer.body().carried_state()) out.push_back(v);
  for (const Layer& child : layer.body().children()) gather_carried(child, out);
}

std::vector<Variable> carried_state(const Layer& layer) {
  std::vector<Variable> out;
  gather_carried(layer, out);
  return out;
}

}  // namespace

void Trainer::prepare_resume() {
  std::vector<ResumePolicy> policies;
  if (!options_.resume.empty()) policies.push_back({.path = options_.resume, .seconds = options_.resume_every, .steps = options_.resume_steps});
  for (const Callback& callback : callbacks_)
    for (ResumePolicy& policy : callback->resume_policies()) policies.push_back(std::move(policy));
  resume_.emplace(who_, std::move(policies));
  if (!resume_->wanted()) return;
  const std::span<const Tensor> all(data_);
  const std::size_t inputs = programs_->inputs();
  run_ = describe_run(model_, all.first(inputs), all.subspan(inputs, target_count_), all.subspan(inputs + target_count_), train_rows_, options_, callbacks_);
}

ResumePoint Trainer::resume_point() const {
  SavedState s;
  for (const auto& [name, variable] : model_.named_variables()) s.set("weights/" + name, variable.tensor());
  std::vector<Tensor> carried;
  for (const Variable& v : carried_state(model_)) carried.push_back(v.tensor());
  s.set("carried", carried);
  const auto optimizer = seen_.optimizer.named_variables();
  for (std::size_t i = 0; i < optimizer.size(); ++i) s.set(numbered("optimizer", i), optimizer[i].second.tensor());
  if (!seen_.optimizer.has_schedule()) s.set("learning_rate", seen_.optimizer.learning_rate());
  s.set("epoch", at_.epoch).set("step", at_.step).set("rows", at_.rows).set("random_step", static_cast<std::int64_t>(at_.random_step));
  s.set("stop", seen_.stop);
  if (at_.step > 0) {  // within an epoch
    s.set("sums", Tensor::from(at_.sums));
    const std::vector<OutputMetric>& metrics = programs_->train_metrics();
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      std::vector<Tensor> counters;
      for (const Variable& v : metrics[i].metric.variables()) counters.push_back(v.tensor());
      s.set(numbered("metrics", i), counters);
    }
    s.set("predictions", kept_);
  }
  s.set("history/epochs", static_cast<std::int64_t>(history_.epochs().size()));
  for (std::size_t i = 0; i < history_.epochs().size(); ++i) {
    s.set(numbered("history/seconds", i), history_.seconds()[i]);
    for (const auto& [name, value] : history_.epochs()[i].items()) s.set(numbered("history/scores", i) + "/" + name, value);
  }
  for (std::size_t i = 0; i < callbacks_.size(); ++i) {
    if (callbacks_[i]->kind().empty()) continue;
    SavedState own;
    callbacks_[i]->save_state(own);
    s.add("callbacks/" + callbacks_[i]->kind() + "/" + std::to_string(i), own);
  }
  return {run_, s};
}

void Trainer::go_on_from(const SavedState& s) {
  for (const auto& [name, variable] : model_.named_variables()) assign(variable, s.tensor("weights/" + name), "the weight " + name);
  const std::vector<Variable> carried = carried_state(model_);
  const std::vector<Tensor> states = s.tensor_list("carried");
  if (carried.size() != states.size()) fail(ErrorKind::corrupt, "resume point: it has " + std::to_string(states.size()) + " states of layers, the model " + std::to_string(carried.size()));
  for (std::size_t i = 0; i < carried.size(); ++i) assign(carried[i], states[i], "a state of a layer");
  const auto optimizer = seen_.optimizer.named_variables();
  for (std::size_t i = 0; i < optimizer.size(); ++i) assign(optimizer[i].second, s.tensor(numbered("optimizer", i)), "the optimizer's " + optimizer[i].first);
  at_ = {static_cast<int>(s.integer("epoch")), s.integer("step"), s.integer("rows"), {}, static_cast<std::uint64_t>(s.integer("random_step"))};
  part_ = part_of(at_.epoch);
  if (at_.epoch < 0 || at_.step < 0 || at_.step > steps() || at_.rows < 0) fail(ErrorKind::corrupt, "resume point: step " + std::to_string(at_.step) + " of an epoch of " + std::to_string(steps()) + " steps");
  seen_.epoch = at_.epoch;
  seen_.stop = s.text("stop");
  if (at_.step > 0) {
    at_.sums = s.tensor("sums").to_vector<double>();
    if (at_.sums.size() != losses_.size()) fail(ErrorKind::corrupt, "resume point: it has " + std::to_string(at_.sums.size()) + " losses, training has " + std::to_string(losses_.size()));
    const std::vector<OutputMetric>& metrics = programs_->train_metrics();
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      const std::vector<Variable> counters = metrics[i].metric.variables();
      const std::vector<Tensor> values = s.tensor_list(numbered("metrics", i));
      if (values.size() != counters.size()) fail(ErrorKind::corrupt, "resume point: the metric " + metrics[i].name + " has other counters");
      for (std::size_t k = 0; k < counters.size(); ++k) assign(counters[k], values[k], "a counter of " + metrics[i].name);
    }
    const std::vector<Tensor> predictions = s.tensor_list("predictions");
    if (predictions.size() != kept_.size()) fail(ErrorKind::corrupt, "resume point: predictions of other outputs");
    for (std::size_t i = 0; i < kept_.size(); ++i) kept_[i].copy_from(predictions[i]);
  }
  const std::vector<std::string> names = s.names();
  for (std::int64_t i = 0, count = s.integer("history/epochs"); i < count; ++i) {
    Scores scores;
    const std::string start = numbered("history/scores", static_cast<std::size_t>(i)) + "/";
    for (const std::string& name : names)
      if (name.starts_with(start)) scores.set(name.substr(start.size()), s.number(name));
    history_.add(scores, s.number(numbered("history/seconds", static_cast<std::size_t>(i))));
  }
  for (std::size_t i = 0; i < callbacks_.size(); ++i)
    if (const std::string kind = callbacks_[i]->kind(); !kind.empty()) callbacks_[i]->load_state(s.part("callbacks/" + kind + "/" + std::to_string(i)));
  if (options_.verbose > 0) {
    std::fprintf(stderr, "%s: going on from a resume point: epoch %d of %d, step %lld of %lld\n", who_.c_str(), at_.epoch + 1, options_.epochs, static_cast<long long>(at_.step + 1),
                 static_cast<long long>(steps()));
  }
}

}  // namespace candor::detail
