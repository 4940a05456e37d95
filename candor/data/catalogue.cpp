#include "candor/data/catalogue.h"

#include <cstdlib>
#include <filesystem>

#include "candor/base/text.h"

namespace candor::data {
namespace {

namespace fs = std::filesystem;

std::string plain(std::string_view name) {
  std::string result = lower_case(name);
  for (char& c : result)
    if (c == '_') c = '-';
  return result;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

const CatalogueEntry* find_in_catalogue(std::string_view name) {
  for (const CatalogueEntry& entry : catalogue())
    if (entry.name == plain(name)) return &entry;
  return nullptr;
}

std::string cache_folder() {
  if (const std::string own = variable("CANDOR_CACHE"); !own.empty()) return own;
  // The standard says that a relative path in this variable is to be passed over.
  if (const std::string shared = variable("XDG_CACHE_HOME"); shared.starts_with('/')) return shared + "/candor";
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.cache/candor";
}

std::string entry_folder(const CatalogueEntry& entry, const std::string& cache) { return cache + "/data/" + entry.name; }

std::string fetched_path(const CatalogueEntry& entry, const std::string& cache) {
  if (cache.empty()) return "";
  const std::string folder = entry_folder(entry, cache);
  const std::string path = entry.main.empty() ? folder : folder + "/" + entry.main;
  std::error_code ignored;
  return fs::exists(path, ignored) ? path : "";
}

}  // namespace candor::data
