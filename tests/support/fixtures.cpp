#include "tests/support/fixtures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <ostream>

#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "tests/support/environment.h"

namespace candor::testing {
namespace {

using Named = std::vector<std::pair<std::string, Tensor>>;

Tensor in_dtype(const Tensor& x, DType dtype) { return is_floating(x.dtype()) ? x.to(dtype) : x; }

// "exp/ct/out" of case "exp" is "out".
std::string after(const std::string& key, const std::string& prefix) { return key.compare(0, prefix.size(), prefix) == 0 ? key.substr(prefix.size()) : key; }

Named read_arguments(const FixtureCase& c) {
  Named result;
  for (const auto& key : c.json.at("inputs")) {
    const auto text = key.get<std::string>();
    result.emplace_back(after(text, c.name + "/"), c.tensors->get(text));
  }
  if (c.json.contains("params"))
    for (const auto& [name, key] : c.json.at("params").items()) result.emplace_back(name, c.tensors->get(key.get<std::string>()));
  return result;
}

Named read_map(const FixtureCase& c, const char* field) {
  Named result;
  if (c.json.contains(field) && c.json.at(field).is_object())
    for (const auto& [name, key] : c.json.at(field).items()) result.emplace_back(name, c.tensors->get(key.get<std::string>()));
  return result;
}

struct Expected {
  Named outputs, gradients, second, cotangents, cotangents2;
};

Expected read_expected(const FixtureCase& c) {
  Expected e;
  for (const auto& key : c.json.at("outputs")) {
    const auto text = key.get<std::string>();
    e.outputs.emplace_back(after(text, c.name + "/"), c.tensors->get(text));
  }
  if (c.json.contains("cotangents"))
    for (const auto& key : c.json.at("cotangents")) {
      const auto text = key.get<std::string>();
      e.cotangents.emplace_back(after(text, c.name + "/ct/"), c.tensors->get(text));
    }
  e.gradients = read_map(c, "grads");
  e.cotangents2 = read_map(c, "cotangents2");
  e.second = read_map(c, "grads2");
  return e;
}

void compare(const std::string& what, const Tensor& got, const Tensor& want, const FixtureCase& c, DType dtype, double tolerance64) {
  if (dtype == DType::f32) {
    EXPECT_EQ(difference(got, want, c.rtol, c.atol), "") << c.name << ": " << what << " in f32";
  } else {
    EXPECT_EQ(difference(got, want, 0, tolerance64 * largest_entry(want) + 1e-15), "") << c.name << ": " << what << " in f64";
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const FixtureCase& fixture) { return out << fixture.folder << "/" << fixture.name; }

std::vector<FixtureCase> read_fixtures(const std::string& folder) {
  const std::string root = environment("CANDOR_FIXTURES");
  if (root.empty()) return {};
  const std::filesystem::path path = std::filesystem::path(root) / folder;
  std::ifstream file(path / "cases.json");
  if (!file) return {};
  const auto all = nlohmann::json::parse(file);
  const auto tensors = std::make_shared<const Safetensors>(path / all.at("file").get<std::string>());
  std::vector<FixtureCase> cases;
  for (const auto& entry : all.at("cases")) {
    FixtureCase c;
    c.folder = folder;
    c.name = entry.at("name").get<std::string>();
    c.op = entry.value("op", "");
    c.note = entry.contains("note") && entry.at("note").is_string() ? entry.at("note").get<std::string>() : "";
    c.rtol = entry.value("rtol", 1e-5);
    c.atol = entry.value("atol", 1e-6);
    c.json = entry;
    c.tensors = tensors;
    cases.push_back(std::move(c));
  }
  return cases;
}

std::string gtest_name(const std::string& name) {
  std::string text = name;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '-') text.replace(i, 1, "minus_");
    else if (!std::isalnum(static_cast<unsigned char>(text[i]))) text[i] = '_';
  return text;
}

bool FixtureCall::has(const std::string& name) const { return std::find(names.begin(), names.end(), name) != names.end(); }
const Tensor& FixtureCall::operator[](const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) fail(ErrorKind::not_found, "the case has no argument \"" + name + "\"");
  return arguments[static_cast<std::size_t>(found - names.begin())];
}

double largest_entry(const Tensor& x) {
  double largest = 0;
  for (double v : x.to_vector<double>())
    if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
  return largest;
}

std::string difference(const Tensor& got, const Tensor& want, double rtol, double atol) {
  if (got.shape() != want.shape()) return "shape " + to_string(got.shape()) + ", expected " + to_string(want.shape());
  const std::vector<double> a = got.to_vector<double>(), b = want.to_vector<double>();
  double worst = 0;
  std::size_t at = 0, count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((std::isnan(a[i]) && std::isnan(b[i])) || a[i] == b[i]) continue;
    const double excess = std::abs(a[i] - b[i]) / (atol + rtol * std::abs(b[i]));
    if (excess <= 1) continue;
    ++count;
    if (!(excess <= worst)) worst = excess, at = i;
  }
  if (count == 0) return "";
  char text[200];
  std::snprintf(text, sizeof text, "%zu of %zu entries differ, most at %zu: got %.17g, expected %.17g (%.3g times the tolerance)", count, a.size(), at, a[at], b[at], worst);
  return text;
}

void check_fixture(const FixtureCase& c, DType dtype, const FixtureFunction& f, double tolerance64) {
  const Named arguments = read_arguments(c);
  const Expected expected = read_expected(c);
  FixtureCall call{c.attrs(), {}, {}, {}};
  std::vector<TensorType> types;
  for (const auto& [name, tensor] : arguments) {
    call.names.push_back(name);
    call.concrete.push_back(in_dtype(tensor, dtype));
    types.push_back(call.concrete.back().type());
  }

  const auto body = [&](std::span<const Tensor> in) {
    call.arguments.assign(in.begin(), in.end());
    std::vector<Tensor> results = f(call);
    if (results.size() < expected.outputs.size())
      fail(ErrorKind::internal, "the case has " + std::to_string(expected.outputs.size()) + " outputs, the function gave " + std::to_string(results.size()));
    results.resize(expected.outputs.size());  // a case may record the first results only
    const auto gradients_of = [&](const std::vector<Tensor>& ys, const std::vector<Tensor>& cts, const Named& wanted) {
      std::vector<Tensor> xs;
      for (const auto& [name, key] : wanted) xs.push_back(call[name]);
      return gradients(ys, cts, xs);
    };
    if (expected.gradients.empty()) return results;
    std::vector<Tensor> ys, cts;
    for (const auto& [name, ct] : expected.cotangents)
      for (std::size_t i = 0; i < expected.outputs.size(); ++i)
        if (expected.outputs[i].first == name) ys.push_back(results[i]), cts.push_back(ct.to(results[i].dtype()));
    const std::vector<Tensor> first = gradients_of(ys, cts, expected.gradients);
    results.insert(results.end(), first.begin(), first.end());
    if (expected.second.empty()) return results;
    ys.clear(), cts.clear();
    for (const auto& [name, ct] : expected.cotangents2)
      for (std::size_t i = 0; i < expected.gradients.size(); ++i)
        if (expected.gradients[i].first == name) ys.push_back(first[i]), cts.push_back(ct.to(first[i].dtype()));
    const std::vector<Tensor> second = gradients_of(ys, cts, expected.second);
    results.insert(results.end(), second.begin(), second.end());
    return results;
  };

  std::vector<Tensor> got;
  try {
    got = Program(trace(body, types)).run(call.concrete);
  } catch (const std::exception& error) {
    ADD_FAILURE() << c.name << " in " << to_string(dtype) << ": " << error.what();
    return;
  }
  std::size_t at = 0;
  for (const auto& [name, want] : expected.outputs) compare("output " + name, got[at++], want, c, dtype, 1e-9);
  const auto compare_gradients = [&](const std::string& what, const Named& wanted) {
    double largest = 0;
    for (const auto& [name, want] : wanted) largest = std::max(largest, largest_entry(want));
    for (const auto& [name, want] : wanted) {
      // A gradient that is 0 by symmetry (that of a key's bias) was recorded as the rounding of its sums: what is expected is 0.
      const bool nothing = largest_entry(want) < 1e-14 * largest;
      compare(what + name, got[at++], nothing ? Tensor::zeros(want.shape(), want.dtype()) : want, c, dtype, tolerance64);
    }
  };
  compare_gradients("gradient to ", expected.gradients);
  compare_gradients("second gradient to ", expected.second);
}

}  // namespace candor::testing
