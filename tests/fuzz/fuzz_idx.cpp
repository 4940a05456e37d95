// IDX, plain and packed.
#include "candor/data/idx.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return candor::fuzz::refuse_or_read([&] { candor::data::parse_idx(candor::fuzz::as_bytes(data, size), "input"); });
}
