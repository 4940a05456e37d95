// Choosing the fastest of several ways while other programs disturb.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace candor::bench {

/// The number of the fastest of `ways`. trial(way) does it once and gives its seconds. Ways take turns, and the best trial of each counts, so that a disturbance
/// which slows one trial decides nothing: at least two turns, at most five, until one way is a tenth faster than any other. After a minute no further turn
/// begins: what takes that long is disturbed alike.
template <class Trial>
std::size_t fastest_in_turns(std::size_t ways, Trial trial) {
  constexpr int least = 2, most = 5;
  constexpr double clearly = 1.1, minute = 60;
  std::vector<double> best(ways, std::numeric_limits<double>::infinity());
  double spent = 0;
  for (int turn = 0; turn < most && spent < minute; ++turn) {
    for (std::size_t way = 0; way < ways; ++way) {
      const double seconds = trial(way);
      spent += seconds;
      best[way] = std::min(best[way], seconds);
    }
    std::vector<double> order = best;
    std::sort(order.begin(), order.end());
    if (turn + 1 >= least && (ways < 2 || order[1] >= clearly * order[0])) break;
  }
  return static_cast<std::size_t>(std::min_element(best.begin(), best.end()) - best.begin());
}

}  // namespace candor::bench
