#include "candor/data/table/recipe.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/base/utf8.h"
#include "candor/data/table/column_part.h"
#include "candor/data/table/infer_column.h"

namespace candor::data {
namespace {

using detail::PartPointer;

constexpr std::int64_t most_inputs = 1 << 20;

bool is_input(Role role) { return role == Role::number || role == Role::category || role == Role::date || role == Role::text; }

void check_options(const RecipeOptions& o) {
  const auto check = [](const char* name, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high)
      fail(ErrorKind::invalid_argument, "recipe: " + std::string(name) + " must lie between " + std::to_string(low) + " and " + std::to_string(high) + ", got " + std::to_string(value));
  };
  check("max_categories", o.max_categories, 0, 100000);
  check("min_category_rows", o.min_category_rows, 1, std::int64_t{1} << 40);
  check("text_features", o.text_features, 1, 100000);
  check("pieces", o.pieces, 0, 1000);
}

/// "2" for 2.0, so that 2 and 2.0 are one class whichever way a column was read.
std::string class_name(const std::string& cell) {
  const auto number = parse_number(trimmed(cell));
  if (!number || !std::isfinite(*number) || *number != std::floor(*number) || std::fabs(*number) >= 1e15) return cell;
  return std::to_string(static_cast<std::int64_t>(*number));
}

/// Numbers by value, then words by alphabet.
bool class_before(const std::string& a, const std::string& b) {
  const auto x = parse_number(a), y = parse_number(b);
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();
  return a < b;
}

/// The class of each row as a word; each different cell is looked at once.
std::vector<std::string> class_words(const Column& column, std::vector<std::int32_t>& codes) {
  std::vector<std::string> words;
  if (column.kind == Column::Kind::text) {
    codes = column.codes;
    for (const std::string& word : column.words) words.push_back(class_name(word));
    return words;
  }
  std::map<double, std::int32_t> seen;
  for (std::size_t r = 0; r < column.numbers.size(); ++r) {
    if (column.numbers[r] != column.numbers[r]) {
      codes.push_back(missing_word);
      continue;
    }
    const auto [at, fresh] = seen.emplace(column.numbers[r], static_cast<std::int32_t>(words.size()));
    if (fresh) words.push_back(class_name(column.cell(static_cast<std::int64_t>(r))));
    codes.push_back(at->second);
  }
  return words;
}

void check_present(const Table& table, const std::vector<std::string>& names) {
  std::int64_t rows = 0, first = -1;
  for (std::int64_t r = 0; r < table.rows(); ++r) {
    const bool gone = std::any_of(names.begin(), names.end(), [&](const std::string& name) { return table.at(name).is_missing(r); });
    if (gone && first < 0) first = r;
    rows += gone;
  }
  if (rows)
    fail(ErrorKind::invalid_argument, table.source + ": " + with_thousands(rows) + " of " + with_thousands(table.rows()) + " rows have no " + name_list(names) + " (the first is row " + std::to_string(first + 1) +
                                          "); leave them out (rows_with_targets)");
}

std::vector<std::string> find_classes(const Column& column) {
  std::vector<std::int32_t> codes;
  const std::vector<std::string> words = class_words(column, codes);
  std::vector<bool> used(words.size(), false);
  for (std::int32_t code : codes)
    if (code >= 0) used[static_cast<std::size_t>(code)] = true;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!used[i]) continue;
    if (!is_utf8(words[i])) fail(ErrorKind::corrupt, "column " + quoted(column.name) + ": the class " + quoted(words[i]) + " is not UTF-8; save the table as UTF-8");
    names.push_back(words[i]);
  }
  std::sort(names.begin(), names.end(), class_before);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// Targets for the parts that look at them. Of two classes one says all.
detail::TargetNumbers target_numbers(const Tensor& targets, const std::vector<std::string>& classes, const std::vector<std::string>& names) {
  detail::TargetNumbers numbers;
  numbers.rows = targets.shape(0);
  if (classes.empty()) {
    numbers.width = targets.rank() == 2 ? targets.shape(1) : 1;
    numbers.values = targets.to_vector<float>();
    numbers.names = names;
    return numbers;
  }
  const std::size_t first = classes.size() == 2 ? 1 : 0;
  numbers.width = static_cast<std::int64_t>(classes.size() - first);
  for (std::size_t c = first; c < classes.size(); ++c) numbers.names.push_back(names[0] + "=" + classes[c]);
  const std::vector<std::int32_t> labels = targets.to_vector<std::int32_t>();
  if (numbers.width <= 64) {
    numbers.values.assign(labels.size() * static_cast<std::size_t>(numbers.width), 0.f);
    for (std::size_t r = 0; r < labels.size(); ++r)
      if (static_cast<std::size_t>(labels[r]) >= first) numbers.values[r * static_cast<std::size_t>(numbers.width) + static_cast<std::size_t>(labels[r]) - first] = 1.f;
  } else {
    numbers.width = 0;  // means of so many classes say little of each
    numbers.names.clear();
  }
  return numbers;
}

/// One column is missing and one is new: it may be the same under another name, however different that is.
std::string renamed_text(std::size_t missing, const std::vector<std::string>& names, const Schema& schema) {
  std::vector<std::string> strange;
  for (const std::string& name : names)
    if (!schema.find(name)) strange.push_back(name);
  if (missing != 1 || strange.size() != 1) return "";
  return ". The model does not know " + quoted(strange.front()) + ": if that is the same column under another name, give it the old name";
}

/// All inputs of all parts; `with` applies one part to its column.
template <class With>
Tensor make_features(const Table& table, const std::vector<PartPointer>& parts, const Schema& schema, With with) {
  std::vector<const Column*> columns;
  std::vector<std::string> missing;
  const std::vector<std::string> names = table.names();
  for (const PartPointer& part : parts) {
    const Column* column = table.find(part->column());
    if (!column && !part->features().empty()) missing.push_back(quoted(part->column()) + did_you_mean(part->column(), names));
    columns.push_back(column);
  }
  if (!missing.empty())
    fail(ErrorKind::not_found, table.source + ": " + (missing.size() == 1 ? "a column is" : std::to_string(missing.size()) + " columns are") + " missing that the model learned from: " + name_list(missing, 20) +
                                   "; the columns are " + name_list(names, 20) + renamed_text(missing.size(), names, schema));
  std::int64_t width = 0;
  std::vector<std::int64_t> at;
  for (const PartPointer& part : parts) {
    at.push_back(width);
    width += static_cast<std::int64_t>(part->features().size());
  }
  Tensor features = Tensor::empty({table.rows(), width});
  float* out = features.mutable_data<float>();
  std::vector<std::unique_ptr<Error>> errors(parts.size());
  parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t p) {
    const auto i = static_cast<std::size_t>(p);
    try {
      if (columns[i] && !parts[i]->features().empty()) with(*parts[i], *columns[i], out + at[i], width);
    } catch (const Error& error) {
      errors[i] = std::make_unique<Error>(error);
    }
  });
  for (const auto& error : errors)
    if (error) fail(error->kind(), table.source + ": " + error->message());
  return features;
}

}  // namespace

Recipe Recipe::fit(const Table& train, const Schema& schema, const RecipeOptions& options) {
  check_options(options);
  if (train.rows() == 0) fail(ErrorKind::invalid_argument, train.source + ": there are no rows to learn from");
  Recipe recipe;
  recipe.schema_ = schema;
  recipe.target_names_ = schema.targets();
  detail::TargetNumbers targets;
  if (!recipe.target_names_.empty()) {
    check_present(train, recipe.target_names_);
    if (schema.task == TaskKind::classification) {
      recipe.class_names_ = find_classes(train.at(recipe.target_names_[0]));
      if (recipe.class_names_.size() < 2)
        fail(ErrorKind::invalid_argument, train.source + ": every row is of class " + quoted(recipe.class_names_[0]) + ", so there is nothing to learn");
    }
    targets = target_numbers(recipe.targets(train), recipe.class_names_, recipe.target_names_);
  }
  std::vector<const ColumnRole*> inputs;
  for (const ColumnRole& column : schema.columns)
    if (is_input(column.role)) train.at(column.name), inputs.push_back(&column);
  recipe.parts_.resize(inputs.size());
  std::vector<std::unique_ptr<Error>> errors(inputs.size());
  parallel_for(static_cast<std::int64_t>(inputs.size()), [&](std::int64_t i) {
    const ColumnRole& role = *inputs[static_cast<std::size_t>(i)];
    const Column& column = train.at(role.name);
    PartPointer& part = recipe.parts_[static_cast<std::size_t>(i)];
    try {
      if (role.role == Role::number) part = detail::fit_number(column, targets, options);
      else if (role.role == Role::date) part = detail::fit_date(column, role.date_format, options);
      else if (role.role == Role::text) part = detail::fit_text(column, targets, options);
      else part = detail::fit_category(column, targets, options);
    } catch (const Error& error) {
      errors[static_cast<std::size_t>(i)] = std::make_unique<Error>(error);
    }
  });
  for (const auto& error : errors)
    if (error) fail(error->kind(), train.source + ": " + error->message());
  const auto width = static_cast<std::int64_t>(recipe.feature_names().size());
  if (width == 0) fail(ErrorKind::invalid_argument, train.source + ": no column is left to learn from; the roles are:\n" + to_string(schema));
  if (width > most_inputs) fail(ErrorKind::invalid_argument, train.source + ": the columns become " + with_thousands(width) + " inputs, at most " + with_thousands(most_inputs) + " are possible; lower max_categories or text_features");
  return recipe;
}

Tensor Recipe::features(const Table& table) const {
  return make_features(table, parts_, schema_, [](const detail::ColumnPart& part, const Column& column, float* out, std::int64_t stride) { part.apply(column, out, stride); });
}

Tensor Recipe::training_features(const Table& train) const {
  detail::TargetNumbers numbers;
  if (!target_names_.empty()) numbers = target_numbers(targets(train), class_names_, target_names_);
  return make_features(train, parts_, schema_, [&](const detail::ColumnPart& part, const Column& column, float* out, std::int64_t stride) { part.apply_training(column, numbers, out, stride); });
}

Tensor Recipe::targets(const Table& table) const {
  if (target_names_.empty()) fail(ErrorKind::invalid_argument, table.source + ": the recipe has no target");
  check_present(table, target_names_);
  const std::int64_t rows = table.rows();
  if (!class_names_.empty()) {
    const Column& column = table.at(target_names_[0]);
    std::map<std::string, std::int32_t, std::less<>> numbers;
    for (std::size_t i = 0; i < class_names_.size(); ++i) numbers.emplace(class_names_[i], static_cast<std::int32_t>(i));
    std::vector<std::int32_t> codes;
    const std::vector<std::string> words = class_words(column, codes);
    std::vector<std::int32_t> by_word;
    for (const std::string& word : words) {
      const auto found = numbers.find(word);
      by_word.push_back(found == numbers.end() ? -1 : found->second);
    }
    Tensor result = Tensor::empty({rows}, DType::i32);
    auto* out = result.mutable_data<std::int32_t>();
    for (std::int64_t r = 0; r < rows; ++r) {
      const auto word = static_cast<std::size_t>(codes[static_cast<std::size_t>(r)]);
      out[r] = by_word[word];
      if (out[r] < 0)
        fail(ErrorKind::invalid_argument, table.source + ": row " + std::to_string(r + 1) + ", column " + quoted(column.name) + ": class " + quoted(words[word]) + " is unknown; the classes are " + name_list(class_names_, 20));
    }
    return result;
  }
  const auto width = static_cast<std::int64_t>(target_names_.size());
  Tensor result = Tensor::empty(width == 1 ? Shape{rows} : Shape{rows, width});
  auto* out = result.mutable_data<float>();
  for (std::int64_t t = 0; t < width; ++t) {
    const std::vector<double> values = detail::need_numbers(table.at(target_names_[static_cast<std::size_t>(t)]), false);
    for (std::int64_t r = 0; r < rows; ++r) {
      out[r * width + t] = static_cast<float>(values[static_cast<std::size_t>(r)]);
      if (!std::isfinite(out[r * width + t]))
        fail(ErrorKind::corrupt, table.source + ": row " + std::to_string(r + 1) + ", column " + quoted(target_names_[static_cast<std::size_t>(t)]) + ": the target is not finite in 32 bits");
    }
  }
  return result;
}

Tensor Recipe::weights(const Table& table) const {
  const std::vector<std::string> names = schema_.names(Role::weight);
  if (names.empty()) return {};
  std::vector<double> values = detail::need_numbers(table.at(names[0]), false);
  double sum = 0;
  for (std::size_t r = 0; r < values.size(); ++r) {
    if (!(values[r] >= 0))
      fail(ErrorKind::corrupt, table.source + ": row " + std::to_string(r + 1) + ", column " + quoted(names[0]) + ": a weight is a number from 0 up, got " + quoted(table.at(names[0]).cell(static_cast<std::int64_t>(r))));
    sum += values[r] / static_cast<double>(values.size());
  }
  if (!(sum > 0) || !std::isfinite(sum)) fail(ErrorKind::corrupt, table.source + ": no row has a weight above zero");
  std::vector<float> scaled;
  for (double value : values) scaled.push_back(static_cast<float>(value / sum));
  return Tensor::from(scaled, {table.rows()});
}

Dataset Recipe::dataset(const Table& table) const {
  Dataset set;
  set.features = features(table);
  const bool known = !target_names_.empty() && std::all_of(target_names_.begin(), target_names_.end(), [&](const std::string& name) { return table.find(name); });
  if (known) set.targets = targets(table);
  set.feature_names = feature_names();
  set.target_names = target_names_;
  set.class_names = class_names_;
  set.source = table.source;
  return set;
}

Dataset Recipe::training_dataset(const Table& train) const {
  Dataset set;
  set.features = training_features(train);
  set.targets = targets(train);
  set.feature_names = feature_names();
  set.target_names = target_names_;
  set.class_names = class_names_;
  set.source = train.source;
  return set;
}

std::vector<std::string> Recipe::feature_names() const {
  std::vector<std::string> names;
  for (const PartPointer& part : parts_)
    for (std::string& name : part->features()) names.push_back(std::move(name));
  return names;
}

std::vector<std::string> Recipe::source_columns() const {
  std::vector<std::string> names;
  for (const PartPointer& part : parts_) names.insert(names.end(), part->features().size(), part->column());
  return names;
}

std::vector<ColumnTreatment> Recipe::treatments() const {
  std::vector<ColumnTreatment> treatments;
  std::size_t next = 0;
  for (const ColumnRole& column : schema_.columns) {
    if (next < parts_.size() && parts_[next]->column() == column.name) {
      treatments.push_back({column.name, parts_[next]->what(), parts_[next]->features()});
      ++next;
    } else if (column.role == Role::target) {
      treatments.push_back({column.name, class_names_.empty() ? "predicted" : "predicted, " + with_thousands(static_cast<std::int64_t>(class_names_.size())) + " classes", {}});
    } else {
      const std::string use = column.role == Role::weight ? "how much a row counts" : column.role == Role::group ? "rows of one stay on one side of a split" : column.role == Role::order ? "the order of the rows" : "left out: " + column.why;
      treatments.push_back({column.name, use, {}});
    }
  }
  return treatments;
}

}  // namespace candor::data
