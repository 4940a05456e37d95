// The program `candor`: reads the command line, runs one command, turns errors into one message and an exit code
// (0 done, 1 failed, 2 bad input, 3 `candor check` found an error).
#include <cstdio>
#include <new>

#include "candor/base/error.h"
#include "candor/base/log.h"
#include "candor/base/progress.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/cli/command.h"
#include "candor/cli/record.h"
#include "candor/data/table/read_table.h"

namespace {

using namespace candor;
using namespace candor::cli;

int report(const std::string& command, const std::string& message, int code) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s: %s\n", command.c_str(), message.c_str());
  return code;
}

// A word that is no command gets a message of its own; CLI11 would call it an unexpected argument.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return {};
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == argv[1]) return {};
    names.push_back(command->get_name());
  }
  return "no command " + candor::quoted(argv[1]) + did_you_mean(argv[1], names) + "; there are " + name_list(names, 20);
}

// The command line as a shell takes it back.
std::string typed(int argc, char** argv) {
  std::string out = "candor";
  for (int i = 1; i < argc; ++i) {
    const std::string word = data::without_password(argv[i]);  // it stands in reports, models and the record of runs
    const bool plain = !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+.,/:@%") == std::string::npos;
    out += ' ';
    if (plain) {
      out += word;
      continue;
    }
    out += '\'';
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    out += '\'';
  }
  return out;
}

int run_program(int argc, char** argv) {
  CLI::App app{"Candor: train, question and run neural networks."};
  app.name("candor");
  app.footer("Start with:\n  candor train digits\nand read on with `candor COMMAND --help`.");
  app.require_subcommand(0, 1);
  app.set_help_flag("-h,--help", "this text");
  Common common;
  common.command = typed(argc, argv);
  Run run;
  add_train(app, common, run);
  add_tune(app, common, run);
  add_check(app, common, run);
  add_augment(app, common, run);
  add_evaluate(app, common, run);
  add_predict(app, common, run);
  add_card(app, common, run);
  add_runs(app, common, run);
  add_report(app, common, run);
  add_compare(app, common, run);
  add_explain(app, common, run);
  add_plan(app, common, run);
  add_profile(app, common, run);
  add_summary(app, common, run);
  add_data(app, common, run);
  add_devices(app, common, run);
  add_version(app, common, run);
  bool version = false;
  app.add_flag("--version", version, "the version, in one line");

  if (const std::string message = unknown_command(app, argc, argv); !message.empty()) return report("candor", message, 2);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    std::fputs((chosen.empty() ? app.help() : chosen.front()->help()).c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& e) {
    const auto chosen = app.get_subcommands();
    return report(chosen.empty() ? "candor" : "candor " + chosen.front()->get_name(), std::string(e.what()) + " (see --help)", 2);
  }
  if (version) return std::printf("candor %s\n", CANDOR_VERSION), 0;
  if (!run) return std::fputs(app.help().c_str(), stdout), 0;

  const std::string name = "candor " + app.get_subcommands().front()->get_name();
  set_asked(*app.get_subcommands().front());
  try {
    if (common.threads > 0) set_threads(common.threads);
    if (common.quiet) {
      set_progress_style(ProgressStyle::quiet);
      set_log_level(LogLevel::error);
    }
    const int code = run();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return report(name, "standard output cannot be written", 1);
    return code;
  } catch (const Error& e) {
    return report(name, e.what(), exit_code(e.kind()));
  } catch (const std::bad_alloc&) {
    return report(name, "out of memory; try a smaller network, batch or data set", 1);
  } catch (const std::exception& e) {
    return report(name, std::string("a fault in Candor itself: ") + e.what(), 1);
  }
}

}  // namespace

int main(int argc, char** argv) { return run_program(argc, argv); }
