// What a training said, among what the checks on the data said before it.
#include <gtest/gtest.h>

#include <vector>

#include "candor/pipeline/training_findings.h"

namespace candor::pipeline {
namespace {

TEST(TrainingFindings, WhatTheTableSaidByNameIsNotSaidAgainByNumber) {
  std::vector<History> members(1);
  members[0].add(Finding{"data.leak", Severity::warning, "column 3 of the inputs tells the target", "inputs of the training rows: column 3", {}});
  members[0].add(Finding{"data.scale", Severity::error, "on another scale in the validation rows", "validation rows", {}});
  members[0].add(Finding{"train.plateau", Severity::warning, "the loss stands still", {}, {}});
  const std::vector<Finding> found = training_findings(members);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, "data.scale");
  EXPECT_EQ(found[1].id, "train.plateau");
}

}  // namespace
}  // namespace candor::pipeline
