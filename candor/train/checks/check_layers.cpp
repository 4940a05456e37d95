// model.linear-stack, model.norm-order and model.capacity: layers that undo or waste each other.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/nn/model_body.h"
#include "candor/train/checks/check_model.h"
#include "candor/train/checks/layer_calls.h"

namespace candor::detail {
namespace {

constexpr const char* order_id = "model.norm-order";

std::int64_t width_of(const LayerCall& call) {
  const Config options = options_of(call.layer);
  for (const char* key : {"units", "filters"})
    if (const Config* found = options.find(key); found && found->is_integer()) return found->integer();
  return 0;
}

std::int64_t inputs_of(const LayerCall& call) {
  if (!call.layer.built()) return 0;
  for (const auto& [name, variable] : call.layer.body().own_weights())
    if (name == "kernel" && variable.shape().rank() >= 2) return variable.shape().size() / variable.shape()[-1];
  return 0;
}

bool pools(const std::string& kind) { return kind.find("Pooling") != std::string::npos || kind.find("ZeroPadding") == 0 || kind.find("UpSampling") == 0; }

bool bends(const LayerCall& call) { return !call.activation.empty() && call.activation != "linear"; }

}  // namespace

void check_linear_stack(const ModelUnderCheck& m, CheckNotes& notes) {
  const LayerCalls calls = layer_calls(m.model);
  for (const LayerCall& second : calls.calls) {
    if (!is_linear_map(second.kind) || second.from.size() != 1) continue;
    int from = second.from.front();
    bool norm = false;
    while (from >= 0) {
      const LayerCall& between = calls.calls[static_cast<std::size_t>(from)];
      if (between.from.size() != 1) break;
      if (between.kind == "BatchNormalization") norm = true;
      else if (!only_moves(between.kind) && !only_in_training(between.kind) && !(pools(between.kind) && between.kind.find("Max") == std::string::npos)) break;
      from = between.from.front();
    }
    if (from < 0) continue;
    const LayerCall& first = calls.calls[static_cast<std::size_t>(from)];
    if (!is_linear_map(first.kind) || bends(first) || first.activation.empty() || calls.readers(from).size() != 1) continue;
    // A narrow layer between two wide ones is a way to save weights, not a mistake.
    const bool narrow = width_of(first) < std::min(inputs_of(first), width_of(second));
    const std::string pair = short_name(first) + " and " + short_name(second);
    notes.findings.push_back({"model.linear-stack", narrow || norm ? Severity::note : Severity::warning,
                              pair + " follow each other with no activation between" + (norm ? " (batch normalisation bends nothing)" : "") + ": together they can do no more than one of them" +
                                  (narrow ? ", unless the narrow layer in the middle is meant to save weights" : "") + ". Give " + short_name(first) + " an activation such as relu, or leave it out",
                              "layer " + short_name(first), {}});
  }
}

void check_norm_order(const ModelUnderCheck& m, CheckNotes& notes) {
  const LayerCalls calls = layer_calls(m.model);
  for (const LayerCall& norm : calls.calls) {
    if (norm.kind != "BatchNormalization" || norm.from.size() != 1) continue;
    const std::string where = "layer " + short_name(norm);
    bool dropped = false;
    std::string dropout;
    int from = norm.from.front();
    while (from >= 0) {
      const LayerCall& before = calls.calls[static_cast<std::size_t>(from)];
      if (before.from.size() != 1) break;
      if (only_in_training(before.kind)) dropped = true, dropout = short_name(before);
      else if (!only_moves(before.kind) && !pools(before.kind)) break;
      from = before.from.front();
    }
    if (dropped) {
      notes.findings.push_back({order_id, Severity::note, short_name(norm) + " stands behind " + dropout + ": what is dropped in training changes the variance that it keeps, and in use nothing is dropped, so its numbers no longer fit (Li et al. 2018). Put the dropout behind it", where, {}});
    }
    if (from < 0) continue;
    const LayerCall& before = calls.calls[static_cast<std::size_t>(from)];
    if (bends(before)) {
      notes.findings.push_back({order_id, Severity::note, short_name(norm) + " stands behind the activation (" + before.activation + " of " + short_name(before) + "): batch normalisation was meant to stand before it, so that half of what comes in is positive (Ioffe, Szegedy 2015). Often it makes little difference; compare both", where, {}});
    } else if (is_linear_map(before.kind) && !dropped && calls.readers(from).size() == 1) {
      const Config options = options_of(before.layer), own = options_of(norm.layer);
      if (options.get("use_bias", false) && own.get("center", true))
        notes.findings.push_back({order_id, Severity::note, "the bias of " + short_name(before) + " does nothing: " + short_name(norm) + " takes the mean away and adds a bias of its own. Say use_bias = false", "layer " + short_name(before), {}});
    }
  }
}

/// In a chain of layers: one of a single unit in front of a wider answer.
void bottleneck(const ModelUnderCheck& m, CheckNotes& notes) {
  constexpr std::int64_t wide = 3;
  const LayerCalls calls = layer_calls(m.model);
  const int count = static_cast<int>(calls.calls.size());
  for (int i = 0; i < count; ++i)
    if (calls.calls[static_cast<std::size_t>(i)].from != std::vector<int>{i - 1}) return;
  for (int i = 0; i < count; ++i) {
    const LayerCall& call = calls.calls[static_cast<std::size_t>(i)];
    if (call.kind != "Dense" || width_of(call) != 1 || inputs_of(call) < 2) continue;
    for (int next = i + 1; next < count; ++next) {
      const LayerCall& reader = calls.calls[static_cast<std::size_t>(next)];
      if (!is_linear_map(reader.kind)) continue;
      if (width_of(reader) >= wide)
        notes.findings.push_back({"model.capacity", Severity::note, short_name(call) + " has one unit, and all that the layers behind it (" + short_name(reader) + " with " + with_thousands(width_of(reader)) + " units) know of a row is that one number" +
                                      (call.activation == "relu" ? ", or that it was not positive" : "") + ": too little for most tasks. Give it more units unless that is meant", "layer " + short_name(call), {{"units", 1}}});
      break;
    }
  }
}

/// Dropout of nine tenths and more: what is left of a layer in a step of training.
void dropped_nearly_all(const ModelUnderCheck& m, CheckNotes& notes) {
  constexpr double most = .9, few = 8;
  const LayerCalls calls = layer_calls(m.model);
  for (const LayerCall& call : calls.calls) {
    if (call.kind.find("Dropout") == std::string::npos || call.kind == "GaussianDropout" || call.from.size() != 1) continue;
    const double rate = options_of(call.layer).get("rate", 0.);
    if (rate < most) continue;
    const int from = source_of(calls, call.from.front());
    const std::int64_t units = from < 0 ? 0 : width_of(calls.calls[static_cast<std::size_t>(from)]);
    const double left = (1 - rate) * static_cast<double>(units);
    const std::string per_cent = std::to_string(std::lround(100 * rate)) + " %";
    notes.findings.push_back({"model.capacity", units > 0 && left < few ? Severity::warning : Severity::note,
                              short_name(call) + " drops " + per_cent + " of what it gets" +
                                  (units > 0 ? ": of the " + with_thousands(units) + " units of " + short_name(calls.calls[static_cast<std::size_t>(from)]) + " about " + with_thousands(std::max(0L, std::lround(left))) +
                                                   " take part in a step of training"
                                             : std::string()) +
                                  ". `rate` is the share that is dropped, not the share that is kept; .1 to .5 is usual (Srivastava et al. 2014)",
                              "layer " + short_name(call), {{"rate", rate}}});
    if (units > 0) notes.findings.back().evidence.push_back({"units left", left});
  }
}

void check_capacity(const ModelUnderCheck& m, CheckNotes& notes) {
  bottleneck(m, notes);
  dropped_nearly_all(m, notes);
  std::int64_t trained = 0;
  for (const Variable& v : m.model.parameters()) trained += v.shape().size();
  std::int64_t numbers = 0;
  for (const Tensor& y : m.y) numbers += y.shape(0) > 0 ? y.size() / y.shape(0) * m.rows : 0;
  if (numbers < 1) return;
  constexpr double many = 100;
  const double each = static_cast<double>(trained) / static_cast<double>(numbers);
  if (each > many) {
    notes.findings.push_back({"model.capacity", Severity::note,
                              with_thousands(trained) + " parameters are learned from " + with_thousands(m.rows) + " rows, " + with_thousands(std::llround(each)) + " for each target number: the rows cannot pin them down, and the model may learn them by heart. Watch validation rows; a smaller model, a simple method or one trained elsewhere may do better",
                              {}, {{"parameters", static_cast<double>(trained)}, {"rows", static_cast<double>(m.rows)}}});
  }
}

}  // namespace candor::detail
