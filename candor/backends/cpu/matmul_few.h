// Products of few rows with a matrix that no cache holds: it is read once, from front to back, by all cores.
#pragma once

#include <optional>
#include <string>

#include "candor/backends/cpu/matmul_run.h"

namespace candor::cpu {

struct FewMatmulPlan {
  MatmulProblem problem;
  std::int64_t tasks = 1;
  /// b stored by outputs: tasks take rows of it, no room is needed. Otherwise they take steps of the sums, whose parts are added in order.
  std::size_t scratch() const { return problem.transpose_b ? 0 : static_cast<std::size_t>(tasks * problem.m * problem.n) * sizeof(float); }
  std::string describe() const;
};

/// Nothing for other products: more than four rows, a matrix below a megabyte, a transposed a, a gate or a second block.
std::optional<FewMatmulPlan> plan_few_matmul(const MatmulProblem& problem);
void run_few_matmul(const FewMatmulPlan& plan, const float* a, const float* b, const float* bias, const float* residual, float* c, float* scratch);

}  // namespace candor::cpu
