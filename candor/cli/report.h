// Writing a report as files, for the commands.
#pragma once

#include "candor/pipeline/report_files.h"

namespace candor::cli {
using pipeline::ReportFiles;
using pipeline::write_report_files;
}  // namespace candor::cli
