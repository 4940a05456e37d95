// Windows parted by time.
#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/data/series/windows.h"

namespace candor::data {
namespace {

// Windows that end before `from` learn; those that begin in [from, until) test.
TimeSplit between(const Windows& windows, double from, double until, std::int64_t keep) {
  std::vector<std::int64_t> train, test;
  TimeSplit split;
  split.border = from;
  for (std::int64_t i = 0; i < windows.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (windows.last[at] < from) train.push_back(i);
    else if (windows.first[at] >= from && windows.first[at] < until) test.push_back(i);
    else if (windows.first[at] < from) ++split.dropped;
  }
  if (keep > 0 && static_cast<std::int64_t>(train.size()) > keep) {
    std::stable_sort(train.begin(), train.end(), [&](std::int64_t a, std::int64_t b) { return windows.first[static_cast<std::size_t>(a)] < windows.first[static_cast<std::size_t>(b)]; });
    train.erase(train.begin(), train.end() - keep);
  }
  if (train.empty() || test.empty()) {
    fail(ErrorKind::invalid_argument, windows.data.source + ": parted by time, " + std::to_string(train.size()) + " windows are left to learn from and " + std::to_string(test.size()) +
                                          " to test; both need some: a shorter window or horizon, or another share");
  }
  split.train = windows.take(train);
  split.test = windows.take(test);
  return split;
}

// The time of the step at this share of all that is asked.
double time_at(const Windows& windows, double share) {
  std::vector<double> times = windows.first;
  std::sort(times.begin(), times.end());
  const auto place = static_cast<std::size_t>(std::ceil(share * static_cast<double>(times.size())));
  return times[std::min(place, times.size() - 1)];
}

void check_share(double share, const char* what) {
  if (!(share > 0 && share < 1)) fail(ErrorKind::invalid_argument, std::string("windows: ") + what + " must lie between 0 and 1, and is " + std::to_string(share));
}

}  // namespace

TimeSplit split_at(const Windows& windows, double border, double until) { return between(windows, border, until, 0); }

TimeSplit split_by_time(const Windows& windows, double test) {
  check_share(test, "the share of the test part");
  if (windows.size() == 0) fail(ErrorKind::invalid_argument, "windows: there are none to part");
  return split_at(windows, time_at(windows, 1 - test));
}

std::vector<TimeSplit> rolling_origin(const Windows& windows, const RollingOptions& o) {
  check_share(o.first, "the share of the first training part");
  if (o.folds < 1 || o.keep < 0) fail(ErrorKind::invalid_argument, "windows: folds must be at least 1 and keep not negative; they are " + std::to_string(o.folds) + " and " + std::to_string(o.keep));
  if (windows.size() == 0) fail(ErrorKind::invalid_argument, "windows: there are none to part");
  std::vector<TimeSplit> folds;
  const double width = (1 - o.first) / static_cast<double>(o.folds);
  for (std::int64_t f = 0; f < o.folds; ++f) {
    const double from = time_at(windows, o.first + width * static_cast<double>(f));
    const double until = f + 1 == o.folds ? std::numeric_limits<double>::infinity() : time_at(windows, o.first + width * static_cast<double>(f + 1));
    folds.push_back(between(windows, from, until, o.keep));
  }
  return folds;
}

}  // namespace candor::data
