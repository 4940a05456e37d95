#include "candor/train/checks/speed.h"

namespace candor::detail {

void check_speed(const Speed& s, CheckNotes& notes) {
  constexpr const char* id = "train.slow";
  const double waiting = s.seconds > 0 ? s.augmentation / s.seconds : 0;
  if (waiting > .5)
    notes.findings.push_back({id, Severity::note, percent_text(waiting) + " of the time went into changing pictures (augmentation), not into the network: change fewer things at once", {}, {{"share of the time", waiting}}});
  if (s.plain > .5)
    notes.findings.push_back({id, Severity::note, percent_text(s.plain) + " of the arithmetic ran in plain reference kernels (" + s.op + " first): no fast kernel takes these types or shapes; `candor plan` says why", {}, {{"share of the arithmetic", s.plain}}});
  if (s.cores > 0 && s.threads > s.cores)
    notes.findings.push_back({id, Severity::note, std::to_string(s.threads) + " threads share " + std::to_string(s.cores) + (s.cores == 1 ? " core" : " cores") + ": they wait for each other; take as many as there are cores (CANDOR_THREADS, set_threads)", {}, {{"threads", static_cast<double>(s.threads)}, {"cores", static_cast<double>(s.cores)}}});
#if defined(__GNUC__) && !defined(__OPTIMIZE__)
  notes.findings.push_back({id, Severity::note, "this is a build without optimisation: trainings take ten times as long; build with -DCMAKE_BUILD_TYPE=Release", {}, {}});
#endif
}

}  // namespace candor::detail
