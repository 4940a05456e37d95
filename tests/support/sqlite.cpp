#include "tests/support/sqlite.h"

#include <dlfcn.h>

namespace candor::testing {

bool run_sqlite(const std::string& path, const std::string& sql) {
  void* const library = ::dlopen("libsqlite3.so.0", RTLD_NOW);  // found as the reader finds it
  if (!library) return false;
  const auto open = reinterpret_cast<int (*)(const char*, void**)>(::dlsym(library, "sqlite3_open"));
  const auto exec = reinterpret_cast<int (*)(void*, const char*, void*, void*, char**)>(::dlsym(library, "sqlite3_exec"));
  const auto close = reinterpret_cast<int (*)(void*)>(::dlsym(library, "sqlite3_close"));
  void* database = nullptr;
  const bool done = open(path.c_str(), &database) == 0 && exec(database, sql.c_str(), nullptr, nullptr, nullptr) == 0;
  close(database);
  return done;
}

}  // namespace candor::testing
