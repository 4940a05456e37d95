// load_ops: a shared library becomes ops.
#include <dlfcn.h>

#include <filesystem>
#include <set>

#include "candor/base/error.h"
#include "candor/graph/custom_op.h"

namespace candor {
namespace {

std::string last_error() {
  const char* text = ::dlerror();
  return text ? text : "no reason given";
}

struct Handle {
  void* library;
  ~Handle() {
    if (library) ::dlclose(library);
  }
  void keep() { library = nullptr; }
  template <class F>
  F symbol(const char* name) const {
    return reinterpret_cast<F>(::dlsym(library, name));
  }
};

}  // namespace

std::vector<std::string> load_ops(const std::string& path) {
  const std::string what = "load_ops: " + path;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) fail(ErrorKind::not_found, what + ": there is no such file");
  if (!std::filesystem::is_regular_file(path, ignored)) fail(ErrorKind::corrupt, what + ": not a file");
  Handle handle{::dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL)};
  if (!handle.library)
    fail(ErrorKind::corrupt, what + ": the system cannot load it: " + last_error() + ". If symbols of Candor are missing, link this program with -rdynamic (CMake: ENABLE_EXPORTS)");
  const auto version = handle.symbol<std::uint32_t (*)()>("candor_op_library_version");
  const auto entry = handle.symbol<void (*)(OpLibrary&)>("candor_op_library");
  if (!version || !entry) fail(ErrorKind::corrupt, what + ": a shared library, but no library of ops: it has no CANDOR_OPS(library) { ... }");
  if (version() != op_library_version)
    fail(ErrorKind::unsupported, what + ": compiled for version " + std::to_string(version()) + " of op libraries, this program has " + std::to_string(op_library_version) + "; compile it again with this Candor's headers");
  OpLibrary library;  // destroyed before the handle: its functions live there
  try {
    entry(library);
  } catch (const std::exception& error) {
    fail(ErrorKind::invalid_argument, what + ": its entry failed: " + error.what());
  }
  if (library.ops().empty()) fail(ErrorKind::corrupt, what + ": it adds no op");
  std::set<std::string> names;
  for (const CustomOp& op : library.ops()) {
    if (op.name.empty() || !op.kernel) fail(ErrorKind::invalid_argument, what + ": op \"" + op.name + "\" needs a name and a kernel");
    if (find_op(op.name) || !names.insert(op.name).second) fail(ErrorKind::invalid_argument, what + ": op \"" + op.name + "\" is there already; nothing was loaded");
  }
  for (const CustomOp& op : library.ops()) register_custom_op(op);
  handle.keep();
  return {names.begin(), names.end()};
}

}  // namespace candor
