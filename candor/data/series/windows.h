// A series cut into examples: what was seen, and what came after it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/data/series/calendar.h"
#include "candor/data/series/series.h"

namespace candor::data {

struct WindowOptions {
  std::int64_t window = 30;                  ///< steps that are seen
  std::int64_t horizon = 1;                  ///< steps that are asked
  std::int64_t stride = 1;                   ///< steps from one window to the next
  std::vector<std::string> targets = {};     ///< columns that are asked; empty: the first
  std::vector<std::string> inputs = {};      ///< columns that are seen; empty: the targets
  Calendar calendar = {};                    ///< its inputs stand behind the columns in each step of the window, `horizon` steps ahead: in the last rows of the window stands the calendar of what is asked
};

/// Windows with what a split by time must know of them.
struct Windows {
  Dataset data;                              ///< features [n, window, inputs], targets [n, horizon] or, for k targets, [n, horizon, k]
  std::vector<double> first, last;           ///< time of the first and last step that is asked, one a window
  std::vector<std::int64_t> rows;            ///< row of the series where what is asked begins
  std::vector<std::int32_t> groups;          ///< number of the group

  std::int64_t size() const { return static_cast<std::int64_t>(rows.size()); }
  Windows take(std::span<const std::int64_t> which) const;
};

/// All windows that lie within one group and hold no missing value. Throws Error: invalid_argument for a window, horizon or stride below 1, a
/// series shorter than window + horizon, or one in which every window holds something missing; not_found for columns.
Windows make_windows(const Series& series, const WindowOptions& options = {});

/// The last window of each group, for the steps that come next: features [groups, window, inputs], no targets.
Windows last_windows(const Series& series, const WindowOptions& options = {});

/// Two parts in order of time.
struct TimeSplit {
  Windows train, test;
  double border = 0;    ///< what is asked of the training windows lies before it, of the test windows at it or later
  std::int64_t dropped = 0;   ///< windows that would have asked for steps on both sides
};

/// The last `test` share of the steps becomes the test part. Test windows may see steps of the training part, as they will in use; no
/// training window asks for a step of the test part. Throws Error (invalid_argument) when the share is out of (0, 1) or a part stays empty.
TimeSplit split_by_time(const Windows& windows, double test = .2);
/// The same with the border given: the time of the first step of the test part, and the time that test windows begin before.
TimeSplit split_at(const Windows& windows, double border, double until = std::numeric_limits<double>::infinity());

struct RollingOptions {
  std::int64_t folds = 5;
  double first = .5;          ///< share of the time that the first training part has
  std::int64_t keep = 0;      ///< training windows that a fold keeps, the latest; 0: all (it grows from fold to fold)
};

/// Rolling-origin evaluation: trained up to a border, tested from there to the next border, for `folds` borders in order of time.
std::vector<TimeSplit> rolling_origin(const Windows& windows, const RollingOptions& options = {});

}  // namespace candor::data
