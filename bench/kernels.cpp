// Where Candor's time goes: the Program of a case, profiled.
#include <cstdio>
#include <sys/resource.h>

#include "bench/measure.h"
#include "candor/base/error.h"

namespace candor::bench {
namespace {
std::int64_t peak_kilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}
}  // namespace

std::string kernels_of(const Case& c) {
  if (c.layers.empty() && !c.gpt.width && !c.recurrent.units && c.vision.net.empty()) fail(ErrorKind::invalid_argument, "bench: " + c.name + " has no kernels to show");
  const Inputs inputs = make_inputs(c);
  const PlanOptions options{.device = "cpu", .profile = true};
  const auto system = c.kind == "train" ? candor_training(c, inputs, options) : candor_inference(c, inputs, options);
  system->run();  // the first meets cold caches and a sleeping pool
  const double seconds = system->run();
  const double calls = static_cast<double>(c.kind == "train" ? c.steps : c.calls);
  std::string text;
  char line[512];
  double sum = 0;
  for (const PlanRow& row : system->program()->rows()) {
    sum += row.seconds;
    const double rate = row.seconds > 0 ? 1e-9 / row.seconds : 0;
    std::snprintf(line, sizeof line, "%9.2f us %7.1f GFLOP/s %7.1f GB/s  %-24s %-30s %-18s %s\n", row.seconds * 1e6, row.flops * rate,
                  static_cast<double>(row.bytes) * rate, row.op.c_str(), row.kernel.c_str(), row.type.c_str(), row.note.c_str());
    text += line;
    for (const Declined& no : row.declined) text += "                 declined " + no.kernel + ": " + no.reason + "\n";
  }
  std::snprintf(line, sizeof line, "%9.2f us in kernels, %.2f us a call; arena %.1f KB, weights and what the optimizer keeps %.1f KB; %.1f ms to compile; largest resident set %.0f MB\n", sum * 1e6, seconds / calls * 1e6,
                static_cast<double>(system->program()->arena_bytes()) / 1e3, static_cast<double>(system->program()->variable_bytes()) / 1e3, system->compile_seconds * 1e3,
                static_cast<double>(peak_kilobytes()) / 1e3);
  return c.name + "\n" + text + line;
}

}  // namespace candor::bench
