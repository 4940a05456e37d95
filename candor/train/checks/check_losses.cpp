// model.loss-activation and model.output-size: what the last layer can say, what the loss takes it for, and what the targets are.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/nn/model_body.h"
#include "candor/train/checks/check_model.h"
#include "candor/train/checks/layer_calls.h"
#include "candor/train/checks/targets.h"

namespace candor::detail {
namespace {

enum class Takes { classes, yes_no, numbers, other };

/// What a loss is told about one output.
struct LossView {
  std::string kind, name;
  Takes takes = Takes::other;
  bool logits = false, numbered = false;  // numbered: targets are class numbers
};

LossView view_of(const Loss& loss) {
  LossView v;
  if (!loss.stored()) return v;
  v.kind = loss.config().get("class_name", "");
  v.name = loss.name();
  v.logits = loss.from_logits();
  if (v.kind == "CategoricalCrossentropy" || v.kind == "SparseCategoricalCrossentropy" || v.kind == "CategoricalFocalCrossentropy") v.takes = Takes::classes;
  else if (v.kind == "BinaryCrossentropy" || v.kind == "BinaryFocalCrossentropy") v.takes = Takes::yes_no;
  else if (v.kind == "MeanSquaredError" || v.kind == "MeanAbsoluteError" || v.kind == "Huber" || v.kind == "LogCosh") v.takes = Takes::numbers;
  v.numbered = v.kind == "SparseCategoricalCrossentropy";
  return v;
}

struct OutputView {
  std::string layer, activation;  // of the last layer that does arithmetic
  std::int64_t width = 1;
  bool copies_input = false;      // targets have the shape of the inputs: an autoencoder
};

bool probability(const std::string& activation) { return activation == "sigmoid" || activation == "softmax" || activation == "hard_sigmoid"; }

std::string said(const OutputView& o) { return o.activation == "linear" ? "has no activation" : "ends in " + o.activation; }

void add(CheckNotes& notes, const char* id, Severity severity, const OutputView& o, std::string message, std::vector<Evidence> evidence = {}) {
  notes.findings.push_back({id, severity, std::move(message), "layer " + o.layer, std::move(evidence)});
}
constexpr const char* fit_id = "model.loss-activation";
constexpr const char* size_id = "model.output-size";

/// `known`: the highest class number of all rows, those of the validation part with them.
void classes(const LossView& loss, const OutputView& o, const TargetSummary& t, double known, CheckNotes& notes) {
  if (o.width == 1) {
    add(notes, size_id, Severity::error, o, loss.kind + " needs one output for each class, and " + o.layer + " has a single one: its probability is always 1 and nothing is learned. Give it as many units as there are classes, or use one sigmoid unit with BinaryCrossentropy for yes or no");
  } else if (!loss.logits && o.activation == "sigmoid") {
    add(notes, fit_id, Severity::warning, o, o.layer + " ends in sigmoid, and " + loss.kind + " takes its numbers for probabilities of classes that exclude each other: use softmax, or BinaryCrossentropy when several classes may be true at once");
  } else if (!loss.logits && o.activation != "softmax") {
    add(notes, fit_id, Severity::error, o, o.layer + " " + said(o) + ", and " + loss.kind + " takes its numbers for probabilities: they may be negative or more than 1, and the loss means nothing. End in softmax, or say from_logits = true");
  } else if (loss.logits && probability(o.activation)) {
    add(notes, fit_id, Severity::warning, o, o.layer + " ends in " + o.activation + ", and " + loss.kind + " with from_logits applies softmax once more: the answers can never be sure and learning is slow. Leave out one of the two");
  } else if (loss.logits && (o.activation == "relu" || o.activation == "softplus")) {
    add(notes, fit_id, Severity::warning, o, o.layer + " ends in " + o.activation + ", which gives no negative number, and " + loss.kind + " with from_logits expects any: end in no activation");
  }
  if (!t.finite || t.values == 0) return;
  if (!loss.numbered) {
    if (t.low < 0 || t.high > 1 + 1e-6)
      add(notes, fit_id, Severity::error, o, "the targets run from " + number_text(t.low) + " to " + number_text(t.high) + ", and " + loss.kind + " takes them for probabilities of classes, from 0 to 1: give one-hot rows, or class numbers with SparseCategoricalCrossentropy",
          {{"lowest target", t.low}, {"highest target", t.high}});
    else if (!t.sums_to_1 && t.width > 1 && t.width == o.width)
      add(notes, fit_id, Severity::warning, o, "the targets of a row do not add up to 1, and " + loss.kind + " takes them for classes that exclude each other: when several may be true at once, use sigmoid with BinaryCrossentropy");
    return;
  }
  const auto classes_seen = static_cast<std::int64_t>(t.counts.size());
  if (t.low < 0 || t.high >= static_cast<double>(o.width)) {
    add(notes, size_id, Severity::error, o, "the class numbers run from " + number_text(t.low) + " to " + number_text(t.high) + ", and " + o.layer + " has " + with_thousands(o.width) + " outputs, for classes 0 to " + with_thousands(o.width - 1) +
        ": give it " + (t.low < 0 ? std::string("class numbers from 0") : with_thousands(static_cast<std::int64_t>(t.high) + 1) + " units") + (t.low >= 1 && t.high == static_cast<double>(o.width) ? ", or count the classes from 0" : ""),
        {{"lowest class", t.low}, {"highest class", t.high}, {"outputs", static_cast<double>(o.width)}});
  } else if (classes_seen > 0 && classes_seen < o.width && known < static_cast<double>(classes_seen) && o.width <= 1000 && t.rows >= 100 && std::all_of(t.counts.begin(), t.counts.end(), [](std::int64_t c) { return c >= 5; })) {
    add(notes, size_id, Severity::warning, o, o.layer + " has " + with_thousands(o.width) + " outputs, and the targets have " + with_thousands(classes_seen) + " classes (0 to " + with_thousands(classes_seen - 1) + "), each in at least 5 rows: " +
        with_thousands(o.width - classes_seen) + " outputs stand for nothing. Give the layer " + with_thousands(classes_seen) + " units, unless further classes come later",
        {{"outputs", static_cast<double>(o.width)}, {"classes", static_cast<double>(classes_seen)}});
  }
}

void yes_no(const LossView& loss, const OutputView& o, const TargetSummary& t, CheckNotes& notes) {
  if (o.activation == "softmax" && o.width == 1) {
    add(notes, fit_id, Severity::error, o, o.layer + " ends in softmax over a single output, which is always 1: nothing is learned. Use sigmoid");
  } else if (!loss.logits && o.activation == "softmax") {
    add(notes, fit_id, Severity::warning, o, o.layer + " ends in softmax over " + with_thousands(o.width) + " classes that exclude each other, and " + loss.kind + " judges each class for itself, as a question of yes or no: use CategoricalCrossentropy (one-hot targets) or SparseCategoricalCrossentropy (class numbers)",
        {{"classes", static_cast<double>(o.width)}});
  } else if (!loss.logits && !probability(o.activation)) {
    add(notes, fit_id, Severity::error, o, o.layer + " " + said(o) + ", and " + loss.kind + " takes its numbers for probabilities from 0 to 1: the loss means nothing. End in sigmoid, or say from_logits = true");
  } else if (loss.logits && probability(o.activation)) {
    add(notes, fit_id, Severity::warning, o, o.layer + " ends in " + o.activation + ", and " + loss.kind + " with from_logits applies sigmoid once more: every answer lies between .5 and .73 and learning is slow. Leave out one of the two");
  } else if (loss.logits && (o.activation == "relu" || o.activation == "softplus")) {
    add(notes, fit_id, Severity::warning, o, o.layer + " ends in " + o.activation + ", which gives no negative number, and " + loss.kind + " with from_logits expects any: it can never say no. End in no activation");
  }
  if (!t.finite || t.values == 0 || (t.low >= 0 && t.high <= 1 + 1e-6)) return;
  const auto count = static_cast<std::int64_t>(t.counts.size());
  if (t.whole && count > 2 && count <= 100 && o.width == 1) {
    add(notes, size_id, Severity::error, o, "the targets are " + with_thousands(count) + " classes (0 to " + with_thousands(count - 1) + "), and " + o.layer + " has a single output for yes or no: give it " + with_thousands(count) + " units with softmax and SparseCategoricalCrossentropy",
        {{"classes", static_cast<double>(count)}, {"outputs", 1}});
    return;
  }
  const double outside = t.below_0 + t.above_1;
  add(notes, fit_id, Severity::error, o, percent_text(outside) + " of the targets lie outside 0 to 1 (they run from " + number_text(t.low) + " to " + number_text(t.high) + ", mean " + number_text(t.mean) + "), and " + loss.kind +
      " takes them for probabilities: no output can ever reach them. " + (std::abs(t.mean) < .2 && t.variance > .5 && t.variance < 2 ? "They look standardised: end in no activation with MeanSquaredError, or give 0 and 1" : "Give 0 and 1, or for numbers end in no activation with MeanSquaredError"),
      {{"share outside 0 to 1", outside}, {"lowest target", t.low}, {"highest target", t.high}});
}

void numbers(const LossView& loss, const OutputView& o, const TargetSummary& t, CheckNotes& notes) {
  if (!t.finite || t.values == 0) return;
  const auto beyond = [&](double share, const char* range) {
    add(notes, fit_id, Severity::warning, o, percent_text(share) + " of the targets (from " + number_text(t.low) + " to " + number_text(t.high) + ") lie outside what " + o.layer + " can say: it ends in " + o.activation + ", which gives " + range +
        ". End in no activation, or bring the targets into that range", {{"share out of reach", share}, {"lowest target", t.low}, {"highest target", t.high}});
  };
  const double outside = t.below_0 + t.above_1;
  if (o.activation == "softmax" && o.width == 1) {
    add(notes, fit_id, Severity::error, o, o.layer + " ends in softmax over a single output, which is always 1: nothing is learned. End in no activation");
  } else if (probability(o.activation) && outside > .01) {
    beyond(outside, "0 to 1");
  } else if (probability(o.activation) && !o.copies_input && t.rows >= 10 && (o.activation == "softmax" ? t.one_hot : t.zero_one() && t.low < t.high)) {
    add(notes, fit_id, Severity::warning, o, o.layer + " ends in " + o.activation + ", the targets are classes, and " + loss.kind + " hardly pulls where an answer is surely wrong, so learning is slow: use " +
        (o.activation == "softmax" ? "CategoricalCrossentropy" : "BinaryCrossentropy"));
  } else if ((o.activation == "tanh" || o.activation == "softsign") && t.beyond_1 > .01) {
    beyond(t.beyond_1, "-1 to 1");
  } else if ((o.activation == "relu" || o.activation == "softplus" || o.activation == "exponential") && t.below_0 > .01) {
    beyond(t.below_0, "no negative number");
  }
}

}  // namespace

void check_losses(const ModelUnderCheck& m, CheckNotes& notes) {
  const CompileOptions& compiled = m.model.compile_options();
  const LayerCalls calls = layer_calls(m.model);
  const std::vector<TensorType> types = m.model.output_types();
  if (calls.outputs.size() != types.size()) {
    notes.skipped.push_back({fit_id, "the model is of a class of its own: what its last layer is cannot be seen"});
    return;
  }
  for (std::size_t i = 0; i < types.size() && i < m.y.size(); ++i) {
    if (compiled.loss.empty() || (compiled.loss.size() != 1 && i >= compiled.loss.size())) continue;
    const LossView loss = view_of(compiled.loss[i]);
    const int last = source_of(calls, calls.outputs[i]);
    if (last < 0 || loss.takes == Takes::other) continue;
    const LayerCall& layer = calls.calls[static_cast<std::size_t>(last)];
    OutputView o{short_name(layer), layer.activation, types[i].shape.rank() > 0 ? types[i].shape[-1] : 1, false};
    if (o.activation.empty()) continue;
    o.copies_input = std::any_of(m.x.begin(), m.x.end(), [&](const Tensor& x) { return x.size() == m.y[i].size(); });
    const TargetSummary t = summarize_targets(m.y[i], m.rows);
    double known = t.high;
    if (m.y[i].shape(0) > m.rows) known = std::max(known, summarize_targets(m.y[i], m.y[i].shape(0)).high);
    if (i < m.other_y.size()) known = std::max(known, summarize_targets(m.other_y[i], m.other_y[i].shape(0)).high);
    if (loss.takes == Takes::classes) classes(loss, o, t, known, notes);
    else if (loss.takes == Takes::yes_no) yes_no(loss, o, t, notes);
    else numbers(loss, o, t, notes);
  }
}

}  // namespace candor::detail
