// data.duplicate-rows: rows of the test part that are training rows, beyond what chance gives when columns hold few different values.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/near_rows.h"
#include "candor/candid/data/row_codes.h"

namespace candor::candid::detail {
namespace {

using Counts = std::unordered_map<std::uint64_t, std::int32_t>;

Counts count_rows(const std::vector<std::uint64_t>& rows) {
  Counts counts;
  counts.reserve(rows.size());
  for (const std::uint64_t row : rows) ++counts[row];
  return counts;
}

/// Share of all pairs of rows that are equal.
double equal_pairs(const Counts& counts, std::int64_t rows) {
  double pairs = 0;
  for (const auto& [row, count] : counts) pairs += .5 * count * (count - 1.0);
  return pairs / (.5 * static_cast<double>(rows) * std::max(static_cast<double>(rows) - 1, 1.0));
}

struct Shared {
  std::vector<std::int64_t> rows;  ///< of the other part
  double pairs = 0;
};
Shared shared_rows(const Counts& train, const std::vector<std::uint64_t>& other) {
  Shared shared;
  for (std::size_t i = 0; i < other.size(); ++i) {
    const auto found = train.find(other[i]);
    if (found == train.end()) continue;
    shared.rows.push_back(static_cast<std::int64_t>(i));
    shared.pairs += found->second;
  }
  return shared;
}

/// How many of so many rows of the same source would have a twin among the training rows: as many as of these have one among the others.
double with_twins(const Counts& counts, std::int64_t rows, std::int64_t asked) {
  std::int64_t twins = 0;
  for (const auto& [row, count] : counts)
    if (count > 1) twins += count;
  return static_cast<double>(twins) / static_cast<double>(std::max<std::int64_t>(rows, 1)) * static_cast<double>(asked);
}

Finding across(const Subject& s, std::size_t part, const Shared& shared, double chance, double source, double twins, bool few_values) {
  const CheckPart& other = s.parts[part];
  const auto found = static_cast<double>(shared.rows.size());
  const double share = found / static_cast<double>(std::max<std::int64_t>(other.rows, 1));
  // Rows for pairs: a row with several twins counts once.
  const double rows_a_pair = shared.pairs > 0 ? found / shared.pairs : 0;
  const double by_chance = std::min(chance * rows_a_pair, found), by_source = std::min(std::max(std::max(source, chance) * rows_a_pair, twins), found);
  // What is expected was counted in the training rows, and is as uncertain as what was found.
  const double both = 1 + static_cast<double>(other.rows) / static_cast<double>(std::max<std::int64_t>(s.rows(), 1));
  // Where none are expected three are enough; where some are, small parts vary more than the root says.
  const auto beyond = [&](double expected) { return found - expected > (expected < .05 ? 3 * std::sqrt(expected * both + .5) : 3.5 * std::sqrt(expected * both + 1)) && found - expected > 2.5; };
  Finding f{"data.duplicate-rows"};
  f.where = other.name + ": " + row_list(shared.rows);
  f.evidence = {{"rows in both parts", found}, {"share of the " + part_text(other), share}, {"expected by chance", by_chance}, {"expected from copies within the training rows", by_source}};
  f.message = with_thousands(static_cast<std::int64_t>(found)) + " of " + with_thousands(other.rows) + " " + part_text(other) + " (" + percent(share) + ") are also training rows";
  char expected[40];
  std::snprintf(expected, sizeof expected, "%.3g", by_chance);
  const double excess = (found - by_source) / static_cast<double>(std::max<std::int64_t>(other.rows, 1));
  if (beyond(by_source) && (excess >= .01 || (other.rows < 300 && found >= 3))) {
    f.severity = other.kind == PartKind::served ? Severity::note : Severity::error;
    f.message += " (about " + std::string(expected) + " would be by chance): a model can know them by heart, so that the score says more than it will do on new rows; take them out of one of the two parts";
  } else if (beyond(by_chance) && !few_values) {
    f.severity = share >= .05 && other.kind == PartKind::test ? Severity::warning : Severity::note;
    f.message += ": the source holds rows several times, and the split has put copies on both sides; remove copies before splitting";
  } else {
    f.severity = Severity::note;
    if (found > 2 * by_chance + 3 * std::sqrt(by_chance)) f.message += ": one and the same case, or two that are alike in every column; look at them, and keep copies on one side";
    else f.message += ", about as many as chance gives (" + std::string(expected) + "), because the columns hold few different values; the score on the other rows alone is the more careful one";
  }
  return f;
}

/// Copies that were rounded or shaken a little, of a part whose equal rows are none of chance's making.
void add_near(const Subject& s, std::size_t part, std::vector<Finding>& findings) {
  if (s.parts[part].kind != PartKind::test) return;
  const NearCopies near = near_copies(s, part);
  if (!near.found) return;
  const auto count = static_cast<std::int64_t>(near.rows.size());
  findings.push_back({"data.duplicate-rows", Severity::warning,
                      with_thousands(count) + " of " + with_thousands(near.asked) + " test rows" + (near.asked < s.rows(part) ? " that were looked at" : "") + " (" + percent(count, near.asked) + ") are training rows but for rounding or a little noise: each lies ten times nearer to one of " + with_thousands(near.known) + " training rows than to any other, as " + value_text(std::round(near.expected)) +
                          " would do by what training rows are to each other; a model can know them by heart, so take them out of one of the two parts",
                      s.parts[part].name + ": " + row_list(near.rows), {{"rows near a training row", static_cast<double>(count)}, {"rows asked", static_cast<double>(near.asked)}, {"expected from training rows among each other", near.expected}}});
}

}  // namespace

std::vector<Finding> duplicate_rows(const Subject& s) {
  constexpr std::int64_t least = 10;
  if (s.rows() < least) skip(too_few(s.rows(), least));
  std::vector<Finding> findings;
  const RowCodes within(s, 0, 0);
  if (within.columns() == 0) skip("no column but ids to compare rows by");
  const Counts counts = count_rows(within.hashes(0));
  const bool few_values = within.bits() < std::log2(.5 * static_cast<double>(s.rows()) * static_cast<double>(s.rows())) + 8;
  const auto extra = s.rows() - static_cast<std::int64_t>(counts.size());
  if (!few_values && extra >= std::max<std::int64_t>(3, s.rows() / 100)) {
    findings.push_back({"data.duplicate-rows", Severity::note,
                        with_thousands(extra) + " of " + with_thousands(s.rows()) + " training rows (" + percent(extra, s.rows()) + ") are copies of others: they count several times, and a split that parts copies gives a score that is too good; remove them unless they were really seen several times",
                        s.parts[0].name, {{"copies", static_cast<double>(extra)}, {"share", static_cast<double>(extra) / static_cast<double>(s.rows())}}});
  }
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    const RowCodes codes(s, 0, part);
    if (s.rows(part) == 0 || codes.columns() == 0) continue;
    const std::vector<std::uint64_t> train = codes.hashes(0), other = codes.hashes(part);
    const Counts known = count_rows(train);
    const Shared shared = shared_rows(known, other);
    if (shared.rows.empty()) {
      add_near(s, part, findings);
      continue;
    }
    const double pairs = static_cast<double>(train.size()) * static_cast<double>(other.size());
    const bool coarse = codes.bits() < std::log2(pairs) + 8;
    const double source = equal_pairs(known, s.rows()) * pairs;
    const double chance = coarse ? std::max(codes.near_pairs(known, part), std::min(source, shared.pairs)) : pairs * std::exp2(-codes.bits());
    findings.push_back(across(s, part, shared, chance, source, with_twins(known, s.rows(), s.rows(part)), coarse));
    if (findings.back().severity == Severity::note) add_near(s, part, findings);
  }
  return findings;
}

}  // namespace candor::candid::detail
