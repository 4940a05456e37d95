#include "candor/candid/data/near_rows.h"

#include <algorithm>
#include <cmath>

#include "candor/base/threads.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t least = 30, most_asked = 500, work = 200'000'000;
constexpr std::size_t most_columns = 24, least_numbers = 3, least_values = 20;
constexpr float nearer = .1F * .1F, near = .2F * .2F;  // of squared distances

/// One cell of a row on the scale of the distances; words as they are numbered.
struct Axis {
  const CheckColumn* column = nullptr;
  double low = 0, width = 1;
};

/// Squared: of the nearest training row; of the nearest by numbers alone; and by numbers of the nearest but that one.
struct Distances {
  float first = HUGE_VALF, by_numbers = HUGE_VALF, next = HUGE_VALF;
};

std::vector<Axis> axes_of(const Subject& s, std::size_t part) {
  std::vector<Axis> numbers, words;
  for (const CheckColumn& column : s.columns) {
    if (!column.parts[part].present) continue;
    if (!column.numeric) {
      if (column.role == data::Role::category) words.push_back({&column});
      continue;
    }
    if (!(column.role == data::Role::number || (column.role == data::Role::target && !s.is_classification()))) continue;
    const std::vector<double>& sorted = sorted_numbers(column, 0, 5000);
    if (static_cast<std::int64_t>(sorted.size()) < least) continue;
    std::size_t values = 1;
    for (std::size_t i = 1; i < sorted.size() && values <= least_values; ++i) values += sorted[i] != sorted[i - 1];
    const double low = sorted_quantile(sorted, .05), width = sorted_quantile(sorted, .95) - low;
    if (values > least_values && width > 0) numbers.push_back({&column, low, width});
  }
  if (numbers.size() < least_numbers) return {};
  numbers.insert(numbers.end(), words.begin(), words.end());
  numbers.resize(std::min(numbers.size(), most_columns));
  return numbers;
}

/// Rows [n][axes]; a missing number is NaN.
std::vector<float> cells_of(const std::vector<Axis>& axes, std::size_t part, const std::vector<std::int64_t>& rows) {
  std::vector<float> out;
  out.reserve(rows.size() * axes.size());
  for (const std::int64_t row : rows)
    for (const Axis& a : axes) {
      const CheckCells& cells = a.column->parts[part];
      const auto at = static_cast<std::size_t>(row);
      out.push_back(a.column->numeric ? static_cast<float>((cells.numbers[at] - a.low) / a.width) : static_cast<float>(cells.codes[at]));
    }
  return out;
}

std::vector<std::int64_t> spread(std::int64_t rows, std::int64_t most) {
  std::vector<std::int64_t> out;
  for (std::int64_t row = 0; row < rows; row += row_step(rows, most)) out.push_back(row);
  return out;
}

}  // namespace

NearCopies near_copies(const Subject& s, std::size_t part) {
  NearCopies out;
  const std::vector<Axis> axes = axes_of(s, part);
  if (axes.empty() || s.rows() < least || s.rows(part) < least) return out;
  const std::size_t width = axes.size(), numbers = static_cast<std::size_t>(std::count_if(axes.begin(), axes.end(), [](const Axis& a) { return a.column->numeric; }));
  const std::vector<std::int64_t> asked_rows = spread(s.rows(part), most_asked), known_rows = spread(s.rows(), work / most_asked / static_cast<std::int64_t>(width));
  const std::vector<std::int64_t> own = spread(static_cast<std::int64_t>(known_rows.size()), most_asked);
  const std::vector<float> known = cells_of(axes, 0, known_rows), asked = cells_of(axes, part, asked_rows);
  // Squared distances: of the nearest training row, and of the next one by its numbers alone. Words would put a step between any two rows, and rows that lie no nearer than numbers do by chance would look like copies.
  const auto nearest = [&](const float* row, std::int64_t but) {
    Distances d;
    float by_numbers[2] = {HUGE_VALF, HUGE_VALF};  // the two least
    std::size_t at = 0, least_at = 0;
    for (std::size_t k = 0; k < known_rows.size(); ++k) {
      if (static_cast<std::int64_t>(k) == but) continue;
      const float* other = known.data() + k * width;
      float sum = 0;
      for (std::size_t j = 0; j < numbers && sum < by_numbers[1]; ++j) {
        const float step = row[j] - other[j];
        sum += step == step ? step * step : (row[j] != row[j]) != (other[j] != other[j]) ? 1.F : 0.F;
      }
      if (!(sum < by_numbers[1])) continue;
      if (sum < by_numbers[0]) by_numbers[1] = by_numbers[0], by_numbers[0] = sum, least_at = k;
      else by_numbers[1] = sum;
      for (std::size_t j = numbers; j < width; ++j) sum += row[j] != other[j] ? 1.F : 0.F;
      if (sum < d.first) d.first = sum, at = k;
    }
    d.by_numbers = by_numbers[0], d.next = at == least_at ? by_numbers[1] : by_numbers[0];
    return d;
  };
  std::vector<Distances> of_asked(asked_rows.size()), of_own(own.size());
  parallel_for(static_cast<std::int64_t>(own.size()), [&](std::int64_t i) { of_own[static_cast<std::size_t>(i)] = nearest(known.data() + static_cast<std::size_t>(own[static_cast<std::size_t>(i)]) * width, own[static_cast<std::size_t>(i)]); });
  std::vector<double> usual;
  for (const Distances& d : of_own) usual.push_back(d.by_numbers);
  std::sort(usual.begin(), usual.end());
  const auto typical = static_cast<float>(sorted_quantile(usual, .5));
  if (!(typical > 0)) return out;
  parallel_for(static_cast<std::int64_t>(asked_rows.size()), [&](std::int64_t i) { of_asked[static_cast<std::size_t>(i)] = nearest(asked.data() + static_cast<std::size_t>(i) * width, -1); });
  // Equal in all these cells is a copy, which is found elsewhere.
  const auto is_near = [&](const Distances& d) { return d.first < nearer * d.next && d.first < near * typical; };
  for (std::size_t i = 0; i < asked_rows.size(); ++i)
    if (of_asked[i].first > 0 && is_near(of_asked[i])) out.rows.push_back(asked_rows[i]);
  out.asked = static_cast<std::int64_t>(asked_rows.size()), out.known = static_cast<std::int64_t>(known_rows.size());
  const auto within = static_cast<double>(std::count_if(of_own.begin(), of_own.end(), is_near));
  const auto n = static_cast<double>(out.asked), count = static_cast<double>(out.rows.size());
  out.expected = within / static_cast<double>(own.size()) * n;
  out.found = count >= 3 && count - out.expected >= .01 * n && count - out.expected > 3.5 * std::sqrt(out.expected * (1 + n / static_cast<double>(own.size())) + .5);
  return out;
}

}  // namespace candor::candid::detail
