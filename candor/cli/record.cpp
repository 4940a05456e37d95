#include "candor/cli/record.h"

namespace candor::cli {

Config training_record(const data::Dataset& train, std::uint64_t seed, const std::vector<candid::Finding>& findings, const Score* score, const candid::Baseline* baseline) {
  Config data = Config::map();
  data.set("source", train.source).set("rows", train.rows()).set("digest", train.digest());
  Config record = Config::map();
  record.set("data", data).set("seed", std::to_string(seed));
  record.set("versions", Config{{"candor", CANDOR_VERSION}, {"compiler", CANDOR_COMPILER}});
  if (score) {
    Config judged = Config::map();
    judged.set("metric", score->metric).set("value", score->value).set("n", score->n);
    judged.set("interval", Config::numbers({score->interval.low, score->interval.high}));
    record.set("score", judged);
  }
  if (baseline) {
    Config guess = Config::map();
    record.set("baseline", guess.set("name", baseline->name).set("value", baseline->value).set("guess", baseline->guess));
  }
  Config::List list;
  for (const candid::Finding& f : findings) {
    Config finding = Config::map();
    list.push_back(finding.set("id", f.id).set("severity", to_string(f.severity)).set("message", f.message));
  }
  return record.set("findings", list);
}

}  // namespace candor::cli
