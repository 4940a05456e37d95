#include "candor/candid/data/picture_twins.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

#include "candor/base/threads.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/picture_crops.h"
#include "candor/candid/data/picture_pairs.h"
#include "candor/candid/data/thumbnails.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t hash_side = 9, side = 24, most_train = 12000, most_other = 4000;
constexpr int near_bits = 26, turned_bits = 8;  // of 144
constexpr double equal = .995, alike = .965, turned_alike = .998;

using Hash = PictureHash;

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

/// One picture of the sample.
struct Seen {
  std::size_t part = 0;
  std::int64_t row = 0;
};

struct Candidate {
  std::int32_t a = 0, b = 0;
  bool mirrored = false;
  double likeness = 0;
  bool turned = false;
};

/// Where each pixel of a turned picture comes from: a quarter, half and three quarters of a circle, upside down, and mirrored along both diagonals.
std::vector<std::vector<std::size_t>> turns(std::int64_t size) {
  std::vector<std::vector<std::size_t>> out;
  const std::int64_t n = size - 1;
  for (int way = 0; way < 6; ++way) {
    std::vector<std::size_t> from;
    for (std::int64_t r = 0; r < size; ++r)
      for (std::int64_t c = 0; c < size; ++c) {
        const std::int64_t row = way == 0 ? n - c : way == 1 ? n - r : way == 2 ? c : way == 3 ? n - r : way == 4 ? c : n - c;
        const std::int64_t column = way == 0 ? r : way == 1 ? n - c : way == 2 ? n - r : way == 3 ? c : way == 4 ? r : n - r;
        from.push_back(static_cast<std::size_t>(row * size + column));
      }
    out.push_back(std::move(from));
  }
  return out;
}

double dot_from(std::span<const double> a, const std::vector<std::size_t>& from, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < from.size(); ++i) sum += a[from[i]] * b[i];
  return sum;
}

/// Most of the picture is one brightness: shapes drawn on an even ground fit each other when their edges may be moved, and nothing can be told of crops.
bool even_ground(std::span<const double> cells) {
  const auto [low, high] = std::minmax_element(cells.begin(), cells.end());
  const double width = std::max(*high - *low, 1e-12);
  std::array<double, 24> counts{};
  for (const double x : cells) counts[std::min<std::size_t>(static_cast<std::size_t>((x - *low) / width * 24), 23)] += 1;
  return *std::max_element(counts.begin(), counts.end()) > .3 * static_cast<double>(cells.size());
}

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
      if (!fresh) out.pairs.push_back({.part_a = found->second.part, .part_b = part, .a = found->second.row, .b = row, .exact = true});
    }
  }
}

CropView view_of(const Subject& s, const Seen& seen, bool mirror = false) {
  Matrix fine = thumbnails(s.parts[seen.part].set.features.view_slice(0, seen.row, seen.row + 1), std::vector<std::int64_t>{0}, crop_fine);
  if (mirror) fine = mirrored(fine, crop_fine);
  return CropView(fine.row(0));
}

/// Whether whole copies agree in their grain, too. On an even ground there is none.
void look_at_grain(const Subject& s, PictureTwins& out) {
  constexpr double grain_alike = .7;  // saved again, with noise: .8 and more; two landscapes brought together: .1 to .35
  parallel_for(static_cast<std::int64_t>(out.pairs.size()), [&](std::int64_t i) {
    Twins& t = out.pairs[static_cast<std::size_t>(i)];
    if (t.exact || t.turned || t.cropped || t.grain) return;
    t.grain = view_of(s, {t.part_a, t.a}, t.mirrored).detail(view_of(s, {t.part_b, t.b})) >= grain_alike;
  });
}

/// The pictures of other parts (or, alone, of the training part) against the few training pictures whose hashes are nearest.
void add_crops(const Subject& s, const std::vector<Seen>& seen, const std::vector<Hash>& plain, const std::vector<char>& blank, const std::vector<char>& even, PictureTwins& out) {
  constexpr std::int64_t most_asked = 200;
  constexpr std::size_t nearest = 3;
  constexpr int far_bits = 52;
  constexpr double crop_alike = .985, grain_alike = .7, much_nearer = .2;
  std::vector<std::size_t> asked;
  const bool alone = s.parts.size() == 1;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if ((alone || seen[i].part > 0) && !blank[i] && !even[i]) asked.push_back(i);
  out.asked_for_crops.assign(s.parts.size(), 0);
  if (asked.empty()) return;
  std::vector<std::size_t> some;
  for (std::size_t i = 0; i < asked.size(); i += static_cast<std::size_t>(row_step(static_cast<std::int64_t>(asked.size()), most_asked))) some.push_back(asked[i]), ++out.asked_for_crops[seen[asked[i]].part];
  std::set<std::array<std::int64_t, 4>> known;
  for (const Twins& t : out.pairs) known.insert({static_cast<std::int64_t>(t.part_a), t.a, static_cast<std::int64_t>(t.part_b), t.b});
  std::vector<std::optional<Twins>> found(some.size());
  parallel_for(static_cast<std::int64_t>(some.size()), [&](std::int64_t at) {
    const std::size_t i = some[static_cast<std::size_t>(at)];
    std::vector<std::pair<int, std::size_t>> near;
    for (std::size_t j = 0; j < seen.size(); ++j)
      if (seen[j].part == 0 && j != i && !blank[j])
        if (const int d = hash_distance(plain[i], plain[j]); d <= far_bits) near.emplace_back(d, j);
    std::sort(near.begin(), near.end());
    if (near.size() > nearest) near.resize(nearest);
    if (near.empty()) return;
    const CropView own = view_of(s, seen[i]);
    double best = 0, second = 0, plainly = 0, grain = 0;
    std::size_t which = 0;
    for (const auto& [d, j] : near) {
      const CropView other = view_of(s, seen[j]);
      const double plain_one = own.likeness(other);
      if (plain_one < .2) continue;  // a window of at least three quarters still looks somewhat like the whole
      const CropMatch match = crop_match(own, other);
      const double r = match.likeness;
      if (r > best) second = best, best = r, which = j, plainly = plain_one, grain = match.detail;
      else second = std::max(second, r);
    }
    // Simple shapes fit many others when their edges may be moved; a copy fits one, and in its grain, too.
    if (best < crop_alike || grain < grain_alike || best < plainly + .005 || 1 - best > much_nearer * (1 - second)) return;
    const Seen &a = seen[std::min(which, i)], &b = seen[std::max(which, i)];
    if (known.contains({static_cast<std::int64_t>(a.part), a.row, static_cast<std::int64_t>(b.part), b.row})) return;
    found[static_cast<std::size_t>(at)] = Twins{.part_a = a.part, .part_b = b.part, .a = a.row, .b = b.row, .cropped = true, .likeness = best};
  });
  std::set<std::array<std::int64_t, 4>> told;
  for (const std::optional<Twins>& t : found)
    if (t && told.insert({static_cast<std::int64_t>(t->part_a), t->a, static_cast<std::int64_t>(t->part_b), t->b}).second) out.pairs.push_back(*t);
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
  const std::vector<std::vector<std::size_t>> small_turns = turns(hash_side), pixel_turns = turns(side);
  std::vector<std::array<Hash, 6>> ways(static_cast<std::size_t>(n));
  std::vector<char> blank, even;
  for (std::int64_t i = 0; i < n; ++i) {
    plain.push_back(hash_of(small.row(i)));
    turned.push_back(hash_of(small_mirrored.row(i)));
    blank.push_back(row_product(pixels.row(i), pixels.row(i)) < .5), even.push_back(even_ground(pixels.row(i)));
    std::vector<double> cells(static_cast<std::size_t>(hash_side * hash_side));
    for (std::size_t way = 0; way < small_turns.size(); ++way) {
      for (std::size_t k = 0; k < cells.size(); ++k) cells[k] = small.row(i)[small_turns[way][k]];
      ways[static_cast<std::size_t>(i)][way] = hash_of(cells);
    }
  }
  const AlikePictures alike_pixels(pixels, side), alike_mirrored(pixels_mirrored, side);
  std::vector<std::vector<Candidate>> found(static_cast<std::size_t>(n));
  parallel_for(n, [&](std::int64_t i) {
    const auto a = static_cast<std::size_t>(i);
    if (blank[a]) return;
    std::vector<std::int32_t> near;
    // On even grounds only what agrees but for rounding is a copy, and only likenesses close to that decide which.
    const auto least = [&](std::size_t b) { return even[a] && even[b] ? .99 : .9; };
    for (const bool mirror : {false, true}) {
      near_hashes(plain, i + 1, mirror ? turned[a] : plain[a], near_bits, near);
      for (const std::int32_t j : near) {
        if (blank[static_cast<std::size_t>(j)]) continue;
        if (const double r = (mirror ? alike_mirrored : alike_pixels).above(i, alike_pixels, j, least(static_cast<std::size_t>(j))); r > 0) found[a].push_back({static_cast<std::int32_t>(i), j, mirror, r});
      }
    }
    for (std::size_t way = 0; way < (even[a] ? 0 : pixel_turns.size()); ++way) {
      near_hashes(plain, i + 1, ways[a][way], turned_bits, near);
      for (const std::int32_t j : near) {
        if (blank[static_cast<std::size_t>(j)] || even[static_cast<std::size_t>(j)]) continue;
        const double r = dot_from(pixels.row(i), pixel_turns[way], pixels.row(j));
        // A picture that looks the same when it is turned has no turned copies.
        if (r < turned_alike || dot_from(pixels.row(i), pixel_turns[way], pixels.row(i)) > r - .02) continue;
        if (row_product(pixels.row(i), pixels.row(j)) > r - .02 || row_product(pixels_mirrored.row(i), pixels.row(j)) > r - .02) continue;
        found[a].push_back({static_cast<std::int32_t>(i), j, false, r, true});
      }
    }
    // As the rows come, and turned in one way only.
    std::stable_sort(found[a].begin(), found[a].end(), [](const Candidate& x, const Candidate& y) { return x.b < y.b; });
    found[a].erase(std::unique(found[a].begin(), found[a].end(), [](const Candidate& x, const Candidate& y) { return x.b == y.b && x.turned && y.turned; }), found[a].end());
  });
  // For each picture the likeness to the best others, by which a copy stands out.
  std::vector<std::array<double, 4>> best(static_cast<std::size_t>(n), {0, 0, 0, 0});
  for (const auto& of : found)
    for (const Candidate& c : of)
      for (const std::int32_t i : {c.a, c.b}) {
        if (c.turned) continue;
        auto& top = best[static_cast<std::size_t>(i)];
        double r = c.likeness;
        for (double& t : top)
          if (r > t) std::swap(r, t);
      }
  for (const auto& of : found)
    for (const Candidate& c : of) {
      const Seen &a = seen[static_cast<std::size_t>(c.a)], &b = seen[static_cast<std::size_t>(c.b)];
      if (c.turned) {
        out.pairs.push_back({.part_a = a.part, .part_b = b.part, .a = a.row, .b = b.row, .turned = true, .likeness = c.likeness});
        continue;
      }
      if (!c.mirrored && exact.contains({static_cast<std::int64_t>(a.part), a.row, static_cast<std::int64_t>(b.part), b.row})) continue;
      // A symmetric picture is its own mirror picture; its copies are no mirrored ones.
      if (c.mirrored && (row_product(pixels_mirrored.row(c.a), pixels.row(c.a)) > c.likeness - .02 || row_product(pixels.row(c.a), pixels.row(c.b)) > c.likeness - .02)) continue;
      if (!c.mirrored && row_product(pixels_mirrored.row(c.a), pixels.row(c.b)) > c.likeness + .005) continue;
      // The fourth best: a picture may have a few copies of its own.
      const double third = std::max(best[static_cast<std::size_t>(c.a)][3], best[static_cast<std::size_t>(c.b)][3]);
      const bool stands_out = 1 - c.likeness < .25 * (1 - third);
      // Shapes on an even ground are alike by themselves: a copy agrees but for rounding.
      if (c.likeness < turned_alike && even[static_cast<std::size_t>(c.a)] && even[static_cast<std::size_t>(c.b)]) continue;
      if (c.likeness < alike || !(stands_out || (c.likeness >= equal && 1 - c.likeness < .5 * (1 - third)))) continue;
      out.pairs.push_back({.part_a = a.part, .part_b = b.part, .a = a.row, .b = b.row, .mirrored = c.mirrored, .likeness = c.likeness, .grain = even[static_cast<std::size_t>(c.a)] || even[static_cast<std::size_t>(c.b)]});
    }
  look_at_grain(s, out);
  out.even_grounds = static_cast<double>(std::count(even.begin(), even.end(), 1)) / static_cast<double>(std::max<std::size_t>(even.size(), 1));
  add_crops(s, seen, plain, blank, even, out);
  return out;
}

}  // namespace candor::candid::detail
