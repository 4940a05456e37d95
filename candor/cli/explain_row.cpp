#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/cli/explain.h"
#include "candor/explain/counterfactual.h"
#include "candor/explain/importance.h"

namespace candor::cli {
namespace {

namespace ex = candor::explain;

// The rows to compare with: as a table of raw columns, with the answers of the model for any such table, and the truth where it is known.
struct TableRows {
  data::Table table;
  ex::TableAnswer answer;
  std::optional<data::Dataset> truth;
  std::string why_no_truth;
};

TableRows rows_for(const ExplainOptions& o, const formats::ModelFile& file, const Common& common) {
  if (o.data.data.empty()) bad_option("--data", "rows to compare with are needed, as --data customers.csv: what a cell does is seen against other cells");
  TableRows rows;
  pipeline::ModelRows read;
  try {
    read = load_model_rows(o.data, file, true, common.seed);
    rows.truth = read.set;
  } catch (const Error& e) {
    rows.why_no_truth = e.message();
    read = load_model_rows(o.data, file, false, common.seed);
  }
  if (rows.truth && !common.quiet && !read.seen_text.empty()) std::fprintf(stderr, "%s\n", read.seen_text.c_str());
  const std::optional<data::Recipe> recipe = pipeline::recipe_of(file);
  if (!recipe || !read.is_table()) {
    rows.table = ex::table_of(read.set);
    rows.answer = [&file](const data::Table& table) {
      data::Dataset some;
      some.features = ex::features_of(table);
      return answers(file, some);
    };
    return rows;
  }
  // The columns that the model looks at, as they came: what is done to them is the recipe's business.
  if (!common.quiet) print_differences(read.differences);
  rows.table.source = read.cells.source;
  for (const std::string& name : recipe->source_columns()) {
    const auto is_it = [&](const data::Column& column) { return column.name == name; };
    if (std::any_of(rows.table.columns.begin(), rows.table.columns.end(), is_it)) continue;
    const auto from = std::find_if(read.cells.columns.begin(), read.cells.columns.end(), is_it);
    if (from != read.cells.columns.end()) rows.table.columns.push_back(*from);
  }
  rows.answer = [&file, made = *recipe](const data::Table& table) {
    data::Dataset some;
    some.features = made.features(table);
    return answers(file, some);
  };
  return rows;
}

// name=value,name="a, b": the cells of one row.
std::vector<std::pair<std::string, std::string>> cells_of(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> cells;
  std::string part;
  bool quoted_part = false;
  const auto close = [&] {
    const auto equals = part.find('=');
    if (equals == std::string::npos) bad_option("ROW", "a row number or name=value,name=value is expected, and " + candor::quoted(text) + " came");
    cells.push_back({std::string(trimmed(part.substr(0, equals))), std::string(trimmed(part.substr(equals + 1)))});
    part.clear();
  };
  for (const char c : text) {
    if (c == '"') quoted_part = !quoted_part;
    else if (c == ',' && !quoted_part) close();
    else part += c;
  }
  close();
  return cells;
}

data::Table row_for(const ExplainOptions& o, const data::Table& table) {
  if (const std::optional<std::int64_t> number = parse_integer(o.row)) {
    if (*number < 1 || *number > table.rows()) bad_option("ROW", "there are rows 1 to " + with_thousands(table.rows()) + " in " + table.source + ", and " + o.row + " is none of them");
    return ex::rows_of(table, {*number - 1});
  }
  data::Table row = ex::rows_of(table, {0});
  const std::vector<std::pair<std::string, std::string>> cells = cells_of(o.row);
  std::vector<std::string> names, missing;
  for (const data::Column& column : row.columns) names.push_back(column.name);
  for (const auto& [name, value] : cells) {
    if (std::find(names.begin(), names.end(), name) == names.end()) bad_option("ROW", "no column " + candor::quoted(name) + did_you_mean(name, names) + "; there are " + name_list(names));
  }
  for (data::Column& column : row.columns) {
    const auto at = std::find_if(cells.begin(), cells.end(), [&](const auto& cell) { return cell.first == column.name; });
    if (at == cells.end()) {
      missing.push_back(column.name);
      continue;
    }
    if (column.kind == data::Column::Kind::number) {
      const std::optional<double> value = parse_number(at->second);
      if (!value && !at->second.empty()) bad_option("ROW", "column " + candor::quoted(column.name) + " holds numbers, and " + candor::quoted(at->second) + " is none");
      column.numbers[0] = value.value_or(std::nan(""));
    } else if (at->second.empty()) {
      column.codes[0] = data::missing_word;
    } else {
      auto word = std::find(column.words.begin(), column.words.end(), at->second);
      if (word == column.words.end()) word = column.words.insert(column.words.end(), at->second);
      column.codes[0] = static_cast<std::int32_t>(word - column.words.begin());
    }
  }
  if (!missing.empty()) bad_option("ROW", "no cell for " + name_list(missing));
  return row;
}

void check_columns(const data::Table& table, const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  for (const data::Column& column : table.columns) names.push_back(column.name);
  for (const std::string& name : wanted) {
    if (std::find(names.begin(), names.end(), name) == names.end()) bad_option("--keep", "no column " + candor::quoted(name) + did_you_mean(name, names) + "; there are " + name_list(names));
  }
}

struct Asked {
  ex::Wanted wanted;
  std::string words;
};

std::optional<Asked> wanted_for(const ExplainOptions& o, const formats::ModelFile& file, const std::vector<double>& answer) {
  if (file.task == "classification") {
    std::size_t at = 0;
    if (o.want.empty()) {
      const auto best = std::max_element(answer.begin(), answer.end());
      double second = -1;
      for (std::size_t c = 0; c < answer.size(); ++c) if (answer.begin() + static_cast<std::ptrdiff_t>(c) != best && answer[c] > second) second = answer[c], at = c;
    } else {
      const auto found = std::find(file.class_names.begin(), file.class_names.end(), o.want);
      if (found == file.class_names.end()) bad_option("--want", "no class " + candor::quoted(o.want) + did_you_mean(o.want, file.class_names) + "; there are " + name_list(file.class_names));
      at = static_cast<std::size_t>(found - file.class_names.begin());
    }
    return Asked{{.output = static_cast<std::int64_t>(at)}, file.class_names[at]};
  }
  if (o.want.empty()) return std::nullopt;
  const bool below = o.want.rfind("<=", 0) == 0;
  const auto bound = parse_number(below || o.want.rfind(">=", 0) == 0 ? trimmed(o.want.substr(2)) : std::string_view());
  if (!bound) bad_option("--want", ">=NUMBER or <=NUMBER is expected, and " + candor::quoted(o.want) + " came");
  return Asked{{.output = 0, .is_class = false, .at_least = *bound, .below = below}, std::string(below ? "at most " : "at least ") + short_number(*bound)};
}

Json change_json(const std::string& kind, const ex::Counterfactual& found) {
  Json changes = Json::array();
  for (const ex::Change& change : found.changes) changes.push_back({{"column", change.column}, {"from", change.from}, {"to", change.to}});
  return {{"kind", kind}, {"distance", number(found.distance)}, {"changes", changes}, {"answer", found.answer}};
}

std::string change_text(const ex::Counterfactual& found) {
  std::string text;
  for (const ex::Change& change : found.changes) text += (text.empty() ? "" : ", ") + change.column + " " + (change.from.empty() ? "(missing)" : change.from) + " -> " + (change.to.empty() ? "(missing)" : change.to);
  return text.empty() ? "nothing: the model says so already" : text;
}

std::string answer_text(const formats::ModelFile& file, const std::vector<double>& answer) {
  if (file.task != "classification") return short_number(answer.front());
  std::vector<std::size_t> order(answer.size());
  for (std::size_t c = 0; c < order.size(); ++c) order[c] = c;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return answer[a] > answer[b]; });
  std::string text = file.class_names[order[0]] + " (" + short_number(answer[order[0]]);
  for (std::size_t k = 1; k < std::min<std::size_t>(4, order.size()); ++k) text += ", " + file.class_names[order[k]] + " " + short_number(answer[order[k]]);
  return text + ")";
}

std::string span(const candid::Interval& i) { return "(" + short_number(i.low) + " to " + short_number(i.high) + ")"; }

}  // namespace

int explain_row(const ExplainOptions& o, const formats::ModelFile& file, const Common& common) {
  const TableRows rows = rows_for(o, file, common);
  if (rows.table.rows() == 0) fail(ErrorKind::invalid_argument, o.data.data + ": there are no rows");
  Json out = {{"model", o.model}, {"rows", rows.table.rows()}};
  if (!o.row.empty()) {
    const data::Table row = row_for(o, rows.table);
    const std::vector<double> answer = rows.answer(row).to_vector<double>();
    const std::optional<Asked> asked = wanted_for(o, file, answer);
    if (!asked && !o.keep.empty()) bad_option("--keep", "it is about what would change the answer: say which is wanted, as --want \">=100\"");
    check_columns(rows.table, o.keep);
    const std::int64_t output = file.task == "classification" ? std::max_element(answer.begin(), answer.end()) - answer.begin() : 0;
    const ex::Contributions parts = ex::contributions(rows.answer, rows.table, row, output, 200, common.seed);
    const std::string what = file.task == "classification" ? "probability of " + file.class_names[static_cast<std::size_t>(output)] : "prediction";
    out["prediction"] = file.task == "classification" ? Json(file.class_names[static_cast<std::size_t>(output)]) : number(answer.front());
    out["answer"] = answer;
    out["base"] = number(parts.base);
    Json contributions = Json::array();
    for (const ex::Contribution& part : parts.columns) {
      contributions.push_back({{"column", part.column}, {"value", part.value}, {"amount", number(part.amount)}, {"interval", Json::array({number(part.interval.low), number(part.interval.high)})}});
    }
    out["contributions"] = contributions;
    if (!common.json) {
      std::printf("answer: %s\n\nwhere it comes from: %s %s, %s on average over the rows\n", answer_text(file, answer).c_str(), what.c_str(), short_number(parts.answer).c_str(), short_number(parts.base).c_str());
      for (std::size_t k = 0; k < std::min<std::size_t>(10, parts.columns.size()); ++k) {
        const ex::Contribution& part = parts.columns[k];
        std::printf("  %-36s %s%-9s %s\n", (part.column + " = " + (part.value.empty() ? "(missing)" : part.value)).c_str(), part.amount >= 0 ? "+" : "", short_number(part.amount).c_str(), span(part.interval).c_str());
      }
    }
    Json found = Json::array();
    if (asked) {
      const ex::CounterfactualOptions options{.keep = o.keep, .seed = common.seed};
      const auto nearest = ex::nearest_change(rows.answer, rows.table, row, asked->wanted, options), seen = ex::nearest_example(rows.answer, rows.table, row, asked->wanted, options);
      for (const auto& one : nearest) found.push_back(change_json("nearest", one));
      for (const auto& one : seen) found.push_back(change_json("seen", one));
      out["wanted"] = asked->words;
      if (!common.json) {
        std::printf("\nwhat would make it %s\n", asked->words.c_str());
        std::printf("  smallest change found   %s\n", nearest.empty() ? "none, with up to three columns changed within what the rows hold" : change_text(nearest[0]).c_str());
        std::printf("  by values of one row    %s\n", seen.empty() ? "none of the rows is answered so" : change_text(seen[0]).c_str());
      }
    }
    out["counterfactuals"] = found;
    if (!common.json) std::printf("\n");
  }
  Json importances = Json::array();
  if (rows.truth) {
    const std::vector<candid::Importance> found = ex::importances(rows.answer, rows.table, *rows.truth, {.seed = common.seed});
    const std::string metric = rows.truth->is_classification() ? "accuracy" : "R2";
    if (!common.json) std::printf("what matters over all: how much %s falls when a column is shuffled\n", metric.c_str());
    for (std::size_t k = 0; k < found.size(); ++k) {
      importances.push_back({{"column", found[k].name}, {"value", number(found[k].value)}, {"interval", Json::array({number(found[k].low), number(found[k].high)})}});
      if (!common.json && k < 15) std::printf("  %-36s %-10s %s\n", found[k].name.c_str(), short_number(found[k].value).c_str(), span({found[k].low, found[k].high}).c_str());
    }
  } else if (!common.quiet) {
    std::fprintf(stderr, "what matters over all is not shown: it needs the true answers (%s)\n", rows.why_no_truth.c_str());
  }
  out["importances"] = importances;
  if (common.json) print_json(out);
  return 0;
}

}  // namespace candor::cli
