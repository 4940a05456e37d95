#include "candor/data/table/units.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/cell.h"

namespace candor::data {
namespace {

constexpr std::size_t longest_unit = 16;  // bytes

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

/// A number as it is written, and what stands before and behind it.
struct Quantity {
  std::string_view number, unit;
  std::string text;  ///< the number with its sign
};

/// The money that stands before a number: a sign, or three capital letters and a blank.
std::size_t money_before(std::string_view cell) {
  for (const std::string_view sign : {"US$", "$", "\u20AC", "\u00A3", "\u00A5", "\u20B9"})
    if (cell.starts_with(sign)) return sign.size();
  const auto capital = [&](std::size_t i) { return cell[i] >= 'A' && cell[i] <= 'Z'; };
  return cell.size() > 4 && capital(0) && capital(1) && capital(2) && cell[3] == ' ' ? 3 : 0;
}

/// Letters, %, degree signs and the like, with blanks, slashes and powers inside: "kg", "km/h", "m2", "sq ft".
bool is_unit(std::string_view text) {
  if (text.empty() || text.size() > longest_unit || !(is_letter(text[0]) || text[0] == '%' || text[0] == '$' || text[0] == '/')) return false;
  // Hours of a clock, and no unit.
  const std::string lower = lower_case(text);
  if (lower == "am" || lower == "pm" || lower == "a.m." || lower == "p.m.") return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || c == '%' || c == '$' || c == '/' || c == ' ' || c == '.' || c == '2' || c == '3'; });
}

std::optional<Quantity> read_quantity(std::string_view cell) {
  cell = trimmed(cell);
  Quantity q;
  const auto take_sign = [&] {
    if (!cell.empty() && (cell[0] == '-' || cell[0] == '+')) {
      if (!q.text.empty()) return;
      q.text = cell[0];
      cell.remove_prefix(1);
    }
  };
  take_sign();
  const std::size_t before = money_before(cell);
  const std::string_view money = cell.substr(0, before);
  cell = trimmed(cell.substr(before));
  take_sign();
  std::size_t end = 0;
  while (end < cell.size() && (is_digit(cell[end]) || cell[end] == '.' || cell[end] == ',')) ++end;
  // "5 e" is no number with an exponent, and "1,200." ends with a full stop.
  while (end > 0 && !is_digit(cell[end - 1])) --end;
  if (end == 0) return std::nullopt;
  q.number = cell.substr(0, end);
  q.text += std::string(q.number);
  const std::string_view behind = trimmed(cell.substr(end));
  if (!money.empty() && behind.empty()) q.unit = money;
  else if (money.empty() && (behind.empty() || is_unit(behind))) q.unit = behind;
  else return std::nullopt;
  return q;
}

/// Values of the words in the style that fits all of them; nothing when none does.
std::optional<std::vector<double>> numbers_of(const std::vector<std::string>& texts) {
  const detail::MissingWords missing;
  detail::FormCounts counts{};
  double value = 0;
  for (const std::string& text : texts)
    if (!text.empty()) ++counts[static_cast<std::size_t>(detail::read_number(text, detail::CellStyle::point, missing, value))];
  const detail::CellStyle style = detail::style_for(counts, false);
  if (style != detail::CellStyle::point && style != detail::CellStyle::comma) return std::nullopt;
  std::vector<double> values;
  for (const std::string& text : texts) {
    value = std::numeric_limits<double>::quiet_NaN();
    if (!text.empty()) detail::read_number(text, style, missing, value);
    if (!text.empty() && !std::isfinite(value)) return std::nullopt;
    values.push_back(value);
  }
  return values;
}

void become_numbers(Column& column, const std::vector<double>& by_word) {
  column.numbers.clear();
  for (const std::int32_t code : column.codes) column.numbers.push_back(code == missing_word ? std::numeric_limits<double>::quiet_NaN() : by_word[static_cast<std::size_t>(code)]);
  column.kind = Column::Kind::number;
  column.codes.clear();
  column.words.clear();
}

std::string named(const std::string& unit) { return unit.empty() ? "no unit" : quoted(unit); }

}  // namespace

std::optional<std::string> unit_of(std::string_view cell) {
  const auto q = read_quantity(cell);
  return q ? std::optional<std::string>(q->unit) : std::nullopt;
}

std::vector<ColumnUnit> read_units(Table& table, const std::vector<std::string>& keep) {
  std::vector<ColumnUnit> found;
  for (Column& column : table.columns) {
    if (column.kind != Column::Kind::text || std::find(keep.begin(), keep.end(), column.name) != keep.end()) continue;
    std::vector<std::int64_t> cells(column.words.size());
    for (const std::int32_t code : column.codes)
      if (code != missing_word) ++cells[static_cast<std::size_t>(code)];
    std::vector<std::string> texts;
    std::map<std::string, std::int64_t> units;
    std::int64_t all = 0;
    for (std::size_t w = 0; w < column.words.size(); ++w) {
      texts.emplace_back();
      if (cells[w] == 0) continue;
      const auto q = read_quantity(column.words[w]);
      if (!q) break;
      texts.back() = q->text;
      units[std::string(q->unit)] += cells[w], all += cells[w];
    }
    // Every cell must be a number, and some must have a unit: plain numbers that stayed words have a reason of their own.
    if (texts.size() != column.words.size() || all < 3 || units.empty() || (units.size() == 1 && units.begin()->first.empty())) continue;
    bool broken = false;
    for (std::size_t w = 0; w < texts.size(); ++w) broken |= cells[w] > 0 && texts[w].empty();
    if (broken) continue;
    if (units.size() > 1) {
      if (units.size() > 5) continue;  // house numbers and the like
      std::string list;
      for (const auto& [unit, count] : units) list += (list.empty() ? "" : ", ") + with_thousands(count) + " with " + named(unit);
      table.remarks.push_back({"table.mixed-units", "column " + quoted(column.name) + ": numbers with different units (" + list + "): they stay words; bring them to one unit to use them as numbers"});
      continue;
    }
    const auto values = numbers_of(texts);
    if (!values) continue;
    const std::string unit = units.begin()->first;
    table.remarks.push_back({"table.units", "column " + quoted(column.name) + ": " + with_thousands(all) + " cells are numbers with the unit " + quoted(unit) + ", and are read as such (--keep-units: as words)"});
    become_numbers(column, *values);
    found.push_back({column.name, unit});
  }
  return found;
}

void read_units(Table& table, const Schema& schema) {
  for (const ColumnRole& role : schema.columns) {
    Column* column = role.unit.empty() ? nullptr : table.find(role.name);
    if (!column || column->kind != Column::Kind::text) continue;
    std::vector<std::string> texts;
    bool numbers = true;
    for (std::size_t w = 0; w < column->words.size() && numbers; ++w) {
      const auto q = read_quantity(column->words[w]);
      if (q && !q->unit.empty() && q->unit != role.unit) {
        const auto at = std::find(column->codes.begin(), column->codes.end(), static_cast<std::int32_t>(w)) - column->codes.begin();
        fail(ErrorKind::corrupt, table.source + ": row " + with_thousands(at + 1) + ", column " + quoted(column->name) + ": " + quoted(column->words[w]) + " has the unit " + quoted(q->unit) +
                                     ", and the model learned from " + quoted(role.unit) + "; convert the column, the numbers would be wrong");
      }
      numbers = q.has_value();
      texts.push_back(q ? q->text : "");
    }
    if (!numbers) continue;  // words: the recipe says which
    if (const auto values = numbers_of(texts)) become_numbers(*column, *values);
  }
}

}  // namespace candor::data
