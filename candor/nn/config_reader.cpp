#include "candor/nn/config_reader.h"

#include <algorithm>

namespace candor::detail {
namespace {

thread_local ConfigReader* innermost = nullptr;

}  // namespace

ConfigReader::ConfigReader(const Config& watched) : watched_(watched), before_(innermost) { innermost = this; }
ConfigReader::~ConfigReader() { innermost = before_; }

void ConfigReader::looked_up(const Config& config, std::string_view key) {
  for (ConfigReader* reader = innermost; reader; reader = reader->before_) {
    if (&reader->watched_ != &config) continue;
    if (std::find(reader->read_.begin(), reader->read_.end(), key) == reader->read_.end()) reader->read_.emplace_back(key);
    return;
  }
}

std::vector<std::string> ConfigReader::unread() const {
  std::vector<std::string> keys;
  if (!watched_.is_map()) return keys;
  for (const auto& [key, value] : watched_.entries()) {
    if (!value.is_null() && std::find(read_.begin(), read_.end(), key) == read_.end()) keys.push_back(key);
  }
  return keys;
}

}  // namespace candor::detail
