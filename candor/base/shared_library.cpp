#include "candor/base/shared_library.h"

#include <dlfcn.h>

#include "candor/base/error.h"

namespace candor {

SharedLibrary::SharedLibrary(std::initializer_list<std::string> names, const std::string& purpose, const std::string& package)
    : SharedLibrary(std::vector<std::string>(names), purpose, package) {}

SharedLibrary::SharedLibrary(const std::vector<std::string>& names, const std::string& purpose, const std::string& package) {
  std::string tried;
  for (const std::string& name : names) {
    handle_ = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_) {
      name_ = name;
      return;
    }
    tried += (tried.empty() ? "" : ", ") + name;
  }
  fail(ErrorKind::unsupported, purpose + " needs a library that is not on this machine (looked for " + tried + "); install " + package);
}

void* SharedLibrary::find(const char* symbol) const {
  void* const found = ::dlsym(handle_, symbol);
  if (!found) fail(ErrorKind::unsupported, name_ + ": holds no function " + std::string(symbol) + "; it is of another version than Candor was built for");
  return found;
}

}  // namespace candor
