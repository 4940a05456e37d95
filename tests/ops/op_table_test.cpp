#include "tests/ops/op_table.h"

#include <gtest/gtest.h>

#include <map>

namespace candor::testing {
namespace {

class OpTable : public ::testing::TestWithParam<OpRow> {};
TEST_P(OpTable, Row) { check_row(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Ops, OpTable, ::testing::ValuesIn(op_table()), [](const auto& row) { return row.param.name; });

// Ops that only the compiler puts into graphs, or whose gradient is checked where they live (tests/graph).
const std::set<std::string> elsewhere = {"fused_elementwise", "fused_matmul", "fused_conv", "scan", "cond", "while_loop", "by_images", "take_scaled",
                                          "pooled_conv_kernel_gradient", "pooled_conv_input_gradient", "recurrent_layer", "recurrent_layer_gradient", "custom_gradient"};
// Ops whose gradient is a refusal.
const std::set<std::string> differentiable_once = {"ctc_loss_gradient"};

TEST(OpTableTest, EveryDifferentiableOpHasARow) {
  std::set<std::string> covered;
  for (const OpRow& row : op_table())
    if (row.gradient)
      for (const std::string& name : ops_of(row)) covered.insert(name);
  for (const Op* op : all_ops()) {
    if (!op->gradient || elsewhere.count(op->name) || differentiable_once.count(op->name)) continue;
    EXPECT_TRUE(covered.count(op->name)) << op->name << " has a gradient but no row checks it";
  }
}

TEST(OpTableTest, EveryOpHasARow) {
  std::set<std::string> covered;
  for (const OpRow& row : op_table())
    for (const std::string& name : ops_of(row)) covered.insert(name);
  for (const Op* op : all_ops()) {
    if (elsewhere.count(op->name)) continue;
    EXPECT_TRUE(covered.count(op->name)) << op->name << " has no row";
  }
}

TEST(OpTableTest, NamesAreUnique) {
  std::map<std::string, int> count;
  for (const OpRow& row : op_table()) EXPECT_EQ(++count[row.name], 1) << row.name;
}

}  // namespace
}  // namespace candor::testing
