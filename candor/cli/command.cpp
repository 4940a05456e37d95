#include "candor/cli/command.h"

#include <cmath>
#include <cstdio>
#include <map>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::cli {
namespace {

// For a seed: -1 would become 2^64 - 1 without a word. An empty text is CLI11's word for "fine".
std::string whole_number(const std::string& text) {
  const bool whole = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return whole ? std::string() : "a whole number from 0 is expected, and " + candor::quoted(text) + " came";
}

}  // namespace

CLI::App* add_command(CLI::App& app, Common& common, const std::string& name, const std::string& what, const std::string& example) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_flag("--json", common.json, "one JSON object (predict: one a row) on standard output and nothing else there");
  command->add_flag("--quiet", common.quiet, "no progress and no remarks");
  command->add_option("--seed", common.seed, "seed of everything random (default 0)")->check(CLI::Validator(whole_number, ""));
  command->add_option("--threads", common.threads, "threads to use; the numbers do not depend on it (default: the cores)")->check(CLI::Range(1, 1024));
  command->footer("Example:\n  " + example);
  return command;
}

void print_json(const Json& value) {
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string short_number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, std::abs(value) < 10 ? "%.4f" : "%.6g", value);
  std::string out = text;
  if (out.rfind("0.", 0) == 0) out.erase(0, 1);
  if (out.rfind("-0.", 0) == 0) out.erase(1, 1);
  return out;
}

void bad_option(const std::string& option, const std::string& what) { fail(ErrorKind::invalid_argument, option + ": " + what); }

CLI::Option* add_bytes(CLI::App& command, const std::string& name, double& bytes, const std::string& what) {
  const std::map<std::string, double> units{{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824.0}};
  return command.add_option(name, bytes, what)->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::CASE_INSENSITIVE, "MEMORY"))->check(CLI::Range(1.0, 1e15));
}

}  // namespace candor::cli
