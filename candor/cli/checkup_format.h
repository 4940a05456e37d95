// What the checks found, as text for people and as JSON, JUnit XML and SARIF for programs.
#pragma once

#include <string>

#include "candor/candid/check.h"
#include "candor/cli/command.h"

namespace candor::cli {

/// {"findings": [{"id", "severity", "message", "where", "evidence": {}}], "checked": [ids], "skipped": [{"id", "why"}]}, and "silenced" when something was.
Json checkup_json(const candid::Checkup& checkup);
/// One test case a check; errors are failures.
std::string checkup_junit(const candid::Checkup& checkup, const std::string& source);
/// SARIF 2.1.0.
Json checkup_sarif(const candid::Checkup& checkup, const std::string& source);
/// Gravest first, then a line that counts. `all` false keeps to five findings.
std::string checkup_text(const candid::Checkup& checkup, bool all);

}  // namespace candor::cli
