#include "candor/data/table/cell.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "candor/base/text.h"

namespace candor::data::detail {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// All of `text` by from_chars; beyond the range of doubles it is 0 or infinite, as strtod has it.
bool plain_number(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return false;
  if (error == std::errc()) return true;
  if (error != std::errc::result_out_of_range) return false;
  const std::size_t e = text.find_first_of("eE");
  const bool tiny = e != std::string_view::npos ? e + 1 < text.size() && text[e + 1] == '-' : text.starts_with("0.") || text.starts_with("-0.");
  value = tiny ? 0.0 : infinity;
  if (text.front() == '-') value = -value;
  return true;
}

/// The mark at `at`: , . ' blank or one of Unicode's unbreakable blanks (as ' '); its length in bytes, 0 when there is none.
std::size_t mark_at(std::string_view text, std::size_t at, char& mark) {
  mark = text[at];
  if (mark == ',' || mark == '.' || mark == '\'' || mark == ' ') return 1;
  mark = ' ';
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("\xc2\xa0")) return 2;
  if (rest.starts_with("\xe2\x80\xaf") || rest.starts_with("\xe2\x80\x89")) return 3;
  return rest.starts_with("\xa0") ? 1 : 0;
}

/// Digits with marks between them: 1,5 and 1.234.567,89 and 12 345.
struct Grouped {
  CellForm form = CellForm::none;
  std::string digits;          // with '.' where the decimals begin
  std::string digits_if_comma; // form comma3 read with a decimal comma
};

Grouped read_groups(std::string_view text) {
  Grouped result;
  std::vector<std::string_view> groups;
  std::string marks;
  std::size_t start = 0;
  for (std::size_t i = 0;;) {
    if (i < text.size() && is_digit(text[i])) {
      ++i;
      continue;
    }
    groups.push_back(text.substr(start, i - start));
    if (i == text.size()) break;
    char mark = 0;
    const std::size_t length = mark_at(text, i, mark);
    if (length == 0 || marks.size() > 12) return result;
    marks += mark;
    start = i += length;
  }
  if (marks.empty() || groups.back().empty()) return result;
  const char last = marks.back(), first = marks.front();
  const auto threes = [&](std::size_t until) {
    if (groups[0].empty() || groups[0].size() > 3) return false;
    for (std::size_t g = 1; g < until; ++g)
      if (groups[g].size() != 3 || marks[g - 1] != first) return false;
    return true;
  };
  for (const auto& group : groups) result.digits += group;
  const bool all_groups = threes(groups.size());
  if (all_groups && first != '.' && first != ',') {
    result.form = CellForm::plain;
  } else if (all_groups && marks.size() > 1) {
    result.form = first == ',' ? CellForm::us_group : CellForm::eu_group;
  } else if (marks.size() == 1 && first == ',') {
    result.form = all_groups && groups[0][0] != '0' ? CellForm::comma3 : CellForm::comma;
    std::string with_point = std::string(groups[0]) + "." + std::string(groups[1]);
    (result.form == CellForm::comma ? result.digits : result.digits_if_comma) = std::move(with_point);
  } else if (marks.size() > 1 && (last == '.' || last == ',') && last != first && threes(groups.size() - 1)) {
    result.form = last == '.' ? (first == ',' ? CellForm::us_group : CellForm::point) : (first == '.' ? CellForm::eu_group : CellForm::comma);
    result.digits.insert(result.digits.size() - groups.back().size(), ".");
  }
  return result;
}

}  // namespace

bool fits(CellForm form, CellStyle style) {
  switch (form) {
    case CellForm::plain:
    case CellForm::infinite:
    case CellForm::missing: return true;
    case CellForm::point:
    case CellForm::us_group: return style == CellStyle::point;
    case CellForm::comma:
    case CellForm::eu_group: return style == CellStyle::comma;
    case CellForm::point3:
    case CellForm::comma3: return true;
    case CellForm::none: return false;
  }
  return false;
}

CellStyle style_for(const FormCounts& counts, bool semicolons) {
  const auto of = [&](CellForm form) { return counts[static_cast<std::size_t>(form)]; };
  if (of(CellForm::none) > 0) return CellStyle::text;
  const std::int64_t points = of(CellForm::point) + of(CellForm::us_group), commas = of(CellForm::comma) + of(CellForm::eu_group);
  if (points > 0 && commas > 0) return CellStyle::text;
  if (commas > 0) return CellStyle::comma;
  if (points > 0) return CellStyle::point;
  return of(CellForm::comma3) > 0 && of(CellForm::point3) == 0 && semicolons ? CellStyle::comma : CellStyle::point;
}

bool MissingWords::contains(std::string_view cell) const {
  if (cell.empty()) return true;
  if (cell.size() <= 4) {
    if (cell == "?" || cell == "-" || cell == "\\N") return true;  // the last is how databases write files
    const std::string lower = lower_case(cell);
    for (const char* word : {"na", "n/a", "nan", "null", "#n/a", "-nan", "<na>"})
      if (lower == word) return true;
  }
  return std::find(more_.begin(), more_.end(), cell) != more_.end();
}

bool MissingWords::contains_in_numbers(std::string_view cell) const {
  if (contains(cell)) return true;
  if (cell.size() > 8) return false;
  const std::string lower = lower_case(cell);
  for (const char* word : {"none", "nil", ".", "..", "...", "--", "---", "n.a.", "n. a.", "missing", "#value!", "#div/0!", "#ref!", "#num!", "#name?", "#null!"})
    if (lower == word) return true;
  return lower == "\xe2\x80\x93" || lower == "\xe2\x80\x94";  // dashes
}

CellForm read_number(std::string_view cell, CellStyle style, const MissingWords& missing, double& value) {
  value = nan;
  if (!missing.nan_ && cell.size() <= 4 && (lower_case(cell) == "nan" || lower_case(cell) == "-nan")) return CellForm::infinite;
  if (missing.contains_in_numbers(cell)) return CellForm::missing;
  std::string_view text = cell;
  bool negative = false;
  if (text.starts_with("\xe2\x88\x92")) {  // Unicode's minus
    negative = true;
    text.remove_prefix(3);
  } else if (text.front() == '+' || text.front() == '-') {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || !(is_digit(text.front()) || text.front() == '.' || text.front() == ',' || text.front() == 'i' || text.front() == 'I' ||
                        text.front() == 'n' || text.front() == 'N'))
    return CellForm::none;
  double number = 0;
  CellForm form = CellForm::none;
  if (plain_number(text, number)) {
    if (std::isnan(number)) return CellForm::missing;
    const std::size_t point = text.find('.');
    const bool decimals = point != std::string_view::npos;
    const bool three = decimals && point >= 1 && point <= 3 && text.size() == point + 4 && text.find_first_of("eE") == std::string_view::npos && text.front() != '0';
    form = std::isinf(number) ? CellForm::infinite : !decimals ? CellForm::plain : three ? CellForm::point3 : CellForm::point;
    if (form == CellForm::point3 && style == CellStyle::comma) number *= 1000, number = std::round(number);
  } else {
    std::string_view exponent;
    if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) exponent = text.substr(e), text = text.substr(0, e);
    const Grouped groups = read_groups(text);
    form = groups.form;
    if (form == CellForm::none) return form;
    const bool comma = form == CellForm::comma3 && style == CellStyle::comma;
    if (!plain_number((comma ? groups.digits_if_comma : groups.digits) + std::string(exponent), number)) return CellForm::none;
    if (std::isinf(number)) form = CellForm::infinite;
  }
  value = negative ? -number : number;
  return form;
}

}  // namespace candor::data::detail
