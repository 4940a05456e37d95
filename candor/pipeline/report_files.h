// Writing a report as files: what training leaves beside a model, and `candor report` writes again.
#pragma once

#include <string>

#include "candor/candid/report/report.h"

namespace candor::pipeline {

/// Where a report was written.
struct ReportFiles {
  std::string html, json;  ///< their paths
};

/// Writes report.html and report.json into a folder, which is made when it is missing; each whole or not at all. Throws Error (io).
ReportFiles write_report_files(const candid::Report& report, const std::string& folder);

/// The same after a training: the error also says that the model, a file that keeps the report, is saved.
ReportFiles write_report_beside(const candid::Report& report, const std::string& folder, const std::string& model);

}  // namespace candor::pipeline
