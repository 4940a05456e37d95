// One case: all systems on the same numbers, their repetitions interleaved.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/system.h"
#include "candor/graph/backend.h"

namespace candor::bench {

/// One line of the result.
struct Measured {
  std::string test, system, version, unit;
  int threads = 0;
  double value = 0;                    ///< median of the repetitions
  double low = 0, high = 0;            ///< the smallest and largest repetition
  double slowest = 0;                  ///< of a "train" or "infer" case: the slowest repetition with the first one, which does not count in the others; 0: not known
  std::optional<double> ratio;         ///< how many times faster than the best peer
  std::optional<double> must;          ///< for Candor: the ratio to reach (an extra: the largest value)
  std::optional<double> parity;        ///< largest relative deviation from the truth
  double ready = 0;                    ///< seconds until the first numbers
  double planning = 0;                 ///< of Candor: seconds to trace the model, rewrite the graph, choose kernels and lay out memory; 0: not known
  double rate = 0;                     ///< of Candor: operations a second of its Program, as it counts them; 0: not known
  double of_roofline = 0;              ///< of Candor: the least time that this machine could need for the kernels one after the other, over the time taken; 0: not known
  double peak = 0;                     ///< megabytes of the process at most
  bool agrees = true;                  ///< parity is within the gate
  bool absolute = false;               ///< must is a value, not a ratio
  bool passed() const { return agrees && (!must || (absolute ? value <= *must : ratio && *ratio >= *must)); }
  bool judged() const { return must && (absolute || ratio); }
};

struct Settings {
  PeerPlace place;         ///< python empty: no peers
  std::string root;        ///< the source tree
  std::string programs;    ///< folder of candor_bench and candor_hello
  std::string program;     ///< the program candor, for process start
  int rounds = 5;
  std::function<void(const std::string&)> say;  ///< progress and what went wrong
};

/// Rows of a "train" or "infer" case, Candor's first.
std::vector<Measured> measure_case(const Case& c, const Settings& settings);
/// Rows of a "process" case: whole programs, from start to end.
std::vector<Measured> measure_process(const Case& c, const Settings& settings);
/// Rows of a "vmap" case: many small networks at once, and in a loop.
std::vector<Measured> measure_vmap(const Case& c, const Settings& settings);
/// The row of a "custom_loop" case: seconds of an epoch of a loop of one's own over those of fit; parity is between their losses.
std::vector<Measured> measure_custom_loop(const Case& c, const Settings& settings);
/// The row of a "checks_cost" case: how much longer a fit (of `calls` epochs, else five) takes with the checks than without, in percent.
std::vector<Measured> measure_checks_cost(const Case& c, const Settings& settings);
/// The row of a "resume_cost" case: what a resume point takes of a minute of training, in percent.
std::vector<Measured> measure_resume_cost(const Case& c, const Settings& settings);
/// The row of an "extra": include, start, size, build, memory.
std::vector<Measured> measure_extra(const Case& c, const Settings& settings);

/// Where Candor's time goes in a "train" or "infer" case: a line a kernel, with time and rate.
std::string kernels_of(const Case& c);

/// What this machine can do at most: the best of what was measured so far in this process, and again now.
const Roofline& machine_roofline();

/// Median; the values are sorted.
double median(std::vector<double>& values);
/// Fills the ratios to the best peer that agrees.
void set_ratios(std::vector<Measured>& rows, bool higher_is_better);

}  // namespace candor::bench
