// Configurations of layers, models, optimizers, losses and metrics as JSON; the first byte chooses which. What is understood is written and read again.
#include "candor/formats/config_json.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/nn/weight_budget.h"
#include "tests/fuzz/fuzz.h"

namespace {

using candor::Config;

template <class From>
void read_twice(const Config& config, From&& from) {
  const Config first = from(from(config).config()).config();
  if (candor::to_string(from(first).config()) != candor::to_string(first)) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  return candor::fuzz::refuse_or_read([&] {
    const candor::detail::WeightBudget budget(std::size_t{16} << 20);
    const Config config = candor::formats::config_from_json(candor::fuzz::as_text(data + 1, size - 1), "input");
    switch (data[0]) {
      case 'o': return read_twice(config, [](const Config& c) { return candor::optimizer_from_config(c); });
      case 'e': return read_twice(config, [](const Config& c) { return candor::loss_from_config(c); });
      case 'm': return read_twice(config, [](const Config& c) { return candor::metric_from_config(c); });
      default: return read_twice(config, [](const Config& c) { return candor::layer_from_config(c); });
    }
  });
}
