// A library that is opened when it is needed: optional parts cost nothing at the start of the program, and it runs where they are missing.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

namespace candor {

/// An open shared library; a value that stays open as long as the program runs. Not thread-safe to open; symbols may be used by all threads.
class SharedLibrary {
 public:
  /// Opens the first of `names` that is there ("libpq.so.5", or a path). Throws Error (unsupported): what it is for, the names tried,
  /// and the `package` that holds it.
  SharedLibrary(std::initializer_list<std::string> names, const std::string& purpose, const std::string& package);
  /// The same for names found at run time.
  SharedLibrary(const std::vector<std::string>& names, const std::string& purpose, const std::string& package);

  /// A function of the library: `auto* f = library.get<decltype(PQfinish)>("PQfinish");`. Throws Error (unsupported) when it has none of that name.
  template <class Function>
  Function* get(const char* symbol) const {
    return reinterpret_cast<Function*>(find(symbol));
  }
  /// The name it was found by.
  const std::string& name() const { return name_; }

 private:
  void* find(const char* symbol) const;
  void* handle_ = nullptr;
  std::string name_;
};

}  // namespace candor
