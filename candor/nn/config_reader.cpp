#include "candor/nn/config_reader.h"

#include <algorithm>

#include "candor/base/error.h"
#include "candor/base/text.h"

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

void ConfigReader::refuse_unread(const std::string& what, const Config& written, std::span<const char* const> besides) const {
  for (const std::string& key : unread()) {
    if (written.find(key) || std::find(besides.begin(), besides.end(), key) != besides.end()) continue;
    std::vector<std::string> known = read_;
    if (written.is_map())
      for (const auto& [name, value] : written.entries()) known.push_back(name);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    fail(ErrorKind::corrupt, what + " has no option " + quoted(key) + did_you_mean(key, known) + "; it has " + name_list(known, 60));
  }
}

}  // namespace candor::detail
