// What the trainings of a model found, each thing once.
#pragma once

#include <span>
#include <vector>

#include "candor/base/finding.h"
#include "candor/train/history.h"

namespace candor::pipeline {

/// The findings of all members. One that several made is that of the first, and says of how many it is true; one that fewer than half of the
/// members made is no more than a note. `answer` false: the networks were trained and left out of the model, so that what they say is a note and says so.
std::vector<Finding> training_findings(std::span<const History> members, bool answer = true);

}  // namespace candor::pipeline
