#include "bench/child.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "candor/base/clock.h"
#include "candor/base/error.h"

namespace candor::bench {
namespace {

void make_pipe(int (&ends)[2]) {
  if (::pipe2(ends, O_CLOEXEC) != 0) fail(ErrorKind::io, std::string("bench: pipe: ") + std::strerror(errno));
}

pid_t spawn(const std::vector<std::string>& command, posix_spawn_file_actions_t& actions) {
  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(ErrorKind::io, "bench: cannot start " + command[0] + ": " + std::strerror(error));
  return pid;
}

}  // namespace

Child::Child(const std::vector<std::string>& command, const std::string& errors) {
  std::signal(SIGPIPE, SIG_IGN);
  int to[2], from[2];
  make_pipe(to);
  make_pipe(from);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, to[0], 0);
  ::posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  ::posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  in_ = to[1];
  out_ = from[0];
  try {
    pid_ = spawn(command, actions);
  } catch (...) {
    for (const int fd : {to[0], to[1], from[0], from[1]}) ::close(fd);
    throw;
  }
  ::close(to[0]);
  ::close(from[1]);
}

double peak_megabytes(const std::string& process) {
  std::ifstream status("/proc/" + process + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0) return std::strtod(line.c_str() + 6, nullptr) * 1024 / 1e6;
  return 0;
}

void begin_peak() {
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;  // proc(5): resets the peak
}

double Child::peak_megabytes() const { return bench::peak_megabytes(std::to_string(pid_)); }

Child::~Child() {
  ::close(in_);
  ::close(out_);
  for (int i = 0; i < 100; ++i) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) return;
    ::usleep(50'000);
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Child::write(const std::string& text) {
  if (::write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) fail(ErrorKind::io, "bench: the peer has ended");
}

std::string Child::line(double timeout_seconds) {
  const double end = seconds_now() + timeout_seconds;
  for (;;) {
    if (const auto at = rest_.find('\n'); at != std::string::npos) {
      const std::string result = rest_.substr(0, at);
      rest_.erase(0, at + 1);
      return result;
    }
    pollfd wait{out_, POLLIN, 0};
    const double left = end - seconds_now();
    if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left * 1000) + 1) == 0) fail(ErrorKind::io, "no answer in time");
    char buffer[65536];
    const ssize_t n = ::read(out_, buffer, sizeof buffer);
    if (n <= 0) fail(ErrorKind::io, "it ended");
    rest_.append(buffer, static_cast<std::size_t>(n));
  }
}

Finished run_to_end(const std::vector<std::string>& command) {
  int from[2];
  make_pipe(from);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  ::posix_spawn_file_actions_adddup2(&actions, from[1], 2);
  Finished result;
  const double start = seconds_now();
  const pid_t pid = spawn(command, actions);
  ::close(from[1]);
  char buffer[65536];
  for (ssize_t n; (n = ::read(from[0], buffer, sizeof buffer)) > 0;) result.output.append(buffer, static_cast<std::size_t>(n));
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  result.seconds = seconds_now() - start;
  ::close(from[0]);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace candor::bench
