#include "candor/pipeline/record.h"

namespace candor::pipeline {

Config training_record(const data::Dataset& train, std::uint64_t seed, const Versions& versions, const std::vector<candid::Finding>& findings, const candid::Score* score, const candid::Baseline* baseline) {
  Config data = Config::map();
  data.set("source", train.source).set("rows", train.rows()).set("digest", train.digest());
  Config record = Config::map();
  record.set("data", data).set("seed", std::to_string(seed));
  Config made_with = Config::map();
  for (const auto& [name, version] : versions) made_with.set(name, version);
  record.set("versions", made_with);
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

}  // namespace candor::pipeline
