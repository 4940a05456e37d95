#include "candor/candid/check.h"

#include <algorithm>
#include <iterator>
#include <new>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid {
namespace {

/// What skip() throws: no error, a way out of a check.
struct Skipped {
  std::string why;
};

void enter(std::vector<std::string>& ids, std::string_view id) {
  if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.emplace_back(id);
}

}  // namespace

std::span<const CheckInfo> all_checks() {
  static const std::vector<CheckInfo> checks = [] {
    std::vector<CheckInfo> all;
    for (const std::span<const CheckInfo> part : {detail::data_checks(), detail::model_checks(), detail::training_checks(), detail::result_checks(), detail::service_checks()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return checks;
}

const CheckInfo* find_check(std::string_view id) {
  for (const CheckInfo& check : all_checks())
    if (check.id == id) return &check;
  return nullptr;
}

void Checkup::add(Checkup&& other) {
  for (Finding& f : other.findings) findings.push_back(std::move(f));
  for (Finding& f : other.silenced) silenced.push_back(std::move(f));
  for (const std::string& id : other.checked) enter(checked, id);
  for (SkippedCheck& s : other.skipped) skipped.push_back(std::move(s));
}

bool Checkup::has(Severity at_least) const {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.severity >= at_least; });
}

void run_check(Checkup& into, std::string_view id, const Function<std::vector<Finding>()>& check) {
  try {
    for (Finding& f : check()) into.findings.push_back(std::move(f));
    enter(into.checked, id);
  } catch (Skipped& s) {
    into.skipped.push_back({std::string(id), std::move(s.why)});
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::interrupted || e.kind() == ErrorKind::memory) throw;
    into.findings.push_back({std::string(id), Severity::note, "the check " + std::string(id) + " failed and said nothing of these data: " + e.what()});
    into.skipped.push_back({std::string(id), "it failed: " + std::string(e.what())});
  } catch (const std::exception& e) {
    into.findings.push_back({std::string(id), Severity::note, "the check " + std::string(id) + " failed and said nothing of these data: " + e.what()});
    into.skipped.push_back({std::string(id), "it failed: " + std::string(e.what())});
  }
}

void skip(std::string why) { throw Skipped{std::move(why)}; }

std::string too_few(std::int64_t rows, std::int64_t needs) {
  return "too few rows for a verdict (n = " + std::to_string(rows) + ", needs " + std::to_string(needs) + ")";
}

void silence(Checkup& to, std::span<const Silence> silences) {
  for (const Silence& one : silences) {
    if (!find_check(one.id)) {
      std::vector<std::string> ids;
      for (const CheckInfo& check : all_checks()) ids.emplace_back(check.id);
      fail(ErrorKind::invalid_argument, "silence: there is no check \"" + one.id + "\"" + did_you_mean(one.id, ids) + "; `candor check --list` shows all of them");
    }
    const auto kept = std::stable_partition(to.findings.begin(), to.findings.end(), [&](const Finding& f) { return f.id != one.id; });
    std::move(kept, to.findings.end(), std::back_inserter(to.silenced));
    to.findings.erase(kept, to.findings.end());
  }
}

}  // namespace candor::candid
