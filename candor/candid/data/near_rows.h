// Rows of a part that are training rows but for rounding or a little noise.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/candid/data/subject.h"

namespace candor::candid::detail {

/// What was found of the rows of a part that were asked.
struct NearCopies {
  std::vector<std::int64_t> rows = {};  ///< of the part, from 0, that lie ten times nearer to a training row than to any other
  std::int64_t asked = 0, known = 0;    ///< rows of the part, and training rows they were compared with
  double expected = 0;                  ///< as many as lie so near to each other within the training part
  bool found = false;                   ///< three and one in a hundred, and beyond what is expected by 3.5 standard deviations
};

/// Distances over at most 24 shared columns of numbers with more than 20 values (each by its width from the 5 % to the 95 % quantile) and words (1 where they differ). Two measurements that are
/// alike by chance have a third one whose numbers are nearly as near; a copy has none. `part` is not 0. Nothing is asked with fewer than three such columns of numbers or 30 rows.
NearCopies near_copies(const Subject& subject, std::size_t part);

}  // namespace candor::candid::detail
