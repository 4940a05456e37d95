// The checks on data, one function each: what they say of a subject, or skip(). A page in docs/checks explains each; catalogue/data.cpp and service.cpp list them.
#pragma once

#include <vector>

#include "candor/candid/check.h"
#include "candor/candid/data/subject.h"

namespace candor::candid {

/// data.duplicate-rows, data.leak, ... in the order of the catalogue. Those whose needs are not met are in `skipped`. Changes nothing in the subject.
Checkup check_subject(const Subject& subject);

namespace detail {

std::vector<Finding> duplicate_rows(const Subject& s);
std::vector<Finding> leak(const Subject& s);
std::vector<Finding> picture_leak(const Subject& s);
std::vector<Finding> label_conflict(const Subject& s);
std::vector<Finding> label_swap(const Subject& s);
std::vector<Finding> censored_target(const Subject& s);
std::vector<Finding> imbalance(const Subject& s);
std::vector<Finding> few_rows(const Subject& s);
std::vector<Finding> input_scale(const Subject& s);
std::vector<Finding> missing_cells(const Subject& s);
std::vector<Finding> constant_columns(const Subject& s);
std::vector<Finding> outliers(const Subject& s);
std::vector<Finding> column_types(const Subject& s);
std::vector<Finding> time_split(const Subject& s);
std::vector<Finding> group_split(const Subject& s);
std::vector<Finding> serve_schema(const Subject& s);
std::vector<Finding> serve_range(const Subject& s);
std::vector<Finding> serve_drift(const Subject& s);

}  // namespace detail

}  // namespace candor::candid
