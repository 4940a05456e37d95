// Intervals for shares and for the difference of two. Wilson's own is in candid/interval.h.
#pragma once

#include <cstdint>

#include "candor/candid/interval.h"

namespace candor::candid {

/// All take `successes` of `n` trials, n >= 1, and `level` in (0, 1); Throw Error (invalid_argument) otherwise.
/// Clopper and Pearson (1934): never covers less than `level`.
Interval clopper_pearson(std::int64_t successes, std::int64_t n, double level = .95);
/// Agresti and Coull (1998), cut to [0, 1].
Interval agresti_coull(std::int64_t successes, std::int64_t n, double level = .95);
/// The textbook's p +- z sqrt(p (1 - p) / n), cut to [0, 1]; of no width at 0 and n.
Interval wald(std::int64_t successes, std::int64_t n, double level = .95);
/// Equal tails of Beta(successes + 1/2, n - successes + 1/2); `adjusted` sets 0 at no success and 1 at n (Brown, Cai and DasGupta, 2001).
Interval jeffreys(std::int64_t successes, std::int64_t n, double level = .95, bool adjusted = false);
/// Wilson's with continuity correction (Newcombe's method 4, 1998).
Interval wilson_continuity(std::int64_t successes, std::int64_t n, double level = .95);

/// k1 / n1 - k2 / n2 of independent samples: Newcombe's method 10 (1998), Wilson's intervals combined.
Interval newcombe(std::int64_t k1, std::int64_t n1, std::int64_t k2, std::int64_t n2, double level = .95);
/// Two-sided p of Fisher's exact test for the same counts: all tables that are no likelier than this one.
double fisher_exact(std::int64_t k1, std::int64_t n1, std::int64_t k2, std::int64_t n2);

}  // namespace candor::candid
