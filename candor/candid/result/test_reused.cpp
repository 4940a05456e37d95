#include "candor/candid/result/test_reused.h"

#include <algorithm>
#include <cstring>

#include "candor/base/error.h"
#include "candor/base/fingerprint.h"
#include "candor/base/text.h"
#include "candor/candid/check.h"

namespace candor::candid {
namespace {

std::string part_of(std::int64_t some, std::int64_t all) { return (some >= all ? "all " : with_thousands(some) + " of ") + with_thousands(all) + " test rows"; }

// A number for each row that stands for its contents.
std::vector<std::uint64_t> marks(const data::Dataset& set) {
  const Tensor features = set.features.contiguous(), targets = set.has_targets() ? set.targets.contiguous() : Tensor();
  const auto bytes_of = [&](const Tensor& t) { return static_cast<std::size_t>(t.size()) * size_of(t.dtype()) / static_cast<std::size_t>(std::max<std::int64_t>(set.rows(), 1)); };
  const std::size_t wide = bytes_of(features), more = targets.defined() ? bytes_of(targets) : 0;
  std::vector<std::uint64_t> out;
  std::string row(wide + more, '\0');
  for (std::int64_t i = 0; i < set.rows(); ++i) {
    std::memcpy(row.data(), static_cast<const char*>(features.raw()) + static_cast<std::size_t>(i) * wide, wide);
    if (more) std::memcpy(row.data() + wide, static_cast<const char*>(targets.raw()) + static_cast<std::size_t>(i) * more, more);
    out.push_back(fingerprint64(row));
  }
  return out;
}

}  // namespace

std::vector<Finding> check_test_use(const TestUse& u) {
  if (u.rows == 0) skip("there are no test rows");
  std::vector<Finding> findings;
  const auto add = [&](Severity severity, const std::string& message) {
    Finding f{"result.test-reused", severity, message};
    f.evidence = {{"test rows", static_cast<double>(u.rows)}, {"learned from", static_cast<double>(u.learned)}, {"validated on", static_cast<double>(u.as_validation)}, {"chosen on", static_cast<double>(u.for_threshold)}, {"looks", static_cast<double>(u.looks)}};
    findings.push_back(std::move(f));
  };
  if (u.learned > 0) add(Severity::error, part_of(u.learned, u.rows) + " were learned from: the score says how well they were remembered; score the model on rows of their own");
  if (u.as_validation > 0 && u.chose_epoch)
    add(Severity::error, "the epoch that was kept was chosen on " + part_of(u.as_validation, u.rows) + ", and the score is of the same rows: the best of many epochs is partly luck, and the luck is in the score; choose on a part of the training rows and score once on rows that nothing was chosen on");
  else if (u.as_validation > 0)
    add(Severity::note, "the training was watched on " + part_of(u.as_validation, u.rows) + ": as long as nothing was chosen by what was seen, the score stands");
  if (u.for_threshold > 0)
    add(Severity::error, "a threshold (or another choice) was made on " + part_of(u.for_threshold, u.rows) + " and is reported on the same rows: the best threshold of these rows is not the best of new ones; choose it on other rows and keep these for the score");
  if (u.looks > 1)
    add(Severity::note, "this is score number " + std::to_string(u.looks) + " on the same test rows: who takes the best of " + std::to_string(u.looks) + " takes its luck with it; keep rows that are looked at once, at the end");
  return findings;
}

std::int64_t rows_in_common(const data::Dataset& part, const data::Dataset& test) {
  if (part.rows() == 0 || test.rows() == 0) return 0;
  if (part.row_shape() != test.row_shape() || part.features.dtype() != test.features.dtype())
    fail(ErrorKind::shape, "rows of shape " + to_string(part.row_shape()) + " against rows of shape " + to_string(test.row_shape()));
  std::vector<std::uint64_t> known = marks(test);
  std::sort(known.begin(), known.end());
  std::int64_t common = 0;
  for (const std::uint64_t mark : marks(part)) common += std::binary_search(known.begin(), known.end(), mark);
  return common;
}

}  // namespace candor::candid
