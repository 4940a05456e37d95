#include "candor/backends/cpu/candidates.h"

namespace candor::cpu {

const CandidateTable& candidates() {
  static const CandidateTable table = [] {
    CandidateTable t;
    return t;
  }();
  return table;
}

}  // namespace candor::cpu
