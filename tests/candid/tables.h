// Small tables of two kinds of fruit, and what the checks say of them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "candor/candid/data/checks.h"
#include "candor/data/table/read_table.h"

namespace candor::candid {

/// A generator of numbers in [0, 1).
struct Numbers {
  std::uint64_t state = 1;
  double share() {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state >> 11) * 0x1p-53;
  }
  double normal() { return std::sqrt(-2 * std::log(1 - share())) * std::cos(6.283185307179586 * share()); }
};

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

inline std::string text(double x) { return std::to_string(x); }

/// Two clouds in three columns and a word that goes with the class in most rows.
inline Rows clouds(int rows, std::uint64_t seed) {
  Numbers n{seed};
  Rows out = {{"length", "width", "height", "colour", "kind"}};
  for (int i = 0; i < rows; ++i) {
    const bool second = n.share() < .5;
    const double middle = second ? 6.5 : 3;
    out.push_back({text(middle + n.normal()), text(20 + 3 * middle + 4 * n.normal()), text(170 + 6 * n.normal()), n.share() < .7 ? (second ? "red" : "blue") : "green", second ? "plum" : "pear"});
  }
  return out;
}

inline std::string csv(const Rows& rows) {
  std::string out;
  for (const Row& row : rows)
    for (std::size_t j = 0; j < row.size(); ++j) out += row[j] + (j + 1 < row.size() ? "," : "\n");
  return out;
}

inline Checkup check(const Rows& train, const Rows& other = {}, const std::string& target = "kind", PartKind kind = PartKind::test) {
  std::vector<NamedTable> tables;
  tables.push_back({PartKind::train, "train.csv", data::parse_table(csv(train), {.header = data::Header::yes}, "train.csv")});
  if (!other.empty()) tables.push_back({kind, "other.csv", data::parse_table(csv(other), {.header = data::Header::yes}, "other.csv")});
  data::SchemaOptions options;
  if (!target.empty()) options.targets = {target};
  return check_subject(table_subject(std::move(tables), options));
}

/// The gravest severity that came with the id; nothing when it did not come.
inline std::string said(const Checkup& checkup, const std::string& id) {
  std::string word;
  Severity gravest = Severity::note;
  for (const Finding& f : checkup.findings)
    if (f.id == id && (word.empty() || f.severity > gravest)) gravest = f.severity, word = to_string(f.severity);
  return word;
}

}  // namespace candor::candid
