#include "candor/backends/registry.h"

#include "candor/base/error.h"

namespace candor {

const Backend& backend(std::string_view name) {
  if (name == "cpu") return cpu_backend();
  if (name == "null") return null_backend();
  if (name == "reference") return reference_backend();
  fail(ErrorKind::unsupported, "device \"" + std::string(name) + "\" is not in this build: there are cpu, null and reference");
}

std::vector<std::string_view> backend_names() { return {"cpu", "null", "reference"}; }

}  // namespace candor
