#include "candor/cli/explain.h"

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::cli {
namespace {

int explain(const ExplainOptions& o, const Common& common) {
  const formats::ModelFile file = formats::read_model_file(o.model);
  const Shape input = file.model.input_types().front().shape;
  if (input.rank() == 3) return explain_picture(o, file, common);
  if (input.rank() == 1) return explain_row(o, file, common);
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
  command->callback([o, &common, &run] { run = [o, &common] { return explain(*o, common); }; });
}

}  // namespace candor::cli
