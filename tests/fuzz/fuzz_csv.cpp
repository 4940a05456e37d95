// CSV; the first byte chooses the options.
#include "candor/data/csv.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  return candor::fuzz::refuse_or_read([&] {
    candor::data::CsvOptions options;
    options.has_targets = (data[0] & 1) == 0;
    options.header = data[0] & 2 ? candor::data::Header::yes : candor::data::Header::automatic;
    options.kind = data[0] & 4 ? candor::data::TargetKind::classification : candor::data::TargetKind::automatic;
    if (data[0] & 8) options.targets = {"1"};
    if (data[0] & 16) options.separator = ' ';
    candor::data::parse_csv(candor::fuzz::as_text(data + 1, size - 1), options, "input");
  });
}
