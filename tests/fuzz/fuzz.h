// What every fuzz target shares: input may be refused with candor::Error and in no other way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "candor/base/error.h"
#include "candor/base/threads.h"

namespace candor::fuzz {

/// Runs `read`; an Error is a fine answer, anything else ends the process.
template <class F>
int refuse_or_read(F&& read) {
  static const bool one_thread = (set_threads(1), true);  // a pool of threads would hide the order of events
  (void)one_thread;
  try {
    read();
  } catch (const Error& error) {
    if (error.message().empty() || error.kind() == ErrorKind::internal) __builtin_trap();
  }
  return 0;
}

inline std::span<const std::byte> as_bytes(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const std::byte*>(data), size}; }
inline std::string_view as_text(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace candor::fuzz
