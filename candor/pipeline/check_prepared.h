// The checks on data, asked of what is about to be trained on.
#pragma once

#include "candor/candid/check.h"
#include "candor/pipeline/prepare.h"

namespace candor::pipeline {

/// The training and the test part as `candor check` looks at two files; numbers of rows in findings count within a part.
candid::Checkup check_prepared(const Prepared& data);

}  // namespace candor::pipeline
