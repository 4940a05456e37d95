#include "candor/pipeline/model_rows.h"

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/uncertainty/uncertainty.h"
#include "candor/data/table/units.h"
#include "candor/ops/activation.h"
#include "candor/train/evaluate.h"

namespace candor::pipeline {
namespace {

// The set's classes must be the model's, in the model's order: a file that knows only some of them, or none, must not renumber them.
void check_classes(const formats::ModelFile& file, const data::Dataset& set) {
  if (file.task == "classification" && set.class_names != file.class_names) {
    fail(ErrorKind::invalid_argument, set.source + ": classes " + name_list(set.class_names) + ", and the model knows " + name_list(file.class_names));
  }
  if (file.task == "regression" && set.is_classification()) {
    fail(ErrorKind::invalid_argument, set.source + ": the target holds classes, and the model answers numbers");
  }
}

data::Dataset load_arrays(const std::string& name, const formats::ModelFile& file, const ModelRowsOptions& o) {
  data::LoadOptions load = o.load;
  load.csv.features = file.feature_names;
  load.csv.has_targets = o.targets;
  if (o.targets) {
    load.csv.targets = file.target_names;
    load.csv.class_names = file.class_names;
    load.csv.kind = file.task == "regression" ? data::TargetKind::regression : data::TargetKind::classification;
  }
  load.images.class_names = file.class_names;
  load.images.labelled = o.targets;
  if (!o.fit_given) load.images.fit = data::fit_from_string(file.preprocessing.get("fit", std::string("stretch")));
  if (!o.size_given) {
    load.images.height = file.preprocessing.get("height", 0);
    load.images.width = file.preprocessing.get("width", 0);
  }
  if (!o.channels_given) load.images.channels = static_cast<int>(file.preprocessing.get("channels", 0));
  const data::Loaded loaded = data::load(name, load);
  return loaded.has_test() ? loaded.test : loaded.train;
}

// Only a score is worth less for rows that were learned from; answers, which may be to millions of rows, are not.
void look_up_seen(ModelRows& rows, const formats::ModelFile& file) {
  const Config* stored = file.preprocessing.find("split");
  if (!stored) return;
  const data::SplitRecord record = data::SplitRecord::from_config(*stored);
  rows.seen = rows.is_table() ? record.look_up(rows.cells) : record.look_up(rows.set);
  rows.seen_text = record.describe(rows.seen);
}

}  // namespace

void require_fit(const formats::ModelFile& file, const data::Dataset& set) {
  const TensorType input = file.model.input_types().front();
  if (set.row_shape() == input.shape) return;
  fail(ErrorKind::shape, set.source + ": rows have shape " + to_string(set.row_shape()) + ", and the model was built for " + to_string(input.shape) + " (its first layer, " +
                             file.model.layers().front().name() + (file.feature_names.empty() ? "" : "; its inputs: " + name_list(file.feature_names)) + ")");
}

void require_targets(const data::Table& table, const data::Recipe& recipe) {
  for (const std::string& name : recipe.target_names()) {
    if (!table.find(name))
      fail(ErrorKind::not_found, table.source + ": there are no targets to judge the answers by: no column " + candor::quoted(name) + did_you_mean(name, table.names()));
  }
}

std::optional<data::Recipe> recipe_of(const formats::ModelFile& file) {
  const Config* stored = file.preprocessing.find("recipe");
  if (!stored) return std::nullopt;
  return data::Recipe::from_config(*stored);
}

ModelRows rows_for_model(data::Table table, const formats::ModelFile& file, bool targets) {
  const std::optional<data::Recipe> recipe = recipe_of(file);
  if (!recipe) fail(ErrorKind::invalid_argument, table.source + ": a table, and the model was not trained on one");
  data::read_units(table, recipe->schema());
  ModelRows rows;
  rows.differences = recipe->compare(table);
  if (targets) {
    require_targets(table, *recipe);
    const std::vector<std::int64_t> known = data::rows_with_targets(table, recipe->schema());
    if (static_cast<std::int64_t>(known.size()) < table.rows()) table = table.take(known);
  }
  if (table.rows() == 0) fail(ErrorKind::invalid_argument, table.source + ": there are no rows");
  if (targets) {
    rows.cells = std::move(table);
    look_up_seen(rows, file);
    table = std::move(rows.cells);
    rows.set = recipe->dataset(table);
  } else {
    rows.set.features = recipe->features(table);
    rows.set.feature_names = recipe->feature_names();
    rows.set.class_names = recipe->class_names();
    rows.set.source = table.source;
  }
  require_fit(file, rows.set);
  rows.cells = std::move(table);
  return rows;
}

ModelRows load_for_model(const std::string& name, const formats::ModelFile& file, const ModelRowsOptions& o) {
  const data::SourceKind kind = data::kind_of(name);
  if (kind == data::SourceKind::images) {
    if (const std::optional<data::Recipe> recipe = recipe_of(file)) {
      std::vector<std::string> columns;
      for (const data::ColumnRole& column : recipe->schema().columns)
        if (column.role != data::Role::target && column.role != data::Role::ignore) columns.push_back(column.name);
      fail(ErrorKind::invalid_argument, name + ": pictures, and the model was trained on a table with the columns " + name_list(columns, 20));
    }
  }
  if (kind == data::SourceKind::csv && file.preprocessing.find("recipe")) return rows_for_model(data::read_table(name, o.table), file, o.targets);
  ModelRows rows;
  rows.set = load_arrays(name, file, o);
  if (rows.set.rows() == 0) fail(ErrorKind::invalid_argument, name + ": there are no rows");
  require_fit(file, rows.set);
  if (o.targets) {
    if (!rows.set.has_targets()) fail(ErrorKind::invalid_argument, name + ": there are no targets to judge the answers by");
    check_classes(file, rows.set);
    look_up_seen(rows, file);
  }
  return rows;
}

Tensor answers(const formats::ModelFile& file, const data::Dataset& set) {
  const Tensor outputs = file.model.predict(set.features);
  if (file.task != "classification") return outputs;
  return candid::at_temperature(file.gives_logits() ? softmax(outputs, -1) : outputs, candid::stored_temperature(file.record));
}

}  // namespace candor::pipeline
