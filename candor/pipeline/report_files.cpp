#include "candor/pipeline/report_files.h"

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/formats/config_json.h"

namespace candor::pipeline {

ReportFiles write_report_files(const candid::Report& report, const std::string& folder) {
  make_folders(folder);
  const std::string prefix = folder == "." ? "" : folder + (folder.back() == '/' ? "" : "/");
  const ReportFiles files{prefix + "report.html", prefix + "report.json"};
  // Both are on the disk before either takes the place of an old one: a page never stands beside the numbers of another run.
  AtomicFile json(files.json), html(files.html);
  json.write(formats::to_json(candid::report_config(report)) + "\n");
  html.write(candid::report_html(report));
  json.commit();
  html.commit();
  return files;
}

ReportFiles write_report_beside(const candid::Report& report, const std::string& folder, const std::string& model) {
  try {
    return write_report_files(report, folder);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::interrupted) throw;
    fail(e.kind(), e.message() + "; the model is saved in " + model + " and keeps the report: `candor report " + model + " --out FOLDER` writes it");
  }
}

}  // namespace candor::pipeline
