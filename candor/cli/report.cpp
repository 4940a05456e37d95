#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/cli/command.h"
#include "candor/formats/model_file.h"
#include "candor/pipeline/report_files.h"

namespace candor::cli {
namespace {

struct ReportFlags {
  std::string model, out = ".";
};

int write_report(const ReportFlags& o, const Common& common) {
  const formats::ModelFile file = formats::read_model_file(o.model);
  const Config* stored = file.record.find("report");
  if (!stored) {
    fail(ErrorKind::not_found, candor::quoted(o.model) + " holds no report: `candor train` keeps one in the models it writes, and Model::save of a program does not; `candor evaluate MODEL DATA` judges any model");
  }
  candid::Report report;
  try {
    report = candid::report_from_config(*stored);
  } catch (Error& e) {
    throw e.at(candor::quoted(o.model));
  }
  const pipeline::ReportFiles files = pipeline::write_report_files(report, o.out);
  if (common.json) print_json({{"model", o.model}, {"html", files.html}, {"json", files.json}});
  else std::printf("%s and %s\n", files.html.c_str(), files.json.c_str());
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<ReportFlags>();
  CLI::App* command = add_command(app, common, "report", "report.html and report.json of a model, from what its file keeps", "candor report models/model.candor --out public");
  command->add_option("MODEL", o->model, "a model file that `candor train` wrote")->required();
  CLI::Option* out = command->add_option("--out", o->out, "the folder that both files go to (default: here)");
  command->callback([o, out, &common, &run] {
    run = [o, given = out->count() > 0, &common] {
      if (given && o->out.empty()) bad_option("--out", "the name of a folder is expected");
      if (o->out.ends_with(".html") || o->out.ends_with(".json"))
        bad_option("--out", candor::quoted(o->out) + " looks like a file, and two are written, report.html and report.json: give the folder that they go to");
      return write_report(*o, common);
    };
  });
}

}  // namespace candor::cli
