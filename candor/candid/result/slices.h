// result.slices: the parts of the data in which a model does much worse than elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/report/report.h"
#include "candor/data/dataset.h"
#include "candor/data/table/table.h"

namespace candor::candid {

/// One part of the test rows: those of one class, of one word of a column, or of a range of one. The score is accuracy, or the mean absolute error.
struct SliceTests {
  std::vector<Slice> slices = {};   ///< of at least 30 rows, with as many elsewhere; the worst first. p is adjusted for how many of its kind there are (Holm), and for the kinds
  int compared = 0;                 ///< how many that are
};

/// Classes, words of columns (the 20 commonest of each) and quarters of columns of numbers; at most 100 columns. `outputs` as for judge(); `cells` are the same rows as they came and
/// may have no columns; `columns` names those to cut by. Classes: Fisher's exact test up to 2,000 rows, else chi-square; values: Welch's test of the absolute errors;
/// one-sided, as only what is worse is looked for. Two parts that make up all rows are one comparison.
SliceTests slice_tests(const Tensor& outputs, const data::Dataset& set, const data::Table& cells, const std::vector<std::string>& columns);

/// A note names up to three slices that are much worse: accuracy at least .1 lower and half as many mistakes again, error half as large again, p below .05. A warning for one that is worse
/// still and in which the model knows nothing: a class found less often than by chance, a word within which always saying its commonest answer (its mean) does as well (p below .001).
/// Skips when no slice has 30 rows.
std::vector<Finding> check_slices(const SliceTests& tests, const Score& score);

}  // namespace candor::candid
