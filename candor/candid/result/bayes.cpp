#include "candor/candid/result/bayes.h"

#include "candor/base/text.h"
#include "candor/candid/check.h"

namespace candor::candid {

std::optional<double> best_possible(const std::string& source) {
  struct Ceiling {
    const char* name;
    double value;
  };
  // Classes: the accuracy of Bayes's rule by the densities that the generator draws from. Values: 1 - variance of the noise / variance of the target:
  // line has 1/12 + .01, noisy_sine 100 (.4772 - .1839^2) + 1.
  constexpr Ceiling known[] = {{"insurance_risk", .811}, {"clouds", .921}, {"line", .8929}, {"noisy_sine", .9779}};
  const std::string name = source.substr(0, source.find_first_of(" ("));
  for (const Ceiling& c : known)
    if (name == c.name) return c.value;
  return std::nullopt;
}

std::vector<Finding> check_bayes(const Score& score, const std::string& source) {
  const std::optional<double> ceiling = best_possible(source);
  if (!ceiling) skip("the best possible score is known of some generators only");
  if (!(score.interval.low > *ceiling)) return {};
  Finding f{"result.bayes", Severity::warning,
            score.metric + " " + score_text(score.value) + " (95 % interval " + score_text(score.interval.low) + " to " + score_text(score.interval.high) + ", " + with_thousands(score.n) + " rows) is above " +
                score_text(*ceiling) + ", the best that anyone can reach on new rows of this generator: the model has seen these rows, or they were chosen; test it on rows of another seed"};
  f.evidence = {{"score", score.value}, {"ceiling", *ceiling}, {"interval low", score.interval.low}};
  return {f};
}

}  // namespace candor::candid
