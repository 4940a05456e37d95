#include "candor/pipeline/report_files.h"

#include "candor/base/file.h"
#include "candor/formats/config_json.h"

namespace candor::pipeline {

ReportFiles write_report_files(const candid::Report& report, const std::string& folder) {
  make_folders(folder);
  const std::string prefix = folder == "." ? "" : folder + (folder.back() == '/' ? "" : "/");
  const ReportFiles files{prefix + "report.html", prefix + "report.json"};
  write_atomically(files.json, formats::to_json(candid::report_config(report)) + "\n");
  write_atomically(files.html, candid::report_html(report));
  return files;
}

}  // namespace candor::pipeline
