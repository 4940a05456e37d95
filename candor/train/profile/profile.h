// Where the time of a network goes: one prediction or one step of training, kernel by kernel, beside what the machine could do.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "candor/graph/program.h"
#include "candor/nn/model.h"

namespace candor {

struct ProfileOptions {
  bool training = false;         ///< a step of training (forward, gradients, update) in place of a prediction
  std::int64_t batch_size = 32;
  std::int64_t memory = 0;       ///< of a step of training, as FitOptions::memory
  double seconds = 1;            ///< about how long to run, at least three times
  std::string device = "cpu";
};

/// What bounds a kernel from below: the processor's multiply-adds, or the memory that its numbers go through.
enum class Bound { compute, memory };

/// The least time that a machine could need.
struct LeastTime {
  double seconds = 0;
  Bound bound = Bound::memory;
};
/// The larger of the row's operations at the machine's rate (that of bf16 for kernels that multiply in it) and its bytes at the bandwidth of a cache, or of
/// the memory, that holds `footprint` bytes: the roofline of Williams, Waterman and Patterson (2009). 0 seconds where nothing was measured.
LeastTime least_time(const PlanRow& row, const Roofline& roofline, std::size_t footprint);

/// One kernel of a run, with its time beside the least that the machine could need.
struct KernelTime {
  PlanRow row;
  double seconds = 0;            ///< of one run
  double share = 0;              ///< of the time in all kernels
  double flops_per_second = 0, bytes_per_second = 0;
  double of_roofline = 0;        ///< the least time that the machine needs for it over the time it took; above 1 where skipped zeros or caches beat the bound
  Bound bound = Bound::memory;
};

/// What profile() saw.
struct Profile {
  bool training = false;
  std::int64_t batch_size = 0, runs = 0;
  int threads = 1;
  double seconds = 0;            ///< of one run without a clock around each kernel, median
  double kernel_seconds = 0;     ///< of all kernels of a run
  double planning_seconds = 0;   ///< tracing, rewriting, choosing kernels, laying out memory
  std::size_t arena_bytes = 0, weight_bytes = 0;
  Roofline roofline;
  std::vector<KernelTime> kernels;   ///< in the order in which they run, without those that only look at the same memory in another shape
  std::vector<MemoryBlock> memory;   ///< steps count in `rows`
  std::vector<PlanRow> rows;         ///< every step of the program
  std::vector<std::pair<std::string, int>> rewrites;
  /// Share of the run in which no kernel ran.
  double idle_share() const { return seconds > kernel_seconds ? 1 - kernel_seconds / seconds : 0; }
};

/// Profiles the model on its own rows: x and y as for Model::fit, of which the first `batch_size` are taken (repeated when there are fewer).
/// y may be empty unless options.training. The weights are the same afterwards; what the optimizer keeps has moved on.
/// Throws Error: invalid_argument when the model is not built, or is to be trained and not compiled; what fit and predict throw.
Profile profile(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const ProfileOptions& options = {});
/// The same on made-up rows: inputs uniform in [0, 1), whole numbers 0, targets 0.
Profile profile(const Model& model, const ProfileOptions& options = {});

/// The program of one run, planned for options.device and not run: shared ownership of all that it needs.
std::shared_ptr<const Program> plan_run(const Model& model, const ProfileOptions& options = {});

/// What a careful colleague would say of it, the largest first; empty when there is nothing to gain that is known.
std::vector<std::string> hints(const Profile& profile);

/// The last run as Chrome's trace format (JSON; chrome://tracing, Perfetto): an event for each kernel with op, place, bytes and rates.
std::string chrome_trace(const Profile& profile);

}  // namespace candor
