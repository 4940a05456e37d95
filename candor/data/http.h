// GET over http and https: internal, for download.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "candor/base/function.h"

namespace candor::data {

/// What the server said before the first byte.
struct HttpAnswer {
  long status = 0;
  std::int64_t length = -1;       ///< of what follows; -1 when it does not say
  std::int64_t range_start = -1;  ///< of a partial answer
  bool page = false;              ///< a web page
};

/// What is asked for.
struct HttpRequest {
  std::string address;
  std::uint64_t from = 0;  ///< ask for the rest from this byte on
  double timeout = 30;
  Function<bool(const HttpAnswer&)> answered = {};     ///< false: do not take it
  Function<bool(const char*, std::size_t)> take = {};  ///< false: stop
};

/// What came.
struct HttpResult {
  std::string error;  ///< empty when the transfer ended well
  bool worth_retrying = false;
  long status = 0;
  bool page = false;
};

/// libcurl, opened at run time.
class Http {
 public:
  /// Throws Error (unsupported) when there is no libcurl.
  static const Http& open();
  HttpResult get(const HttpRequest& request) const;

 private:
  Http() = default;
};

}  // namespace candor::data
