// What the files of schedules share.
#pragma once

#include "candor/base/error.h"
#include "candor/nn/schedules.h"

namespace candor::schedule {

/// An f64 scalar.
Tensor number(double value);
/// Error (invalid_argument) unless value > 0 and finite.
void require_positive(const char* kind, const char* option, double value);
/// Error (invalid_argument) unless value >= 0 and finite.
void require_not_negative(const char* kind, const char* option, double value);
Config described(const char* kind, Config options);
/// Falls from 1 to alpha while `part` goes from 0 to 1.
Tensor half_cosine(const Tensor& part, double alpha);

}  // namespace candor::schedule
