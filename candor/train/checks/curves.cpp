#include "candor/train/checks/curves.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace candor::detail {
namespace {

double mean_of(const std::vector<double>& v, std::size_t from, std::size_t to) {
  return std::accumulate(v.begin() + static_cast<std::ptrdiff_t>(from), v.begin() + static_cast<std::ptrdiff_t>(to), 0.0) / static_cast<double>(to - from);
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

/// The typical change from one epoch to the next.
double jitter(const std::vector<double>& v) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < v.size(); ++i) steps.push_back(std::abs(v[i] - v[i - 1]));
  return steps.empty() ? 0 : median(steps);
}

bool all_positive(const std::vector<double>& v) {
  return std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x) && x > 0; });
}

std::string epochs_text(std::size_t n) { return std::to_string(n) + (n == 1 ? " epoch" : " epochs"); }

constexpr std::int64_t least_steps = 100;  // fewer say nothing of where a training goes

/// The better of training and validation, without penalties: what was reached.
double reached(const Curves& c) {
  double best = c.loss.back() - c.penalty;
  if (!c.val_loss.empty() && std::isfinite(c.val_loss.back())) best = std::min(best, *std::min_element(c.val_loss.begin(), c.val_loss.end()) - c.penalty);
  return best;
}

/// Short trainings, too: a loss that is out of all proportion, and does not come back, is no matter of more steps.
bool ran_away(const Curves& c, CheckNotes& notes) {
  constexpr double far = 10;
  if (c.loss.size() < 2 || c.steps < 4 || !c.guess.known || !(c.guess.constant > 0) || !(c.first > 0) || c.first_penalty > c.guess.constant) return false;
  const double top = *std::max_element(c.loss.begin(), c.loss.end()), beside = std::max(c.first, c.guess.constant);
  if (!(top > far * beside) || c.loss.back() < c.guess.constant) return false;
  notes.findings.push_back({"train.diverge", Severity::warning, "the loss began at " + number_text(c.first) + " and rose to " + number_text(top) + " (mean of an epoch), and an answer that looks at no input reaches " + number_text(c.guess.constant) + ": the first steps threw the weights far away. Lower the learning rate, or clip the gradients", {},
                            {{"first loss", c.first}, {"highest loss of an epoch", top}}});
  return true;
}

/// A handful of steps in all, and the loss still falls: nothing is wrong with the model, it has not begun.
void few_steps(const Curves& c, CheckNotes& notes) {
  constexpr std::int64_t few = 50;
  if (c.loss.size() < 2 || c.steps >= few || c.ended_early || !c.guess.known || !(c.guess.constant > 0)) return;
  const double now = c.loss.back() - c.penalty, before = c.loss[c.loss.size() - 2] - c.penalty;
  if (!(now < .995 * before) || now < .5 * c.guess.constant) return;
  const bool whole = c.steps <= static_cast<std::int64_t>(c.loss.size());
  notes.findings.push_back({"train.not-long-enough", Severity::note, "after " + std::to_string(c.steps) + (c.steps == 1 ? " step" : " steps") + " the loss is " + number_text(now) + " (an answer that looks at no input reaches " + number_text(c.guess.constant) + ") and still falls" +
                                (whole ? ": a batch holds all rows, so that an epoch is a single step. Take a smaller batch (32 is common), or more epochs" : ": take more epochs, or a smaller batch"), {}, {{"steps", static_cast<double>(c.steps)}, {"last loss", now}}});
}

void learned_nothing(const Curves& c, CheckNotes& notes) {
  if (c.steps < least_steps && ran_away(c, notes)) return;
  if (c.loss.size() < 2 || c.steps < least_steps) {
    few_steps(c, notes);
    notes.skipped.push_back({"train.underfit", "too few steps for a verdict (n = " + std::to_string(c.steps) + ", needs " + std::to_string(least_steps) + ")"});
    return;
  }
  const auto [low, high] = std::minmax_element(c.loss.begin(), c.loss.end());
  const double moved = *high > 0 ? (*high - *low) / *high : 0;
  if (!c.guess.known || !(c.guess.constant > 0)) {
    if (*high > 0 && moved < 1e-4)
      notes.findings.push_back({"train.plateau", Severity::warning, "the loss stood still at " + number_text(c.loss.back()) + " for " + epochs_text(c.loss.size()) + ": nothing is learned. Look for a learning rate far too small or too large, frozen layers, or units that are always zero", {}, {{"loss", c.loss.back()}}});
    return;
  }
  const double now = reached(c), share = now / c.guess.constant;
  // Of the validation rows guessing may be easier: a loss that did not move is one that did not move.
  const bool still = moved < .02 && c.loss.back() - c.penalty >= .97 * c.guess.constant;
  // A penalty that outweighs the task by far leaves it little to learn with; where something was learned all the same, that is worth knowing.
  const bool crushed = c.first_penalty > 20 * c.guess.constant;
  const std::string penalty = ". At the first step the penalties of the regularisation came to " + number_text(c.first_penalty) + ", beside which the task hardly counts: take a rate a hundred times smaller";
  if (crushed && share < .97 && !still) {
    notes.findings.push_back({"train.underfit", Severity::note, "the loss came to " + number_text(now) + " (" + number_text(c.guess.constant) + " is reached without looking at the inputs)" + penalty, {}, {{"loss", now}, {"first penalty", c.first_penalty}}});
    return;
  }
  if (share < .97 && !still) return;
  const std::string beside = number_text(now) + ", and an answer that looks at no input reaches " + number_text(c.guess.constant);
  const std::vector<Evidence> numbers{{"loss", now}, {"loss of the best constant answer", c.guess.constant}};
  const bool falling = c.loss.back() < .9 * c.loss.front();
  if (c.first > 0 && *high > 3 * (c.first + c.first_penalty)) {
    notes.findings.push_back({"train.diverge", Severity::warning, "the loss began at " + number_text(c.first) + ", rose to " + number_text(*high) + " (mean of an epoch) and ended at " + beside + ": the first steps threw the weights far away. Lower the learning rate, or clip the gradients", {}, numbers});
  } else if (crushed) {
    notes.findings.push_back({"train.underfit", Severity::warning, "after " + epochs_text(c.loss.size()) + " the loss is " + beside + ": the network has learned nothing of use" + penalty, {}, numbers});
  } else if (share > 3 && !falling) {
    notes.findings.push_back({"train.diverge", Severity::warning, "after " + epochs_text(c.loss.size()) + " the loss is " + beside + ": it does not fall. The learning rate is far too large, or the data are not scaled", {}, numbers});
  } else if (still || moved < .02) {
    notes.findings.push_back({"train.plateau", Severity::warning, "the loss stands still at " + beside + ": nothing is learned. Look for a learning rate far too small or too large, labels that do not belong to their rows, inputs that are not scaled, or units that are always zero", {}, numbers});
  } else {
    notes.findings.push_back({"train.underfit", Severity::warning, "after " + epochs_text(c.loss.size()) + " the loss is " + beside + ": the network has learned nothing of use. Train longer or at another learning rate, scale inputs and targets, take less dropout or regularisation, or look whether the labels belong to their rows", {}, numbers});
  }
}

void rises(const Curves& c, CheckNotes& notes) {
  if (c.loss.size() < 3 || c.steps < least_steps || !all_positive(c.loss)) return;
  if (std::any_of(notes.findings.begin(), notes.findings.end(), [](const Finding& f) { return f.id == "train.diverge"; })) return;
  const std::size_t n = c.loss.size();
  const double last = mean_of(c.loss, n - std::min<std::size_t>(n / 2, 3), n), best = *std::min_element(c.loss.begin(), c.loss.end());
  if (last > 1.5 * c.loss.front() && last > 2 * best) {
    notes.findings.push_back({"train.diverge", Severity::warning, "the training loss rose from " + number_text(best) + " to " + number_text(last) + ": training runs away. Lower the learning rate, or clip the gradients", {}, {{"lowest loss", best}, {"last loss", last}}});
    return;
  }
  for (std::size_t i = 2; i < n; ++i) {
    const double before = median({c.loss.begin() + static_cast<std::ptrdiff_t>(i - std::min<std::size_t>(i, 3)), c.loss.begin() + static_cast<std::ptrdiff_t>(i)});
    if (c.loss[i] < 3 * before || c.loss[i] < .3 * c.loss.front()) continue;
    notes.findings.push_back({"train.spike", Severity::note, "in epoch " + std::to_string(i + 1) + " the training loss jumped from " + number_text(before) + " to " + number_text(c.loss[i]) + ". A lower learning rate or clipped gradients avoid that, or some rows are far out", "epoch " + std::to_string(i + 1),
                              {{"loss before", before}, {"loss", c.loss[i]}}});
    return;
  }
}

void overfit(const Curves& c, CheckNotes& notes) {
  const std::size_t n = c.val_loss.size();
  if (n < 3 || n != c.loss.size() || !all_positive(c.val_loss) || !all_positive(c.loss)) return;
  if (c.val_rows < 20) {
    notes.skipped.push_back({"train.overfit", "too few rows for a verdict (n = " + std::to_string(c.val_rows) + ", needs 20)"});
    return;
  }
  const auto best = static_cast<std::size_t>(std::min_element(c.val_loss.begin(), c.val_loss.end()) - c.val_loss.begin());
  const std::size_t width = std::min<std::size_t>(3, n / 3);
  const std::size_t from = best > width / 2 ? best - width / 2 : 0, to = std::min(n, from + width);
  const double lowest = mean_of(c.val_loss, from, to), last = mean_of(c.val_loss, n - width, n);
  const bool learns_on = mean_of(c.loss, n - width, n) < .98 * mean_of(c.loss, from, to);
  const double noise = jitter(c.val_loss);
  const std::string epoch = std::to_string(best + 1);
  std::vector<Evidence> numbers{{"lowest validation loss", c.val_loss[best]}, {"last validation loss", c.val_loss.back()}, {"epoch of the lowest", static_cast<double>(best + 1)}};
  const std::string seen = "since epoch " + epoch + " the validation loss rises (" + number_text(c.val_loss[best]) + " to " + number_text(c.val_loss.back()) + ") while the training loss falls (" + number_text(c.loss[best]) + " to " + number_text(c.loss.back()) + "): the network learns rows by heart";
  const bool opens = learns_on && best + width < n && last - lowest > 3 * noise;
  if (c.kept_epoch >= 0) {
    if (opens && last > 1.1 * lowest) notes.findings.push_back({"train.overfit", Severity::note, seen + ". The weights of epoch " + std::to_string(c.kept_epoch + 1) + " were put back", "epoch " + epoch, numbers});
    return;
  }
  const char* advice = ". EarlyStopping with restore_best_weights keeps the best epoch; more rows, a smaller network, dropout or weight decay help";
  if (!c.score.empty()) {
    // Right answers count: a loss that rises alone says that the network is too sure.
    double top = 0;
    for (std::size_t i = 0; i + width <= n; ++i) top = std::max(top, mean_of(c.val_score, i, i + width));
    const double now = mean_of(c.val_score, n - width, n), p = std::clamp(top, .001, .999);
    const double error = std::sqrt(2 * p * (1 - p) / static_cast<double>(c.val_rows));
    numbers.push_back({"highest validation " + c.score, top});
    numbers.push_back({"last validation " + c.score, now});
    // A network that is right far oftener than the commonest class would be is too sure, but no worse than guessing, unless its loss is twice that.
    const double common = c.val_guess.known && c.val_guess.classes ? c.val_guess.commonest : 1;
    const bool answers = common < 1 && last < 2 * c.guess.constant && now > common + 2.5 * std::sqrt(common * (1 - common) / static_cast<double>(c.val_rows));
    const bool worse_than_guessing = !answers && c.guess.known && c.guess.constant > 0 && last > 1.1 * c.guess.constant && c.loss.back() < .8 * c.guess.constant;
    if (learns_on && top - now > 3 * error) {
      notes.findings.push_back({"train.overfit", Severity::warning, seen + ", and validation " + c.score + " fell from " + number_text(top) + " to " + number_text(now) + ", more than chance allows with " + std::to_string(c.val_rows) + " rows" + advice, "epoch " + epoch, numbers});
    } else if (worse_than_guessing && now < top + error && learns_on) {
      notes.findings.push_back({"train.overfit", Severity::warning, "the training loss came to " + number_text(c.loss.back()) + ", the validation loss stands at " + number_text(last) + ", above what guessing gives (" + number_text(c.guess.constant) + "): the network learns rows by heart and is sure of wrong answers" + advice, "epoch " + epoch, numbers});
    } else if (opens && last > 1.25 * lowest) {
      notes.findings.push_back({"train.overfit", Severity::note, seen + "; validation " + c.score + " holds at " + number_text(now) + ", so it is mostly too sure" + advice, "epoch " + epoch, numbers});
    }
    return;
  }
  if (opens && last > 1.1 * lowest) notes.findings.push_back({"train.overfit", last > 1.25 * lowest ? Severity::warning : Severity::note, seen + advice, "epoch " + epoch, numbers});
}

/// No epoch answered the validation rows better than one that looks at no input: what was learned of the training rows holds for no others.
void holds_nowhere(const Curves& c, CheckNotes& notes) {
  constexpr std::int64_t least_of_rows = 50, many_rows = 150, least_of_steps = 40;
  if (c.val_loss.size() < 3 || c.val_loss.size() != c.loss.size() || c.val_rows < least_of_rows || c.steps < least_of_steps || !c.val_guess.known || !(c.val_guess.constant > 0)) return;
  for (const char* id : {"train.underfit", "train.plateau", "train.diverge", "train.overfit"})
    if (std::any_of(notes.findings.begin(), notes.findings.end(), [&](const Finding& f) { return f.id == id && f.severity > Severity::note; })) return;
  const double best = *std::min_element(c.val_loss.begin(), c.val_loss.end()) - c.penalty;
  // The training rows' mean is what could be known; where validation rows lie elsewhere (a trend), it answers them worse than their own.
  const double away = c.val_guess.classes ? 0 : c.val_guess.mean - c.guess.mean, guess = c.val_guess.constant + away * away;
  // A network that is still on its way to the targets' level has shown nothing yet.
  const double trained = (c.loss.back() - c.penalty) / c.guess.constant;
  // The best of many epochs is a little lucky. Where many rows say so, less by heart is enough, as long as validation ends no better than guessing.
  const bool clear = best >= guess ? trained < .9 : best >= .98 * guess && trained < .8;
  const bool many = c.val_rows >= many_rows && c.steps >= least_steps && best >= .98 * guess && trained < .97 && c.val_loss.back() - c.penalty >= guess;
  if (!clear && !many) return;
  if (!c.score.empty() && c.val_guess.classes) {
    // Right answers count: a loss alone may only say that the network is too sure.
    const double top = *std::max_element(c.val_score.begin(), c.val_score.end()), common = c.val_guess.commonest;
    if (top > common + 2.5 * std::sqrt(common * (1 - common) / static_cast<double>(c.val_rows))) return;
  }
  notes.findings.push_back({"train.overfit", Severity::warning, "in no epoch the validation loss came clearly below what an answer reaches that looks at no input (" + number_text(best) + " at best, " + number_text(guess) + " by guessing), while the training loss fell to " + number_text(c.loss.back()) +
                                ": what the network learned of the training rows holds for no others. Look whether labels belong to their rows, whether validation rows are prepared in the same way, and whether the inputs can say anything of the target; then more rows, a smaller network, a lower learning rate", {},
                            {{"lowest validation loss", best}, {"validation loss of guessing", guess}, {"training loss", c.loss.back()}}});
}

void still_falling(const Curves& c, CheckNotes& notes) {
  const std::vector<double>& v = c.val_loss.size() == c.loss.size() ? c.val_loss : c.loss;
  const std::size_t n = v.size();
  if (n < 3 || c.ended_early || c.steps < least_steps || !all_positive(v)) return;
  const std::size_t back = std::max<std::size_t>(2, n / 5);
  if (back >= n || !(v.back() < .95 * v[n - 1 - back]) || v.back() > *std::min_element(v.begin(), v.end())) return;
  notes.findings.push_back({"train.not-long-enough", Severity::note, "the loss was still falling at the end (" + number_text(v[n - 1 - back]) + " to " + number_text(v.back()) + " in the last " + epochs_text(back) + "): more epochs, or a higher learning rate, may do better",
                            "epoch " + std::to_string(n), {{"loss before", v[n - 1 - back]}, {"last loss", v.back()}}});
}

}  // namespace

Curves curves_of(const History& history) {
  constexpr std::array<const char*, 5> shares{"accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "acc"};
  Curves c;
  for (const Scores& epoch : history.epochs()) {
    if (const double* value = epoch.find("loss")) c.loss.push_back(*value);
    if (const double* value = epoch.find("val_loss")) c.val_loss.push_back(*value);
    for (const char* name : shares) {
      const double *train = epoch.find(name), *val = epoch.find(std::string("val_") + name);
      if (!train || !val) continue;
      c.score = name;
      c.train_score.push_back(*train), c.val_score.push_back(*val);
      break;
    }
  }
  if (c.val_score.size() != c.val_loss.size()) c.score.clear();
  return c;
}

void check_curves(const Curves& c, CheckNotes& notes) {
  if (c.loss.empty()) return;
  guarded(notes, "train.underfit", [&](CheckNotes& n) { learned_nothing(c, n); });
  notes.checked.emplace_back("train.plateau");
  guarded(notes, "train.diverge", [&](CheckNotes& n) { rises(c, n); });
  notes.checked.emplace_back("train.spike");
  guarded(notes, "train.overfit", [&](CheckNotes& n) { overfit(c, n), holds_nowhere(c, n); });
  guarded(notes, "train.not-long-enough", [&](CheckNotes& n) { still_falling(c, n); });
}

std::optional<Finding> impossible(const ScorePair& s, const std::string& score, const std::string& other) {
  constexpr double least = .02, likely = 1.645, sure = 2.326;  // one-sided p = .05 and .01
  if (s.train_rows < 1 || s.other_rows < 1 || s.other - s.train < least) return std::nullopt;
  const auto n = static_cast<double>(s.train_rows), k = static_cast<double>(s.other_rows);
  const double pooled = (s.train * n + s.other * k) / (n + k), error = std::sqrt(pooled * (1 - pooled) * (1 / n + 1 / k));
  const double z = error > 0 ? (s.other - s.train) / error : 0;
  if (z < likely) return std::nullopt;
  return Finding{"train.impossible", z < sure ? Severity::note : Severity::warning,
                 score + " is " + number_text(s.train) + " on the " + std::to_string(s.train_rows) + " training rows and " + number_text(s.other) + " on the " + std::to_string(s.other_rows) + " " + other +
                     " rows, more than chance explains (p < " + std::string(z < sure ? ".05" : ".01") + "): what was learned from should be known best. Look for wrong labels among the training rows (copies saved under another label), for other preprocessing on the two sides, and for dropout or augmentation at evaluation",
                 {}, {{"training " + score, s.train}, {"training rows", n}, {other + " " + score, s.other}, {other + " rows", k}}};
}

}  // namespace candor::detail
