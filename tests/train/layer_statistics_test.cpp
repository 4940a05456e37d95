// Looks at layers behind a step: on which threads they run.
#include "candor/train/checks/layer_statistics.h"

#include <gtest/gtest.h>

#include "candor/base/threads.h"
#include "candor/graph/thread_choice.h"
#include "candor/nn/layers/dense.h"
#include "candor/nn/model.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

TEST(LayerStatistics, AreRunAloneWhereTheStepWas) {
  // A core is busy with something else: the step has found out, and a look that waits for that core would take longer than many steps.
  const int before = threads();
  set_threads(2);
  const Tensor x = Tensor::full({256, 512}, .5F);
  const Sequential model({Dense{512, {.activation = relu}}, Dense{512, {.activation = relu}}, Dense{4}});
  model(x);
  const TensorFunction step = [&](std::span<const Tensor> in) {
    std::vector<Tensor> out = {mean(model(in[0]))};
    for (const Variable& v : model.parameters()) out.push_back(Tensor::zeros(v.shape()));
    return out;
  };
  const std::vector<TensorType> types = {{x.shape(), x.dtype()}};
  detail::LayerStatistics statistics(model, step, types);
  statistics.begin(4);
  void* arguments[] = {const_cast<float*>(x.data<float>())};
  const auto teams = [&](bool alone) {
    const std::int64_t started = teams_started();
    detail::set_last_run_alone(alone);
    statistics.run(arguments, {}, x.shape(0));
    return teams_started() - started;
  };
  EXPECT_EQ(teams(true), 0);
  EXPECT_GT(teams(false), 0);
  EXPECT_EQ(teams(true), 0);
  EXPECT_EQ(statistics.samples(), 3);
  const LayerRecord& first = statistics.records().front();
  EXPECT_EQ(first.mean[0], first.mean[1]) << "the numbers do not depend on it";
  detail::set_last_run_alone(false);
  set_threads(before);
}

}  // namespace
}  // namespace candor
