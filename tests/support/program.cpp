#include "tests/support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/files.h"

namespace candor::testing {
namespace {

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Starts the program with its outputs in two files of a folder.
pid_t start_program(std::vector<std::string> words, const std::string& folder, const std::vector<std::string>& environment, const TemporaryFolder& outputs) {
  const std::string out = outputs / "out", err = outputs / "err";
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<std::string> settings{"CANDOR_RUNS=off"};  // the record of the person who runs the tests is theirs
  settings.insert(settings.end(), environment.begin(), environment.end());

  const pid_t child = ::fork();
  if (child == 0) {
    const int o = ::open(out.c_str(), O_CREAT | O_WRONLY, 0600), e = ::open(err.c_str(), O_CREAT | O_WRONLY, 0600);
    if (o < 0 || e < 0 || ::dup2(o, 1) < 0 || ::dup2(e, 2) < 0) ::_exit(127);
    if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(127);
    for (std::string& setting : settings) ::putenv(setting.data());
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  return child;
}

pid_t start(const std::vector<std::string>& arguments, const std::string& folder, const std::vector<std::string>& environment, const TemporaryFolder& outputs) {
  std::vector<std::string> words{CANDOR_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return start_program(std::move(words), folder, environment, outputs);
}

Finished finish(pid_t child, const TemporaryFolder& outputs) {
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return {};
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), contents(outputs / "out"), contents(outputs / "err")};
}

}  // namespace

std::string program_path() { return CANDOR_PROGRAM; }

Finished run_candor(const std::vector<std::string>& arguments, const std::string& folder, const std::vector<std::string>& environment) {
  const TemporaryFolder outputs;
  return finish(start(arguments, folder, environment, outputs), outputs);
}

namespace {

bool has_ended(pid_t child) {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == child;
}

}  // namespace

namespace {

Finished signalled(pid_t child, const TemporaryFolder& outputs, const std::function<bool()>& when, int signal_number) {
  for (int i = 0; i < 300000 && child > 0 && !when() && !has_ended(child); ++i) ::usleep(200);
  if (child > 0) ::kill(child, signal_number);
  return finish(child, outputs);
}

}  // namespace

Finished signal_candor(const std::vector<std::string>& arguments, const std::function<bool()>& when, int signal_number) {
  const TemporaryFolder outputs;
  return signalled(start(arguments, {}, {}, outputs), outputs, when, signal_number);
}

Finished signal_program(const std::vector<std::string>& words, const std::vector<std::string>& environment, const std::function<bool()>& when, int signal_number) {
  const TemporaryFolder outputs;
  return signalled(start_program(words, {}, environment, outputs), outputs, when, signal_number);
}

std::string own_program() { return std::filesystem::canonical("/proc/self/exe").string(); }

Finished signal_candor(const std::vector<std::string>& arguments, const std::string& after, int signal_number) {
  const TemporaryFolder outputs;
  const pid_t child = start(arguments, {}, {}, outputs);
  for (int i = 0; i < 60000 && child > 0; ++i) {  // a minute; a program that never says it ends by itself or is killed by the test's limit
    if ((contents(outputs / "err") + contents(outputs / "out")).find(after) != std::string::npos) break;
    if (has_ended(child)) break;
    ::usleep(1000);
  }
  if (child > 0) ::kill(child, signal_number);
  return finish(child, outputs);
}

}  // namespace candor::testing
