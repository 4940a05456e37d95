// From a series to the numbers that a forecaster sees, and from its answers back: levels taken off, logarithms, calendar of the steps ahead.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "candor/data/series/windows.h"

namespace candor::candid {

/// Where a window stands: answers are level + scale * output, in logarithms when those are taken.
struct WindowLevel {
  double level = 0, scale = 1;
};

/// Fitted on training rows, stored in the model.
struct ForecastInputs {
  std::int64_t window = 30, horizon = 1, season = 1;
  bool logarithm = false;
  std::string target;
  std::vector<std::string> others = {};           ///< further columns that are seen
  std::vector<double> other_mean = {}, other_deviation = {};
  double level_mean = 0, level_deviation = 1;
  std::map<std::string, double> scales = {};      ///< deviation of each group's steps
  data::Calendar calendar = {};

  /// Numbers of each window: its values relative to their level, the level, other columns, special days in it.
  std::int64_t own() const;
  /// Numbers of each step ahead: its calendar, and how far ahead it is.
  std::int64_t ahead() const { return calendar.size() + 1; }
  std::int64_t size() const { return own() + horizon * ahead(); }

  /// Means and scales from the rows before the windows' last steps. Throws Error (invalid_argument) for a target that never changes.
  void fit(const data::Series& series, const data::Windows& windows);
  /// [rows, size()]: what is seen from each row (where what is asked begins), with its level.
  Tensor features(const data::Series& series, std::span<const std::int64_t> rows, std::span<const std::int32_t> groups, std::vector<WindowLevel>& levels) const;
  /// [rows, horizon]: what is asked, as the network gives it.
  Tensor targets(const data::Series& series, std::span<const std::int64_t> rows, std::span<const WindowLevel> levels) const;
  /// An output in the unit of the target.
  double value(double output, const WindowLevel& level) const;

  Config config() const;
  static ForecastInputs from_config(const Config& config);
};

}  // namespace candor::candid
