// Every case of $CANDOR_FIXTURES/layers: values and all gradients, in f32 and in f64.
#include "tests/ops/layer_fixtures.h"

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace candor::testing {
namespace {

const LayerTable& table() {
  static const LayerTable all = [] {
    LayerTable made;
    add_weighted_layers(made);
    add_spatial_layers(made);
    add_normalization_layers(made);
    add_attention_layers(made);
    add_recurrent_layers(made);
    return made;
  }();
  return all;
}

class LayerFixtures : public ::testing::TestWithParam<FixtureCase> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LayerFixtures);

TEST_P(LayerFixtures, Case) {
  const FixtureCase& c = GetParam();
  const auto found = table().find(c.op);
  ASSERT_NE(found, table().end()) << "the layer \"" << c.op << "\" is not understood";
  check_fixture(c, DType::f32, found->second);
  check_fixture(c, DType::f64, found->second);
}
INSTANTIATE_TEST_SUITE_P(Layers, LayerFixtures, ::testing::ValuesIn(read_fixtures("layers")), [](const auto& c) { return gtest_name(c.param.name); });

TEST(LayerFixturesFolder, HasCases) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  EXPECT_FALSE(read_fixtures("layers").empty()) << "no cases in $CANDOR_FIXTURES/layers";
}

}  // namespace
}  // namespace candor::testing
