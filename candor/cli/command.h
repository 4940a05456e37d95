// What the commands of the program share: the options that every command has, and how a command is entered.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace candor::cli {

/// Options of every command.
struct Common {
  bool json = false;
  bool quiet = false;
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: as many as cores
  std::string command;  ///< what the user typed, quoted so that a shell takes it back
};

/// One entry for each command: adds it with its options, help and example. `run` becomes what main() calls when the command was chosen.
using Run = std::function<int()>;
void add_train(CLI::App& app, Common& common, Run& run);
void add_tune(CLI::App& app, Common& common, Run& run);
void add_check(CLI::App& app, Common& common, Run& run);
void add_augment(CLI::App& app, Common& common, Run& run);
void add_evaluate(CLI::App& app, Common& common, Run& run);
void add_predict(CLI::App& app, Common& common, Run& run);
void add_report(CLI::App& app, Common& common, Run& run);
void add_compare(CLI::App& app, Common& common, Run& run);
void add_explain(CLI::App& app, Common& common, Run& run);
void add_plan(CLI::App& app, Common& common, Run& run);
void add_profile(CLI::App& app, Common& common, Run& run);
void add_summary(CLI::App& app, Common& common, Run& run);
void add_data(CLI::App& app, Common& common, Run& run);
void add_devices(CLI::App& app, Common& common, Run& run);
void add_version(CLI::App& app, Common& common, Run& run);

/// A command with the common options and an example that `--help` ends with.
CLI::App* add_command(CLI::App& app, Common& common, const std::string& name, const std::string& what, const std::string& example);

/// An option that takes an amount of memory, as 500MB or 1.5 GB (a kB is 1000 B), from 1 B to 1 PB.
CLI::Option* add_bytes(CLI::App& command, const std::string& name, double& bytes, const std::string& what);

/// Keys in the order in which they are set: what is printed with --json.
using Json = nlohmann::ordered_json;
/// One line on standard output. Numbers that are not finite become null.
void print_json(const Json& value);
/// A double as JSON; null when it is not finite.
Json number(double value);

/// ".9782", "-3.25": for tables people read.
std::string short_number(double value);

/// Turns this command's options into a fault of the caller: exit code 2.
[[noreturn]] void bad_option(const std::string& option, const std::string& what);

}  // namespace candor::cli
