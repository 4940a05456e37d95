#include "candor/data/split.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/tensor/random.h"

namespace candor::data {
namespace {

void check(const Dataset& dataset, double share) {
  if (!(share > 0 && share < 1))
    fail(ErrorKind::invalid_argument, "split: the share of the test part must lie between 0 and 1, got " + std::to_string(share));
  if (dataset.rows() < 2)
    fail(ErrorKind::invalid_argument, "split: " + dataset.source + " has " + std::to_string(dataset.rows()) +
                                          " row(s); at least 2 are needed for two parts");
}

/// Rounded to the nearest, but neither part empty.
std::int64_t test_rows(std::int64_t rows, double share) {
  return std::clamp<std::int64_t>(std::llround(static_cast<double>(rows) * share), 1, rows - 1);
}

}  // namespace

Split split(const Dataset& dataset, const SplitOptions& options) {
  check(dataset, options.test);
  const std::int64_t rows = dataset.rows(), wanted = test_rows(rows, options.test);
  // All rows in random order, then grouped by class (stable): taking from each group in proportion is stratified.
  const Permutation order(static_cast<std::uint64_t>(rows), RandomStream{options.seed, 0x73706C6974});
  std::vector<std::vector<std::int64_t>> groups(1);
  if (options.stratified && dataset.is_classification()) {
    groups.resize(dataset.class_names.size());
    const std::vector<std::int64_t> labels = dataset.targets.to_vector<std::int64_t>();
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows); ++i)
      groups[static_cast<std::size_t>(labels[order.at(i)])].push_back(static_cast<std::int64_t>(order.at(i)));
  } else {
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows); ++i) groups[0].push_back(static_cast<std::int64_t>(order.at(i)));
  }
  // Largest remainders: whole parts first, then one more row for the classes that lost most by rounding down.
  std::vector<std::int64_t> counts(groups.size());
  std::vector<std::size_t> by_remainder(groups.size());
  std::vector<double> remainders(groups.size());
  std::int64_t taken = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const double exact = static_cast<double>(groups[g].size()) * static_cast<double>(wanted) / static_cast<double>(rows);
    counts[g] = static_cast<std::int64_t>(exact);
    remainders[g] = exact - static_cast<double>(counts[g]);
    by_remainder[g] = g;
    taken += counts[g];
  }
  std::stable_sort(by_remainder.begin(), by_remainder.end(), [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; taken < wanted && i < by_remainder.size(); ++i) {
    const std::size_t g = by_remainder[i];
    if (counts[g] < static_cast<std::int64_t>(groups[g].size())) ++counts[g], ++taken;
  }
  std::vector<std::int64_t> test, train;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto middle = groups[g].begin() + counts[g];
    test.insert(test.end(), groups[g].begin(), middle);
    train.insert(train.end(), middle, groups[g].end());
  }
  std::sort(test.begin(), test.end());
  std::sort(train.begin(), train.end());
  return {dataset.take(train), dataset.take(test)};
}

Split split_tail(const Dataset& dataset, double share) {
  check(dataset, share);
  const std::int64_t rows = dataset.rows(), cut = rows - test_rows(rows, share);
  return {dataset.slice(0, cut), dataset.slice(cut, rows)};
}

}  // namespace candor::data
