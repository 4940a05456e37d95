// NumPy's arrays, as tables and as tensors; what begins like a zip archive is read as .npz.
#include "candor/data/numpy.h"
#include "candor/data/table/sources.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bool npz = size > 2 && data[0] == 'P' && data[1] == 'K';
  candor::fuzz::refuse_or_read([&] {
    if (npz) candor::data::detail::parse_npz_table(candor::fuzz::as_text(data, size), {}, "input");
    else candor::data::detail::parse_npy_table(candor::fuzz::as_text(data, size), {}, "input");
  });
  if (npz) return 0;
  return candor::fuzz::refuse_or_read([&] { candor::data::to_tensor(candor::data::parse_npy(candor::fuzz::as_bytes(data, size), "input")); });
}
