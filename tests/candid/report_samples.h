// Reports as a training fills them, one of each kind, and one in which everything is hostile or far too large.
#pragma once

#include "candor/candid/report/report.h"

namespace candor::testing {

candid::Report classification_report();
candid::Report regression_report();
candid::Report pictures_report();
candid::Report series_report();
/// Names with markup, quotes, control characters and bytes that are not UTF-8, everywhere.
candid::Report hostile_report();
/// 1,000 columns, 1,000 classes, a million points.
candid::Report huge_report();

}  // namespace candor::testing
