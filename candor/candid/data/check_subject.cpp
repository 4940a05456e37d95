#include "candor/candid/data/checks.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/candid/data/picture_twins.h"

namespace candor::candid {
namespace {

using TableCheck = std::vector<Finding> (*)(const Subject&);
using PictureCheck = std::vector<Finding> (*)(const Subject&, const detail::PictureTwins&);

/// A check with what it does for tables and for pictures; null: nothing.
struct Entry {
  const char* id;
  TableCheck table = nullptr;
  TableCheck pictures = nullptr;
  PictureCheck twins = nullptr;
};

constexpr Entry entries[] = {
  {"data.duplicate-rows", detail::duplicate_rows, nullptr, detail::duplicate_pictures},
  {"data.leak", detail::leak, detail::picture_leak},
  {"data.label-conflict", detail::label_conflict, detail::label_conflict, detail::conflicting_pictures},
  {"data.label-name-swap", detail::label_swap, detail::label_swap},
  {"data.censored", detail::censored_target},
  {"data.imbalance", detail::imbalance, detail::imbalance},
  {"data.few", detail::few_rows, detail::few_rows},
  {"data.scale", detail::input_scale, detail::input_scale},
  {"data.missing", detail::missing_cells},
  {"data.constant", detail::constant_columns},
  {"data.outliers", detail::outliers},
  {"data.types", detail::column_types},
  {"data.time-split", detail::time_split},
  {"data.group-split", detail::group_split, nullptr, detail::pictures_on_both_sides},
  {"data.flip-label", nullptr, nullptr, detail::flip_labels},
  {"serve.schema", detail::serve_schema},
  {"serve.range", detail::serve_range},
  {"serve.drift", detail::serve_drift},
};

}  // namespace

Checkup check_subject(const Subject& s) {
  Checkup checkup;
  if (s.is_table()) {
    // Each looks for itself and changes nothing, so that they can look at the same time; what they say is told in the order of the list.
    constexpr std::size_t count = std::size(entries);
    std::vector<Checkup> said(count);
    std::vector<std::exception_ptr> stopped(count);
    parallel_for(static_cast<std::int64_t>(count), [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      try {
        run_check(said[at], entries[at].id, [&] {
          if (!entries[at].table) skip("needs pictures");
          return entries[at].table(s);
        });
      } catch (...) {
        stopped[at] = std::current_exception();  // Ctrl-C, lack of memory
      }
    });
    for (const std::exception_ptr& why : stopped)
      if (why) std::rethrow_exception(why);
    for (Checkup& one : said) checkup.add(std::move(one));
  } else {
    std::optional<detail::PictureTwins> twins;
    for (const Entry& entry : entries) {
      run_check(checkup, entry.id, [&] {
        std::vector<Finding> findings;
        if (!entry.pictures && !entry.twins) skip("needs a table");
        if (entry.twins) {
          if (!twins) twins = detail::picture_twins(s);
          findings = entry.twins(s, *twins);
        }
        // Copies under two labels are wrong already: what others like them say would count them again.
        const bool grave = std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.severity == Severity::error; });
        if (!entry.pictures || grave) return findings;
        // A part of the check that has too few pictures must not take back what its copies have said.
        Checkup other;
        run_check(other, entry.id, [&] { return entry.pictures(s); });
        for (Finding& f : other.findings) findings.push_back(std::move(f));
        if (findings.empty() && !other.skipped.empty()) skip(other.skipped.front().why);
        return findings;
      });
    }
  }
  std::int64_t skipped = 0;
  for (const CheckPart& part : s.parts) skipped += part.set.skipped;
  if (skipped > 0) checkup.findings.push_back({"data.skipped", Severity::note, with_thousands(skipped) + " bad files or rows were left out, as asked"});
  for (const CheckPart& part : s.parts)
    if (part.all_rows > part.rows)
      checkup.findings.push_back({"data.skipped", Severity::note, part.name + " has " + with_thousands(part.all_rows) + " rows; " + with_thousands(part.rows) + " of them, evenly spread, were looked at", part.name, {{"rows", static_cast<double>(part.all_rows)}, {"looked at", static_cast<double>(part.rows)}}});
  return checkup;
}

}  // namespace candor::candid
