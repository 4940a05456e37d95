// A table of dates and numbers made a series and windows; the first byte chooses the options, the first line after it is a date format.
#include "candor/data/series/windows.h"
#include "candor/data/table/dates.h"
#include "candor/data/table/read_table.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  return candor::fuzz::refuse_or_read([&] {
    const std::string_view all = candor::fuzz::as_text(data + 1, size - 1);
    const std::size_t end = all.find('\n');
    const std::string format(all.substr(0, end));
    const std::string_view table = end == std::string_view::npos ? std::string_view() : all.substr(end + 1);
    if (const auto time = candor::data::parse_date(table.substr(0, table.find(',')), format)) candor::data::format_date(*time, format);

    candor::data::SeriesOptions options;
    if (data[0] & 1) options.irregular = candor::data::Irregular::snap;
    if (data[0] & 2) options.duplicates = candor::data::Duplicates::sum;
    if (data[0] & 4) options.time_format = format;
    options.fill = data[0] >> 5;
    const candor::data::Series series = candor::data::make_series(candor::data::parse_table(table, {}, "input"), options);
    candor::data::find_season(series, series.columns.front());
    const candor::data::Calendar calendar = candor::data::Calendar::for_step(series.step, 1e9);
    candor::data::make_windows(series, {.window = 3, .horizon = 2, .calendar = calendar});
  });
}
