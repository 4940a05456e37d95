// data.types: columns that hold something else than they seem to: numbers written as words, dates as numbers, ids, two units in one column, one word spelled in several ways.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/data/table/infer_column.h"
#include "candor/candid/data/units.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {
namespace {

/// What stands around the number of a cell, as in "12 kg", "EUR 5", "1,234.5", "<3", "45 %"; nothing when there is no number or it is part of a code, as in "A12" and "18-25".
std::optional<std::string> dress_of(std::string_view cell) {
  std::string before, digits, after;
  for (const char c : trimmed(cell)) {
    const bool digit = c >= '0' && c <= '9';
    if (c == ' ' || c == '\'' || (c == ',' && !digits.empty())) continue;
    if (digit || ((c == '.' || c == '-' || c == '+') && after.empty() && before.find_first_not_of("$<>~=") == std::string::npos)) {
      if (!after.empty()) return std::nullopt;
      digits += c;
    } else {
      (digits.empty() ? before : after) += c;
    }
  }
  if (digits.empty() || !parse_number(digits)) return std::nullopt;
  const std::string front = lower_case(before);
  const bool letters = std::any_of(front.begin(), front.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (letters && front != "eur" && front != "usd" && front != "gbp" && front != "chf") return std::nullopt;
  return before + "#" + after;
}

void numbers_as_words(const Subject& s, const CheckColumn& column, std::vector<Finding>& findings) {
  if (column.numeric) {
    const CheckCells& cells = column.parts[0];
    if (cells.unread > 0 && column.role == data::Role::number)
      findings.push_back({"data.types", Severity::warning, column_text(column) + " holds numbers, but " + with_thousands(cells.unread) + " of " + with_thousands(s.rows()) + " cells are none, as " + candor::quoted(cells.unread_cell) + ": they count as missing; mend them, or say --missing " + candor::quoted(cells.unread_cell), s.parts[0].name + ": " + column.name,
                          {{"cells that are no number", static_cast<double>(cells.unread)}}});
    return;
  }
  const CodeCounts counts = count_codes(column, 0);
  std::int64_t plain = 0, dressed = 0, other = 0;
  std::size_t words = 0, example = 0, stray = 0;
  std::set<std::string> dresses;
  for (std::size_t k = 0; k < counts.counts.size(); ++k) {
    if (counts.counts[k] == 0) continue;
    ++words;
    if (parse_number(trimmed(column.words[k]))) plain += counts.counts[k];
    else if (const auto dress = dress_of(column.words[k]); dress && (dresses.size() < 5 || dresses.contains(*dress))) dressed += counts.counts[k], example = k, dresses.insert(*dress);
    else other += counts.counts[k], stray = k;
  }
  const std::int64_t all = plain + dressed + other;
  if (all < 20 || words < 10 || !column.parts[0].words) return;
  if (dressed > 0 && (plain + dressed) * 100 >= all * 90) {
    findings.push_back({"data.types", Severity::warning, column_text(column) + " holds numbers written as words, as " + candor::quoted(column.words[example]) + " (" + percent(dressed, all) + " of the cells): they are taken for words, so that 10 is as far from 11 as from 1000; write plain numbers", s.parts[0].name + ": " + column.name,
                        {{"cells", static_cast<double>(dressed)}, {"different words", static_cast<double>(words)}}});
  } else if (plain * 2 > all && other > 0) {
    findings.push_back({"data.types", Severity::warning, column_text(column) + " holds numbers, but " + with_thousands(dressed + other) + " of " + with_thousands(all) + " cells are none, as " + candor::quoted(column.words[stray]) + ", so that all are taken for words; mend them, or say --missing " + candor::quoted(column.words[stray]), s.parts[0].name + ": " + column.name,
                        {{"cells that are no number", static_cast<double>(dressed + other)}}});
  }
}

/// "created", "last_seen", "ts": what people name a moment.
bool named_like_a_moment(const std::string& column) {
  static constexpr std::array<std::string_view, 24> parts = {"time", "date", "stamp", "epoch", "unix", "creat", "modif", "join", "regist", "login", "seen", "visit", "posted", "publish", "purchas", "bought", "sold", "order", "start", "begin", "birth", "opened", "closed", "expir"};
  const std::string name = lower_case(column);
  return name.ends_with("_at") || name == "ts" || name == "day" || name == "when" || std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return name.find(part) != std::string::npos; });
}

bool mostly_different(const std::vector<double>& sorted) {
  std::size_t different = 1;
  for (std::size_t i = 1; i < sorted.size(); ++i) different += sorted[i] > sorted[i - 1];
  return different * 2 > sorted.size();
}

void dates_as_numbers(const Subject& s, const CheckColumn& column, std::vector<Finding>& findings) {
  if (!column.numeric || column.role == data::Role::date || !(column.is_input() || column.role == data::Role::id)) return;
  const std::vector<double>& sorted = sorted_numbers(column, 0);
  if (sorted.size() < 20 || sorted.front() == sorted.back()) return;
  const bool whole = std::all_of(sorted.begin(), sorted.end(), [](double x) { return x == std::floor(x); });
  const bool calendar = whole && std::all_of(sorted.begin(), sorted.end(), [](double x) {
    const auto d = static_cast<std::int64_t>(std::clamp(x, 0.0, 1e9));
    const std::int64_t year = d / 10000, month = d / 100 % 100, day = d % 100;
    return year >= 1900 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  });
  // Seconds or milliseconds since 1970. Without a name that says so only whole numbers, nearly all different, between 2001 and 2038 are taken for such.
  const bool named = named_like_a_moment(column.name);
  const auto between = [&](double low, double high) { return sorted.front() > low && sorted.back() < high; };
  const bool seconds = whole && (named ? between(3e8, 4.2e9) || between(3e11, 4.2e12) : sorted.back() - sorted.front() > 86400 && (between(1e9, 2147483647) || between(1e12, 2147483647e3)) && mostly_different(sorted));
  if (!calendar && !seconds) return;
  findings.push_back({"data.types", calendar || named ? Severity::warning : Severity::note, column_text(column) + (calendar || named ? " holds" : " seems to hold") + " dates written as numbers (" + value_text(sorted.front()) + " to " + value_text(sorted.back()) + "): as numbers " + (calendar ? "the last of a month lies 70 away from the next day" : "they only grow, and new rows lie outside of what was learned") + "; give it the role date in a schema file with format " + (calendar ? "%Y%m%d" : "%s") + ", or leave it out",
                      s.parts[0].name + ": " + column.name, {{"lowest", sorted.front()}, {"highest", sorted.back()}}});
}

void ids_as_inputs(const Subject& s, const CheckColumn& column, std::vector<Finding>& findings) {
  if (column.asked || s.rows() < 50) return;
  if (column.role == data::Role::id) {
    findings.push_back({"data.types", Severity::note, column_text(column) + " is different in every row and is taken for an id: it is not learned from", s.parts[0].name + ": " + column.name});
    return;
  }
  if (!column.is_input()) return;
  const std::string name = lower_case(column.name);
  const bool named = name == "id" || name.ends_with("_id") || name.ends_with("-id") || name.ends_with(" id") || name.ends_with("uuid") || (column.name.size() > 2 && column.name.ends_with("Id")) || column.name.ends_with("ID");
  if (!named) return;
  std::int64_t different = 0;
  if (column.numeric) {
    std::vector<double> sorted = sorted_numbers(column, 0);
    if (std::any_of(sorted.begin(), sorted.end(), [](double x) { return x != std::floor(x); })) return;
    different = std::unique(sorted.begin(), sorted.end()) - sorted.begin();
  } else {
    const CodeCounts counts = count_codes(column, 0);
    different = std::count_if(counts.counts.begin(), counts.counts.end(), [](std::int64_t n) { return n > 0; });
  }
  if (different * 2 < std::min<std::int64_t>(s.rows(), most_values)) return;
  findings.push_back({"data.types", Severity::warning, column_text(column) + " is named like an id, holds " + with_thousands(different) + " different values, and would be learned from as if larger meant more: leave it out with --ignore " + column.name + ", or say --role " + column.name + "=id", s.parts[0].name + ": " + column.name,
                      {{"different values", static_cast<double>(different)}}});
}

/// Postal codes and the like, each many times and of several digits: labels, though they are numbers.
void codes_as_numbers(const Subject& s, const CheckColumn& column, std::vector<Finding>& findings) {
  if (column.asked || !column.numeric || column.role != data::Role::number || s.rows() < 50) return;
  const std::vector<std::string> words = data::detail::name_words(column.name);
  const auto any = [&](std::initializer_list<std::string_view> list) { return std::any_of(words.begin(), words.end(), [&](const std::string& w) { return std::find(list.begin(), list.end(), w) != list.end(); }); };
  if (words.empty() || !(any({"zip", "zipcode", "postcode", "postal", "plz", "fips"}) || words.back() == "code" || words.back() == "codes")) return;
  std::vector<double> sorted = sorted_numbers(column, 0);
  if (sorted.empty() || sorted.front() < 0 || sorted.back() < 100 || std::any_of(sorted.begin(), sorted.end(), [](double x) { return x != std::floor(x); })) return;
  const auto different = static_cast<std::int64_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  if (different < 10) return;
  findings.push_back({"data.types", Severity::note, column_text(column) + " is named like a code and holds " + with_thousands(different) + " different whole numbers: as a number, larger would mean more; say --role " + column.name + "=category, or leave it out", s.parts[0].name + ": " + column.name, {{"different values", static_cast<double>(different)}}});
}

bool unit_factor(double factor) {
  static constexpr std::array<double, 14> known = {10, 100, 1000, 1e4, 1e5, 1e6, 1e9, 60, 3600, 2.54, 30.48, 3.28084, 1024, 25.4};
  return std::any_of(known.begin(), known.end(), [&](double k) { return std::abs(std::log(factor / k)) < .06; });
}

/// Two heaps of positive numbers that look alike but for a factor.
void mixed_units(const Subject& s, const CheckColumn& column, std::vector<Finding>& findings) {
  if (!column.numeric || column.role != data::Role::number) return;
  const std::vector<double>& sorted = sorted_numbers(column, 0);
  const auto n = static_cast<std::int64_t>(sorted.size());
  if (n < 50 || sorted.front() <= 0) return;
  std::vector<double> logs;
  for (const double x : sorted) logs.push_back(std::log(x));
  const std::int64_t edge = std::max<std::int64_t>(10, n / 50);
  std::int64_t cut = -1;
  double widest = std::log(1.5);
  for (std::int64_t i = edge; i + edge <= n; ++i) {
    const double gap = logs[static_cast<std::size_t>(i)] - logs[static_cast<std::size_t>(i - 1)];
    if (gap > widest) widest = gap, cut = i;
  }
  if (cut < 0) return;
  const std::span<const double> low(logs.data(), static_cast<std::size_t>(cut)), high(logs.data() + cut, static_cast<std::size_t>(n - cut));
  const auto spread = [](std::span<const double> x) { return sorted_quantile(x, .9) - sorted_quantile(x, .1); };
  const double a = spread(low), b = spread(high), factor = std::exp(sorted_quantile(high, .5) - sorted_quantile(low, .5));
  std::vector<double> different(low.begin(), low.end()), also(high.begin(), high.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  also.erase(std::unique(also.begin(), also.end()), also.end());
  if (different.size() < 5 || also.size() < 5 || !unit_factor(factor) || !(a > .02) || !(b > .02) || a / b > 2.5 || b / a > 2.5 || widest < .4 * std::max(a, b)) return;
  // Alike but for the factor, and no class of its own: petals of one kind of flower are small because they are that kind's.
  std::vector<double> moved;
  for (const double x : low) moved.push_back(x + std::log(factor));
  if (largest_distance(moved, high) > .12 + 1.5 * std::sqrt(1 / static_cast<double>(low.size()) + 1 / static_cast<double>(high.size()))) return;
  const double edge_value = std::exp(.5 * (low.back() + high.front()));
  if (s.has_labels(0)) {
    std::vector<double> of(s.class_names.size() + 1, 0), all(s.class_names.size() + 1, 0);
    const bool above = n - cut < cut;
    double heap = 0;
    for (std::int64_t row = 0; row < s.rows(); ++row) {
      const double x = column.parts[0].numbers[static_cast<std::size_t>(row)];
      const auto label = static_cast<std::size_t>(s.labels[0][static_cast<std::size_t>(row)] + 1);
      all[label] += 1;
      if (x == x && (x > edge_value) == above) of[label] += 1, heap += 1;
    }
    for (std::size_t k = 0; k < of.size(); ++k)
      if (of[k] > .6 * heap && of[k] > .5 * all[k]) return;
  }
  const std::int64_t fewer = std::min(cut, n - cut);
  findings.push_back({"data.types", Severity::warning, column_text(column) + " holds two heaps of numbers, around " + value_text(std::exp(sorted_quantile(low, .5))) + " and " + value_text(std::exp(sorted_quantile(high, .5))) + " (" + percent(fewer, n) + " of the rows in the smaller one), with nothing between and about " + value_text(factor) + " times apart: probably two units; bring them to one",
                      s.parts[0].name + ": " + column.name, {{"factor", factor}, {"share of the smaller heap", static_cast<double>(fewer) / static_cast<double>(n)}}});
}

/// "yes", "Yes " and "YES".
void spellings(const Subject& s, const CheckColumn& column, std::vector<Finding>& findings) {
  if (column.numeric || !(column.role == data::Role::category || column.role == data::Role::target) || column.words.size() > 5000) return;
  const CodeCounts counts = count_codes(column, 0);
  std::map<std::string, std::vector<std::size_t>> alike;
  for (std::size_t k = 0; k < counts.counts.size(); ++k) {
    if (counts.counts[k] == 0) continue;
    std::string plain;
    for (const char c : lower_case(column.words[k]))
      if (c != ' ' && c != '\t' && c != '_' && c != '-' && c != '.') plain += c;
    if (!plain.empty() && !parse_number(plain)) alike[plain].push_back(k);
  }
  std::vector<std::string> pairs;
  std::int64_t rows = 0;
  for (const auto& [plain, words] : alike) {
    if (words.size() < 2) continue;
    std::string pair;
    for (const std::size_t k : words) pair += (pair.empty() ? "" : " = ") + candor::quoted(column.words[k], 20), rows += counts.counts[k];
    pairs.push_back(pair);
  }
  if (pairs.empty()) return;
  findings.push_back({"data.types", Severity::warning, column_text(column) + " writes words in several ways: " + name_list(pairs, 4) + "; each is taken for another word, so write them in one way", s.parts[0].name + ": " + column.name,
                      {{"words written in several ways", static_cast<double>(pairs.size())}, {"rows", static_cast<double>(rows)}}});
}

}  // namespace

std::vector<Finding> column_types(const Subject& s) {
  std::vector<Finding> findings;
  for (const CheckColumn& column : s.columns) {
    if (column.role == data::Role::ignore) continue;
    if (column.is_input() || (column.role == data::Role::id && !column.numeric && !column.asked)) numbers_as_words(s, column, findings);
    dates_as_numbers(s, column, findings);
    ids_as_inputs(s, column, findings);
    codes_as_numbers(s, column, findings);
    mixed_units(s, column, findings);
    spellings(s, column, findings);
  }
  for (const data::Remark& remark : s.schema.remarks) {
    const bool mixed = remark.id == "schema.date-formats" || (remark.id == "schema.day-month" && remark.message.find("some dates") != std::string::npos);
    if (mixed) findings.push_back({"data.types", Severity::warning, remark.message, s.parts[0].name});
    else if (remark.id == "schema.no-date") findings.push_back({"data.types", Severity::note, remark.message, s.parts[0].name});
  }
  return findings;
}

}  // namespace candor::candid::detail
