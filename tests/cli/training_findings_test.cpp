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

TEST(TrainingFindings, NetworksThatDoNotAnswerGiveNotes) {
  std::vector<History> members(2);
  for (History& member : members) member.add(Finding{"train.overfit", Severity::warning, "validation gets worse", {}, {}});
  EXPECT_EQ(training_findings(members)[0].severity, Severity::warning);
  const std::vector<Finding> found = training_findings(members, false);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].severity, Severity::note);
  EXPECT_EQ(found[0].message, "in the networks, which do not answer (boosted trees do): validation gets worse");
}

}  // namespace
}  // namespace candor::pipeline
