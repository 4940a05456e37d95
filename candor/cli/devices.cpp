#include <cstdio>

#include "candor/cli/command.h"
#include "candor/graph/backend.h"

namespace candor::cli {

void add_devices(CLI::App& app, Common& common, Run& run) {
  CLI::App* command = add_command(app, common, "devices", "what this machine can compute on", "candor devices");
  command->callback([&common, &run] {
    run = [&common] {
      Json list = Json::array();
      for (const std::string_view name : backend_names()) {
        const Backend& device = backend(name);
        if (common.json) list.push_back({{"name", name}, {"computes", device.computes()}, {"description", device.describe()}});
        else std::printf("%s\n", device.describe().c_str());
      }
      if (common.json) print_json({{"devices", list}});
      return 0;
    };
  });
}

}  // namespace candor::cli
