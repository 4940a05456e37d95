// result.test-reused: a test part is used up by looking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/data/dataset.h"

namespace candor::candid {

/// What the rows of a test part were used for beside the score that is reported.
struct TestUse {
  std::int64_t rows = 0;             ///< of the test part
  std::int64_t as_validation = 0;    ///< of them, how many the training was watched on
  bool chose_epoch = false;          ///< and early stopping or the best epoch went by it
  std::int64_t for_threshold = 0;    ///< how many a threshold, a temperature or a network was chosen on
  std::int64_t learned = 0;          ///< how many were learned from
  std::int64_t looks = 1;            ///< how many models were scored on this part so far, this one counted
};

/// Learned from, or chosen on: an error. Watched without a choice: a note. More than one look: a note that says how many, and what the best of so many is worth.
std::vector<Finding> check_test_use(const TestUse& use);

/// How many rows of `part` stand in `test`, too, by their contents (features and targets, to the bit). Throws Error (shape) for rows of other shapes.
std::int64_t rows_in_common(const data::Dataset& part, const data::Dataset& test);

}  // namespace candor::candid
