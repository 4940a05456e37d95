// Which part or fold each row falls to.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "candor/data/table/split_plan.h"
#include "candor/tensor/random.h"

namespace candor::data::detail {
namespace {

/// How many of each size go where a share goes: whole parts first, then one more for those that lost most by rounding down.
std::vector<std::int64_t> take_share(const std::vector<std::int64_t>& sizes, double share) {
  std::vector<std::int64_t> taken(sizes.size());
  std::vector<double> lost(sizes.size());
  std::vector<std::size_t> by_loss(sizes.size());
  std::iota(by_loss.begin(), by_loss.end(), std::size_t{0});
  std::int64_t sum = 0, all = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const double exact = static_cast<double>(sizes[i]) * share;
    taken[i] = static_cast<std::int64_t>(exact + 1e-9);
    lost[i] = exact - static_cast<double>(taken[i]);
    sum += taken[i], all += sizes[i];
  }
  std::int64_t wanted = std::llround(static_cast<double>(all) * share);
  if (share > 0 && all > 1) wanted = std::clamp<std::int64_t>(wanted, 1, all - 1);
  std::stable_sort(by_loss.begin(), by_loss.end(), [&](std::size_t a, std::size_t b) { return lost[a] > lost[b]; });
  for (std::size_t i : by_loss) {
    if (sum >= wanted) break;
    if (taken[i] + 1 < sizes[i] || sizes.size() == 1) ++taken[i], ++sum;  // the last row of a class stays where it can be learned from
  }
  return taken;
}

/// Rows of part 0 in random order, by class.
std::vector<std::vector<std::int64_t>> shuffled_classes(const SplitPlan& plan, const std::vector<int>& part_of, std::uint64_t seed) {
  std::vector<std::vector<std::int64_t>> rows(plan.class_of.empty() ? 1 : static_cast<std::size_t>(plan.classes));
  const Permutation order(part_of.size(), RandomStream{seed, 0x73706C6974});
  for (std::uint64_t i = 0; i < part_of.size(); ++i) {
    const auto row = static_cast<std::size_t>(order.at(i));
    if (part_of[row] == 0) rows[plan.class_of.empty() ? 0 : static_cast<std::size_t>(plan.class_of[row])].push_back(static_cast<std::int64_t>(row));
  }
  return rows;
}

/// Turns a share of the rows of part 0 into `part`, class by class.
void take_random(const SplitPlan& plan, double share, std::uint64_t seed, int part, std::vector<int>& part_of) {
  if (share <= 0) return;
  const auto rows = shuffled_classes(plan, part_of, seed + 0x9E3779B97F4A7C15u * static_cast<std::uint64_t>(part));
  std::vector<std::int64_t> sizes;
  for (const auto& of_class : rows) sizes.push_back(static_cast<std::int64_t>(of_class.size()));
  const std::vector<std::int64_t> counts = take_share(sizes, share);
  for (std::size_t c = 0; c < rows.size(); ++c)
    for (std::int64_t i = 0; i < counts[c]; ++i) part_of[static_cast<std::size_t>(rows[c][static_cast<std::size_t>(i)])] = part;
}

/// The last share of the rows of part 0 in the order of time becomes `part`; a moment is never parted.
void take_newest(const SplitPlan& plan, double share, int part, std::vector<int>& part_of) {
  if (share <= 0) return;
  std::vector<std::int64_t> rows;
  for (std::int64_t row : plan.order)
    if (part_of[static_cast<std::size_t>(row)] == 0) rows.push_back(row);
  const auto all = static_cast<std::int64_t>(rows.size());
  if (all < 2) return;
  const auto unit = [&](std::int64_t i) { return plan.unit_of[static_cast<std::size_t>(rows[static_cast<std::size_t>(i)])]; };
  const std::int64_t cut = std::clamp<std::int64_t>(all - std::llround(share * static_cast<double>(all)), 1, all - 1);
  std::int64_t later = cut, earlier = cut;
  while (later < all && unit(later) == unit(later - 1)) ++later;
  while (earlier > 0 && unit(earlier) == unit(earlier - 1)) --earlier;
  std::int64_t at = later - cut <= cut - earlier ? later : earlier;
  if (at == all) at = earlier;
  if (at == 0) at = later;
  if (at == 0 || at == all) return;
  for (std::int64_t i = at; i < all; ++i) part_of[static_cast<std::size_t>(rows[static_cast<std::size_t>(i)])] = part;
}

/// Groups one after the other, the largest first, each to the part that it fills least beyond its share of every class.
std::vector<int> assign_groups(const SplitPlan& plan, std::span<const double> shares, std::uint64_t seed, const std::vector<int>* within = nullptr) {
  const std::size_t classes = plan.class_of.empty() ? 1 : static_cast<std::size_t>(plan.classes), units = static_cast<std::size_t>(plan.units), parts = shares.size();
  std::vector<std::vector<std::pair<std::uint32_t, double>>> counts(units);  // class and rows of each group
  std::vector<double> whole(classes, 0.), sizes(units, 0.);
  std::vector<std::pair<std::int32_t, std::uint32_t>> cells;
  for (std::size_t r = 0; r < plan.unit_of.size(); ++r) {
    if (within && (*within)[r] != 0) continue;
    const std::uint32_t c = plan.class_of.empty() ? 0 : static_cast<std::uint32_t>(plan.class_of[r]);
    cells.emplace_back(plan.unit_of[r], c);
    whole[c] += 1;
  }
  std::sort(cells.begin(), cells.end());
  for (std::size_t i = 0; i < cells.size();) {
    std::size_t end = i;
    while (end < cells.size() && cells[end] == cells[i]) ++end;
    counts[static_cast<std::size_t>(cells[i].first)].emplace_back(cells[i].second, static_cast<double>(end - i));
    sizes[static_cast<std::size_t>(cells[i].first)] += static_cast<double>(end - i);
    i = end;
  }
  const Permutation shuffled(units, RandomStream{seed, 0x67726F7570});
  std::vector<std::size_t> order;
  for (std::uint64_t i = 0; i < units; ++i)
    if (const auto unit = static_cast<std::size_t>(shuffled.at(i)); sizes[unit] > 0) order.push_back(unit);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  std::vector<std::vector<double>> filled(parts, std::vector<double>(classes, 0.));
  std::vector<bool> used(parts, false);
  std::vector<int> part_of_unit(units, 0);
  std::size_t open = static_cast<std::size_t>(std::count_if(shares.begin(), shares.end(), [](double share) { return share > 0; })), left = order.size();
  for (std::size_t unit : order) {
    std::size_t best = 0;
    double least = INFINITY;
    for (std::size_t p = 0; p < parts; ++p) {
      if (shares[p] <= 0 || (left <= open && used[p])) continue;  // the last groups go to parts that have none
      double cost = 0;
      for (const auto& [c, n] : counts[unit]) cost += n * (2 * filled[p][c] + n) / (shares[p] * whole[c]);
      if (cost < least) least = cost, best = p;
    }
    for (const auto& [c, n] : counts[unit]) filled[best][c] += n;
    open -= !used[best];
    used[best] = true;
    --left;
    part_of_unit[unit] = static_cast<int>(best);
  }
  return part_of_unit;
}

double uniform(std::uint64_t hash) { return static_cast<double>(hash >> 11) * 0x1p-53; }

}  // namespace

std::vector<int> assign_parts(const SplitPlan& plan, const std::array<double, 3>& shares, std::uint64_t seed) {
  std::vector<int> part_of(plan.order.size(), 0);
  if (plan.way == SplitWay::hashed) {
    for (std::size_t r = 0; r < part_of.size(); ++r) {
      const double at = uniform(plan.hash_of[r]);
      part_of[r] = at < shares[2] ? 2 : at < shares[2] + shares[1] ? 1 : 0;
    }
  } else if (plan.way == SplitWay::grouped) {
    const std::vector<int> of_unit = assign_groups(plan, shares, seed);
    for (std::size_t r = 0; r < part_of.size(); ++r) part_of[r] = of_unit[static_cast<std::size_t>(plan.unit_of[r])];
  } else if (plan.way == SplitWay::ordered) {
    take_newest(plan, shares[2], 2, part_of);
    take_newest(plan, shares[1] / (1 - shares[2]), 1, part_of);
  } else {
    take_random(plan, shares[2], seed, 2, part_of);
    take_random(plan, shares[1] / (1 - shares[2]), seed, 1, part_of);
  }
  return part_of;
}

std::vector<int> assign_folds(const SplitPlan& plan, int folds, std::uint64_t seed) {
  const std::size_t rows = plan.order.size();
  std::vector<int> fold_of(rows, 0);
  if (plan.way == SplitWay::hashed) {
    for (std::size_t r = 0; r < rows; ++r) fold_of[r] = std::min(folds - 1, static_cast<int>(uniform(plan.hash_of[r]) * folds));
  } else if (plan.way == SplitWay::grouped) {
    const std::vector<double> shares(static_cast<std::size_t>(folds), 1. / folds);
    const std::vector<int> of_unit = assign_groups(plan, shares, seed);
    for (std::size_t r = 0; r < rows; ++r) fold_of[r] = of_unit[static_cast<std::size_t>(plan.unit_of[r])];
  } else if (plan.way == SplitWay::ordered) {
    // Equal blocks of rows, moved to where a moment ends; each block has at least one moment.
    const std::int64_t units = plan.units;
    std::vector<std::int64_t> ends(static_cast<std::size_t>(units), 0);  // rows up to the end of each moment
    for (std::int32_t unit : plan.unit_of) ++ends[static_cast<std::size_t>(unit)];
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
    std::vector<int> block_of(static_cast<std::size_t>(units));
    std::int64_t unit = 0;
    for (int b = 0; b < folds; ++b) {
      const double until = static_cast<double>(rows) * (b + 1) / folds;
      const std::int64_t first = unit, must_stay = units - (folds - 1 - b);
      while (unit < must_stay && (unit == first || b == folds - 1 || static_cast<double>(ends[static_cast<std::size_t>(unit)]) <= until + .5)) block_of[static_cast<std::size_t>(unit++)] = b;
    }
    for (std::size_t r = 0; r < rows; ++r) fold_of[r] = block_of[static_cast<std::size_t>(plan.unit_of[r])];
  } else {
    // Dealt out like cards, class after class, so that every fold has its share of each class and no fold is more than one row larger.
    int next = 0;
    for (const auto& of_class : shuffled_classes(plan, fold_of, seed))
      for (std::int64_t row : of_class) fold_of[static_cast<std::size_t>(row)] = next++ % folds;
  }
  return fold_of;
}

void take_validation(const SplitPlan& plan, double share, std::uint64_t seed, std::vector<int>& part_of) {
  if (plan.way == SplitWay::ordered) return take_newest(plan, share, 1, part_of);
  if (plan.way == SplitWay::grouped) {
    const std::array<double, 2> shares{1 - share, share};
    const std::vector<int> of_unit = assign_groups(plan, shares, seed, &part_of);
    for (std::size_t r = 0; r < part_of.size(); ++r)
      if (part_of[r] == 0) part_of[r] = of_unit[static_cast<std::size_t>(plan.unit_of[r])];
    return;
  }
  if (plan.way == SplitWay::hashed) {
    // Other bits of the hash than the folds went by, so that the same rows stay on the same side.
    for (std::size_t r = 0; r < part_of.size(); ++r)
      if (part_of[r] == 0 && uniform((plan.hash_of[r] + seed) * 0x9E3779B97F4A7C15u) < share) part_of[r] = 1;
    return;
  }
  take_random(plan, share, seed, 1, part_of);
}

}  // namespace candor::data::detail
