// The cases of a fixture folder (cases.json and a safetensors file) and the check that one of them is reproduced: values,
// gradients and second-order gradients, in f32 within the case's own tolerance and in f64 within 1e-9 of the largest entry.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "candor/tensor/tensor.h"
#include "tests/support/safetensors.h"

namespace candor::testing {

struct FixtureCase {
  std::string folder, name, op, note;
  nlohmann::json json;  ///< the whole case
  std::shared_ptr<const Safetensors> tensors;
  double rtol = 1e-5, atol = 1e-6;

  const nlohmann::json& attrs() const { return json.at("attrs"); }
};
std::ostream& operator<<(std::ostream& out, const FixtureCase& fixture);

/// All cases of $CANDOR_FIXTURES/folder; none when the variable is unset or the folder has no cases.json.
std::vector<FixtureCase> read_fixtures(const std::string& folder);
/// A name that googletest takes: letters, digits and '_'.
std::string gtest_name(const std::string& name);

/// What a case calls its function with: arguments in order (inputs, then params) and by name.
struct FixtureCall {
  const nlohmann::json& attrs;
  std::vector<std::string> names;
  std::vector<Tensor> arguments;  ///< traced
  std::vector<Tensor> concrete;   ///< the same, as numbers: for functions whose result's shape depends on them

  bool has(const std::string& name) const;
  const Tensor& operator[](const std::string& name) const;
  const Tensor& operator[](std::size_t i) const { return arguments.at(i); }
};
using FixtureFunction = std::function<std::vector<Tensor>(const FixtureCall&)>;

/// Runs f, its gradients and second-order gradients in one Program and adds a googletest failure for everything that differs.
/// The results of f are the case's outputs, in order; results beyond them are not looked at.
/// `tolerance64`: how far an f64 gradient may be from the case's, relative to its largest entry.
void check_fixture(const FixtureCase& fixture, DType dtype, const FixtureFunction& f, double tolerance64 = 1e-9);

/// Empty when |got - want| <= atol + rtol |want| everywhere (NaN equals NaN, infinities by sign), else what differs first.
std::string difference(const Tensor& got, const Tensor& want, double rtol, double atol);
/// The largest finite |entry|, 0 when there is none.
double largest_entry(const Tensor& x);

}  // namespace candor::testing
