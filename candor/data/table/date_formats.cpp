// Which of the usual formats the cells of a column are written in.
#include <algorithm>
#include <cmath>
#include <limits>

#include "candor/base/text.h"
#include "candor/data/table/dates.h"

namespace candor::data {
namespace {

// Day first goes before month first: more of the world writes so. Longer ones of the same family stand first where one could read the other.
constexpr std::string_view day_formats[] = {
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y",
    "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%b %d %Y", "%a, %d %b %Y", "%a %d %b %Y", "%a, %b %d, %Y", "%d. %b %Y", "%Y %b %d", "%Y-%j"};
constexpr std::string_view times[] = {"",           " %H:%M:%S", "T%H:%M:%S", " %H:%M",      "T%H:%M",      " %H:%M:%S%z", "T%H:%M:%S%z",
                                      " %H:%M:%S %z", "T%H:%M%z",  " %H:%M%z",  " %I:%M:%S %p", " %I:%M %p", ", %H:%M",     " %H"};
constexpr std::string_view whole_formats[] = {"%Y-%m", "%Y/%m", "%m/%Y", "%m.%Y", "%b %Y", "%b-%Y", "%Y %b", "%b-%y", "%Y-Q%q", "%Y Q%q", "%YQ%q", "Q%q %Y",
                                              "%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%d%H%M%S", "%a %b %d %H:%M:%S %Y", "%Y"};

const std::vector<std::string>& formats() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> list;
    for (const std::string_view day : day_formats) {
      for (const std::string_view time : times) list.push_back(std::string(day) + std::string(time));
    }
    list.insert(list.end(), std::begin(whole_formats), std::end(whole_formats));
    return list;
  }();
  return all;
}

struct Fit {
  std::int64_t read = 0;
  double typical_step = std::numeric_limits<double>::infinity();
};

// How many of the cells a format reads, and how far neighbours then lie apart: days of one month in order are a day apart under the right
// format and a month apart under the other.
Fit try_format(std::span<const std::string> cells, const std::string& format) {
  Fit fit;
  std::vector<double> steps;
  double last = std::nan("");
  for (const std::string& cell : cells) {
    const std::optional<double> at = parse_date(cell, format);
    if (!at) continue;
    ++fit.read;
    if (std::isfinite(last) && *at != last) steps.push_back(std::abs(*at - last));
    last = *at;
  }
  if (!steps.empty()) {
    std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2), steps.end());
    fit.typical_step = steps[steps.size() / 2];
  }
  return fit;
}

}  // namespace

DateFormat find_date_format(std::span<const std::string> all) {
  std::vector<std::string> cells;
  for (const std::string& cell : all) {
    if (!trimmed(cell).empty()) cells.push_back(cell);
  }
  DateFormat found;
  found.cells = static_cast<std::int64_t>(cells.size());
  if (cells.empty()) return found;

  // A sample decides which formats are worth trying on everything.
  std::vector<std::string> sample;
  const std::size_t stride = std::max<std::size_t>(cells.size() / 64, 1);
  for (std::size_t i = 0; i < cells.size(); i += stride) sample.push_back(cells[i]);
  Fit best;
  for (const std::string& format : formats()) {
    if (try_format(sample, format).read == 0) continue;
    const Fit fit = try_format(cells, format);
    const bool better = fit.read > best.read || (fit.read == best.read && fit.typical_step < best.typical_step);
    if (fit.read == best.read && fit.read > 0) found.other = better ? found.format : format;
    else if (better) found.other.clear();
    if (!better) continue;
    best = fit;
    found.format = format;
  }
  found.read = best.read;
  if (found.read == found.cells || found.format.empty()) return found;

  std::vector<std::string> rest;
  for (const std::string& cell : cells) {
    if (!parse_date(cell, found.format)) rest.push_back(cell);
  }
  found.first_unread = rest.front();
  std::int64_t most = 0;
  for (const std::string& format : formats()) {
    if (const std::int64_t read = try_format(rest, format).read; read > most) {
      most = read;
      found.mixed = format;
    }
  }
  return found;
}

}  // namespace candor::data
