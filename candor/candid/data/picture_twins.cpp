#include "candor/candid/data/picture_twins.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "candor/base/threads.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/thumbnails.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t hash_side = 9, side = 24, most_train = 12000, most_other = 4000;
constexpr int near_bits = 26;          // of 144
constexpr double equal = .995, alike = .965;

using Hash = std::array<std::uint64_t, 3>;

/// Signs of the differences to the right and to below; differences that are next to nothing count as none.
Hash hash_of(std::span<const double> cells) {
  Hash hash{};
  int bit = 0;
  const auto set = [&](double difference) {
    if (difference > .004) hash[static_cast<std::size_t>(bit / 64)] |= std::uint64_t{1} << (bit % 64);
    ++bit;
  };
  for (std::int64_t r = 0; r < hash_side; ++r)
    for (std::int64_t c = 0; c + 1 < hash_side; ++c) {
      set(cells[static_cast<std::size_t>(r * hash_side + c + 1)] - cells[static_cast<std::size_t>(r * hash_side + c)]);
      set(cells[static_cast<std::size_t>((c + 1) * hash_side + r)] - cells[static_cast<std::size_t>(c * hash_side + r)]);
    }
  return hash;
}

int distance(const Hash& a, const Hash& b) { return std::popcount(a[0] ^ b[0]) + std::popcount(a[1] ^ b[1]) + std::popcount(a[2] ^ b[2]); }

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// One picture of the sample.
struct Seen {
  std::size_t part = 0;
  std::int64_t row = 0;
};

struct Candidate {
  std::int32_t a = 0, b = 0;
  bool mirrored = false;
  double likeness = 0;
};

void equal_bytes(const Subject& s, PictureTwins& out) {
  std::unordered_map<std::string_view, Seen> first;
  std::vector<Tensor> keep;
  for (std::size_t part = 0; part < s.parts.size(); ++part) {
    const Tensor features = s.parts[part].set.features.contiguous();
    keep.push_back(features);
    const std::int64_t rows = features.shape(0);
    if (rows == 0) continue;
    const auto bytes = static_cast<std::size_t>(features.size() / rows) * size_of(features.dtype());
    const char* data = static_cast<const char*>(features.raw());
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::string_view picture(data + static_cast<std::size_t>(row) * bytes, bytes);
      const auto [found, fresh] = first.try_emplace(picture, Seen{part, row});
      if (!fresh) out.pairs.push_back({found->second.part, part, found->second.row, row, true, false, 1});
    }
  }
}

}  // namespace

PictureTwins picture_twins(const Subject& s) {
  PictureTwins out;
  equal_bytes(s, out);
  std::set<std::array<std::int64_t, 4>> exact;
  for (const Twins& t : out.pairs) exact.insert({static_cast<std::int64_t>(t.part_a), t.a, static_cast<std::int64_t>(t.part_b), t.b});
  std::vector<Seen> seen;
  Matrix small{0, hash_side * hash_side, {}}, pixels{0, side * side, {}};
  for (std::size_t part = 0; part < s.parts.size(); ++part) {
    std::vector<std::int64_t> rows;
    for (std::int64_t row = 0; row < s.rows(part); row += row_step(s.rows(part), part == 0 ? most_train : most_other)) rows.push_back(row), seen.push_back({part, row});
    out.looked_at.push_back(static_cast<std::int64_t>(rows.size()));
    for (Matrix* into : {&small, &pixels}) {
      const Matrix more = thumbnails(s.parts[part].set.features, rows, into == &small ? hash_side : side);
      into->values.insert(into->values.end(), more.values.begin(), more.values.end());
      into->rows += more.rows;
    }
  }
  normalise(small);
  normalise(pixels);
  const Matrix small_mirrored = mirrored(small, hash_side), pixels_mirrored = mirrored(pixels, side);
  const auto n = static_cast<std::int64_t>(seen.size());
  std::vector<Hash> plain, turned;
  std::vector<char> blank;
  for (std::int64_t i = 0; i < n; ++i) {
    plain.push_back(hash_of(small.row(i)));
    turned.push_back(hash_of(small_mirrored.row(i)));
    blank.push_back(dot(pixels.row(i), pixels.row(i)) < .5);
  }
  std::vector<std::vector<Candidate>> found(static_cast<std::size_t>(n));
  parallel_for(n, [&](std::int64_t i) {
    const auto a = static_cast<std::size_t>(i);
    if (blank[a]) return;
    for (std::int64_t j = i + 1; j < n; ++j) {
      const auto b = static_cast<std::size_t>(j);
      if (blank[b]) continue;
      if (distance(plain[a], plain[b]) <= near_bits) {
        const double r = dot(pixels.row(i), pixels.row(j));
        if (r > .9) found[a].push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), false, r});
      }
      if (distance(turned[a], plain[b]) <= near_bits) {
        const double r = dot(pixels_mirrored.row(i), pixels.row(j));
        if (r > .9) found[a].push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j), true, r});
      }
    }
  });
  // For each picture the likeness to the best others, by which a copy stands out.
  std::vector<std::array<double, 4>> best(static_cast<std::size_t>(n), {0, 0, 0, 0});
  for (const auto& of : found)
    for (const Candidate& c : of)
      for (const std::int32_t i : {c.a, c.b}) {
        auto& top = best[static_cast<std::size_t>(i)];
        double r = c.likeness;
        for (double& t : top)
          if (r > t) std::swap(r, t);
      }
  for (const auto& of : found)
    for (const Candidate& c : of) {
      const Seen &a = seen[static_cast<std::size_t>(c.a)], &b = seen[static_cast<std::size_t>(c.b)];
      if (!c.mirrored && exact.contains({static_cast<std::int64_t>(a.part), a.row, static_cast<std::int64_t>(b.part), b.row})) continue;
      // A symmetric picture is its own mirror picture; its copies are no mirrored ones.
      if (c.mirrored && (dot(pixels_mirrored.row(c.a), pixels.row(c.a)) > c.likeness - .02 || dot(pixels.row(c.a), pixels.row(c.b)) > c.likeness - .02)) continue;
      if (!c.mirrored && dot(pixels_mirrored.row(c.a), pixels.row(c.b)) > c.likeness + .005) continue;
      // The fourth best: a picture may have a few copies of its own.
      const double third = std::max(best[static_cast<std::size_t>(c.a)][3], best[static_cast<std::size_t>(c.b)][3]);
      const bool stands_out = 1 - c.likeness < .25 * (1 - third);
      if (c.likeness < alike || !(stands_out || (c.likeness >= equal && 1 - c.likeness < .5 * (1 - third)))) continue;
      out.pairs.push_back({a.part, b.part, a.row, b.row, false, c.mirrored, c.likeness});
    }
  return out;
}

}  // namespace candor::candid::detail
