// What the statistics of the layers say: train.gradients, dead-units, saturated, update-ratio, mode.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/train/checks/layer_findings.h"

namespace candor::detail {
namespace {

constexpr int least_samples = 2;
constexpr std::int64_t least_rows = 64;

std::string short_path(const std::string& path) { return path.substr(path.rfind('/') + 1); }

double median(std::vector<double> v) {
  v.erase(std::remove_if(v.begin(), v.end(), [](double x) { return !std::isfinite(x); }), v.end());
  if (v.empty()) return std::nan("");
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

/// Units that no row moved in the later half of the samples.
void units(const LayerStatistics& s, Limit zero, const char* id, CheckNotes& notes) {
  const bool dead = zero == Limit::zero;
  for (const LayerProbe& p : s.probes()) {
    if (p.output || p.units < 2 || (p.limit == Limit::zero) != dead || p.limit == Limit::none) continue;
    const int since = s.samples() / 2;
    const auto count = std::count_if(p.alive_at.begin(), p.alive_at.end(), [&](int at) { return at < since; });
    const double share = static_cast<double>(count) / static_cast<double>(p.units);
    if (share < .5) continue;
    const std::string many = with_thousands(count) + " of " + with_thousands(p.units) + " units of " + short_path(p.path);
    const int looked = s.samples() - since;
    const std::string rows = looked == 1 ? std::string("of the last batch that was looked at") : "that was looked at, in each of the last " + std::to_string(looked) + " batches";
    std::string message = dead ? many + " gave 0 for every row " + rows + ": they pass nothing on and no longer learn. Lower the learning rate, take a smaller (or zero) initial bias, or leaky_relu"
                               : many + " stood at their limit for every row " + rows + ": their gradient is nearly 0 and they hardly learn. Scale the inputs, take smaller initial weights, or relu";
    if (count == p.units && dead) message += ". Nothing gets through this layer: the model gives the same answer for every row";
    notes.findings.push_back({id, share > .9 ? Severity::warning : Severity::note, std::move(message), "layer " + p.path, {{"share of units", share}, {"units", static_cast<double>(p.units)}}});
  }
}

void gradients_along(const LayerStatistics& s, CheckNotes& notes) {
  // By weight, so that wide and narrow layers compare.
  std::vector<double> sizes;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < s.probes().size(); ++i) {
    const LayerProbe& p = s.probes()[i];
    double weights = 0;
    bool kernel = false;
    for (const std::size_t w : p.weights) weights += static_cast<double>(s.parameters()[w].shape().size()), kernel |= s.parameters()[w].shape().rank() >= 2;
    const double norm = median(s.records()[i].gradient_norm);
    if (!kernel || p.kind == "Embedding" || !std::isfinite(norm)) continue;
    sizes.push_back(norm / std::sqrt(weights));
    names.push_back(p.path);
  }
  if (sizes.size() < 3) return;
  const double first = sizes.front(), last = sizes.back(), top = *std::max_element(sizes.begin(), sizes.end());
  const std::vector<Evidence> numbers{{"gradient a weight, " + short_path(names.front()), first}, {"gradient a weight, " + short_path(names.back()), last}};
  if (top <= 0) return;
  if (first < 1e-4 * last && last > 1e-8) {
    notes.findings.push_back({"train.gradients", Severity::warning, "gradients vanish on their way back: a weight of " + short_path(names.front()) + " gets " + number_text(first) + ", one of " + short_path(names.back()) + " " + number_text(last) +
        ", so the first layers do not learn. Take relu in place of sigmoid or tanh, normalisation layers, connections past layers, or fewer layers", "layer " + names.front(), numbers});
  } else if (first > 1e4 * last && last > 0) {
    notes.findings.push_back({"train.gradients", Severity::warning, "gradients explode on their way back: a weight of " + short_path(names.back()) + " gets " + number_text(last) + ", one of " + short_path(names.front()) + " " + number_text(first) +
        ". Take smaller initial weights, normalisation layers, or clip the gradients (clipnorm)", "layer " + names.front(), numbers});
  }
}

void update_ratios(const LayerStatistics& s, bool learned, CheckNotes& notes) {
  double top = 0;
  std::string fastest;
  int layers = 0;
  for (std::size_t i = 0; i < s.records().size(); ++i) {
    if (s.probes()[i].kind == "Embedding") continue;
    const double ratio = median(s.records()[i].update_ratio);
    if (!std::isfinite(ratio)) continue;
    ++layers;
    if (ratio > top) top = ratio, fastest = s.probes()[i].path;
  }
  if (layers == 0) return;
  if (top > .3) {
    notes.findings.push_back({"train.update-ratio", learned ? Severity::note : Severity::warning, "a step changes the weights of " + short_path(fastest) + " by " + percent_text(top) + " of their size (about 0.1 % is common): what was learned before is overwritten. Lower the learning rate", "layer " + fastest, {{"update ratio", top}}});
  } else if (!learned && top > 0 && top < 1e-4) {
    notes.findings.push_back({"train.update-ratio", Severity::warning, "no step changes the weights of any layer by more than " + percent_text(top) + " of their size (about 0.1 % is common), and the loss hardly falls: the learning rate is far too small", "layer " + fastest, {{"update ratio", top}}});
  }
}

void no_gradient(const LayerStatistics& s, CheckNotes& notes) {
  for (std::size_t i = 0; i < s.probes().size(); ++i) {
    const LayerProbe& p = s.probes()[i];
    const bool kernel = std::any_of(p.weights.begin(), p.weights.end(), [&](std::size_t w) { return s.parameters()[w].shape().rank() >= 2; });
    const std::vector<double>& norms = s.records()[i].gradient_norm;
    if (!kernel || !std::all_of(norms.begin(), norms.end(), [](double g) { return g == 0; })) continue;
    // Behind units that are all dead, their finding says it already.
    if (std::any_of(notes.findings.begin(), notes.findings.end(), [](const Finding& f) { return f.id == "train.dead-units" && f.severity > Severity::note; })) return;
    notes.findings.push_back({"model.dead-end", Severity::warning, "the loss had no gradient for any weight of " + short_path(p.path) + " in the " + std::to_string(norms.size()) + " batches that were looked at: it never learns. Look what is done with its output", "layer " + p.path, {}});
    return;
  }
}

}  // namespace

void check_layers(const LayerStatistics& s, bool learned, CheckNotes& notes) {
  if (!s.idle().empty())
    notes.findings.push_back({"train.mode", Severity::warning, name_list(s.idle(), 4) + " drop nothing in training: hand the mode on to the layers inside (layer(x, mode))", "layer " + s.idle().front(), {}});
  if (s.samples() < least_samples || s.rows() < least_rows) {
    notes.skipped.push_back({"train.dead-units", "too few steps for a verdict (looked at " + std::to_string(s.samples()) + " of " + std::to_string(s.rows()) + " rows, needs " + std::to_string(least_samples) + " of " + std::to_string(least_rows) + ")"});
    return;
  }
  guarded(notes, "train.dead-units", [&](CheckNotes& n) { units(s, Limit::zero, "train.dead-units", n); });
  guarded(notes, "train.saturated", [&](CheckNotes& n) { units(s, Limit::both, "train.saturated", n); });
  guarded(notes, "train.gradients", [&](CheckNotes& n) { gradients_along(s, n); });
  guarded(notes, "train.update-ratio", [&](CheckNotes& n) { update_ratios(s, learned, n); });
  guarded(notes, "model.dead-end", [&](CheckNotes& n) { no_gradient(s, n); });
}

}  // namespace candor::detail
