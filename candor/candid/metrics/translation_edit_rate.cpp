// Tercom's search for blocks of words that are moved, step by step: each step moves the block that saves most.
#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/metrics/edit_distance.h"

namespace candor::candid {
namespace {

using Words = std::vector<std::string>;
enum class Edit : char { same, replaced, added, left_out };

constexpr std::int64_t longest_move = 10, farthest_move = 50, most_candidates = 1000, beam = 25;

struct Aligned {
  std::int64_t edits = 0;
  std::vector<Edit> steps;   ///< added: a word of the reference that the hypothesis lacks
};

Aligned align(const Words& said, const Words& reference) {
  const auto n = static_cast<std::int64_t>(said.size()), m = static_cast<std::int64_t>(reference.size());
  constexpr std::int64_t far = std::int64_t{1} << 40;
  const auto at = [m](std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i * (m + 1) + j); };
  std::vector<std::int64_t> cost(static_cast<std::size_t>((n + 1) * (m + 1)), far);
  std::vector<Edit> step(cost.size(), Edit::same);
  for (std::int64_t j = 0; j <= m; ++j) cost[at(0, j)] = j, step[at(0, j)] = Edit::added;
  const double ratio = n ? static_cast<double>(m) / static_cast<double>(n) : 1;
  const std::int64_t width = ratio / 2 > static_cast<double>(beam) ? static_cast<std::int64_t>(std::ceil(ratio / 2 + static_cast<double>(beam))) : beam;
  for (std::int64_t i = 1; i <= n; ++i) {
    const auto middle = static_cast<std::int64_t>(std::floor(static_cast<double>(i) * ratio));
    const std::int64_t from = std::max<std::int64_t>(0, middle - width), to = i == n ? m + 1 : std::min(m + 1, middle + width);
    for (std::int64_t j = from; j < to; ++j) {
      if (j == 0) {
        cost[at(i, 0)] = cost[at(i - 1, 0)] + 1, step[at(i, 0)] = Edit::left_out;
        continue;
      }
      const bool same = said[static_cast<std::size_t>(i - 1)] == reference[static_cast<std::size_t>(j - 1)];
      const auto offer = [&](std::int64_t price, Edit kind) {
        if (price < cost[at(i, j)]) cost[at(i, j)] = price, step[at(i, j)] = kind;
      };
      offer(cost[at(i - 1, j - 1)] + !same, same ? Edit::same : Edit::replaced);
      offer(cost[at(i - 1, j)] + 1, Edit::left_out);
      offer(cost[at(i, j - 1)] + 1, Edit::added);
    }
  }
  Aligned out{cost[at(n, m)], {}};
  for (std::int64_t i = n, j = m; i > 0 || j > 0;) {
    const Edit kind = step[at(i, j)];
    out.steps.push_back(kind);
    if (kind != Edit::added) --i;
    if (kind != Edit::left_out) --j;
  }
  std::reverse(out.steps.begin(), out.steps.end());
  return out;
}

Words moved(const Words& words, std::size_t start, std::size_t length, std::size_t target) {
  Words rest = words;
  const auto first = rest.begin() + static_cast<std::ptrdiff_t>(start);
  const Words block(first, first + static_cast<std::ptrdiff_t>(length));
  rest.erase(first, first + static_cast<std::ptrdiff_t>(length));
  // Behind itself the target counts words that are gone.
  const std::size_t place = target < start ? target : target > start + length ? target - length : target;
  rest.insert(rest.begin() + static_cast<std::ptrdiff_t>(std::min(place, rest.size())), block.begin(), block.end());
  return rest;
}

/// The move that saves most: what it saves, and the words behind it.
std::pair<std::int64_t, Words> best_move(const Words& said, const Words& reference, std::int64_t& checked) {
  const Aligned before = align(said, reference);
  std::vector<std::int64_t> place;               // of each word of the reference in the hypothesis
  std::vector<char> wrong_said, wrong_reference;
  std::int64_t at = -1;
  for (const Edit kind : before.steps) {
    const bool bad = kind != Edit::same;
    if (kind != Edit::added) ++at, wrong_said.push_back(bad);
    if (kind != Edit::left_out) place.push_back(at), wrong_reference.push_back(bad);
  }
  const auto any = [](const std::vector<char>& flags, std::size_t from, std::size_t count) { return std::any_of(flags.begin() + static_cast<std::ptrdiff_t>(from), flags.begin() + static_cast<std::ptrdiff_t>(from + count), [](char f) { return f != 0; }); };
  using Rank = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, Words>;
  std::optional<Rank> best;
  const auto n = static_cast<std::int64_t>(said.size()), m = static_cast<std::int64_t>(reference.size());
  for (std::int64_t h = 0; h < n && checked < most_candidates; ++h)
    for (std::int64_t r = 0; r < m && checked < most_candidates; ++r) {
      if (std::abs(r - h) > farthest_move) continue;
      for (std::int64_t length = 1; length <= longest_move && h + length <= n && r + length <= m && checked < most_candidates; ++length) {
        if (said[static_cast<std::size_t>(h + length - 1)] != reference[static_cast<std::size_t>(r + length - 1)]) break;
        if (!any(wrong_said, static_cast<std::size_t>(h), static_cast<std::size_t>(length)) || !any(wrong_reference, static_cast<std::size_t>(r), static_cast<std::size_t>(length))) continue;
        if (const std::int64_t home = place[static_cast<std::size_t>(r)]; home >= h && home < h + length) continue;  // it would move within itself
        std::int64_t last = -1;
        for (std::int64_t offset = -1; offset < length; ++offset) {
          const std::int64_t target = r + offset == -1 ? 0 : place[static_cast<std::size_t>(r + offset)] + 1;
          if (target == last) continue;
          last = target;
          Words after = moved(said, static_cast<std::size_t>(h), static_cast<std::size_t>(length), static_cast<std::size_t>(target));
          Rank rank{before.edits - align(after, reference).edits, length, -h, -target, std::move(after)};
          ++checked;
          if (!best || rank > *best) best = std::move(rank);
        }
      }
    }
  if (!best) return {0, said};
  return {std::get<0>(*best), std::get<4>(*best)};
}

std::int64_t edits_with_moves(Words said, const Words& reference) {
  if (reference.empty()) return static_cast<std::int64_t>(said.size());
  std::int64_t moves = 0, checked = 0;
  for (;;) {
    auto [saved, after] = best_move(said, reference, checked);
    if (checked >= most_candidates || saved <= 0) break;
    ++moves;
    said = std::move(after);
  }
  return moves + align(said, reference).edits;
}

}  // namespace

double translation_edit_rate(const std::vector<std::string>& hypotheses, const std::vector<std::vector<std::string>>& references) {
  for (const auto& all : references)
    if (all.size() != hypotheses.size()) fail(ErrorKind::shape, "translation_edit_rate: " + std::to_string(hypotheses.size()) + " hypotheses and " + std::to_string(all.size()) + " references");
  if (references.empty()) fail(ErrorKind::shape, "translation_edit_rate: there are no references");
  double edits = 0, length = 0;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    const Words said = words_of(lower_case(hypotheses[i]));
    std::int64_t least = -1;
    for (const auto& all : references) {
      const Words reference = words_of(lower_case(all[i]));
      length += static_cast<double>(reference.size()) / static_cast<double>(references.size());
      const std::int64_t now = edits_with_moves(said, reference);
      least = least < 0 ? now : std::min(least, now);
    }
    edits += static_cast<double>(least);
  }
  return length > 0 ? 100 * edits / length : edits > 0 ? 100 : 0;
}

}  // namespace candor::candid
