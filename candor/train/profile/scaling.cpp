#include "candor/train/profile/scaling.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "candor/base/error.h"
#include "candor/base/threads.h"

namespace candor {
namespace {

// Seconds that an empty piece of parallel work takes: waking the team and waiting for it.
double cost_of_start() {
  if (threads() == 1) return 0;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 200; ++i) {
    const auto start = std::chrono::steady_clock::now();
    parallel_for(threads(), [](std::int64_t) {});
    if (i >= 20) least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return least;
}

}  // namespace

double Scaling::seconds(int cores) const {
  const auto start = [&](double team) { return start_cost * std::max(1.0, std::log2(team)) / std::max(1.0, std::log2(static_cast<double>(std::max(measured, 2)))); };
  double sum = between;
  for (const KernelScaling& kernel : kernels) {
    // A kernel takes as many of the cores as pay: a team costs more to start the larger it is.
    double least = kernel.work;
    for (double team = 2; team < 2.0 * cores; team *= 2) {
      const double size = std::min(team, static_cast<double>(cores));
      if (size > 1) least = std::min(least, kernel.work / size + start(size));
    }
    sum += std::max(kernel.span + least, kernel.floor);
  }
  return sum;
}

double Scaling::limit() const {
  double least = std::numeric_limits<double>::infinity();
  for (int cores = 1; cores <= 1 << 20; cores *= 2) least = std::min(least, seconds(cores));
  return least;
}

Scaling fit_scaling(const Profile& one, const Profile& several) {
  if (one.kernels.size() != several.kernels.size() || one.threads != 1 || one.batch_size != several.batch_size || one.training != several.training)
    fail(ErrorKind::invalid_argument, "fit_scaling: needs the same work on one thread and on several, got " + std::to_string(one.kernels.size()) + " kernels on " + std::to_string(one.threads) +
                                          " and " + std::to_string(several.kernels.size()) + " on " + std::to_string(several.threads));
  Scaling s;
  s.measured = several.threads;
  s.between = std::max(0.0, one.seconds - one.kernel_seconds);
  const Roofline& roof = several.roofline;
  const std::size_t footprint = several.arena_bytes + several.weight_bytes;
  const bool in_memory = roof.levels.size() > 1 && footprint > roof.levels[roof.levels.size() - 2].bytes;
  const double p = s.measured;
  for (std::size_t i = 0; i < one.kernels.size(); ++i) {
    const double alone = one.kernels[i].seconds, together = several.kernels[i].seconds;
    KernelScaling kernel{one.kernels[i].row.op, one.kernels[i].row.path, 0, alone, 0};
    if (in_memory) kernel.floor = static_cast<double>(one.kernels[i].row.bytes) / roof.levels.back().bytes_per_second;
    // together = span + work / p, alone = span + work.
    if (s.measured > 1) kernel.work = std::clamp((alone - together) * p / (p - 1), 0.0, alone);
    kernel.span = alone - kernel.work;
    kernel.floor = std::min(kernel.floor, alone);
    s.kernels.push_back(std::move(kernel));
  }
  if (s.measured > 1) s.assumptions.push_back("each kernel's time is span + work / cores, fitted to its times on 1 and on " + std::to_string(s.measured) + " threads");
  else s.assumptions.push_back("there is one core here, so nothing says how well work is shared: all of it is taken to be");
  if (in_memory) s.assumptions.push_back("the numbers of a run do not fit into the caches, and memory gives no more than it gave here, however many cores ask");
  else s.assumptions.push_back("the numbers of a run stay in the caches, and each further core brings its own");
  s.assumptions.push_back("every core is as fast as these and as near; starting a team costs the logarithm of its size");
  return s;
}

Scaling measure_scaling(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const ProfileOptions& o) {
  const auto run = [&] { return x.empty() ? profile(model, o) : profile(model, x, y, o); };
  const Profile several = run();
  const double start = cost_of_start();
  const Profile one = [&] {
    const ThreadLimit limit(1);
    return run();
  }();
  Scaling s = fit_scaling(one, several);
  s.start_cost = start;
  return s;
}

}  // namespace candor
