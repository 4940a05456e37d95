// The model file, read into a network.
#include "candor/formats/model_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return candor::fuzz::refuse_or_read([&] { candor::formats::parse_model_file(candor::fuzz::as_bytes(data, size), nullptr, "input"); });
}
