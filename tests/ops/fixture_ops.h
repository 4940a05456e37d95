// From the words of the fixtures in $CANDOR_FIXTURES/ops to functions of Candor.
#pragma once

#include <map>
#include <string>

#include "candor/ops/reduce.h"
#include "tests/support/fixtures.h"

namespace candor::testing {

using FixtureTable = std::map<std::string, FixtureFunction>;

/// Elementwise functions, reductions, products, softmax.
void add_math_fixtures(FixtureTable& table);
/// Gathering, sorting, and what moves elements.
void add_shape_fixtures(FixtureTable& table);

/// "axis": null (all, an empty list), a number or a list.
Axes axes_of(const nlohmann::json& attrs, const char* name = "axis");
/// The tensor and axis of a function of one axis: NumPy flattens where the axis is null.
std::pair<Tensor, int> along(const FixtureCall& call, int otherwise = -1);

}  // namespace candor::testing
