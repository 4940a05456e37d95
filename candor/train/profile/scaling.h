// How fast a network would be on more cores than there are, from two measurements: a model with its assumptions, not a promise.
#pragma once

#include <string>
#include <vector>

#include "candor/train/profile/profile.h"

namespace candor {

/// A kernel's time on p cores: span + work / p, and not less than its bytes take from memory.
struct KernelScaling {
  std::string op, path;
  double span = 0;    ///< seconds that no further core takes away
  double work = 0;    ///< seconds on one core that cores share
  double floor = 0;   ///< seconds that memory takes, however many cores there are; 0 where the numbers stay in caches
};

/// A model of a run's time on any number of cores.
struct Scaling {
  int measured = 1;        ///< cores of the second measurement; 1: there was none, all work is taken to be shared
  std::vector<KernelScaling> kernels;
  double between = 0;      ///< seconds of a run in which no kernel ran
  double start_cost = 0;   ///< seconds to start a piece of parallel work on `measured` cores; grows with the logarithm of the cores
  std::vector<std::string> assumptions;
  /// Seconds of one run on that many cores.
  double seconds(int cores) const;
  /// The least that any number of cores can reach.
  double limit() const;
};

/// From a profile on one thread and one on several of the same work. Throws Error (invalid_argument) when they do not match.
Scaling fit_scaling(const Profile& one, const Profile& several);

/// Profiles on one thread and on threads() and fits.
Scaling measure_scaling(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const ProfileOptions& options);

}  // namespace candor
