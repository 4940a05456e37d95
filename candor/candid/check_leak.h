// data.leak: a column that knows the answer.
#pragma once

#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/data/dataset.h"

namespace candor::candid {

/// A warning for each column that predicts the target almost by itself: a tree of depth 3 on it alone reaches .99 (accuracy or R2) on test rows, where the commonest
/// class has at most nine tenths of them. `sources` names the column of each feature. Looks at tables of at least three columns and 50 test rows; at most 200 columns and
/// 5,000 training rows.
std::vector<Finding> check_leak(const data::Dataset& train, const data::Dataset& test, const std::vector<std::string>& sources);

}  // namespace candor::candid
