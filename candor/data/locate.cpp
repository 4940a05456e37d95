#include "candor/data/locate.h"

#include <cstdlib>
#include <filesystem>

#include "candor/data/catalogue.h"

namespace candor::data {
namespace {

namespace fs = std::filesystem;

std::string data_folder() {
  const char* value = std::getenv("CANDOR_DATA");
  return value ? value : "";
}

bool is_absolute(const std::string& name) { return !name.empty() && name[0] == '/'; }

/// What `candor data get` brought: by name, or a file of it ("adult/test.csv").
std::optional<std::string> fetched(const std::string& name) {
  const std::string cache = cache_folder();
  std::string path;
  if (const CatalogueEntry* entry = find_in_catalogue(name)) {
    path = fetched_path(*entry, cache);
  } else if (const CatalogueEntry* folder = find_in_catalogue(name.substr(0, name.find('/'))); folder && !cache.empty() && name.find("..") == std::string::npos) {
    path = entry_folder(*folder, cache) + name.substr(name.find('/'));
  }
  std::error_code ignored;
  return !path.empty() && fs::exists(path, ignored) ? std::optional(path) : std::nullopt;
}

}  // namespace

std::optional<std::string> locate(const std::string& name) {
  std::error_code ignored;
  if (name.empty()) return std::nullopt;
  if (fs::exists(name, ignored)) return name;
  if (is_absolute(name)) return std::nullopt;
  if (!data_folder().empty()) {
    const std::string below = data_folder() + "/" + name;
    if (fs::exists(below, ignored)) return below;
  }
  return fetched(name);
}

std::string places_text(const std::string& name) {
  if (is_absolute(name)) return name;
  std::error_code ignored;
  const std::string here = fs::current_path(ignored).string();
  const std::string folder = data_folder();
  return name + " (in " + here + ") and " + (folder.empty() ? "$CANDOR_DATA/" + name + " (CANDOR_DATA is not set)" : folder + "/" + name);
}

}  // namespace candor::data
