#include "candor/base/memory_group.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

namespace candor {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

std::optional<std::size_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::size_t number = 0;
  if (!(file >> number)) return std::nullopt;  // missing, or "max"
  return number;
}

std::size_t entry_of(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::string key;
  for (std::size_t number = 0; file >> key >> number;)
    if (key == name) return number;
  return 0;
}

std::size_t left_in(const std::string& folder, bool second) {
  const auto limit = number_in(folder + (second ? "/memory.max" : "/memory.limit_in_bytes"));
  const auto used = number_in(folder + (second ? "/memory.current" : "/memory.usage_in_bytes"));
  if (!limit || !used || *limit >= none / 4) return none;  // the first version writes a number near 2^63 where there is no limit
  const std::size_t taken = *used - std::min(*used, entry_of(folder + "/memory.stat", second ? "inactive_file" : "total_inactive_file"));
  return *limit - std::min(*limit, taken);
}

}  // namespace

std::size_t group_memory(const std::string& groups, const std::string& root) {
  std::size_t left = none;
  std::istringstream lines(groups);
  for (std::string line; std::getline(lines, line);) {  // "4:memory:/user" or "0::/user"
    const auto first = line.find(':'), second = line.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos) continue;
    const std::string kinds = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool unified = kinds == ",,";
    if (!unified && kinds.find(",memory,") == std::string::npos) continue;
    const std::string top = unified ? root : root + "/memory";
    // A container sees its own group as the root, whatever the path says: folders that are not there are passed over.
    for (std::string path = line.substr(second + 1);; path.erase(path.rfind('/'))) {
      if (path == "/") path.clear();
      left = std::min(left, left_in(top + path, unified));
      if (path.rfind('/') == std::string::npos) break;
    }
  }
  return left;
}

}  // namespace candor
