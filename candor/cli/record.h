// The record of runs and the card, on the command line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "candor/cli/command.h"

namespace candor::cli {

void add_runs(CLI::App& app, Common& common, Run& run);
void add_card(CLI::App& app, Common& common, Run& run);

/// Options of the command that were given, but for those that change no number: what the record of runs keeps. main() sets them once, before the command runs.
const std::vector<std::pair<std::string, std::string>>& asked();
void set_asked(const CLI::App& command);

}  // namespace candor::cli
