#include <cstdio>

#include "candor/cli/command.h"

namespace candor::cli {

void add_version(CLI::App& app, Common& common, Run& run) {
  CLI::App* command = add_command(app, common, "version", "version, compiler and parts of this build", "candor version --json");
  command->callback([&common, &run] {
    run = [&common] {
      const Json info = {{"version", CANDOR_VERSION}, {"compiler", CANDOR_COMPILER}, {"build", CANDOR_BUILD_TYPE},
                         {"onednn", CANDOR_HAS_ONEDNN != 0}, {"images", CANDOR_HAS_IMAGES != 0}};
      if (common.json) print_json(info);
      else std::printf("candor %s (%s, %s; oneDNN %s, JPEG and PNG %s)\n", CANDOR_VERSION, CANDOR_COMPILER, CANDOR_BUILD_TYPE,
                       CANDOR_HAS_ONEDNN ? "on" : "off", CANDOR_HAS_IMAGES ? "on" : "off");
      return 0;
    };
  });
}

}  // namespace candor::cli
