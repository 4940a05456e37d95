#include "candor/data/table/infer_column.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>
#include <unordered_set>

#include "candor/base/text.h"
#include "candor/data/table/column_dates.h"
#include "candor/data/table/number_text.h"

namespace candor::data::detail {
namespace {

bool is_any(std::string_view word, std::initializer_list<std::string_view> words) { return std::find(words.begin(), words.end(), word) != words.end(); }

struct NameHints {
  bool id = false, group = false, weight = false, order = false, code = false, time = false;
};

NameHints read_name(const std::string& name) {
  const std::vector<std::string> words = name_words(name);
  NameHints hints;
  if (words.empty()) return hints.id = true, hints;
  const std::string& last = words.back();
  const bool ends_id = is_any(last, {"id", "ids", "uuid", "guid", "nr", "kennung"}) || last.ends_with("nummer") || (words.size() > 1 && is_any(last, {"no", "number", "key"}));
  hints.id = ends_id || (words.size() == 1 && is_any(last, {"rownames", "rowname", "rownum", "index", "row", "key"})) || words.front() == "unnamed" ||
             (words.size() == 2 && words[0] == "row" && is_any(last, {"names", "name", "num", "number", "index"}));
  if (ends_id || words.size() == 1)
    hints.group = is_any(words.front(), {"patient", "subject", "participant", "person", "customer", "user", "household", "speaker", "session", "driver", "member", "client"}) && words.size() == 2 && ends_id;
  hints.weight = words.size() == 2 && last == "weight" && is_any(words.front(), {"sample", "case", "instance", "sampling", "row", "survey"});
  hints.order = words.size() == 2 && last == "order" && is_any(words.front(), {"sort", "time", "row"});
  hints.code = ends_id || is_any(last, {"code", "zip", "zipcode", "postcode", "plz", "type", "kind", "category", "cat", "district", "region", "cluster", "model", "brand"}) || words.front() == "zip";
  hints.time = is_any(last, {"time", "day", "days", "hour", "month", "year", "week", "step", "t", "x", "date", "timestamp", "minute", "second", "seconds", "rank"});
  return hints;
}

/// At most `limit` + 1 different values.
std::size_t distinct_up_to(std::span<const double> numbers, std::size_t limit) {
  std::unordered_set<double> seen;
  for (double x : numbers)
    if (x == x && seen.insert(x).second && seen.size() > limit) break;
  return seen.size();
}

bool all_different(std::span<const double> numbers) {
  if (distinct_up_to(numbers.subspan(0, std::min<std::size_t>(numbers.size(), 1000)), 1000) < std::min<std::size_t>(numbers.size(), 1000)) return false;
  std::vector<double> sorted(numbers.begin(), numbers.end());
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

struct NumberFacts {
  std::int64_t present = 0;
  double low = 0, high = 0;
  bool whole = true, counted_up = true;
};
NumberFacts look(std::span<const double> numbers) {
  NumberFacts facts;
  double before = 0;
  for (double x : numbers) {
    if (!std::isfinite(x)) continue;
    if (facts.present == 0) facts.low = facts.high = x;
    else facts.counted_up = facts.counted_up && x == before + 1;
    facts.low = std::min(facts.low, x), facts.high = std::max(facts.high, x);
    facts.whole = facts.whole && x == std::floor(x);
    before = x;
    ++facts.present;
  }
  return facts;
}

ColumnRole infer_numbers(ColumnRole role, std::span<const double> numbers, bool alone) {
  const NumberFacts facts = look(numbers);
  const auto rows = static_cast<std::int64_t>(numbers.size());
  const NameHints hints = read_name(role.name);
  role.role = Role::ignore;
  if (facts.present == 0) return role.why = "every cell is missing", role;
  if (facts.low == facts.high)
    return role.why = (facts.present == rows ? "every cell is " : "every cell is missing or ") + number_text(facts.low), role;
  const std::size_t few = distinct_up_to(numbers, 50);
  const bool all_whole = facts.whole && facts.present == rows;
  if (!alone && all_whole && rows >= 5 && few > 4 && all_different(numbers)) {
    role.role = Role::id;
    const bool gapless = facts.high - facts.low + 1 == static_cast<double>(rows) && (facts.low == 0 || facts.low == 1);
    if (hints.id) return role.why = "named like an id, and every cell is different", role;
    if (gapless && facts.counted_up && !hints.time) return role.why = "every cell different and counted up, as row numbers are", role;
    if (gapless && rows >= 50 && !hints.time) return role.why = "every number from " + number_text(facts.low) + " to " + number_text(facts.high) + " comes once, as row numbers do", role;
  }
  role.role = Role::number;
  if (hints.weight && facts.low >= 0) return role.role = Role::weight, role.why = "named like the weight of a row", role;
  if (hints.order) return role.role = Role::order, role.why = "named like the order of the rows", role;
  if (hints.group && all_whole && few > 4) return role.role = Role::group, role.why = "named like the one a row belongs to, with several rows each", role;
  if (facts.whole && hints.code && few >= 3 && few <= 50 && static_cast<std::int64_t>(few) * 5 <= facts.present)
    return role.role = Role::category, role.why = std::to_string(few) + " different whole numbers, named like a code: larger does not mean more (role number if it does)", role;
  if (facts.whole && few == 2) role.why = "two numbers, " + number_text(facts.low) + " and " + number_text(facts.high);
  else if (facts.whole && few <= 50) role.why = std::to_string(few) + " different whole numbers from " + number_text(facts.low) + " to " + number_text(facts.high) + (few <= 12 ? " (role category if they are codes)" : "");
  else role.why = std::string(facts.whole ? "whole numbers" : "numbers") + " from " + number_text(facts.low) + " to " + number_text(facts.high);
  return role;
}

struct WordFacts {
  std::int64_t cells = 0, distinct = 0, most = 0, numbers = 0, distinct_numbers = 0;
  double tokens = 0, length = 0;      // a cell on average
  std::int64_t different_tokens = 0;  // in a sample of the words
  double token_uses = 0;
};
WordFacts look(const Column& column, const std::vector<std::int64_t>& counts) {
  WordFacts facts;
  double tokens = 0, length = 0;
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const std::string_view word = column.words[i];
    facts.cells += counts[i];
    ++facts.distinct;
    facts.most = std::max(facts.most, counts[i]);
    if (parse_number(trimmed(word))) facts.numbers += counts[i], ++facts.distinct_numbers;
    std::int64_t in_word = 0;
    for (std::string_view piece : split_text(word, ' ')) {
      if (trimmed(piece).empty()) continue;
      ++in_word;
      if (facts.distinct <= 20000) seen.insert(piece), facts.token_uses += 1;
    }
    tokens += static_cast<double>(counts[i] * in_word);
    length += static_cast<double>(counts[i]) * static_cast<double>(word.size());
  }
  facts.different_tokens = static_cast<std::int64_t>(seen.size());
  if (facts.cells) facts.tokens = tokens / static_cast<double>(facts.cells), facts.length = length / static_cast<double>(facts.cells);
  return facts;
}

std::string share(std::int64_t part, std::int64_t whole) {
  const double percent = 100 * static_cast<double>(part) / static_cast<double>(std::max<std::int64_t>(whole, 1));
  char text[32];
  if (part < whole && percent > 99.9) return "nearly all";
  std::snprintf(text, sizeof text, percent < 10 || (percent > 99 && part < whole) ? "%.1f %%" : "%.0f %%", percent);
  return text;
}

std::string count_text(std::int64_t count, const char* one, const char* many) { return with_thousands(count) + " " + (count == 1 ? one : many); }

bool infer_date(ColumnRole& role, const Column& column, const std::vector<std::int64_t>& counts, const WordFacts& facts, std::vector<Remark>& remarks) {
  const auto guess = guess_dates(column);
  if (!guess) return false;
  role.role = Role::date;
  role.date_format = guess->formats;
  role.why = guess->fitting == facts.cells ? "every cell is a date" : share(guess->fitting, facts.cells) + " of the cells are dates; the others count as missing";
  const std::string column_text = "column " + quoted(role.name);
  if (guess->second > 0)
    remarks.push_back({"schema.date-formats", column_text + " has dates in two formats: " + with_thousands(guess->fitting - guess->second) + " and " + with_thousands(guess->second) + " cells (" +
                                                  guess->formats + "); each is read by the first that fits"});
  if (guess->day_month_mixed)
    remarks.push_back({"schema.day-month", column_text + ": some dates have the day first, others the month; where both are possible the first format is taken (" + guess->formats +
                                               "), which may be wrong"});
  else if (!guess->other_order.empty())
    remarks.push_back({"schema.day-month", column_text + ": no date tells whether day or month comes first; it is read as " + guess->formats + ". If it is " + guess->other_order + ", say so in a schema file"});
  if (guess->fitting < facts.cells)
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (counts[i] && !read_date(column.words[i], guess->formats)) {
        remarks.push_back({"schema.no-date", column_text + ": " + with_thousands(facts.cells - guess->fitting) + " cells are no dates, as " + quoted(column.words[i]) + "; they count as missing"});
        break;
      }
  return true;
}

ColumnRole infer_words(ColumnRole role, const Column& column, bool alone, std::vector<Remark>& remarks) {
  const std::vector<std::int64_t> counts = count_words(column);
  const WordFacts facts = look(column, counts);
  const NameHints hints = read_name(role.name);
  role.role = Role::ignore;
  if (facts.cells == 0) return role.why = "every cell is missing", role;
  if (facts.distinct == 1) {
    const auto only = std::find_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }) - counts.begin();
    return role.why = std::string(facts.cells == column.rows() ? "every cell is " : "every cell is missing or ") + quoted(column.words[static_cast<std::size_t>(only)]), role;
  }
  if (facts.numbers * 5 >= facts.cells * 4 && facts.distinct_numbers > 10) {
    std::vector<std::string> others;
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (counts[i] && !parse_number(trimmed(column.words[i]))) others.push_back(quoted(column.words[i], 20));
    role.role = Role::number;
    role.why = share(facts.numbers, facts.cells) + " of the cells are numbers; the others count as missing";
    if (!others.empty())
      remarks.push_back({"schema.no-number", "column " + quoted(role.name) + ": " + count_text(facts.cells - facts.numbers, "cell is no number and counts", "cells are no numbers and count") +
                                                 " as missing: " + name_list(others, 5)});
    return role;
  }
  if (infer_date(role, column, counts, facts, remarks)) return role;
  const bool mostly_different = facts.distinct * 5 > facts.cells;  // a word comes less than five times
  const bool every_different = facts.distinct == facts.cells && facts.cells >= 5;
  const bool shares_tokens = facts.tokens >= 1.5 && facts.token_uses >= 2 * static_cast<double>(facts.different_tokens);
  if (every_different && hints.id && !alone) return role.role = Role::id, role.why = "named like an id, and every cell is different", role;
  if (mostly_different && (facts.tokens >= 4 || (facts.tokens >= 1.5 && shares_tokens))) {
    char text[64];
    std::snprintf(text, sizeof text, "%.0f words a cell", facts.tokens);
    return role.role = Role::text, role.why = std::string(text) + ", " + (facts.distinct == facts.cells ? "every cell is" : share(facts.distinct, facts.cells) + " of the cells are") + " different", role;
  }
  if (facts.cells >= 20 && facts.distinct * 100 >= facts.cells * 95 && !alone)
    return role.role = Role::id, role.why = (every_different ? "every cell is" : share(facts.distinct, facts.cells) + " of the cells are") + std::string(" different: a name or number of the row says nothing about others"), role;
  if (hints.group && facts.distinct > 4) return role.role = Role::group, role.why = "named like the one a row belongs to, with several rows each", role;
  role.role = Role::category;
  role.why = count_text(facts.distinct, "different word", "different words");
  if (facts.distinct > 1000) role.why += ": the most frequent are told apart";
  remark_spellings(column, remarks);
  return role;
}

}  // namespace

std::vector<std::string> name_words(const std::string& name) {
  std::vector<std::string> words;
  bool start = true, lower_before = false;
  for (char c : name) {
    const bool upper = c >= 'A' && c <= 'Z', lower = (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80, digit = c >= '0' && c <= '9';
    if (!upper && !lower && !digit) {
      start = true;
      continue;
    }
    if (start || (upper && lower_before)) words.emplace_back();
    words.back() += upper ? static_cast<char>(c - 'A' + 'a') : c;
    start = false;
    lower_before = lower;
  }
  return words;
}

std::vector<std::int64_t> count_words(const Column& column) {
  std::vector<std::int64_t> counts(column.words.size(), 0);
  for (std::int32_t code : column.codes)
    if (code >= 0) ++counts[static_cast<std::size_t>(code)];
  return counts;
}

std::vector<double> as_numbers(const Column& column, std::int64_t* unread) {
  if (unread) *unread = 0;
  if (column.kind == Column::Kind::number) return column.numbers;
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> by_word(column.words.size(), none);
  for (std::size_t i = 0; i < by_word.size(); ++i) by_word[i] = parse_number(trimmed(column.words[i])).value_or(none);
  std::vector<double> numbers(column.codes.size(), none);
  for (std::size_t r = 0; r < numbers.size(); ++r) {
    if (column.codes[r] < 0) continue;
    numbers[r] = by_word[static_cast<std::size_t>(column.codes[r])];
    if (unread && numbers[r] != numbers[r]) ++*unread;
  }
  return numbers;
}

ColumnRole infer_column(const Column& column, bool alone, std::vector<Remark>& remarks) {
  ColumnRole role{column.name, Role::number, "", ""};
  return column.kind == Column::Kind::number ? infer_numbers(std::move(role), column.numbers, alone) : infer_words(std::move(role), column, alone, remarks);
}

void remark_spellings(const Column& column, std::vector<Remark>& remarks) {
  if (column.kind != Column::Kind::text || column.words.size() > 100000) return;
  const std::vector<std::int64_t> counts = count_words(column);
  std::map<std::string, std::vector<std::string>> spellings;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!counts[i]) continue;
    std::string plain;
    for (char c : lower_case(column.words[i]))
      if (c != ' ' && c != '\t' && c != '_' && c != '-' && c != '.' && c != '\'' && c != '"') plain += c;
    if (!plain.empty()) spellings[plain].push_back(quoted(column.words[i], 30) + " (" + with_thousands(counts[i]) + ")");
  }
  std::vector<std::string> pairs;
  for (const auto& [plain, ways] : spellings)
    if (ways.size() > 1) pairs.push_back(name_list(ways, 4));
  if (!pairs.empty()) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(pairs.size(), 5); ++i) text += (i ? "; " : "") + pairs[i];
    remarks.push_back({"schema.spellings", "column " + quoted(column.name) + ": " + (pairs.size() == 1 ? "one word seems" : with_thousands(static_cast<std::int64_t>(pairs.size())) + " words seem") +
                                               " to be spelt in several ways, which are kept apart: " + text + (pairs.size() > 5 ? "; ..." : "")});
  }
}

std::string describe_numbers(const Column& column) {
  const NumberFacts facts = look(column.numbers);
  const std::size_t few = distinct_up_to(column.numbers, 50);
  return (few <= 50 ? std::to_string(few) + " different " : std::string()) + (facts.whole ? "whole numbers" : "numbers") + " from " + number_text(facts.low) + " to " + number_text(facts.high);
}

}  // namespace candor::data::detail
