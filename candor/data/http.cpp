#include "candor/data/http.h"

#include "candor/base/error.h"

#if CANDOR_CURL
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <string_view>

#include "candor/base/interrupt.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"
#endif

namespace candor::data {

#if CANDOR_CURL
namespace {

struct Curl {
  SharedLibrary library{{"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"}, "downloading", "libcurl (libcurl4)"};
  decltype(::curl_easy_init)* init = library.get<decltype(::curl_easy_init)>("curl_easy_init");
  decltype(::curl_easy_perform)* perform = library.get<decltype(::curl_easy_perform)>("curl_easy_perform");
  decltype(::curl_easy_cleanup)* cleanup = library.get<decltype(::curl_easy_cleanup)>("curl_easy_cleanup");
  decltype(::curl_easy_strerror)* words = library.get<decltype(::curl_easy_strerror)>("curl_easy_strerror");
  CURLcode (*set)(CURL*, CURLoption, ...) = library.get<CURLcode(CURL*, CURLoption, ...)>("curl_easy_setopt");
  CURLcode (*info)(CURL*, CURLINFO, ...) = library.get<CURLcode(CURL*, CURLINFO, ...)>("curl_easy_getinfo");

  Curl() {
    auto* start = library.get<decltype(::curl_global_init)>("curl_global_init");
    if (start(CURL_GLOBAL_DEFAULT) != CURLE_OK) fail(ErrorKind::io, library.name() + " does not start");
  }
};

const Curl& curl() {
  static const Curl loaded;
  return loaded;
}

constexpr std::size_t header_limit = 1 << 20;  // a server that sends headers for ever is left

/// One transfer: what curl's callbacks share.
struct Transfer {
  const HttpRequest& request;
  CURL* handle;
  HttpAnswer answer{};
  std::size_t header_bytes = 0;
  bool answered = false, refused = false;

  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.header_bytes += size * count;
    if (transfer.header_bytes > header_limit) return 0;
    const std::string line = lower_case(trimmed({bytes, size * count}));
    if (line.starts_with("http/")) transfer.answer = {};  // of the next answer, after a redirect
    if (line.starts_with("content-type:")) transfer.answer.page = line.find("text/html") != std::string::npos;
    if (line.starts_with("content-range:")) {  // bytes 100-999/1000
      const std::size_t at = line.find("bytes "), dash = line.find('-', at == std::string::npos ? at : at + 6);
      if (dash != std::string::npos) transfer.answer.range_start = parse_integer(std::string_view(line).substr(at + 6, dash - at - 6)).value_or(-1);
    }
    return size * count;
  }
  static std::size_t on_bytes(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (!transfer.answered) {
      transfer.answered = true;
      curl().info(transfer.handle, CURLINFO_RESPONSE_CODE, &transfer.answer.status);
      curl_off_t length = -1;
      curl().info(transfer.handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
      transfer.answer.length = length;
      transfer.refused = !transfer.request.answered(transfer.answer);
    }
    transfer.refused = transfer.refused || !transfer.request.take(bytes, size * count);
    return transfer.refused ? 0 : size * count;
  }
  static int on_progress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return interrupted() ? 1 : 0; }
};

bool worth_retrying(CURLcode code, long status) {
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR: return status == 408 || status == 429 || status >= 500;
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return true;
    default: return false;
  }
}

}  // namespace

const Http& Http::open() {
  curl();
  static const Http http;
  return http;
}

HttpResult Http::get(const HttpRequest& request) const {
  CURL* handle = curl().init();
  if (!handle) fail(ErrorKind::io, "libcurl has no handle to give");
  Transfer transfer{request, handle};
  const auto set = [&](CURLoption option, auto value) { return curl().set(handle, option, value); };
  set(CURLOPT_URL, request.address.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, 8L);
  // By number and by word: which of the two a libcurl knows depends on its age.
  for (const long option : {181L, 182L}) set(static_cast<CURLoption>(option), 3L);  // PROTOCOLS, REDIR_PROTOCOLS: http, https
  for (const long option : {318L, 319L}) set(static_cast<CURLoption>(CURLOPTTYPE_OBJECTPOINT + option), "http,https");
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.timeout * 1000));
  set(CURLOPT_LOW_SPEED_LIMIT, 1000L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.timeout < 1 ? 1 : request.timeout));
  set(CURLOPT_USERAGENT, "candor");
  const std::string range = std::to_string(request.from) + "-";
  if (request.from > 0) set(CURLOPT_RANGE, range.c_str());
  set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
  set(CURLOPT_WRITEFUNCTION, &Transfer::on_bytes);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
  char reason[CURL_ERROR_SIZE] = "";
  set(CURLOPT_ERRORBUFFER, static_cast<char*>(reason));
  const CURLcode code = curl().perform(handle);
  HttpResult result;
  curl().info(handle, CURLINFO_RESPONSE_CODE, &result.status);
  curl().cleanup(handle);
  if (code != CURLE_OK && !transfer.refused) {
    result.error = transfer.header_bytes > header_limit ? "the server sends headers without end" : reason[0] ? reason : curl().words(code);
    result.worth_retrying = worth_retrying(code, result.status);
  }
  return result;
}

#else

const Http& Http::open() {
  fail(ErrorKind::unsupported, "this build of Candor cannot download: it was made without libcurl (libcurl4-openssl-dev)");
}
HttpResult Http::get(const HttpRequest&) const { return {}; }

#endif

}  // namespace candor::data
