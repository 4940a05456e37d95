// Which options of a configuration were looked at while something was made from it: those that nobody asked for are misspelt or unknown.
#pragma once

#include <string>
#include <vector>

#include "candor/nn/config.h"

namespace candor::detail {

/// While one lives, remembers the keys that this thread looks up in `watched` itself (not in copies of it or in what it holds). Readers nest.
class ConfigReader {
 public:
  explicit ConfigReader(const Config& watched);
  ~ConfigReader();
  ConfigReader(const ConfigReader&) = delete;
  ConfigReader& operator=(const ConfigReader&) = delete;

  /// Called by Config for every lookup.
  static void looked_up(const Config& config, std::string_view key);
  /// The keys whose value is not null and that were not looked up, in order.
  std::vector<std::string> unread() const;
  /// The keys that were looked up.
  const std::vector<std::string>& read() const { return read_; }

 private:
  const Config& watched_;
  std::vector<std::string> read_;
  ConfigReader* before_;
};

}  // namespace candor::detail
