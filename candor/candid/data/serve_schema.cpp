// serve.schema: a part that has other columns, kinds or units than the training part.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/owners.h"
#include "candor/candid/data/units.h"

namespace candor::candid::detail {
namespace {

std::string plain(const std::string& name) {
  std::string out;
  for (const char c : lower_case(name))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) out += c;
  return out;
}

void columns_that_differ(const Subject& s, std::size_t part, std::vector<Finding>& findings) {
  const CheckPart& other = s.parts[part];
  std::vector<std::string> missing, extra, renamed;
  for (const std::string& name : other.columns)
    if (std::none_of(s.columns.begin(), s.columns.end(), [&](const CheckColumn& c) { return c.name == name; })) extra.push_back(name);
  const CheckColumn* target = s.target_column();
  for (const CheckColumn& column : s.columns) {
    if (column.parts[part].present || (column.role == data::Role::ignore && column.asked)) continue;
    const auto same = std::find_if(extra.begin(), extra.end(), [&](const std::string& name) { return plain(name) == plain(column.name); });
    if (same != extra.end()) {
      renamed.push_back(candor::quoted(column.name) + " is " + candor::quoted(*same));
    } else if (&column == target) {
      if (other.kind == PartKind::test)
        findings.push_back({"serve.schema", Severity::note, other.name + " has no column " + candor::quoted(column.name) + ", the target: nothing can be judged on it", other.name});
    } else if (column.is_input() || column.role == data::Role::group || column.role == data::Role::order || column.role == data::Role::weight) {
      missing.push_back(column.name);
    }
  }
  if (!renamed.empty())
    findings.push_back({"serve.schema", Severity::error, other.name + " writes names of columns in another way: " + name_list(renamed) + "; a model finds columns by name, so give them the same one", other.name + ": " + name_list(renamed), {{"columns renamed", static_cast<double>(renamed.size())}}});
  if (!missing.empty())
    findings.push_back({"serve.schema", Severity::error, other.name + " lacks " + std::string(missing.size() == 1 ? "column " : "columns ") + name_list(missing) + " of the training rows: a model trained with " + (missing.size() == 1 ? "it" : "them") + " cannot answer" + (extra.empty() ? "" : "; new there: " + name_list(extra)),
                        other.name + ": " + name_list(missing), {{"columns missing", static_cast<double>(missing.size())}, {"columns new", static_cast<double>(extra.size())}}});
  else if (!extra.empty() && extra.size() > renamed.size())
    findings.push_back({"serve.schema", Severity::note, other.name + " has columns that the training rows lack: " + name_list(extra) + "; a model does not look at them", other.name + ": " + name_list(extra), {{"columns new", static_cast<double>(extra.size())}}});
}

void kinds_that_differ(const Subject& s, std::size_t part, std::vector<Finding>& findings) {
  const CheckPart& other = s.parts[part];
  for (const CheckColumn& column : s.columns) {
    const CheckCells &train = column.parts[0], &cells = column.parts[part];
    if (!cells.present || !(column.is_input() || column.role == data::Role::target)) continue;
    if (column.numeric && cells.unread > train.unread && cells.unread * 200 >= other.rows) {
      const std::string kind = column.role == data::Role::date ? "dates" : "numbers";
      const bool all = cells.unread * 2 >= other.rows;
      findings.push_back({"serve.schema", all || cells.unread * 20 >= other.rows ? Severity::error : Severity::warning,
                          column_text(column) + " holds " + kind + " in the training rows, and " + with_thousands(cells.unread) + " of " + with_thousands(other.rows) + " cells of " + other.name + " are none, as " + candor::quoted(cells.unread_cell) + ": they would count as missing; write them as in training",
                          other.name + ": " + column.name, {{"cells of another kind", static_cast<double>(cells.unread)}, {"rows", static_cast<double>(other.rows)}}});
    } else if (!column.numeric && column.role == data::Role::category && train.words && !cells.words && other.rows >= 5) {
      findings.push_back({"serve.schema", Severity::error, column_text(column) + " holds words in the training rows and numbers in " + other.name + ": each of them is a word that was never seen; write them as in training", other.name + ": " + column.name});
    }
  }
}

void units_that_differ(const Subject& s, std::size_t part, std::vector<Finding>& findings) {
  const bool moved = of_another_time(s, part);
  for (const CheckColumn& column : s.columns) {
    if (!column.numeric || column.role != data::Role::number || !column.parts[part].present) continue;
    const UnitChange change = unit_change(sorted_numbers(column, 0, 5000), sorted_numbers(column, part, 5000), moved);
    if (!change.found) continue;
    findings.push_back({"serve.schema", Severity::error, column_text(column) + " is " + change.text + " in " + s.parts[part].name + ": probably another unit; bring it to that of training",
                        s.parts[part].name + ": " + column.name, {{"factor", change.factor}, {"shift", change.shift}}});
  }
}

/// Two columns whose cells have changed places.
void exchanged_columns(const Subject& s, std::size_t part, std::vector<Finding>& findings) {
  std::vector<std::size_t> moved;
  std::vector<std::vector<double>> train(s.columns.size()), there(s.columns.size());
  for (std::size_t j = 0; j < s.columns.size(); ++j) {
    const CheckColumn& column = s.columns[j];
    if (!column.numeric || column.role != data::Role::number || !column.parts[part].present) continue;
    train[j] = sorted_numbers(column, 0, 5000);
    there[j] = sorted_numbers(column, part, 5000);
    if (train[j].size() >= 30 && there[j].size() >= 30 && largest_distance(train[j], there[j]) > .4) moved.push_back(j);
  }
  for (std::size_t a = 0; a < moved.size(); ++a)
    for (std::size_t b = a + 1; b < moved.size(); ++b) {
      const std::size_t i = moved[a], j = moved[b];
      const double noise = 1.4 * std::sqrt(1 / static_cast<double>(train[i].size()) + 1 / static_cast<double>(there[i].size()));
      if (largest_distance(train[i], there[j]) > .08 + noise || largest_distance(train[j], there[i]) > .08 + noise || largest_distance(train[i], train[j]) < .4) continue;
      findings.push_back({"serve.schema", Severity::error, "columns " + candor::quoted(s.columns[i].name) + " and " + candor::quoted(s.columns[j].name) + " seem to have changed places in " + s.parts[part].name + ": each holds there what the other holds in training", s.parts[part].name + ": " + s.columns[i].name + ", " + s.columns[j].name});
    }
}

}  // namespace

std::vector<Finding> serve_schema(const Subject& s) {
  if (s.parts.size() < 2) skip("needs a second part: test rows or served rows");
  std::vector<Finding> findings;
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    columns_that_differ(s, part, findings);
    kinds_that_differ(s, part, findings);
    if (s.parts[part].kind == PartKind::served) units_that_differ(s, part, findings);
    exchanged_columns(s, part, findings);
  }
  return findings;
}

}  // namespace candor::candid::detail
