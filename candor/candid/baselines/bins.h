// Columns cut into at most 255 bins, for trees that are grown from histograms.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// Where columns are cut. Bin b holds values in (edge b - 1, edge b]; the last bin of a column is for missing values (NaN).
struct Bins {
  static constexpr std::int64_t group = 8;  ///< columns whose codes lie side by side

  std::vector<std::vector<double>> edges = {};  ///< for each column, rising
  std::int64_t columns() const { return static_cast<std::int64_t>(edges.size()); }
  std::int64_t groups() const { return (columns() + group - 1) / group; }
  /// Bins of a column without the one for missing values, and with it.
  std::int64_t filled(std::int64_t column) const { return static_cast<std::int64_t>(edges[static_cast<std::size_t>(column)].size()) + 1; }
  std::int64_t count(std::int64_t column) const { return filled(column) + 1; }

  /// Cuts between different values when they are few, else so that bins hold about equally many rows.
  static Bins fit(const Matrix& x, std::int64_t most = 254);
  std::uint8_t code(std::int64_t column, double value) const;
  /// Codes [groups][rows][group].
  std::vector<std::uint8_t> codes(const Matrix& x) const;
};

}  // namespace candor::candid
