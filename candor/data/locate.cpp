#include "candor/data/locate.h"

#include <cstdlib>
#include <filesystem>

namespace candor::data {
namespace {

namespace fs = std::filesystem;

std::string data_folder() {
  const char* value = std::getenv("CANDOR_DATA");
  return value ? value : "";
}

bool is_absolute(const std::string& name) { return !name.empty() && name[0] == '/'; }

}  // namespace

std::optional<std::string> locate(const std::string& name) {
  std::error_code ignored;
  if (name.empty()) return std::nullopt;
  if (fs::exists(name, ignored)) return name;
  if (is_absolute(name) || data_folder().empty()) return std::nullopt;
  const std::string below = data_folder() + "/" + name;
  return fs::exists(below, ignored) ? std::optional(below) : std::nullopt;
}

std::string places_text(const std::string& name) {
  if (is_absolute(name)) return name;
  std::error_code ignored;
  const std::string here = fs::current_path(ignored).string();
  const std::string folder = data_folder();
  return name + " (in " + here + ") and " + (folder.empty() ? "$CANDOR_DATA/" + name + " (CANDOR_DATA is not set)" : folder + "/" + name);
}

}  // namespace candor::data
