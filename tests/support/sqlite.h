// SQLite for tests that need a database to read.
#pragma once

#include <string>

namespace candor::testing {

/// Runs statements on a database file, which is made when it is not there. False where SQLite's library is not installed, or a statement fails.
bool run_sqlite(const std::string& path, const std::string& sql);

}  // namespace candor::testing
