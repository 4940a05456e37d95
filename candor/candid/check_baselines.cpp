#include "candor/candid/check_baselines.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/metrics/distributions.h"
#include "candor/candid/metrics/proportions.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid {
const BaselineScore* guessing(const std::vector<BaselineScore>& baselines) {
  for (const BaselineScore& b : baselines)
    if (b.name == "majority" || b.name == "mean") return &b;
  return nullptr;
}

std::string trees_command(std::string command) {
  for (std::size_t at; (at = command.find(" --model")) != std::string::npos && at + 8 < command.size() && (command[at + 8] == ' ' || command[at + 8] == '=');)
    command.erase(at, std::min(command.find(' ', at + 9), command.size()) - at);
  return command + " --model trees";
}

bool takes_trees(const DataOverview& data) { return data.kind != "images" && data.kind != "idx" && data.class_pictures.empty(); }

namespace {

constexpr std::int64_t least_test_rows = 30;

/// The chance that answers which know nothing fit the truth as well as these: of a table of truth and answer, or of a correlation whose square is at least R2.
double chance_of_guessing(const Score& score) {
  if (score.task == "classification") {
    std::vector<std::vector<double>> counts;
    for (const std::vector<std::int64_t>& row : score.confusion)
      if (std::any_of(row.begin(), row.end(), [](std::int64_t n) { return n > 0; })) counts.emplace_back(row.begin(), row.end());
    for (std::size_t k = score.confusion.size(); k-- > 0;)
      if (std::all_of(counts.begin(), counts.end(), [&](const std::vector<double>& row) { return k >= row.size() || row[k] == 0; }))
        for (std::vector<double>& row : counts)
          if (k < row.size()) row.erase(row.begin() + static_cast<std::ptrdiff_t>(k));
    if (counts.size() < 2 || counts.front().size() < 2) return 1;
    if (counts.size() == 2 && counts.front().size() == 2) {
      const auto n = [&](std::size_t row, std::size_t column) { return std::llround(counts[row][column]); };
      // Answers that turn the truth round are no knowledge.
      if (counts[0][0] * counts[1][1] <= counts[0][1] * counts[1][0]) return 1;
      return fisher_exact(n(0, 0), n(0, 0) + n(0, 1), n(1, 0), n(1, 0) + n(1, 1));
    }
    const double p = chi_square(counts).p;
    return p == p ? p : 1;
  }
  if (!(score.value > 0) || score.n < 4) return 1;
  const double t = std::sqrt(std::min(score.value, 1 - 1e-12) / (1 - std::min(score.value, 1 - 1e-12)) * static_cast<double>(score.n - 2));
  return 2 * student_cdf(-t, static_cast<double>(score.n - 2));
}

/// What says that a model is not shown to beat guessing, once it is known how little that may mean: few test rows, or a rare class that accuracy passes over.
void weigh(Finding& f, const Score& score, const Baseline& guess) {
  if (score.n < least_test_rows) {
    f.severity = Severity::note;
    f.message += "; too few test rows for a verdict (n = " + std::to_string(score.n) + ", needs " + std::to_string(least_test_rows) + ")";
    return;
  }
  const double p = chance_of_guessing(score);
  if (p >= .01 || score.value < guess.value - .02) return;
  f.severity = Severity::note;
  f.message = score.metric + " " + score_text(score.value) + " is not clearly above that of guessing (" + guess.name + ", " + score_text(guess.value) + "; 95 % interval of the score " + score_text(score.interval.low) + " to " + score_text(score.interval.high) +
              "), though the answers do follow the truth (p " + score_text(p) + "): " + (score.task == "classification" ? "accuracy shows little where one class is common; look at each class and at ROC AUC, and choose the threshold by what mistakes cost" : "more test rows would show by how much");
}

/// The chance, of a model as good as they are, that the best of so many methods comes out ahead by so much (Bonferroni; the interval is of 95 %, and taken for a normal one).
double best_of_many(const Interval& difference, int methods) {
  const double middle = .5 * (difference.low + difference.high), error = (difference.high - difference.low) / (2 * 1.959964);
  return error > 0 ? std::min(1.0, 2 * methods * normal_cdf(-std::abs(middle) / error)) : 0;
}

}  // namespace

std::vector<Finding> check_guessing(const Score& score, const Baseline& guess) {
  std::vector<Finding> findings = check_result(score.value, score.interval, guess);
  for (Finding& f : findings) weigh(f, score, guess);
  return findings;
}

std::vector<Finding> check_result(const Score& score, const std::vector<BaselineScore>& baselines) {
  std::vector<Finding> findings;
  const BaselineScore* guess = guessing(baselines);
  if (guess) {
    Baseline plain;
    plain.name = guess->name;
    plain.value = guess->value;
    findings = check_guessing(score, plain);
  }
  const BaselineScore* best = nullptr;
  int methods = 0;
  for (const BaselineScore& b : baselines) {
    if (&b == guess || !b.difference) continue;
    ++methods;
    if (!best || b.value > best->value) best = &b;
  }
  if (!best || !findings.empty()) return findings;
  const Interval& d = *best->difference;
  const std::string numbers = score_text(best->value) + " against " + score_text(score.value) + "; difference on the same rows, model minus baseline: 95 % interval " + score_text(d.low) + " to " + score_text(d.high);
  const double worth_warning = .02;  // two points of accuracy or of R2: less is a matter of taste
  if (d.high < 0 && best->value - score.value >= worth_warning && score.n >= least_test_rows && best_of_many(d, methods) < .05) {
    const bool trees = best->name == "boosted trees";
    findings.push_back({"result.baseline", Severity::warning, best->name + ", a simple method, is better than this model (" + score.metric + " " + numbers + "): " +
                                                                  (trees ? "prefer it for these data (for tables `candor train` with --model trees saves boosted trees as a model)"
                                                                         : "prefer it for these data, or search for a better network with `candor tune`")});
  } else if (d.high < 0) {
    findings.push_back({"result.baseline", Severity::note, best->name + ", a simple method, is a little better than this model (" + score.metric + " " + numbers + "): the simpler method may do"});
  } else if (d.low <= 0) {
    findings.push_back({"result.baseline", Severity::note, "the model is not shown to be better than " + best->name + " (" + score.metric + " " + numbers +
                                                               "): the simpler method may do"});
  }
  return findings;
}

}  // namespace candor::candid
