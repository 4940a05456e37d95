// Messages for the person at the terminal. They go to standard error, so that standard output stays data.
#pragma once

#include <string_view>

namespace candor {

enum class LogLevel { debug, info, warning, error, off };

/// Messages below this level are dropped. Starts as warning, or CANDOR_LOG (debug, info, warning, error, off).
void set_log_level(LogLevel level);
LogLevel log_level();
/// "debug", "info", "warning", "error", "off". Throws Error (invalid_argument) for another name.
LogLevel log_level_from_string(std::string_view name);

void log_debug(std::string_view message);
void log_info(std::string_view message);
void log_warning(std::string_view message);
void log_error(std::string_view message);

}  // namespace candor
