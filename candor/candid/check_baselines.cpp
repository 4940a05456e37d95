#include "candor/candid/check_baselines.h"

#include <algorithm>

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

std::vector<Finding> check_result(const Score& score, const std::vector<BaselineScore>& baselines) {
  std::vector<Finding> findings;
  const BaselineScore* guess = guessing(baselines);
  if (guess) {
    Baseline plain;
    plain.name = guess->name;
    plain.value = guess->value;
    findings = check_result(score.value, score.interval, plain);
  }
  const BaselineScore* best = nullptr;
  for (const BaselineScore& b : baselines)
    if (&b != guess && b.difference && (!best || b.value > best->value)) best = &b;
  if (!best || !findings.empty()) return findings;
  const Interval& d = *best->difference;
  const std::string numbers = score_text(best->value) + " against " + score_text(score.value) + "; difference on the same rows, model minus baseline: 95 % interval " + score_text(d.low) + " to " + score_text(d.high);
  if (d.high < 0) {
    const bool trees = best->name == "boosted trees";
    findings.push_back({"result.baseline", Severity::warning, best->name + ", a simple method, is better than this model (" + score.metric + " " + numbers + "): " +
                                                                  (trees ? "prefer it for these data (`candor train` with --model trees saves boosted trees as a model)"
                                                                         : "prefer it for these data, or search for a better network with `candor tune`")});
  } else if (d.low <= 0) {
    findings.push_back({"result.baseline", Severity::note, "the model is not shown to be better than " + best->name + " (" + score.metric + " " + numbers +
                                                               "): the simpler method may do"});
  }
  return findings;
}

}  // namespace candor::candid
