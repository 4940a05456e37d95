#include "candor/train/checks/fit_checks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "candor/base/text.h"
#include "candor/ops/elementwise.h"
#include "candor/train/checks/layer_calls.h"
#include "candor/train/checks/layer_findings.h"

namespace candor::detail {
namespace {

constexpr std::size_t most_lines = 5;
// A look costs about a step and a half: one in 192 steps is .8 % of the time. A program must be made for it, so that short trainings are let alone.
constexpr std::int64_t first_look = 16, least_gap = 192, least_steps = 64, most_looks = 64;
constexpr std::int64_t rows_for_a_verdict = 64, most_first_looks = 8;  // small batches are looked at more often, until so many rows were seen

double penalty_of(const Model& model) {
  const Tensor penalty = model.regularization_loss();
  return penalty.defined() ? cast(penalty, DType::f64).item<double>() : 0;
}

/// Whether a single linear layer learns, the last of the model: a classifier of one layer, or a fresh head on features that are frozen or were made elsewhere.
bool learns_one_layer(const Model& model) {
  const LayerCalls calls = layer_calls(model);
  if (calls.outputs.size() != 1) return false;
  const int last = source_of(calls, calls.outputs.front());
  if (last < 0 || !is_linear_map(calls.calls[static_cast<std::size_t>(last)].kind)) return false;
  const std::vector<Variable> head = calls.calls[static_cast<std::size_t>(last)].layer.parameters();
  const std::vector<Variable> all = model.parameters();
  return !all.empty() && std::all_of(all.begin(), all.end(), [&](const Variable& v) { return std::any_of(head.begin(), head.end(), [&](const Variable& own) { return own.same(v); }); });
}

}  // namespace

FitChecks::FitChecks(const std::string& who, const FitOptions& options) : options_(options), on_(options.checks) { check_silence(who, options.silence); }

void FitChecks::keep(CheckNotes&& notes, bool model) {
  for (Finding& f : notes.findings) {
    if (std::find(options_.silence.begin(), options_.silence.end(), f.id) != options_.silence.end()) continue;
    if (model || std::none_of(notes_.findings.begin(), notes_.findings.end(), [&](const Finding& known) { return known.id == f.id && known.where == f.where; })) notes_.findings.push_back(std::move(f));
  }
  for (SkippedCheck& s : notes.skipped) notes_.skipped.push_back(std::move(s));
}

/// The gravest first; what finds no room is counted at the end.
void FitChecks::print() {
  if (options_.verbose == 0 || !options_.print_findings) return;
  std::vector<const Finding*> list;
  for (std::size_t i = std::exchange(told_, notes_.findings.size()); i < notes_.findings.size(); ++i) list.push_back(&notes_.findings[i]);
  std::stable_sort(list.begin(), list.end(), [](const Finding* a, const Finding* b) { return a->severity > b->severity; });
  for (const Finding* f : list) {
    if (printed_ >= most_lines) return;
    const bool last = printed_ + 1 == most_lines;
    const std::size_t left = static_cast<std::size_t>(list.end() - std::find(list.begin(), list.end(), f));
    if (last && left > 1) std::fprintf(stderr, "%zu more findings: History::findings()\n", left);
    else std::fprintf(stderr, "%s %s: %s\n", to_string(f->severity).c_str(), f->id.c_str(), f->message.c_str());
    ++printed_;
  }
}

void FitChecks::begin(TrainPrograms& programs, const ModelUnderCheck& m, bool weighted, std::int64_t total) {
  if (!on_) return;
  programs_ = &programs;
  weighted_ = weighted;
  rows_ = m.rows;
  next_ = total < least_steps ? std::numeric_limits<std::int64_t>::max() : first_look;
  gap_ = std::max(least_gap, total / most_looks);
  samples_ = total < least_steps ? 0 : static_cast<std::size_t>(total / gap_ + 4 + most_first_looks);
  looked_at_.reserve(samples_);
  CheckNotes notes;
  guarded(notes, "train.initial-loss", [&](CheckNotes&) {
    const CompileOptions& compiled = m.model.compile_options();
    const std::vector<TensorType> types = m.model.output_types();
    for (std::size_t i = 0; i < types.size() && i < m.y.size(); ++i)
      guesses_.push_back(i < compiled.loss.size() || compiled.loss.size() == 1 ? guess_of(compiled.loss[i], m.y[i], m.rows, types[i].shape.rank() > 0 ? types[i].shape[-1] : 1) : Guess{});
    if (types.size() == 1 && m.y.size() == 1 && m.other_y.size() == 1 && compiled.loss.size() == 1)
      other_guess_ = guess_of(compiled.loss[0], m.other_y[0].contiguous(), m.other_y[0].shape(0), types[0].shape.rank() > 0 ? types[0].shape[-1] : 1);
    penalty_ = penalty_of(m.model);
    one_layer_ = learns_one_layer(m.model);
  });
  if (!programs.looked_at) {
    programs.looked_at = true;
    CheckNotes before = check_before_fit(m);
    check_parts(m, before);
    check_rows(m, before);
    for (Finding& f : before.findings) notes.findings.push_back(std::move(f));
    for (SkippedCheck& s : before.skipped) notes.skipped.push_back(std::move(s));
  }
  keep(std::move(notes), true);
  print();
}

void FitChecks::first_losses(std::span<const double> losses, std::int64_t rows) {
  if (!on_ || weighted_) return;
  constexpr std::int64_t least = 16;
  constexpr double far = 3, far_of_numbers = 10, least_beyond = 3;  // one layer on many columns that say the same begins at three or four times guessing
  CheckNotes notes;
  first_ = std::max(0.0, losses[0] - penalty_);
  guarded(notes, "train.initial-loss", [&](CheckNotes& n) {
    if (rows < least) {
      n.skipped.push_back({"train.initial-loss", "too few rows for a verdict (n = " + std::to_string(rows) + " in the first batch, needs " + std::to_string(least) + ")"});
      return;
    }
    for (std::size_t i = 0; i < guesses_.size(); ++i) {
      const Guess& g = guesses_[i];
      const double loss = guesses_.size() == 1 ? losses[0] - penalty_ : losses[i + 1];
      if (!g.known || !(g.untrained > 0) || !std::isfinite(loss)) continue;
      const std::string where = guesses_.size() == 1 ? "" : "output " + programs_->output_names()[i];
      const std::vector<Evidence> numbers{{"first loss", loss}, {"loss of guessing", g.untrained}};
      if (g.classes && loss > far * g.untrained && loss > g.untrained + least_beyond) {
        // One layer has nothing in front of it that a wild start could spoil: it comes back from there, and only the first steps are lost.
        const std::string seen = "the first loss is " + number_text(loss) + ", and guessing gives " + number_text(g.untrained);
        if (one_layer_) n.findings.push_back({"train.initial-loss", Severity::note, seen + ": the one layer that learns begins with numbers too large for it. It finds its way back, and the first steps go into that; inputs of mean 0 and deviation 1, or smaller initial weights, save them", where, numbers});
        else n.findings.push_back({"train.initial-loss", Severity::warning, seen + ": before it has learned anything the model is sure of wrong answers. Scale the inputs (pixels to 0..1, columns to mean 0 and deviation 1), or take smaller initial weights", where, numbers});
      } else if (!g.classes && loss > far_of_numbers * g.untrained) {
        n.findings.push_back({"train.initial-loss", Severity::note, "the first loss is " + number_text(loss) + ", and the mean of the targets alone gives " + number_text(g.untrained) + ": the first epochs go into finding the targets' level. Standardise the targets (mean 0, deviation 1), or scale the inputs", where, numbers});
      }
    }
  });
  keep(std::move(notes), false);
}

void FitChecks::look(std::span<const TensorType> types, std::size_t weights, void* const* arguments, const RunState& state, std::int64_t rows, std::span<const Tensor> before, std::int64_t step, double epoch) {
  if (!statistics_ && samples_ > 0) {
    CheckNotes notes;
    guarded(notes, "train.gradients", [&](CheckNotes&) {
      statistics_ = &programs_->statistics(types, weights);
      statistics_->begin(samples_);
    });
    if (!statistics_) samples_ = 0, next_ = std::numeric_limits<std::int64_t>::max();
    keep(std::move(notes), false);
  }
  if (!statistics_ || looked_at_.size() >= samples_) return;
  if (!std::equal(types.begin(), types.end(), statistics_->types().begin(), statistics_->types().end())) return;  // the last batch of an epoch is smaller
  statistics_->run(arguments, state, rows);
  statistics_->moved(before);
  looked_at_.push_back(epoch);
  // The second look comes sooner, and the third where many steps will follow: two are needed for a verdict, and trainings may end early.
  if (statistics_->rows() < rows_for_a_verdict && static_cast<std::int64_t>(looked_at_.size()) < most_first_looks) {
    next_ = step + first_look;
    return;
  }
  next_ = step + (looked_at_.size() < (samples_ > 6 + most_first_looks ? 3U : 2U) ? std::min(gap_, std::max(step, first_look)) : gap_);
}

void FitChecks::not_finite(const std::string& message) {
  if (!on_) return;
  CheckNotes notes;
  notes.findings.push_back({"train.nan", Severity::error, message, {}, {}});
  keep(std::move(notes), false);
}

void FitChecks::end(History& history, Curves c, const Function<double(std::int64_t rows, const std::string& of)>& judged_again) {
  if (!on_) return;
  CheckNotes notes;
  c.rows = rows_;
  if (guesses_.size() == 1 && !weighted_) c.guess = guesses_.front(), c.val_guess = other_guess_;
  if (penalty_ != 0) c.penalty = penalty_of(programs_->model());
  c.first = std::isfinite(first_) ? first_ : 0;
  c.first_penalty = std::isfinite(penalty_) ? penalty_ : 0;
  constexpr std::int64_t most_rows = 4096;  // that are judged again
  check_curves(c, notes);
  guarded(notes, "train.mode", [&](CheckNotes& n) {
    const auto overfit = std::find_if(n.findings.begin(), n.findings.end(), [](const Finding& f) { return f.id == "train.overfit" && f.severity > Severity::note; });
    if (overfit == n.findings.end()) return;
    // Rows known by heart are known in evaluation, too.
    const double trained = c.loss.back(), again = judged_again(std::min(rows_, most_rows), "loss");
    if (!(again > .5 * (trained + c.val_loss.back()))) return;
    *overfit = {"train.mode", Severity::note, "the training rows themselves have a loss of " + number_text(again) + " in evaluation and of " + number_text(trained) + " in training: what batch normalisation keeps for evaluation has not caught up in " + std::to_string(c.steps) + " steps. Take more steps, or a momentum of 0.9",
                {}, {{"loss in training", trained}, {"loss of the same rows in evaluation", again}}};
  });
  guarded(notes, "train.impossible", [&](CheckNotes& n) {
    if (c.score.empty() || c.loss.empty()) return;
    // In training dropout and augmentation are at work, and the mean is over the whole epoch: the rows are judged again as the others are.
    ScorePair pair{c.train_score.back(), rows_, c.val_score.back(), c.val_rows};
    if (!impossible(pair, c.score, "validation")) return;
    pair.train_rows = std::min(rows_, most_rows);
    pair.train = judged_again(pair.train_rows, c.score);
    if (std::optional<Finding> f = impossible(pair, c.score, "validation")) n.findings.push_back(std::move(*f));
  });
  const bool learned = c.guess.known && c.guess.constant > 0 && !c.loss.empty() ? c.loss.back() - c.penalty < .8 * c.guess.constant : c.loss.size() > 1 && c.loss.back() < .8 * c.loss.front();
  guarded(notes, "train.update-ratio", [&](CheckNotes& n) { check_rate(programs_->model(), c.steps, learned, n); });
  if (!statistics_ || statistics_->samples() < 2) guarded(notes, "train.gradients", [&](CheckNotes& n) { check_sigmoid_chain(programs_->model(), learned, n); });
  if (statistics_) {
    // Where the last layer cannot say what the targets are, small steps are its doing, not the rate's.
    const bool explained = std::any_of(notes_.findings.begin(), notes_.findings.end(), [](const Finding& f) { return f.id == "model.loss-activation" && f.severity > Severity::note && !f.evidence.empty() && f.evidence.front().name.starts_with("share"); });
    check_layers(*statistics_, learned || explained, notes);
    history.set_layers(statistics_->records(), looked_at_);
  }
  keep(std::move(notes), false);
  for (Finding& f : notes_.findings) history.add(f);
  for (SkippedCheck& s : notes_.skipped) history.add(s);
  print();
}

}  // namespace candor::detail
