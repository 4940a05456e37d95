#include <nlohmann/json.hpp>

#include "candor/train/profile/profile.h"

namespace candor {

// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU: complete events ("ph": "X"), times in microseconds.
std::string chrome_trace(const Profile& p) {
  using Json = nlohmann::ordered_json;
  const std::string what = std::string(p.training ? "a step of training" : "a prediction") + ", batch " + std::to_string(p.batch_size);
  Json events = Json::array({{{"name", "process_name"}, {"ph", "M"}, {"pid", 1}, {"tid", 1}, {"args", {{"name", what}}}}});
  for (const KernelTime& kernel : p.kernels) {
    const auto& row = kernel.row;
    Json args = {{"flops", row.flops}, {"bytes", row.bytes}, {"kernel", row.kernel}, {"where", row.path}, {"type", row.type}, {"note", row.note}};
    events.push_back({{"name", row.op}, {"cat", "kernel"}, {"ph", "X"}, {"pid", 1}, {"tid", 1}, {"ts", row.began * 1e6}, {"dur", row.took * 1e6}, {"args", std::move(args)}});
  }
  // A layer's name may be any bytes.
  return Json{{"displayTimeUnit", "ns"}, {"traceEvents", std::move(events)}}.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace candor
