// Reports as JSON, as a model file keeps them. What is understood is written again to the same tree, and makes a page with one script in it.
#include "candor/candid/report/report.h"
#include "candor/formats/config_json.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return candor::fuzz::refuse_or_read([&] {
    const candor::Config config = candor::formats::config_from_json(candor::fuzz::as_text(data, size), "input");
    const candor::candid::Report report = candor::candid::report_from_config(config);
    const std::string text = candor::formats::to_json(candor::candid::report_config(report));
    const candor::candid::Report again = candor::candid::report_from_config(candor::formats::config_from_json(text, "again"));
    if (candor::formats::to_json(candor::candid::report_config(again)) != text) __builtin_trap();
    const std::string page = candor::candid::report_html(report);
    const std::size_t script = page.find("<script");
    if (script == std::string::npos || page.find("<script", script + 1) != std::string::npos) __builtin_trap();
  });
}
