// Safetensors, the outer format of the model file: header, offsets, every tensor.
#include "candor/formats/safetensors.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return candor::fuzz::refuse_or_read([&] {
    const auto file = candor::formats::Safetensors::parse(candor::fuzz::as_bytes(data, size), nullptr, "input");
    for (const auto& [name, entry] : file.entries()) {
      try {
        file.tensor(name).to_vector();
      } catch (const candor::Error&) {  // a dtype without a counterpart; the next tensor may be fine
      }
    }
  });
}
