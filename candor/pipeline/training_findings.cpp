#include "candor/pipeline/training_findings.h"

#include <algorithm>

namespace candor::pipeline {
namespace {

/// The layer without the name of its network, which differs from member to member.
std::string place_of(const Finding& f) { return f.where.rfind("epoch ", 0) == 0 ? "" : f.where.substr(f.where.find('/') == std::string::npos ? 0 : f.where.find('/')); }

}  // namespace

std::vector<Finding> training_findings(std::span<const History> members, bool answer) {
  std::vector<Finding> found;
  std::vector<std::size_t> times;
  for (const History& member : members) {
    for (const Finding& f : member.findings()) {
      if (f.id.rfind("data.", 0) == 0 && f.where.rfind("inputs of the training rows", 0) == 0) continue;  // the checks on the data know the columns by name
      const auto known = std::find_if(found.begin(), found.end(), [&](const Finding& other) { return other.id == f.id && place_of(other) == place_of(f); });
      if (known == found.end()) found.push_back(f), times.push_back(1);
      else ++times[static_cast<std::size_t>(known - found.begin())];
    }
  }
  for (Finding& f : found) {
    if (answer) break;
    f.severity = Severity::note;
    f.message = "in the networks, which do not answer (boosted trees do): " + f.message;
  }
  if (members.size() < 2 || !answer) return found;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i].id.rfind("train.", 0) != 0) continue;
    if (times[i] < members.size()) found[i].message = "in " + std::to_string(times[i]) + " of " + std::to_string(members.size()) + " networks: " + found[i].message;
    if (2 * times[i] < members.size()) found[i].severity = Severity::note;
  }
  return found;
}

}  // namespace candor::pipeline
