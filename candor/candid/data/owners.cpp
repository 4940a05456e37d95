#include "candor/candid/data/owners.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "candor/candid/data/columns.h"
#include "candor/data/table/infer_column.h"

namespace candor::candid::detail {
namespace {

const std::initializer_list<std::string_view> owners = {"patient", "subject", "person", "participant", "customer", "client", "user", "household", "family", "speaker", "writer", "author", "driver", "member", "student", "employee", "machine", "device", "engine", "sensor", "unit", "vehicle", "session", "group", "original", "source", "parent", "case", "specimen", "animal", "donor", "account", "house", "site", "well", "plant", "host", "owner", "child", "chick", "pupil", "worker", "company", "turbine", "pump", "asset", "serial", "video", "clip", "recording",
  "patientin", "proband", "probandin", "kunde", "kundin", "kunden", "nutzer", "benutzer", "teilnehmer", "fahrer", "sprecher", "haushalt", "familie", "maschine", "anlage", "gerät", "geraet", "fahrzeug", "mitarbeiter", "schüler", "schueler", "versuchsperson", "wearer", "rider", "athlete", "horse", "cow"};

bool contains(const std::vector<std::string>& words, std::initializer_list<std::string_view> some) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& w) { return std::find(some.begin(), some.end(), w) != some.end(); });
}

double cell(const CheckColumn& column, std::size_t part, std::size_t row) { return column.numeric ? column.parts[part].numbers[row] : static_cast<double>(column.parts[part].codes[row]); }

/// Rows of one group in a column.
struct Sums {
  double n = 0, sum = 0;
};

struct Alike {
  double correlation = 0, sizes = 0;  ///< within groups, by a one-way analysis of variance; mean size of the group that a row is in; 0 where there is nothing to compare
};
Alike alike_within(const std::vector<Sums>& of, double n, double sum, double squares) {
  double k = 0, sizes = 0, between = 0;
  for (const Sums& g : of)
    if (g.n > 0) ++k, sizes += g.n * g.n, between += g.sum * g.sum / g.n;
  if (k < 2 || n <= k) return {};
  const double within = (squares - between) / (n - k), among = (between - sum * sum / n) / (k - 1), usual = (n - sizes / n) / (k - 1);
  return {among + (usual - 1) * within > 0 ? std::clamp((among - within) / (among + (usual - 1) * within), 0.0, 1.0) : 0, sizes / n};
}

}  // namespace

bool says_whose(const CheckColumn& column, const Subject& s) {
  if (!column.parts[0].present || column.role == data::Role::target || (column.role == data::Role::ignore && column.asked)) return false;
  if (column.role == data::Role::group) return true;
  const std::vector<std::string> words = data::detail::name_words(column.name);
  if (words.empty() || words.size() > 3) return false;
  const bool id = contains({words.back()}, {"id", "ids", "no", "nr", "number", "code", "key", "uuid", "name", "nummer", "kennung"});
  const bool named = contains(words, owners);
  if (!named && !id) return false;
  if (!named && !(words.size() == 2 && contains({words.back()}, {"id", "uuid", "kennung"}))) return false;
  if (named && !id && words.size() > 1) return false;
  // Whole numbers or words, fewer than rows, and more than a handful.
  std::unordered_set<double> different;
  if (column.numeric) {
    for (const double x : column.parts[0].numbers) {
      if (x == x && x != std::floor(x)) return false;
      if (x == x) different.insert(x);
    }
  } else {
    for (const std::int32_t c : column.parts[0].codes)
      if (c >= 0) different.insert(c);
  }
  return different.size() >= 8 && static_cast<std::int64_t>(different.size()) * 10 <= s.rows() * 9;
}

bool seems_to_say_whose(const CheckColumn& column, const Subject& s) {
  constexpr double much = .4;
  if (column.numeric || column.role != data::Role::category || !column.parts[0].present) return false;
  const std::vector<std::int32_t>& codes = column.parts[0].codes;
  const CodeCounts counts = count_codes(column, 0);
  const auto values = std::count_if(counts.counts.begin(), counts.counts.end(), [](std::int64_t n) { return n > 0; });
  const auto several = std::count_if(counts.counts.begin(), counts.counts.end(), [](std::int64_t n) { return n > 1; });
  if (values < 15 || counts.missing > 0 || counts.present * 2 < values * 5 || several * 5 < values * 4) return false;
  std::vector<double> found;
  for (const CheckColumn& other : s.columns) {
    if (!other.numeric || other.role != data::Role::number) continue;
    const std::vector<double>& sorted = sorted_numbers(other, 0, 5000);
    if (sorted.size() < 30 || sorted.front() == sorted.back()) continue;
    const double middle = sorted[sorted.size() / 2];
    std::vector<Sums> of(counts.counts.size());
    double n = 0, sum = 0, squares = 0;
    for (std::size_t row = 0; row < codes.size(); ++row) {
      const double x = other.parts[0].numbers[row] - middle;
      if (!std::isfinite(x)) continue;
      Sums& g = of[static_cast<std::size_t>(codes[row])];
      ++g.n, g.sum += x, ++n, sum += x, squares += x * x;
    }
    found.push_back(alike_within(of, n, sum, squares).correlation);
  }
  if (found.size() < 2) return false;
  std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>((found.size() - 1) / 2), found.end());
  return found[(found.size() - 1) / 2] >= much;
}

bool of_another_time(const Subject& s, std::size_t part) {
  for (const CheckColumn& column : s.columns) {
    if (!column.numeric || !column.parts[part].present || !(column.role == data::Role::date || column.role == data::Role::order)) continue;
    const std::vector<double>&train = sorted_numbers(column, 0, 5000), &other = sorted_numbers(column, part, 5000);
    if (train.size() < 5 || other.size() < 5) continue;
    const auto outside = std::count_if(other.begin(), other.end(), [&](double x) { return x < train.front() || x > train.back(); });
    if (static_cast<std::size_t>(outside) * 2 > other.size()) return true;
  }
  return false;
}

bool has_new_owners(const CheckColumn& column, const Subject& s, std::size_t part) {
  if (!column.parts[part].present || !says_whose(column, s)) return false;
  std::unordered_set<double> known;
  for (std::int64_t row = 0; row < s.rows(); ++row)
    if (!column.is_missing(0, row)) known.insert(cell(column, 0, static_cast<std::size_t>(row)));
  std::int64_t there = 0, fresh = 0;
  for (std::int64_t row = 0; row < s.rows(part); ++row)
    if (!column.is_missing(part, row)) ++there, fresh += !known.contains(cell(column, part, static_cast<std::size_t>(row)));
  return fresh * 2 > there;
}

RowOwners::RowOwners(const Subject& s, std::size_t part) : part_(part) {
  for (const CheckColumn& column : s.columns)
    if (column.parts[part].present && says_whose(column, s)) {
      owner_ = &column;
      break;
    }
  if (!owner_) return;
  std::unordered_map<double, std::int32_t> known;
  for (std::int64_t row = 0; row < s.rows(part); ++row)
    group_.push_back(owner_->is_missing(part, row) ? -1 : known.try_emplace(cell(*owner_, part, static_cast<std::size_t>(row)), static_cast<std::int32_t>(known.size())).first->second);
  groups_ = known.size();
}

double RowOwners::effective_rows(const CheckColumn& column) const {
  const auto rows = static_cast<std::int64_t>(column.numeric ? column.parts[part_].numbers.size() : column.parts[part_].codes.size());
  const auto all = static_cast<double>(rows);
  if (!owner_ || owner_ == &column || groups_ < 2 || static_cast<std::size_t>(rows) != group_.size()) return all;
  double commonest = 0;
  if (!column.numeric) {
    const CodeCounts counts = count_codes(column, part_);
    if (counts.present == 0) return all;
    commonest = static_cast<double>(std::max_element(counts.counts.begin(), counts.counts.end()) - counts.counts.begin());
  }
  // Words count as "is the commonest".
  std::vector<Sums> of(groups_);
  double n = 0, sum = 0, squares = 0;
  for (std::size_t row = 0; row < group_.size(); ++row) {
    if (group_[row] < 0 || column.is_missing(part_, static_cast<std::int64_t>(row))) continue;
    const double x = column.numeric ? cell(column, part_, row) : static_cast<double>(cell(column, part_, row) == commonest);
    Sums& g = of[static_cast<std::size_t>(group_[row])];
    ++g.n, g.sum += x, ++n, sum += x, squares += x * x;
  }
  const Alike alike = alike_within(of, n, sum, squares);
  return alike.sizes > 0 ? all / (1 + (alike.sizes - 1) * alike.correlation) : all;
}

}  // namespace candor::candid::detail
