// One of those that are compared: Candor in this process, or a peer in a process of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/inputs.h"
#include "candor/graph/program.h"

namespace candor::bench {

class System {
 public:
  virtual ~System() = default;
  /// Seconds that one repetition of the case takes.
  virtual double run() = 0;
  /// Megabytes of its process at most; for Candor what measure_case noted.
  virtual double peak_megabytes() const { return peak; }
  /// What runs, where that is known.
  virtual const Program* program() const { return nullptr; }

  std::string name, version;
  int threads = 0;
  double compile_seconds = 0;  ///< of Candor: from the model to a Program that is ready to run
  double ready = 0;  ///< seconds until the first numbers were there: a peer's start and imports, tracing, compiling, the first steps
  double peak = 0;
  std::vector<double> parity;  ///< losses of the first steps from the initial weights, or outputs of the first rows
};

/// Candor's side of a case.
std::unique_ptr<System> candor_training(const Case& c, const Inputs& inputs, const PlanOptions& options = {});
std::unique_ptr<System> candor_inference(const Case& c, const Inputs& inputs, const PlanOptions& options = {});

struct PeerPlace {
  std::string python;   ///< interpreter of the virtual environment
  std::string scripts;  ///< bench/peers
  std::string native;   ///< folder of the peers in C++
  std::string work;     ///< folder for the cases' files
};

/// Starts a peer ("script" or "script:variant": a script of bench/peers or a program of bench/peers/native) on the case written into work/NAME. Throws Error (unsupported) with its last
/// words when it does not come up.
std::unique_ptr<System> start_peer(const PeerPlace& place, const Case& c, const std::string& peer, int threads);

}  // namespace candor::bench
