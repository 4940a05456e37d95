#include "candor/base/error.h"

namespace candor {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument: return "invalid_argument";
    case ErrorKind::shape: return "shape";
    case ErrorKind::dtype: return "dtype";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::corrupt: return "corrupt";
    case ErrorKind::io: return "io";
    case ErrorKind::numeric: return "numeric";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::interrupted: return "interrupted";
    case ErrorKind::memory: return "memory";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

Error::Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)), what_(message_) {}

Error& Error::at(std::string_view place) {
  if (place.empty()) return *this;
  if (!where_.empty()) where_ += ", ";
  where_ += place;
  what_ = message_ + "\n  at " + where_;
  return *this;
}

void fail(ErrorKind kind, std::string message) {
  // A message quotes what came, and what came may be a file's worth of text.
  constexpr std::size_t longest = 4000;
  if (message.size() > longest) {
    std::size_t end = longest - 60;
    while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;  // not within a letter
    message.replace(end, std::string::npos, "... (" + std::to_string(message.size() - end) + " more characters)");
  }
  throw Error(kind, std::move(message));
}

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument:
    case ErrorKind::shape:
    case ErrorKind::dtype:
    case ErrorKind::not_found:
    case ErrorKind::corrupt:
    case ErrorKind::unsupported: return 2;
    default: return 1;
  }
}

namespace {
thread_local std::string scope_path;
}

Scope::Scope(std::string_view name) : previous_length_(scope_path.size()) {
  if (!scope_path.empty()) scope_path += '/';
  scope_path += name;
}
Scope::~Scope() { scope_path.resize(previous_length_); }
const std::string& Scope::path() { return scope_path; }

}  // namespace candor
