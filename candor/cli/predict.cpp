#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/cli/certainty.h"
#include "candor/cli/command.h"
#include "candor/cli/fitting.h"
#include "candor/cli/forecast.h"
#include "candor/cli/model_data.h"
#include "candor/data/table/table_stream.h"
#include "candor/pipeline/judge_rows.h"

namespace candor::cli {
namespace {

struct PredictFlags {
  std::string model, out;
  std::vector<std::string> row;
  DataOptions data;
  CertaintyOptions certainty;
};

std::string cell(const std::string& text) { return csv_cell(text); }

std::string cell(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.7g", value);
  return text;
}

std::string classes_text(const formats::ModelFile& file, const Tensor& outputs, bool json, bool heading) {
  const std::vector<float> p = outputs.to_vector();
  const std::size_t width = file.class_names.size();
  std::string out;
  if (!json && heading) {
    out = "prediction";
    for (const std::string& name : file.class_names) out += "," + cell("probability_" + name);
    out += "\n";
  }
  for (std::size_t i = 0; i * width < p.size(); ++i) {
    const auto row = p.begin() + static_cast<std::ptrdiff_t>(i * width);
    const auto best = static_cast<std::size_t>(std::max_element(row, row + static_cast<std::ptrdiff_t>(width)) - row);
    if (json) {
      Json probabilities = Json::object();
      for (std::size_t c = 0; c < width; ++c) probabilities[file.class_names[c]] = number(static_cast<double>(row[static_cast<std::ptrdiff_t>(c)]));
      const Json line = {{"prediction", file.class_names[best]}, {"probabilities", probabilities}, {"interval", nullptr}};
      out += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    } else {
      out += cell(file.class_names[best]);
      for (std::size_t c = 0; c < width; ++c) out += "," + cell(static_cast<double>(row[static_cast<std::ptrdiff_t>(c)]));
      out += "\n";
    }
  }
  return out;
}

std::string values_text(double distance, const Tensor& outputs, bool json, bool heading) {
  const std::vector<float> y = outputs.to_vector();
  const auto width = static_cast<std::size_t>(outputs.rank() > 1 ? outputs.shape(-1) : 1);
  const double d = width == 1 ? distance : std::nan("");
  std::string out;
  if (!json && heading) {
    if (width == 1) out = std::isfinite(d) ? "prediction,low,high\n" : "prediction\n";
    for (std::size_t k = 0; width > 1 && k < width; ++k) out += (k ? ",prediction_" : "prediction_") + std::to_string(k + 1) + (k + 1 == width ? "\n" : "");
  }
  for (std::size_t i = 0; i * width < y.size(); ++i) {
    const double first = static_cast<double>(y[i * width]);
    if (json) {
      Json prediction = number(first);
      if (width > 1) prediction = std::vector<float>(y.begin() + static_cast<std::ptrdiff_t>(i * width), y.begin() + static_cast<std::ptrdiff_t>((i + 1) * width));
      const Json line = {{"prediction", prediction}, {"probabilities", nullptr},
                         {"interval", std::isfinite(d) ? Json::array({number(first - d), number(first + d)}) : Json(nullptr)}};
      out += line.dump() + "\n";
    } else {
      out += cell(first);
      for (std::size_t k = 1; k < width; ++k) out += "," + cell(static_cast<double>(y[i * width + k]));
      if (width == 1 && std::isfinite(d)) out += "," + cell(first - d) + "," + cell(first + d);
      out += "\n";
    }
  }
  return out;
}

// The files of pictures stand behind their answers: the last column, or the key "picture".
ExtraColumn picture_column(const std::vector<std::string>& names) {
  ExtraColumn column{"picture", {}, {}};
  for (const std::string& name : names) column.cells.push_back(cell(name)), column.values.emplace_back(name);
  return column;
}

// "speed=120", "age=30" as a table of one row.
data::Table row_table(const std::vector<std::string>& cells) {
  std::string names, values;
  for (const std::string& said : cells) {
    const std::size_t equals = said.find('=');
    if (equals == std::string::npos || equals == 0) bad_option("--row", "COLUMN=VALUE is expected, and " + candor::quoted(said) + " came");
    names += (names.empty() ? "" : ",") + cell(said.substr(0, equals));
    values += (names.size() == cell(said.substr(0, equals)).size() ? "" : ",") + cell(said.substr(equals + 1));
  }
  return data::parse_table(names + "\n" + values + "\n", {.separator = ',', .decimal = '.', .header = data::Header::yes}, "the row given");
}

// The answers of one piece of the rows, and where they go: a file that is there whole or not at all, or standard output as they come.
class Answers {
 public:
  Answers(const formats::ModelFile& file, const PredictFlags& o, const Common& common) : file_(file), common_(common), certainty_(file, o.certainty) {
    if (!o.out.empty()) out_.emplace(o.out);
  }
  void add(const pipeline::ModelRows& rows) {
    if (first_ && !common_.quiet) print_differences(rows.differences);
    const Tensor outputs = answers(file_, rows.set);
    const bool classes = file_.task == "classification" && outputs.rank() == 2 && outputs.shape(1) == static_cast<std::int64_t>(file_.class_names.size());
    const std::string plain = classes ? classes_text(file_, outputs, common_.json, first_) : values_text(certainty_.distance(), outputs, common_.json, first_);
    std::vector<ExtraColumn> more = certainty_.columns(outputs, rows.set.features);
    if (!rows.set.row_names.empty()) more.push_back(picture_column(rows.set.row_names));
    const std::string text = with_columns(plain, more, common_.json, first_);
    first_ = false;
    if (out_) out_->write(text);
    else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) fail(ErrorKind::io, "standard output cannot be written");
  }
  void finish() {
    if (out_) out_->commit();
    if (!common_.quiet) certainty_.say();
  }

 private:
  const formats::ModelFile& file_;
  const Common& common_;
  Certainty certainty_;
  std::optional<AtomicFile> out_;
  bool first_ = true;
};

int predict(const PredictFlags& o, const CLI::App& command, const Common& common) {
  const formats::ModelFile file = formats::read_model_file(o.model);
  if (!o.row.empty()) {
    refuse_given(command, {"--query", "--missing", "--ignore", "--separator", "--decimal", "--encoding", "--no-quotes", "--no-header", "--size", "--fit", "--channels", "--skip-bad", "--rows"},
                 "it says how DATA is read, and --row is the row itself");
  } else {
    refuse_unfit(command, o.data.data);
  }
  refuse_for_model(command, o.model, file);
  if (file.task == "regression") refuse_given(command, {"--sets"}, "sets are of classes, and the model answers numbers; --coverage alone gives their intervals");
  if (is_forecaster(file)) {
    refuse_given(command, {"--row"}, "the model continues a series: name a file of it");
    refuse_given(command, {"--coverage", "--sets", "--distance", "--reject-below"}, "it says nothing of a series; forecasts come with their 95 % intervals");
  }
  if (is_forecaster(file)) return predict_series(file, o.data, o.out, common);
  Answers out(file, o, common);
  if (!o.row.empty()) {
    out.add(pipeline::rows_for_model(row_table(o.row), file, false));
  } else if (const std::optional<data::Recipe> recipe = pipeline::recipe_of(file); recipe && (o.data.data == "-" || data::kind_of(o.data.data) == data::SourceKind::csv)) {
    // Piece by piece: a table may be larger than memory, and the answers to standard input should not wait for its end.
    data::TableStream pieces(o.data.data, table_options(o.data));
    // Columns that were numbers in training stay so from the first piece on; those with a unit may say "12 kg" in one piece and 12 in the next.
    pieces.expect(pipeline::known_columns(recipe->schema(), false), pipeline::known_columns(recipe->schema(), true));
    while (std::optional<data::Table> piece = pieces.next()) out.add(pipeline::rows_for_model(std::move(*piece), file, false));
  } else {
    if (o.data.data == "-") bad_option("DATA", "- is a table from standard input, and this model does not answer rows of a table; name files, a folder or an archive");
    out.add(load_model_rows(o.data, file, false, common.seed));
  }
  out.finish();
  return 0;
}

}  // namespace

void add_predict(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<PredictFlags>();
  CLI::App* command = add_command(app, common, "predict", "the model's answer for each row, as CSV or with --json one line a row", "candor predict model.candor new-customers.csv --out answers.csv");
  command->add_option("MODEL", o->model, "a model file that `candor train` or Model::save wrote")->required();
  add_data_options(*command, o->data, false)->required(false);
  command->add_option("--row", o->row, "tables: one row in place of DATA, as speed=120,age=30")->delimiter(',');
  add_certainty_options(*command, o->certainty);
  command->add_option("--out", o->out, "write to this file instead of standard output; whole or not at all");
  command->callback([o, command, &common, &run] { run = [o, command, &common] {
    if (o->data.data.empty() == o->row.empty()) bad_option("DATA", "the rows to answer are expected: DATA, - for standard input, or --row COLUMN=VALUE,...");
    if (const std::string& data = o->data.data; data.find('=') != std::string::npos && data.find(':') == std::string::npos && !std::filesystem::exists(data))
      bad_option("DATA", "there is no file " + candor::quoted(data) + "; one row is given with --row " + data);
    return predict(*o, *command, common);
  }; });
}

}  // namespace candor::cli
