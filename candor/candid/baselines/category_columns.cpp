#include "candor/candid/baselines/category_columns.h"

#include <algorithm>
#include <cstdint>

namespace candor::candid {
namespace {

constexpr std::int64_t least = 5;

}  // namespace

std::vector<CategoryColumns> find_categories(const Matrix& x, std::int64_t most) {
  std::vector<CategoryColumns> found;
  CategoryColumns run;
  std::vector<std::uint8_t> taken(static_cast<std::size_t>(x.rows));  // rows in which a column of the run is 1
  const auto end_run = [&] {
    if (run.count >= least) found.push_back(run);
    run.count = 0;
    std::fill(taken.begin(), taken.end(), std::uint8_t{0});
  };
  for (std::int64_t j = 0; j < x.columns; ++j) {
    bool flags = true, alone = true;
    for (std::int64_t i = 0; i < x.rows && flags; ++i) {
      const double v = x.at(i, j);
      flags = v == 0 || v == 1;
      alone = alone && !(v == 1 && taken[static_cast<std::size_t>(i)]);
    }
    if (!flags || !alone || run.count == most) end_run();
    if (!flags) continue;
    if (run.count == 0) run.first = j;
    ++run.count;
    for (std::int64_t i = 0; i < x.rows; ++i)
      if (x.at(i, j) == 1) taken[static_cast<std::size_t>(i)] = 1;
  }
  end_run();
  return found;
}

double word_of(std::span<const double> row, const CategoryColumns& columns) {
  for (std::int64_t c = 0; c < columns.count; ++c)
    if (row[static_cast<std::size_t>(columns.first + c)] > .5) return static_cast<double>(c);
  return static_cast<double>(columns.count);
}

}  // namespace candor::candid
