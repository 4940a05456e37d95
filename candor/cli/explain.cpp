#include "candor/cli/explain.h"

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/cli/fitting.h"
#include "candor/cli/forecast.h"

namespace candor::cli {
namespace {

int explain(const ExplainOptions& o, const CLI::App& command, const Common& common) {
  const formats::ModelFile file = formats::read_model_file(o.model);
  refuse_for_model(command, o.model, file);
  if (is_forecaster(file)) fail(ErrorKind::unsupported, o.model + " continues a series, and rows of a table and pictures can be explained; its report shows what it chose, and `candor evaluate` how well it does");
  const Shape input = file.model.input_types().front().shape;
  if (input.rank() == 3) {
    refuse_given(command, {"--data", "--keep"}, "it is about rows of tables, and this model answers for pictures");
    if (file.task != "classification") refuse_given(command, {"--want"}, "the model gives a number for a picture, and what speaks for it is drawn");
    if (!o.row.empty()) refuse_unfit(command, o.row);
    return explain_picture(o, file, common);
  }
  if (input.rank() == 1) {
    refuse_given(command, {"--out", "--patch"}, "it is about pictures, and this model answers for rows");
    if (o.row.empty()) refuse_given(command, {"--want", "--keep"}, "it is about one row: name its number, or its cells");
    if (!o.data.data.empty()) refuse_unfit(command, o.data.data);
    return explain_row(o, file, common);
  }
  fail(ErrorKind::unsupported, o.model + ": the model takes " + to_string(input) + "; rows of a table and pictures can be explained");
}

}  // namespace

void add_explain(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<ExplainOptions>();
  CLI::App* command = add_command(app, common, "explain", "why a model answers as it does for one row or picture, what would change it, and what matters to it over all",
                                  "candor explain model.candor 12 --data customers.csv\n  candor explain model.candor speed=140,age=22,miles=30 --data customers.csv\n  candor explain signs.candor photo.jpg --out why.png");
  command->add_option("MODEL", o->model, "a model file that `candor train` or Model::save wrote")->required();
  command->add_option("ROW|PICTURE", o->row, "tables: the number of a row of --data, counted from 1, or cells as name=value,name=value (a quoted cell may hold commas); pictures: a file. Without one: what matters over all");
  add_data_options(*command, o->data, false);
  command->remove_option(command->get_option("DATA"));
  command->add_option("--data", o->data.data, "tables: rows to compare with; DATA as for `candor evaluate`");
  command->add_option("--want", o->want, "the answer wanted: a class, or >=NUMBER or <=NUMBER (default: the second most probable class)");
  command->add_option("--keep", o->keep, "tables: columns that cannot be changed, parted by commas")->delimiter(',');
  command->add_option("--out", o->out, "pictures: the PNG file to write (default: explained.png)");
  command->add_option("--patch", o->size, "pictures: side of the square that is covered, in pixels of the model (default: an eighth of the picture)")->check(CLI::Range(std::int64_t{1}, std::int64_t{1024}));
  command->callback([o, command, &common, &run] { run = [o, command, &common] { return explain(*o, *command, common); }; });
}

}  // namespace candor::cli
