// Archives: names, limits and what they unpack to.
#include "candor/data/archive.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace candor::data;
  return candor::fuzz::refuse_or_read([&] {
    std::int64_t skipped = 0;
    const ArchiveLimits limits{.bytes = 1 << 22, .file_bytes = 1 << 20, .entries = 1000};
    std::uint64_t total = 0;
    for (const ArchiveFile& file : parse_archive(candor::fuzz::as_bytes(data, size), "input", [](std::string_view) { return true; }, true, &skipped, limits)) {
      total += file.bytes.size();
      if (file.path.find("..") != std::string::npos && (file.path.starts_with("../") || file.path.find("/../") != std::string::npos)) __builtin_trap();
      if (file.path.starts_with('/') || file.bytes.size() > limits.file_bytes) __builtin_trap();
    }
    if (total > limits.bytes) __builtin_trap();
  });
}
