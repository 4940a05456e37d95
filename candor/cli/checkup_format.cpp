#include "candor/cli/checkup_format.h"

#include <algorithm>
#include <cstdio>

#include "candor/base/clock.h"
#include "candor/base/text.h"
#include "candor/cli/score.h"

namespace candor::cli {
namespace {

using candid::Checkup;
using candor::Finding;
using candor::Severity;

Json finding_json(const Finding& f) {
  Json evidence = Json::object();
  for (const Evidence& e : f.evidence) evidence[e.name] = e.text.empty() ? number(e.number) : Json(e.text);
  return {{"id", f.id}, {"severity", to_string(f.severity)}, {"message", f.message}, {"where", f.where}, {"evidence", evidence}};
}

std::vector<Finding> gravest_first(std::vector<Finding> findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return findings;
}

/// A path as a URI reference (RFC 3986): what is no letter, digit or one of -._~/ is written as %XX.
std::string uri_of(const std::string& path) {
  std::string out;
  for (const char c : path) {
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain) out += c;
    else out += code;
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') out += ' ';
    else out += c;
  }
  return out;
}

std::int64_t count(const Checkup& checkup, Severity severity) {
  return std::count_if(checkup.findings.begin(), checkup.findings.end(), [&](const Finding& f) { return f.severity == severity; });
}

/// Checks that had too few rows for a verdict, in one line: silence must not look like "all is well".
std::string too_few(const Checkup& checkup) {
  constexpr std::string_view said = "too few rows for a verdict (n = ";
  std::string out;
  for (const SkippedCheck& s : checkup.skipped) {
    const std::size_t at = s.why.find(said), comma = s.why.find(", needs ", at);
    if (at != 0 || comma == std::string::npos) continue;
    if (out.empty()) out = "too few rows for a verdict (n = " + s.why.substr(said.size(), comma - said.size()) + "): ";
    else out += ", ";
    out += s.id + " (needs " + s.why.substr(comma + 8);
  }
  return out.empty() ? out : out + "\n";
}

std::string counted(std::int64_t n, const char* what) { return with_thousands(n) + " " + what + (n == 1 ? "" : "s"); }

}  // namespace

Json checkup_json(const Checkup& checkup) {
  Json findings = Json::array(), skipped = Json::array();
  for (const Finding& f : gravest_first(checkup.findings)) findings.push_back(finding_json(f));
  for (const SkippedCheck& s : checkup.skipped) skipped.push_back({{"id", s.id}, {"why", s.why}});
  Json out = {{"findings", findings}, {"checked", checkup.checked}, {"skipped", skipped}};
  if (!checkup.silenced.empty()) {
    Json silenced = Json::array();
    for (const Finding& f : checkup.silenced) silenced.push_back(finding_json(f));
    out["silenced"] = silenced;
  }
  return out;
}

// As the schema of Ant's JUnit task has it: one failure a test at most, all that is no failure in the suite's output.
std::string checkup_junit(const Checkup& checkup, const std::string& source) {
  const auto opened = [](const std::string& id) { return "  <testcase classname=\"candor.check\" name=\"" + escaped(id) + "\" time=\"0\">"; };
  std::string cases, said;
  std::int64_t tests = 0, failures = 0;
  for (const std::string& id : checkup.checked) {
    ++tests;
    std::string message, where;
    for (const Finding& f : checkup.findings) {
      if (f.id != id || f.severity != Severity::error) continue;
      message += (message.empty() ? "" : "; ") + f.message;
      where += (where.empty() ? "" : "; ") + f.where;
    }
    failures += !message.empty();
    cases += opened(id) + (message.empty() ? "" : "<failure type=\"" + escaped(id) + "\" message=\"" + escaped(message) + "\">" + escaped(where) + "</failure>") + "</testcase>\n";
  }
  for (const SkippedCheck& s : checkup.skipped) {
    ++tests;
    cases += opened(s.id) + "<skipped message=\"" + escaped(s.why) + "\"/></testcase>\n";
  }
  for (const Finding& f : gravest_first(checkup.findings))
    if (f.severity != Severity::error) said += to_string(f.severity) + " " + f.id + ": " + f.message + (f.where.empty() ? "" : " [" + f.where + "]") + "\n";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"candor check " + escaped(source) + "\" timestamp=\"" + utc_now().substr(0, 19) + "\" hostname=\"localhost\" tests=\"" + std::to_string(tests) + "\" failures=\"" +
         std::to_string(failures) + "\" errors=\"0\" skipped=\"" + std::to_string(checkup.skipped.size()) + "\" time=\"0\">\n  <properties/>\n" + cases + "  <system-out>" + escaped(said) + "</system-out>\n  <system-err/>\n</testsuite>\n";
}

Json checkup_sarif(const Checkup& checkup, const std::string& source) {
  Json rules = Json::array(), results = Json::array();
  for (const candid::CheckInfo& info : candid::all_checks())
    if (std::find(checkup.checked.begin(), checkup.checked.end(), info.id) != checkup.checked.end()) rules.push_back({{"id", info.id}, {"shortDescription", {{"text", info.what}}}});
  for (const Finding& f : gravest_first(checkup.findings)) {
    Json location = {{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(source)}}}}}};
    if (!f.where.empty()) location["logicalLocations"] = Json::array({{{"name", f.where}}});
    results.push_back({{"ruleId", f.id}, {"level", to_string(f.severity)}, {"message", {{"text", f.message}}}, {"locations", Json::array({location})}});
  }
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"},
          {"runs", Json::array({{{"tool", {{"driver", {{"name", "candor check"}, {"version", CANDOR_VERSION}, {"rules", rules}}}}}, {"results", results}}})}};
}

std::string checkup_text(const Checkup& checkup, bool all) {
  std::string out;
  std::size_t shown = 0;
  for (const Finding& f : gravest_first(checkup.findings)) {
    if (++shown > 5 && !all) continue;
    out += to_string(f.severity) + " " + f.id + ": " + f.message + (f.where.empty() ? "" : " [" + f.where + "]") + "\n";
  }
  out += too_few(checkup);
  if (shown > 5 && !all) out += more_findings(shown - 5) + " with --all\n";
  out += counted(count(checkup, Severity::error), "error") + ", " + counted(count(checkup, Severity::warning), "warning") + ", " + counted(count(checkup, Severity::note), "note") + "; " +
         counted(static_cast<std::int64_t>(checkup.checked.size()), "check") + " done, " + std::to_string(checkup.skipped.size()) + " left out" + (checkup.silenced.empty() ? "" : ", " + std::to_string(checkup.silenced.size()) + " silenced") + "\n";
  return out;
}

}  // namespace candor::cli
