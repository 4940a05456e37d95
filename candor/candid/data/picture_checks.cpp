// What copies of pictures say: in two parts (data.duplicate-rows, data.group-split), under two labels (data.label-conflict), mirrored without a thought for the label (data.flip-label).
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "candor/base/text.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/check.h"
#include "candor/candid/data/picture_twins.h"

namespace candor::candid::detail {
namespace {

std::string pair_names(const Subject& s, const std::vector<const Twins*>& pairs, std::size_t limit = 4) {
  std::string text;
  for (std::size_t i = 0; i < std::min(limit, pairs.size()); ++i) text += (i ? "; " : "") + picture_name(s, pairs[i]->part_a, pairs[i]->a) + " = " + picture_name(s, pairs[i]->part_b, pairs[i]->b);
  if (pairs.size() > limit) text += "; ... (" + with_thousands(static_cast<std::int64_t>(pairs.size())) + " in all)";
  return text;
}

/// The same picture, as people would say.
bool is_copy(const Twins& t) { return !t.mirrored && !t.turned && !t.cropped && t.grain; }

std::int32_t label_of(const Subject& s, std::size_t part, std::int64_t row) { return s.has_labels(part) ? s.labels[part][static_cast<std::size_t>(row)] : -1; }

/// Pictures of a part that have a copy in the training part, and how many were looked at.
std::set<std::int64_t> copied(const PictureTwins& twins, std::size_t part, const auto& which) {
  std::set<std::int64_t> rows;
  for (const Twins& t : twins.pairs)
    if (t.part_a == 0 && t.part_b == part && which(t)) rows.insert(t.b);
  return rows;
}

/// The class that a mirrored picture belongs to, by names: left and right change places.
std::optional<std::size_t> mirrored_class(const Subject& s, std::size_t label) {
  static const std::vector<std::pair<std::string, std::string>> sides = {{"left", "right"}, {"links", "rechts"}, {"gauche", "droite"}, {"west", "east"}};
  const std::string name = lower_case(s.class_names[label]);
  for (const auto& [a, b] : sides)
    for (const bool swap : {false, true}) {
      const std::string &from = swap ? b : a, &to = swap ? a : b;
      const std::size_t at = name.find(from);
      if (at == std::string::npos) continue;
      std::string partner = name;
      partner.replace(at, from.size(), to);
      for (std::size_t k = 0; k < s.class_names.size(); ++k)
        if (lower_case(s.class_names[k]) == partner) return k;
    }
  return std::nullopt;
}

}  // namespace

std::string picture_name(const Subject& s, std::size_t part, std::int64_t row) {
  const std::vector<std::string>& names = s.parts[part].set.row_names;
  const auto at = static_cast<std::size_t>(row);
  if (at >= names.size()) return "picture " + with_thousands(row + 1);
  const std::string& path = names[at];
  const std::size_t slash = path.find_last_of('/'), before = slash == std::string::npos || slash == 0 ? std::string::npos : path.find_last_of('/', slash - 1);
  return before == std::string::npos ? path : path.substr(before + 1);
}

std::vector<Finding> duplicate_pictures(const Subject& s, const PictureTwins& twins) {
  std::vector<Finding> findings;
  std::vector<const Twins*> within;
  std::set<std::int64_t> copies;
  for (const Twins& t : twins.pairs)
    if (t.part_a == 0 && t.part_b == 0 && is_copy(t)) within.push_back(&t), copies.insert(t.b);
  const double rate_within = static_cast<double>(within.size()) / std::max(1.0, .5 * static_cast<double>(twins.looked_at[0]) * static_cast<double>(twins.looked_at[0] - 1));
  if (static_cast<std::int64_t>(copies.size()) >= std::max<std::int64_t>(3, twins.looked_at[0] / 100))
    findings.push_back({"data.duplicate-rows", Severity::note, with_thousands(static_cast<std::int64_t>(copies.size())) + " training pictures (" + percent(static_cast<std::int64_t>(copies.size()), twins.looked_at[0]) + ") are copies of others, as " + pair_names(s, within, 2) + ": a split that parts copies gives a score that is too good", s.parts[0].name,
                        {{"copies", static_cast<double>(copies.size())}, {"looked at", static_cast<double>(twins.looked_at[0])}}});
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    std::vector<const Twins*> pairs;
    std::int64_t exact = 0;
    for (const Twins& t : twins.pairs)
      if (t.part_a == 0 && t.part_b == part && is_copy(t)) pairs.push_back(&t), exact += t.exact;
    const auto rows = static_cast<std::int64_t>(copied(twins, part, [](const Twins& t) { return is_copy(t); }).size());
    if (rows == 0) continue;
    const double share = static_cast<double>(rows) / static_cast<double>(std::max<std::int64_t>(twins.looked_at[part], 1));
    // Pictures drawn by a program repeat themselves by nature, then within the training part as well.
    const double by_source = rate_within * static_cast<double>(twins.looked_at[0]) * static_cast<double>(twins.looked_at[part]);
    const bool source = static_cast<double>(pairs.size()) < 2 * by_source + 3 * std::sqrt(by_source);
    const bool many = !source && rows >= 3 && share >= .01 && s.parts[part].kind != PartKind::served;
    findings.push_back({"data.duplicate-rows", many ? Severity::error : Severity::note,
                        with_thousands(rows) + " of " + with_thousands(twins.looked_at[part]) + " " + (s.parts[part].kind == PartKind::test ? "test" : "served") + " pictures (" + percent(share) + ") are also in the training part, " + with_thousands(exact) + " byte by byte, the others nearly, as " + pair_names(s, pairs, 2) +
                            (many ? ": a model can know them by heart, so the score says more than it will do on new pictures; take them out of one part" : ""),
                        s.parts[part].name + ": " + pair_names(s, pairs), {{"pictures in both parts", static_cast<double>(rows)}, {"share", share}, {"byte by byte", static_cast<double>(exact)}, {"looked at", static_cast<double>(twins.looked_at[part])}}});
  }
  return findings;
}

std::vector<Finding> pictures_on_both_sides(const Subject& s, const PictureTwins& twins) {
  std::vector<Finding> findings;
  if (s.parts.size() < 2) skip("needs a test part");
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    if (s.parts[part].kind != PartKind::test) continue;
    std::vector<const Twins*> pairs;
    for (const Twins& t : twins.pairs)
      if (t.part_a == 0 && t.part_b == part && !t.exact) pairs.push_back(&t);
    // Shots of one motif in a row are alike by nature; a copy keeps nearly every pixel.
    const auto sure = [](const Twins& t) { return !t.exact && t.grain && (t.turned || t.cropped || t.likeness >= (t.mirrored ? .985 : .993)); };
    const auto count = [&](const auto& which) { return static_cast<std::int64_t>(copied(twins, part, which).size()); };
    const std::int64_t whole = count([](const Twins& t) { return !t.exact && !t.cropped; }), cropped = count([](const Twins& t) { return t.cropped; }), rows = whole + cropped;
    const auto of = [](std::int64_t some, std::int64_t all) { return static_cast<double>(some) / static_cast<double>(std::max<std::int64_t>(all, 1)); };
    const double share = std::min(1.0, of(whole, twins.looked_at[part]) + of(cropped, twins.asked_for_crops[part]));
    if (rows < 3 || share < .01) continue;
    const std::int64_t surely = count(sure);
    if (surely < 3 || of(surely, twins.looked_at[part]) + of(cropped, twins.asked_for_crops[part]) < .01 || surely * 4 < rows) {
      findings.push_back({"data.group-split", Severity::note, "pictures that look nearly like a training picture make up " + percent(share) + " of the test part, as " + pair_names(s, pairs, 2) + ": if these are shots of one scene, person or machine, keep them on one side (a table of paths with a column that names them, and --group), or the score says nothing about new ones",
                          s.parts[part].name + ": " + pair_names(s, pairs), {{"pictures", static_cast<double>(rows)}, {"share", share}}});
      continue;
    }
    // Simple shapes resemble one another by themselves, now and then to the pixel; copies made before the parts were made concern many.
    const bool by_chance = twins.even_grounds > .5 && share < .2;
    if (by_chance) {
      findings.push_back({"data.group-split", Severity::note, "pictures that look like altered copies (mirrored, turned, brighter) of training pictures make up " + percent(share) + " of the test part, as " + pair_names(s, pairs, 2) + "; simple shapes on an even ground resemble one another by chance, so look at a few of them",
                          s.parts[part].name + ": " + pair_names(s, pairs), {{"pictures", static_cast<double>(rows)}, {"share", share}}});
      continue;
    }
    findings.push_back({"data.group-split", Severity::error, "altered copies (mirrored, turned, cropped, grey, brighter, saved again) of training pictures make up " + percent(share) + " of the test part, as " + pair_names(s, pairs, 2) + ": pictures were augmented before they were parted; part the originals first, and alter training pictures only",
                        s.parts[part].name + ": " + pair_names(s, pairs), {{"pictures", static_cast<double>(rows)}, {"share", share}}});
  }
  return findings;
}

std::vector<Finding> conflicting_pictures(const Subject& s, const PictureTwins& twins) {
  std::vector<Finding> findings;
  std::vector<const Twins*> pairs;
  std::set<std::pair<std::size_t, std::int64_t>> pictures;
  for (const Twins& t : twins.pairs) {
    const std::int32_t a = label_of(s, t.part_a, t.a), b = label_of(s, t.part_b, t.b);
    if (!is_copy(t) || a < 0 || b < 0 || a == b) continue;
    pairs.push_back(&t);
    pictures.emplace(t.part_b, t.b);
  }
  if (pairs.empty()) return findings;
  const double share = static_cast<double>(pictures.size()) / static_cast<double>(std::max<std::int64_t>(s.rows(), 1));
  findings.push_back({"data.label-conflict", pictures.size() < 3 ? Severity::note : share >= .01 ? Severity::error : Severity::warning,
                      "the same picture carries different labels " + (pictures.size() == 1 ? std::string("once") : with_thousands(static_cast<std::int64_t>(pictures.size())) + " times") + ", as " + pair_names(s, pairs, 2) + ": one of each two labels is wrong; look at them and mend the labels", pair_names(s, pairs),
                      {{"pictures", static_cast<double>(pictures.size())}, {"share", share}}});
  return findings;
}

std::vector<Finding> flip_labels(const Subject& s, const PictureTwins& twins) {
  if (!s.is_classification() || !s.has_labels(0)) skip("needs classes");
  std::vector<Finding> findings;
  std::vector<const Twins*> same, other, wrong;
  bool sides = false;
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> moved;
  std::vector<const Twins*> copies;
  std::int64_t copies_right = 0;
  for (const Twins& t : twins.pairs) {
    const std::int32_t a = label_of(s, t.part_a, t.a), b = label_of(s, t.part_b, t.b);
    if (a < 0 || b < 0 || t.turned || t.cropped || !t.grain) continue;
    if (!t.mirrored) {
      if (t.exact || a == b) copies_right += a == b;
      else copies.push_back(&t), ++moved[{std::min(a, b), std::max(a, b)}];
      continue;
    }
    (a == b ? same : other).push_back(&t);
    if (const auto partner = mirrored_class(s, static_cast<std::size_t>(a))) {
      sides = true;
      if (static_cast<std::size_t>(b) != *partner) wrong.push_back(&t);
    }
  }
  const auto say = [&](const std::vector<const Twins*>& pairs, const std::string& text, std::int64_t of) {
    findings.push_back({"data.flip-label", Severity::error, text + ", as " + pair_names(s, pairs, 2) + "; mend the labels of these copies, or make them anew", pair_names(s, pairs), {{"pairs", static_cast<double>(pairs.size())}, {"of", static_cast<double>(of)}}});
  };
  const auto all = static_cast<std::int64_t>(same.size() + other.size());
  if (sides && wrong.size() >= 3) {
    say(wrong, with_thousands(static_cast<std::int64_t>(wrong.size())) + " mirrored copies do not carry the mirrored label: what was left is right in a mirror", all);
  } else if (!sides && all >= 3) {
    // Without names the rest of the copies says what mirroring does to a label.
    const bool mostly_same = same.size() >= other.size();
    const std::vector<const Twins*>& few = mostly_same ? other : same;
    if (few.size() >= 3 && static_cast<double>(few.size()) <= .45 * static_cast<double>(all))
      say(few, with_thousands(static_cast<std::int64_t>(few.size())) + " of " + with_thousands(all) + " mirrored copies carry " + (mostly_same ? "another label than their original" : "their original's label") + ", unlike all the others", all);
    else if (mostly_same ? false : same.empty() && copies_right == 0)
      findings.push_back({"data.flip-label", Severity::note, with_thousands(all) + " mirrored copies carry another label than their original: right where left and right are the classes, wrong otherwise", pair_names(s, other), {{"pairs", static_cast<double>(all)}}});
  }
  // Copies that were not mirrored and stand under another label: each class under one other, as a flip would change them.
  if (copies.size() >= 3) {
    std::map<std::int32_t, std::map<std::int32_t, std::int64_t>> to;
    for (const auto& [pair, n] : moved) to[pair.first][pair.second] += n, to[pair.second][pair.first] += n;
    std::int64_t paired = 0;
    for (const auto& [pair, n] : moved) {
      const auto top = [&](std::int32_t k) { return std::max_element(to[k].begin(), to[k].end(), [](const auto& a, const auto& b) { return a.second < b.second; })->first; };
      const auto partner = mirrored_class(s, static_cast<std::size_t>(pair.first));
      if ((partner && static_cast<std::int32_t>(*partner) == pair.second) || (top(pair.first) == pair.second && top(pair.second) == pair.first)) paired += n;
    }
    if (paired * 5 >= static_cast<std::int64_t>(copies.size()) * 4)
      say(copies, with_thousands(static_cast<std::int64_t>(copies.size())) + " altered copies (grey, brighter, saved again) that were not mirrored carry another label than their original, as if they had been", static_cast<std::int64_t>(copies.size()) + copies_right);
  }
  return findings;
}

}  // namespace candor::candid::detail
