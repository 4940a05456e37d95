#include "candor/candid/data/row_codes.h"

#include <algorithm>
#include <cmath>

#include "candor/candid/data/columns.h"

namespace candor::candid::detail {
namespace {

std::uint64_t mix(std::uint64_t column, std::int64_t code) {
  std::uint64_t x = (column + 1) * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(code + 2) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::vector<std::int32_t> ranks_of(const std::vector<double>& numbers, const std::vector<double>& sorted) {
  std::vector<std::int32_t> ranks(numbers.size(), -1);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != numbers[i]) continue;
    ranks[i] = static_cast<std::int32_t>(std::lower_bound(sorted.begin(), sorted.end(), numbers[i]) - sorted.begin());
  }
  return ranks;
}

}  // namespace

RowCodes::RowCodes(const Subject& s, std::size_t a, std::size_t b, bool target) : first_(a), second_(b) {
  for (const CheckColumn& column : s.columns) {
    if (!column.parts[a].present || !column.parts[b].present || column.role == data::Role::id || (column.role == data::Role::ignore && column.asked)) continue;
    if (column.role == data::Role::target && !target) continue;
    Ranks r;
    r.numeric = column.numeric;
    if (column.numeric) {
      const auto add = [&](const std::vector<double>& numbers) {
        for (const double x : numbers)
          if (x == x) r.sorted.push_back(x);
      };
      add(column.parts[a].numbers);
      if (b != a) add(column.parts[b].numbers);
      std::sort(r.sorted.begin(), r.sorted.end());
      double same = 0;
      for (std::size_t i = 0; i < r.sorted.size();) {
        std::size_t end = i;
        while (end < r.sorted.size() && r.sorted[end] == r.sorted[i]) ++end;
        same += static_cast<double>(end - i) * static_cast<double>(end - i);
        i = end;
      }
      const auto all = static_cast<double>(column.parts[a].numbers.size() + (b != a ? column.parts[b].numbers.size() : 0));
      const double missing = all - static_cast<double>(r.sorted.size());
      same += missing * missing;
      if (all > 0) bits_ -= std::log2(std::max(same / (all * all), 1e-12));
      r.sorted.erase(std::unique(r.sorted.begin(), r.sorted.end()), r.sorted.end());
      r.values = static_cast<std::int32_t>(r.sorted.size());
      r.a = ranks_of(column.parts[a].numbers, r.sorted);
      if (b != a) r.b = ranks_of(column.parts[b].numbers, r.sorted);
    } else {
      r.a = column.parts[a].codes;
      if (b != a) r.b = column.parts[b].codes;
      r.values = static_cast<std::int32_t>(column.words.size());
      std::vector<double> counts(column.words.size() + 1, 0);
      for (const std::int32_t code : r.a) counts[static_cast<std::size_t>(code + 1)] += 1;
      for (const std::int32_t code : r.b) counts[static_cast<std::size_t>(code + 1)] += 1;
      double same = 0, all = 0;
      for (const double count : counts) same += count * count, all += count;
      if (all > 0) bits_ -= std::log2(same / (all * all));
    }
    ranks_.push_back(std::move(r));
  }
}

std::vector<std::uint64_t> RowCodes::hashes(std::size_t part) const {
  const bool second = part != first_;
  std::vector<std::uint64_t> out;
  for (std::size_t j = 0; j < ranks_.size(); ++j) {
    const std::vector<std::int32_t>& codes = second ? ranks_[j].b : ranks_[j].a;
    out.resize(codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i) out[i] += mix(j, codes[i]);
  }
  return out;
}

double RowCodes::near_pairs(const std::unordered_map<std::uint64_t, std::int32_t>& known, std::size_t part) const {
  const std::vector<std::uint64_t> rows = hashes(part);
  const std::int64_t step = row_step(static_cast<std::int64_t>(rows.size()), std::max<std::int64_t>(1000, 1'000'000 / static_cast<std::int64_t>(ranks_.size() + 1)));
  double most = 0;
  for (std::size_t j = 0; j < ranks_.size(); ++j) {
    const Ranks& r = ranks_[j];
    if (!r.numeric || r.values < 3) continue;
    double pairs = 0;
    const std::vector<std::int32_t>& codes = part != first_ ? r.b : r.a;
    for (std::size_t i = 0; i < rows.size(); i += static_cast<std::size_t>(step)) {
      if (codes[i] < 0) continue;
      for (const int way : {-1, 1}) {
        const std::int32_t other = codes[i] + way;
        if (other < 0 || other >= r.values) continue;
        const auto found = known.find(rows[i] - mix(j, codes[i]) + mix(j, other));
        if (found != known.end()) pairs += .5 * found->second;
      }
    }
    most = std::max(most, pairs * static_cast<double>(step));
  }
  return most;
}

}  // namespace candor::candid::detail
