// data.scale: numbers far from what a network learns from easily, and parts that were scaled in different ways.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/owners.h"
#include "candor/candid/data/units.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {
namespace {

/// Lowest, highest and mean of pixels, of a sample of pictures.
struct Range {
  double low = HUGE_VAL, high = -HUGE_VAL, mean = 0;
};
Range range_of(const Tensor& pictures) {
  const std::int64_t rows = pictures.shape(0);
  const Tensor some = rows > 500 ? pictures.view_slice(0, 0, 500).contiguous() : pictures;
  Range r;
  const std::vector<float> x = some.to(DType::f32).to_vector();
  for (const float v : x) r.low = std::min(r.low, static_cast<double>(v)), r.high = std::max(r.high, static_cast<double>(v)), r.mean += static_cast<double>(v) / static_cast<double>(x.size());
  return r;
}

std::vector<Finding> picture_scale(const Subject& s) {
  std::vector<Finding> findings;
  const Range train = range_of(s.parts[0].set.features);
  const bool bytes = s.parts[0].set.features.dtype() == DType::u8;
  if (train.high > 2 && !bytes)
    findings.push_back({"data.scale", Severity::warning, "pixels of " + s.parts[0].name + " are floating-point numbers from " + value_text(train.low) + " to " + value_text(train.high) + ": a network learns slowly from such large numbers; divide by " + (train.high <= 256 ? "255" : value_text(train.high)) + ", or begin the network with a Rescaling layer", s.parts[0].name,
                        {{"lowest", train.low}, {"highest", train.high}, {"mean", train.mean}}});
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    if (s.rows(part) == 0) continue;
    const Range other = range_of(s.parts[part].set.features);
    const double a = std::max(train.high - train.low, 1e-12), b = std::max(other.high - other.low, 1e-12);
    const bool wide = b > 5 * a || a > 5 * b, moved = std::min(train.low, other.low) < -.2 * std::max(a, b) && (train.low < -.05 * a) != (other.low < -.05 * b);
    if (!wide && !moved) continue;
    findings.push_back({"data.scale", Severity::error, "pixels run from " + value_text(train.low) + " to " + value_text(train.high) + " in " + s.parts[0].name + " and from " + value_text(other.low) + " to " + value_text(other.high) + " in " + s.parts[part].name + ": a model trained on the one answers nonsense on the other, and is sure of it; scale both in the same way", s.parts[part].name,
                        {{"training lowest", train.low}, {"training highest", train.high}, {"lowest", other.low}, {"highest", other.high}}});
  }
  return findings;
}

}  // namespace

std::vector<Finding> input_scale(const Subject& s) {
  if (!s.is_table()) return picture_scale(s);
  constexpr std::int64_t least = 20;
  if (s.rows() < least) skip(too_few(s.rows(), least));
  std::vector<Finding> findings;
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    std::vector<std::string> changed;
    UnitChange last;
    std::size_t columns = 0;
    const bool moved = of_another_time(s, part);
    for (const CheckColumn& column : s.columns) {
      const bool target = column.role == data::Role::target && !s.is_classification();
      if (!column.numeric || !(column.role == data::Role::number || target) || !column.parts[part].present) continue;
      ++columns;
      const UnitChange change = unit_change(sorted_numbers(column, 0, 5000), sorted_numbers(column, part, 5000), moved);
      if (!change.found) continue;
      changed.push_back(candor::quoted(column.name) + " (" + change.text + ")");
      last = change;
    }
    if (changed.empty()) continue;
    const bool all = columns > 2 && changed.size() * 2 >= columns;
    findings.push_back({"data.scale", Severity::error, std::string(all ? "numbers of " : "") + s.parts[part].name + (all ? " are" : " has numbers") + " on another scale than " + s.parts[0].name + ": " + name_list(changed, 4) + "; what a model learned on the one does not hold on the other; scale both in the same way, with numbers found on the training rows",
                        s.parts[part].name, {{"columns", static_cast<double>(changed.size())}, {"of", static_cast<double>(columns)}, {"factor of the last", last.factor}}});
  }
  std::vector<std::string> far;
  for (const CheckColumn& column : s.columns) {
    if (!column.numeric || column.role != data::Role::number) continue;
    const std::vector<double>& sorted = sorted_numbers(column, 0, 5000);
    if (sorted.size() < 20) continue;
    const double middle = std::abs(sorted_quantile(sorted, .5)), width = sorted_quantile(sorted, .9) - sorted_quantile(sorted, .1);
    if (middle > 1000 || width > 1000 || (width > 0 && width < 1e-3)) far.push_back(column.name + " (around " + value_text(sorted_quantile(sorted, .5)) + ")");
  }
  if (!far.empty()) findings.push_back({"data.scale", Severity::note, "numbers far from 0 and 1: " + name_list(far, 5) + "; candor train standardises them, a network of your own must, too", name_list(far, 5), {{"columns", static_cast<double>(far.size())}}});
  return findings;
}

}  // namespace candor::candid::detail
