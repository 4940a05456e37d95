#include "candor/cli/score.h"

#include "candor/base/text.h"

namespace candor::cli {

Json score_json(const Score& s) { return {{"value", number(s.value)}, {"interval", {number(s.interval.low), number(s.interval.high)}}, {"n", s.n}}; }

Json baseline_json(const candid::Baseline& b) { return {{"name", b.name}, {"value", number(b.value)}}; }

Json findings_json(const std::vector<candid::Finding>& findings) {
  Json list = Json::array();
  for (const candid::Finding& f : findings) list.push_back({{"id", f.id}, {"severity", to_string(f.severity)}, {"message", f.message}});
  return list;
}

std::string score_line(const Score& s, const candid::Baseline& b) {
  return s.metric + " " + short_number(s.value) + " (95 % interval " + short_number(s.interval.low) + " to " + short_number(s.interval.high) + ", " +
         with_thousands(s.n) + " rows); " + b.name + " baseline " + short_number(b.value);
}

std::string more_findings(std::size_t count) { return std::to_string(count) + (count == 1 ? " more finding" : " more findings"); }

std::string strict_text(const std::vector<std::string>& gaps) {
  return gaps.size() == 2 ? "how its labels were made and what it must not be used for" : gaps.at(0) == "labels" ? "how its labels were made" : "what it must not be used for";
}

}  // namespace candor::cli
