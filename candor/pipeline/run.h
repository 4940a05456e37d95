// All of it: DATA in, a model file and a report out. What `candor train` does.
#pragma once

#include <string>

#include "candor/formats/model_file.h"
#include "candor/candid/check.h"
#include "candor/pipeline/assess.h"
#include "candor/pipeline/record.h"

namespace candor::pipeline {

struct RunOptions {
  PrepareOptions prepare = {};
  TrainOptions train = {};
  AssessOptions assess = {};
  std::string out = ".";       ///< the folder that model.candor, report.html and report.json go to; made when it is not there
  bool report = true;          ///< false: model.candor alone
  Versions versions = {};      ///< stand in the record: {"candor", "1.0"}
  int seeds = 1;               ///< trainings on the same rows with seeds that follow each other; the first is the one that is kept
  std::string runs = {};       ///< the record of runs, see runs_path(); empty: none is kept
  std::string kind = "train";  ///< of the run
  std::vector<std::pair<std::string, std::string>> asked = {};   ///< options that were given, for the record
  std::vector<candid::Silence> silences = {};                    ///< beside those of candor.yaml
  Function<void(const Prepared&, const Model& network, const std::vector<std::string>& choices)> planned = {};  ///< called before training, to say what was found
};

/// The model file, the report, and what training gave.
struct RunResult {
  formats::ModelFile file;
  candid::Report report;
  TrainedModel trained;
  std::string model_path, report_path;  ///< report_path is empty without a report
  std::vector<double> seeds;            ///< scores of all seeds, when several were asked for
  std::string note;                     ///< why the run was not recorded, or empty
};

/// Files are replaced whole, the model first: what was there survives every failure. When training runs into infinity the last good weights are
/// saved before the error goes on. Throws the errors of prepare and train; Error (io).
RunResult run(const std::string& name, const RunOptions& options);

}  // namespace candor::pipeline
