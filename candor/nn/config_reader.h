// Which options of a configuration were looked at while something was made from it: those that nobody asked for are misspelt or unknown.
#pragma once

#include <span>
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
  /// An option that a class does not have would change nothing, in silence: a misspelt "activaton" trains another network. Throws Error (corrupt) that
  /// names it and what there is. `what`: "layer: Dense"; `written`: the options as the class writes them; `besides`: keys that change nothing.
  void refuse_unread(const std::string& what, const Config& written, std::span<const char* const> besides = {}) const;

 private:
  const Config& watched_;
  std::vector<std::string> read_;
  ConfigReader* before_;
};

}  // namespace candor::detail
