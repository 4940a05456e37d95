#include "candor/candid/result/too_good.h"

#include <algorithm>

#include "candor/base/text.h"
#include "candor/candid/check.h"

namespace candor::candid {
namespace {

// Checks whose findings explain a score that is too good.
constexpr const char* suspects[] = {"data.leak", "data.duplicate-rows", "data.time-split", "data.group-split", "result.test-reused", "result.metric", "result.matrix", "result.bayes"};

bool is_suspect(const std::string& id) { return std::find(std::begin(suspects), std::end(suspects), id) != std::end(suspects); }

}  // namespace

std::vector<Finding> check_too_good(const Score& score, const std::vector<BaselineScore>& baselines, const std::vector<Importance>& importances, const std::vector<Finding>& findings,
                                    const std::vector<std::string>& checked, const std::vector<SkippedCheck>& skipped) {
  if (score.n == 0) skip("there is no score");
  if (!(score.value > .99)) return {};
  std::vector<std::string> open, looked, not_looked;
  for (const Finding& f : findings)
    if (is_suspect(f.id) && f.severity != Severity::note && std::find(open.begin(), open.end(), f.id) == open.end()) open.push_back(f.id);
  for (const std::string& id : checked)
    if (is_suspect(id) && std::find(open.begin(), open.end(), id) == open.end() && std::find(looked.begin(), looked.end(), id) == looked.end()) looked.push_back(id);
  for (const SkippedCheck& s : skipped)
    if (is_suspect(s.id)) not_looked.push_back(s.id + " (" + s.why + ")");

  const Importance* most = nullptr;
  double rest = 0;
  for (const Importance& i : importances) {
    rest += std::max(i.value, 0.0);
    if (!most || i.value > most->value) most = &i;
  }
  const bool one_column = most && importances.size() >= 3 && most->value > .3 && most->value > .95 * rest;
  const BaselineScore* simple = nullptr;
  for (const BaselineScore& b : baselines)
    if (!simple || b.value > simple->value) simple = &b;

  std::string text = score.metric + " " + score_text(score.value) + " on " + with_thousands(score.n) + " test rows is nearly perfect, which is rare outside of easy tasks and leaks";
  if (!open.empty()) text += "; " + name_list(open, 4) + (open.size() == 1 ? " is" : " are") + " open and may be the reason: settle that first, and do not quote this score until then";
  else if (looked.empty()) text += "; nothing that could explain it was looked for: look for rows that stand on both sides, columns that know the answer, and the way the score is computed";
  else text += "; looked for and not found: " + name_list(looked, 6);
  if (open.empty() && one_column) text += "; column " + quoted(most->name) + " alone carries it: ask whether its value is known before the answer is";
  if (open.empty() && !not_looked.empty()) text += "; not looked for: " + name_list(not_looked, 3);
  if (simple && simple->value > .99) text += "; " + simple->name + " reaches " + score_text(simple->value) + ", so the task is easy or the answer stands in the columns";
  const bool alarming = !open.empty() || looked.empty();
  Finding f{"result.too-good", alarming ? Severity::warning : Severity::note, text};
  f.evidence = {{"score", score.value}, {"interval low", score.interval.low}, {"rows", static_cast<double>(score.n)}};
  if (!looked.empty()) f.evidence.push_back({"checked", 0, name_list(looked, 20)});
  return {f};
}

}  // namespace candor::candid
