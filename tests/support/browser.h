// A headless Chromium that a test drives and asks, over pipes as its DevTools protocol has it: no network, no other program.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/files.h"

namespace candor::testing {

/// The path of a Chromium or Chrome: $CANDOR_CHROMIUM, or the first in $PATH; empty when there is none.
std::string chromium_path();

/// What a page did while it was open.
struct PageLog {
  std::vector<std::string> complaints;  ///< console messages, exceptions, refused contents
  std::vector<std::string> requests;    ///< all but the page itself and data: addresses
};

class Browser {
 public:
  /// Starts it. Throws std::runtime_error when it does not answer.
  Browser();
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  /// Opens a file in a window of this width, in light or dark colours, and waits until it is drawn.
  void open(const std::string& file, int width, bool dark);
  /// The value of an expression in the page, as JSON; of a promise, what it comes to.
  nlohmann::json value(const std::string& expression);
  /// Moves the pointer there (pixels of the window).
  void point(double x, double y);
  const PageLog& log() const { return log_; }

 private:
  nlohmann::json call(const std::string& method, const nlohmann::json& parameters);
  nlohmann::json next_message();
  void note(const nlohmann::json& event);

  TemporaryFolder profile_;
  int to_ = -1, from_ = -1, child_ = -1, id_ = 0;
  std::string session_, received_, address_;
  bool loaded_ = false;
  PageLog log_;
};

}  // namespace candor::testing
