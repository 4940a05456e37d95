// The options of a training, the same for `candor train` and `candor tune`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "candor/cli/augment_options.h"
#include "candor/cli/command.h"
#include "candor/cli/data_options.h"
#include "candor/pipeline/run.h"

namespace candor::cli {

struct TrainingOptions {
  DataOptions data;
  pipeline::NetworkOptions network;
  std::string out = ".", test_data;
  std::int64_t epochs = 0, batch_size = 0;
  double memory = 0;  ///< bytes; 0: any
  double lr = 0, test = 0.2;     // lr 0: the default of the data and network
  bool test_given = false;       // --test was said
  std::optional<double> budget;  // seconds; none: pipeline::TrainOptions::budget
  int members = 0;
  bool no_report = false, no_record = false;
  int seeds = 1;
  std::vector<std::string> silence;
  std::string resume;                      // file of the resume point
  double resume_every = 60;
  AugmentFlags augment;
};

/// --no-record and --silence, which several commands have.
void add_record_options(CLI::App& command, bool& no_record, std::vector<std::string>& silence);
/// "id=reason" as silences.
std::vector<candid::Silence> silences_of(const std::vector<std::string>& said);

pipeline::RunOptions run_options(const TrainingOptions& options, const Common& common);
/// What `candor train` prints, as text and as one object.
void print_text(const pipeline::RunResult& result);
Json train_object(const pipeline::RunResult& result, const Common& common);

}  // namespace candor::cli
