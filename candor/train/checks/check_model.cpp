#include "candor/train/checks/check_model.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/graph/trace.h"
#include "candor/train/on_batch.h"
#include "candor/train/programs.h"
#include "candor/train/undo.h"

namespace candor {
namespace detail {

namespace {

/// What binary cross-entropy cannot come below: the entropy of targets between 0 and 1, as grey pixels are. 0 for other losses.
double lowest_loss(const Model& model, const std::vector<Tensor>& y) {
  const LossList& losses = model.compile_options().loss;
  if (losses.size() != 1 || y.size() != 1 || !losses[0].stored() || losses[0].config().get("class_name", "") != "BinaryCrossentropy") return 0;
  const std::vector<double> targets = y[0].to_vector<double>();
  double sum = 0;
  for (const double t : targets)
    if (t > 0 && t < 1) sum -= t * std::log(t) + (1 - t) * std::log(1 - t);
  return sum / static_cast<double>(targets.size());
}

constexpr double learned = .2;  // of the loss that it began with: below that, a batch is known by heart

struct Memory {
  double first = 0, best = 0;  // losses, above the lowest that there is
  int steps = 0;

  bool enough() const { return !(first > 1e-6) || best < learned * first; }
};

/// Trains on the same rows until they are known or no longer get better; everything is put back.
Memory memorise(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, double lowest, double faster) {
  constexpr int least_steps = 300, look_every = 100, most_steps = 3000;
  constexpr double moving = .9;  // of the loss a hundred steps before
  const Undo undo(model, x.front());
  const Optimizer& optimizer = model.compile_options().optimizer;
  if (faster != 1) optimizer.set_learning_rate(faster * optimizer.learning_rate());
  Memory m;
  double before = 0;
  for (; m.steps < most_steps; ++m.steps) {
    // A small learning rate takes its time: as long as the loss falls, it may go on.
    if (m.steps % look_every == 0) {
      if (m.steps >= least_steps && (m.best < learned * m.first || m.best > moving * before)) break;
      before = m.best;
    }
    model.reset_metrics();
    const double loss = model.train_on_batch(x, y, {})["loss"] - lowest;
    if (m.steps == 0) m.first = m.best = loss;
    m.best = std::min(m.best, loss);
    if (m.best < .05 * m.first) break;
  }
  return m;
}

}  // namespace

CheckNotes check_before_fit(const ModelUnderCheck& m) {
  CheckNotes notes;
  guarded(notes, "model.loss-activation", [&](CheckNotes& n) { check_losses(m, n); });
  notes.checked.emplace_back("model.output-size");
  guarded(notes, "model.linear-stack", [&](CheckNotes& n) { check_linear_stack(m, n); });
  guarded(notes, "model.norm-order", [&](CheckNotes& n) { check_norm_order(m, n); });
  guarded(notes, "model.dead-end", [&](CheckNotes& n) { check_graph(m, n); });
  guarded(notes, "model.capacity", [&](CheckNotes& n) { check_capacity(m, n); });
  return notes;
}

void check_memory(const ModelUnderCheck& m, CheckNotes& notes) {
  constexpr const char* id = "model.overfit-one-batch";
  constexpr std::int64_t most_rows = 16;
  constexpr std::int64_t least_parameters = 4;  // a row
  constexpr double faster = 30;
  const std::int64_t rows = std::min(most_rows, m.rows);
  const auto part = [&](const std::vector<Tensor>& all) {
    std::vector<Tensor> some;
    for (const Tensor& t : all) some.push_back(t.view_slice(0, 0, rows).contiguous());
    return some;
  };
  const Optimizer& optimizer = m.model.compile_options().optimizer;
  if (!optimizer.defined() || m.x.size() != 1) {
    notes.skipped.push_back({id, "it needs an optimizer and a model of one input"});
    return;
  }
  std::int64_t parameters = 0;
  for (const Variable& v : m.model.parameters()) parameters += v.shape().size();
  if (parameters < least_parameters * rows) {
    notes.skipped.push_back({id, with_thousands(parameters) + " parameters are too few for a verdict (a line cannot know " + std::to_string(rows) + " rows by heart)"});
    return;
  }
  const std::vector<Tensor> x = part(m.x), y = part(m.y);
  const double lowest = lowest_loss(m.model, y);
  const Memory asked = memorise(m.model, x, y, lowest, 1);
  if (asked.enough()) return;
  const std::string came = "in " + std::to_string(asked.steps) + " steps on the same " + std::to_string(rows) + " rows the loss only came from " + number_text(asked.first + lowest) + " to " + number_text(asked.best + lowest);
  std::vector<Evidence> numbers{{"first loss", asked.first + lowest}, {"lowest loss", asked.best + lowest}, {"rows", static_cast<double>(rows)}, {"steps", static_cast<double>(asked.steps)}};
  const double rate = optimizer.learning_rate();
  if (!optimizer.has_schedule() && rate > 0) {
    // The model may be sound and its steps short: that is a matter of the rate, not of the model.
    const Memory with = memorise(m.model, x, y, lowest, faster);
    if (with.enough()) {
      numbers.push_back({"learning rate", rate});
      notes.findings.push_back({"train.update-ratio", Severity::note, came + ", and at " + number_text(faster) + " times the learning rate (" + number_text(faster * rate) + " in place of " + number_text(rate) + ") to " + number_text(with.best + lowest) + ": the model can learn, and its steps are short. A larger learning rate saves epochs", {}, std::move(numbers)});
      return;
    }
  }
  notes.findings.push_back({id, Severity::warning, came + ": a sound model learns so few rows by heart. Look for a wrong loss, a learning rate far off, layers that pass nothing on, or too few units", {}, std::move(numbers)});
}

}  // namespace detail

CheckNotes check_model(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const CheckModelOptions& options) {
  const std::string who = model.name() + ": check_model";
  if (model.compile_options().loss.empty()) fail(ErrorKind::invalid_argument, who + ": compile was given no loss");
  detail::ModelUnderCheck m{model, {}, {}, detail::check_rows(who, x, y), options.batch_size};
  for (const Tensor& t : x) m.x.push_back(t.contiguous());
  for (const Tensor& t : y) m.y.push_back(t.contiguous());
  if (!model.built()) {
    std::vector<Tensor> sample;
    for (const Tensor& t : m.x) sample.push_back(t.view_slice(0, 0, 1).contiguous());
    model.predict_on_batch(sample);
  }
  CheckNotes notes = detail::check_before_fit(m);
  bool fits = true;
  detail::guarded(notes, "model.loss-shape", [&](CheckNotes& n) {
    const std::int64_t rows = std::min<std::int64_t>(m.rows, options.batch_size);
    std::vector<TensorType> types;
    for (const std::vector<Tensor>* part : {&m.x, &m.y})
      for (const Tensor& t : *part) types.push_back({t.shape().with(0, rows), t.dtype()});
    try {
      trace([&](std::span<const Tensor> in) {
        std::vector<Tensor> results;
        const std::vector<Tensor> outputs = model.call(in.first(m.x.size()), inference);
        if (outputs.size() != m.y.size()) fail(ErrorKind::shape, "the model has " + std::to_string(outputs.size()) + " outputs, and " + std::to_string(m.y.size()) + " targets came");
        for (std::size_t i = 0; i < outputs.size(); ++i) results.push_back(model.compile_options().loss[i](in[m.x.size() + i], outputs[i]));
        return results;
      }, types);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::shape) throw;
      fits = false;
      n.findings.push_back({"model.loss-shape", Severity::error, e.what(), {}, {}});
    }
  });
  detail::guarded(notes, "model.shape-advice", [&](CheckNotes& n) { detail::check_shape_advice(m, n); });
  if (options.memorise && fits) detail::guarded(notes, "model.overfit-one-batch", [&](CheckNotes& n) { detail::check_memory(m, n); });
  return notes;
}

CheckNotes check_model(const Model& model, const Tensor& x, const Tensor& y, const CheckModelOptions& options) { return check_model(model, std::vector<Tensor>{x}, std::vector<Tensor>{y}, options); }

}  // namespace candor
