#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/matmul_few.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/matmul_few.h"
#include "candor/backends/cpu/narrow_rows.h"
#include "candor/backends/cpu/tasks.h"

#ifndef CANDOR_CPU_MATMUL_FEW_STEPS
#define CANDOR_CPU_MATMUL_FEW_STEPS
namespace candor::cpu {
/// sums[r, j] = sum of a[r, i] b[i, j] over `steps` rows of b.
struct FewSteps {
  const float *a, *b;
  float* sums;
  std::int64_t rows, columns, steps, a_row, b_row;
};
}  // namespace candor::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FewF = hn::ScalableTag<float>;
constexpr std::int64_t few_lanes = HWY_LANES(float);

/// Four rows of b at once for all rows of a.
template <int rows>
HWY_INLINE void four_steps(const FewSteps& f, std::int64_t i) {
  const FewF d;
  const float* b = f.b + i * f.b_row;
  hn::Vec<FewF> x[rows][4];
  for (int r = 0; r < rows; ++r)
    for (int k = 0; k < 4; ++k) x[r][k] = hn::Set(d, f.a[r * f.a_row + i + k]);
  std::int64_t j = 0;
  for (; j + few_lanes <= f.columns; j += few_lanes) {
    const auto b0 = hn::LoadU(d, b + j), b1 = hn::LoadU(d, b + f.b_row + j), b2 = hn::LoadU(d, b + 2 * f.b_row + j), b3 = hn::LoadU(d, b + 3 * f.b_row + j);
    for (int r = 0; r < rows; ++r) {
      float* sum = f.sums + r * f.columns + j;
      auto s = hn::MulAdd(x[r][0], b0, hn::LoadU(d, sum));
      s = hn::MulAdd(x[r][1], b1, s);
      s = hn::MulAdd(x[r][2], b2, s);
      hn::StoreU(hn::MulAdd(x[r][3], b3, s), d, sum);
    }
  }
  for (; j < f.columns; ++j)
    for (int r = 0; r < rows; ++r)
      for (int k = 0; k < 4; ++k) f.sums[r * f.columns + j] += f.a[r * f.a_row + i + k] * b[k * f.b_row + j];
}

template <int rows>
HWY_INLINE void few_steps_of(const FewSteps& f) {
  std::int64_t i = 0;
  for (; i + 4 <= f.steps; i += 4) four_steps<rows>(f, i);
  for (; i < f.steps; ++i)
    for (int r = 0; r < rows; ++r) {
      const float x = f.a[r * f.a_row + i];
      const float* b = f.b + i * f.b_row;
      float* sum = f.sums + r * f.columns;
      for (std::int64_t j = 0; j < f.columns; ++j) sum[j] += x * b[j];
    }
}

void few_steps(const FewSteps& f) {
  std::memset(f.sums, 0, static_cast<std::size_t>(f.rows * f.columns) * sizeof(float));
  switch (f.rows) {
    case 1: return few_steps_of<1>(f);
    case 2: return few_steps_of<2>(f);
    case 3: return few_steps_of<3>(f);
    default: return few_steps_of<4>(f);
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

constexpr std::int64_t least_numbers = 1 << 18;  // a megabyte

}  // namespace

std::string FewMatmulPlan::describe() const {
  return std::string(problem.transpose_b ? "sums along the rows of b" : "parts of the sums") + ", " + std::to_string(tasks) + " tasks";
}

std::optional<FewMatmulPlan> plan_few_matmul(const MatmulProblem& p) {
  if (p.m < 1 || p.m > narrow_most_rows || p.transpose_a || p.a_start.size() != 1 || p.gate || p.pair_finish || p.n * p.k < least_numbers || p.n < 16 || p.k < 64) return {};
  FewMatmulPlan plan;
  plan.problem = p;
  // Cut by shape alone; parts of long rows are few, as they have to be added.
  plan.tasks = p.transpose_b ? std::clamp<std::int64_t>(p.n * p.k >> 15, 8, 256) : p.m * p.n > 1024 ? 8 : 16;
  plan.tasks = std::min(plan.tasks, p.transpose_b ? p.n / 4 : p.k / 4);
  return plan;
}

void run_few_matmul(const FewMatmulPlan& plan, const float* a, const float* b, const float* bias, const float* residual, float* c, float* scratch) {
  const MatmulProblem& p = plan.problem;
  a += p.a_start[0], b += p.b_start[0];
  if (p.transpose_b) {
    const auto rows = narrow_functions(DType::f32).rows;
    const bool dense = p.a_row == p.k || p.m == 1;
    run_tasks(plan.tasks, slots_for(plan.tasks), [&](std::int64_t task, std::int64_t) {
      const std::int64_t j = part_start(p.n, plan.tasks, task), outputs = part_start(p.n, plan.tasks, task + 1) - j;
      if (dense) return rows({a, b + j * p.b_row, nullptr, c + j, p.m, outputs, p.k, p.n});
      for (std::int64_t r = 0; r < p.m; ++r) rows({a + r * p.a_row, b + j * p.b_row, nullptr, c + r * p.n + j, 1, outputs, p.k, p.n});
    });
  } else {
    const auto steps = CANDOR_PICK(few_steps);
    const std::int64_t size = p.m * p.n;
    run_tasks(plan.tasks, slots_for(plan.tasks), [&](std::int64_t task, std::int64_t) {
      const std::int64_t i = part_start(p.k, plan.tasks, task), end = part_start(p.k, plan.tasks, task + 1);
      steps({a + i, b + i * p.b_row, scratch + task * size, p.m, p.n, end - i, p.a_row, p.b_row});
    });
    std::copy_n(scratch, size, c);
    for (std::int64_t task = 1; task < plan.tasks; ++task)
      for (std::int64_t i = 0; i < size; ++i) c[i] += scratch[task * size + i];
  }
  for (std::int64_t r = 0; r < p.m; ++r) {
    float* row = c + r * p.n;
    for (std::int64_t j = 0; bias && j < p.n; ++j) row[j] += bias[j];
    for (std::int64_t j = 0; residual && j < p.n; ++j) row[j] += residual[r * p.n + j];
    for (std::int64_t j = 0; p.lowest == 0 && j < p.n; ++j) row[j] = row[j] < 0 ? 0 : row[j];
  }
  if (p.finish) p.finish(c, p.n, p.m, p.n);
}

}  // namespace candor::cpu
#endif
