// Every case of $CANDOR_FIXTURES/ops: values, gradients and second-order gradients, in f32 and in f64.
#include <gtest/gtest.h>

#include "tests/ops/fixture_ops.h"
#include "tests/support/environment.h"

namespace candor::testing {
namespace {

const FixtureTable& table() {
  static const FixtureTable all = [] {
    FixtureTable made;
    add_math_fixtures(made);
    add_shape_fixtures(made);
    return made;
  }();
  return all;
}

// The recorded gradient of hard_sigmoid carries PyTorch's slope 1.0f / 6, which is 3e-8 off 1/6 even in its float64 run.
double gradient_tolerance(const FixtureCase& c) { return c.op == "hard_sigmoid" ? 5e-8 : 1e-9; }

class OpFixtures : public ::testing::TestWithParam<FixtureCase> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OpFixtures);

TEST_P(OpFixtures, Case) {
  const FixtureCase& c = GetParam();
  const auto found = table().find(c.op);
  ASSERT_NE(found, table().end()) << "the op \"" << c.op << "\" is not understood";
  check_fixture(c, DType::f32, found->second);
  // Overflow of f32 is what such a case is about; in f64 the same numbers are finite.
  if (c.note.find("evaluated in float32") == std::string::npos) check_fixture(c, DType::f64, found->second, gradient_tolerance(c));
}
INSTANTIATE_TEST_SUITE_P(Ops, OpFixtures, ::testing::ValuesIn(read_fixtures("ops")), [](const auto& c) { return gtest_name(c.param.name); });

TEST(OpFixturesFolder, HasCases) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  EXPECT_FALSE(read_fixtures("ops").empty()) << "no cases in $CANDOR_FIXTURES/ops";
}

}  // namespace
}  // namespace candor::testing
