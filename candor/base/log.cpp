#include "candor/base/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "candor/base/error.h"

namespace candor {
namespace {

struct Look {
  const char *name, *color;
};
constexpr Look looks[] = {{"debug", "\033[36m"}, {"info", "\033[32m"}, {"warning", "\033[33m\033[1m"}, {"error", "\033[31m\033[1m"}};

LogLevel initial_level() {
  if (const char* text = std::getenv("CANDOR_LOG")) {
    try {
      return log_level_from_string(text);
    } catch (const Error&) {  // a bad variable must not stop a program that never asked for it
    }
  }
  return LogLevel::warning;
}

std::atomic<LogLevel>& level() {
  static std::atomic<LogLevel> level = initial_level();
  return level;
}

// One write a message: lines of several threads do not mix.
void write(LogLevel of, std::string_view message) {
  if (of < level()) return;
  static const bool colored = ::isatty(::fileno(stderr)) != 0;
  const Look& look = looks[static_cast<int>(of)];
  const std::string head = "candor " + std::string(look.name);
  const std::string line = (colored ? look.color + head + "\033[m" : head) + ": " + std::string(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

void set_log_level(LogLevel new_level) { level() = new_level; }
LogLevel log_level() { return level(); }

LogLevel log_level_from_string(std::string_view name) {
  for (int i = 0; i < 4; ++i) {
    if (name == looks[i].name) return static_cast<LogLevel>(i);
  }
  if (name == "off") return LogLevel::off;
  fail(ErrorKind::invalid_argument, "log level: expected debug, info, warning, error or off, got \"" + std::string(name) + "\"");
}

void log_debug(std::string_view message) { write(LogLevel::debug, message); }
void log_info(std::string_view message) { write(LogLevel::info, message); }
void log_warning(std::string_view message) { write(LogLevel::warning, message); }
void log_error(std::string_view message) { write(LogLevel::error, message); }

}  // namespace candor
