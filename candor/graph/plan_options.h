// How a Program is made.
#pragma once

#include <string>

namespace candor {

struct PlanOptions {
  std::string device = "cpu";
  bool rewrite = true;   ///< off: the graph as traced, for bisecting
  bool reuse = true;     ///< off: each value has memory of its own
  bool profile = false;  ///< time each kernel
};

}  // namespace candor
