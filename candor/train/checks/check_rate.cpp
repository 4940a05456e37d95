// What layers and optimizer tell of a training without a look at its steps: train.gradients of sigmoids in a row, train.update-ratio of a schedule or a rate.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "candor/base/text.h"
#include "candor/nn/schedules.h"
#include "candor/train/checks/check_model.h"
#include "candor/train/checks/layer_calls.h"

namespace candor::detail {
namespace {

/// The linear layers behind each other from `call` towards the inputs, each with a sigmoid; the one nearest the inputs in `first`.
int sigmoids_behind(const LayerCalls& calls, int call, int& first) {
  int count = 0;
  while (call >= 0) {
    const LayerCall* c = &calls.calls[static_cast<std::size_t>(call)];
    if (c->activation != "sigmoid" || c->from.size() != 1) break;
    if (!is_linear_map(c->kind)) {  // the activation as a layer of its own
      const int below = source_of(calls, c->from.front());
      if (below < 0) break;
      call = below, c = &calls.calls[static_cast<std::size_t>(call)];
      if (!is_linear_map(c->kind) || c->from.size() != 1) break;
    }
    if (count > 0 && calls.readers(call).size() > 1) break;
    ++count, first = call;
    call = source_of(calls, c->from.front());
  }
  return count;
}

}  // namespace

void check_sigmoid_chain(const Model& model, bool learned, CheckNotes& notes) {
  // A sigmoid passes at most a quarter of a gradient back, and initial weights of Glorot's size keep it: beyond six there is less than 1 / 10,000 left, where a training that is looked at would be named, too.
  constexpr int many = 7;
  const LayerCalls calls = layer_calls(model);
  int longest = 0, first = -1;
  for (int i = 0; i < static_cast<int>(calls.calls.size()); ++i) {
    int from = -1;
    if (const int count = sigmoids_behind(calls, i, from); count > longest) longest = count, first = from;
  }
  if (longest < many) return;
  const std::string name = short_name(calls.calls[static_cast<std::size_t>(first)]);
  notes.findings.push_back({"train.gradients", learned ? Severity::note : Severity::warning, with_thousands(longest) + " layers of sigmoids follow each other from " + name + " on: each passes at most a quarter of a gradient back, so that about " + number_text(std::pow(.25, longest)) +
                                " of it reaches the first, which hardly learns. Take relu in place of sigmoid, normalisation layers, connections past layers, or fewer layers", "layer " + name, {{"layers", static_cast<double>(longest)}}});
}

void check_rate(const Model& model, std::int64_t steps, bool learned, CheckNotes& notes) {
  constexpr std::int64_t least_steps = 10, samples = 64;
  constexpr double nothing = 1e-3, most = .5, large = .5;
  const Optimizer& optimizer = model.compile_options().optimizer;
  if (!optimizer.defined() || steps < least_steps) return;
  const Severity severity = learned ? Severity::note : Severity::warning;
  if (!optimizer.has_schedule()) {
    const std::string kind = optimizer.config().get("class_name", "");
    // These divide by the size of the gradients: the rate itself is what a weight moves by.
    if (kind != "Adam" && kind != "AdamW" && kind != "Nadam" && kind != "Adamax" && kind != "RMSprop") return;
    const double rate = optimizer.learning_rate();
    if (rate < large) return;
    notes.findings.push_back({"train.update-ratio", severity, "a learning rate of " + number_text(rate) + " moves each weight by about as much in every step of " + kind + ", and weights are mostly smaller than 1: what was learned before is overwritten. .001 is common", {}, {{"learning rate", rate}}});
    return;
  }
  const Config config = optimizer.config();
  const Config* inner = config.find("config");
  const Config* of = inner ? inner->find("learning_rate") : nullptr;
  if (!of) return;
  const Schedule schedule = schedule_from_config(*of);
  const std::int64_t from = std::max<std::int64_t>(0, optimizer.calls() - steps), count = std::min(samples, steps);
  double top = 0;
  std::vector<double> rates;
  for (std::int64_t i = 0; i < count; ++i) rates.push_back(schedule.at(from + i * steps / count)), top = std::max(top, rates.back());
  const double share = static_cast<double>(std::count_if(rates.begin(), rates.end(), [&](double r) { return r <= nothing * top; })) / static_cast<double>(count);
  if (!(top > 0) || share < most) return;
  notes.findings.push_back({"train.update-ratio", severity, "in " + percent_text(share) + " of the " + with_thousands(steps) + " steps the schedule gave less than a thousandth of its largest learning rate (" + number_text(top) + "): hardly anything was learned in them. Schedules count steps, not epochs; let it end with the training", {},
                            {{"share of the steps", share}, {"largest rate", top}}});
}

}  // namespace candor::detail
