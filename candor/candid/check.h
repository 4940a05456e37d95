// What a check is, the list of all checks, and how a set of them runs: each by itself, so that one that fails stops nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "candor/base/finding.h"
#include "candor/base/function.h"

namespace candor::candid {

/// When a check looks.
enum class Moment { data, model, training, result, service };
/// What it costs beside a training: nothing worth naming; one pass over the rows; more than that, so that many rows are sampled.
enum class Cost { none, pass, sampled };

/// A check in the list of all of them. The file of its name in docs/checks is its page.
struct CheckInfo {
  std::string_view id;
  Moment moment = Moment::data;
  Severity severity = Severity::warning;  ///< of its gravest finding
  Cost cost = Cost::none;
  std::string_view needs;                 ///< "two parts", "a target", "a model": what must be there
  std::string_view what;                  ///< when it fires, in half a sentence
};

/// All checks there are, in the order of CANDID's list: by moment, then as they are run.
std::span<const CheckInfo> all_checks();
/// The check of that id; null when there is none.
const CheckInfo* find_check(std::string_view id);

/// An id that a person does not want to hear of, and why. The reason stays in the model's card.
struct Silence {
  std::string id = {}, reason = {};
};

/// What a set of checks gave.
struct Checkup {
  std::vector<Finding> findings = {};
  std::vector<Finding> silenced = {};     ///< what Silence kept back; the card lists them
  std::vector<std::string> checked = {};  ///< ids that came to a verdict, each once
  std::vector<SkippedCheck> skipped = {};

  void add(Checkup&& other);
  /// True when a finding of this severity or a graver one is open.
  bool has(Severity at_least) const;
};

/// Runs one check and enters what it says: its findings (their id must be `id`), or that it was skipped when it calls skip(). A check that throws
/// becomes a note that names it; Ctrl-C and lack of memory go on.
void run_check(Checkup& into, std::string_view id, const Function<std::vector<Finding>()>& check);

/// Ends the check that is running without a verdict: run_check enters `why`. "too few rows for a verdict (n = 12, needs 30)" is too_few(12, 30).
[[noreturn]] void skip(std::string why);
std::string too_few(std::int64_t rows, std::int64_t needs);

/// Moves findings whose id is silenced to `silenced`. Throws Error (invalid_argument) for an id that is no check, listing the nearest.
void silence(Checkup& to, std::span<const Silence> silences);

}  // namespace candor::candid
