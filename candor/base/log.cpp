#include "candor/base/log.h"

// Header-only use, with the system's fmt where spdlog brings none of its own.
#define FMT_HEADER_ONLY
#if !__has_include(<spdlog/fmt/bundled/core.h>)
#define SPDLOG_FMT_EXTERNAL
#endif
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

#include "candor/base/error.h"

namespace candor {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::off: return spdlog::level::off;
  }
  return spdlog::level::warn;
}

LogLevel initial_level() {
  if (const char* text = std::getenv("CANDOR_LOG")) {
    try {
      return log_level_from_string(text);
    } catch (const Error&) {  // a bad variable must not stop a program that never asked for it
    }
  }
  return LogLevel::warning;
}

struct Log {
  LogLevel level = initial_level();
  // Not in spdlog's registry: a program that embeds Candor keeps its own default logger.
  spdlog::logger logger{"candor", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()};
  Log() {
    logger.set_pattern("%^candor %l%$: %v");
    logger.set_level(to_spdlog(level));
    logger.flush_on(spdlog::level::debug);
  }
};

Log& instance() {
  static Log log;
  return log;
}

void write(LogLevel level, std::string_view message) {
  instance().logger.log(to_spdlog(level), spdlog::string_view_t(message.data(), message.size()));
}

}  // namespace

void set_log_level(LogLevel level) {
  instance().level = level;
  instance().logger.set_level(to_spdlog(level));
}
LogLevel log_level() { return instance().level; }

LogLevel log_level_from_string(std::string_view name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "info") return LogLevel::info;
  if (name == "warning") return LogLevel::warning;
  if (name == "error") return LogLevel::error;
  if (name == "off") return LogLevel::off;
  fail(ErrorKind::invalid_argument,
       "log level: expected debug, info, warning, error or off, got \"" + std::string(name) + "\"");
}

void log_debug(std::string_view message) { write(LogLevel::debug, message); }
void log_info(std::string_view message) { write(LogLevel::info, message); }
void log_warning(std::string_view message) { write(LogLevel::warning, message); }
void log_error(std::string_view message) { write(LogLevel::error, message); }

}  // namespace candor
