// Whether the parts of a report that was read fit each other.
#pragma once

#include "candor/candid/report/report.h"

namespace candor::candid {

/// Throws Error (corrupt) naming the part: curves whose lengths differ, a matrix that is not square, a histogram without its edges, counts below zero,
/// pictures that are not base64.
void check_report(const Report& report);

}  // namespace candor::candid
