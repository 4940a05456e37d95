#include <cstdio>
#include <optional>

#include "candor/base/text.h"
#include "candor/cli/amount.h"
#include "candor/cli/command.h"
#include "candor/cli/model_source.h"
#include "candor/train/profile/scaling.h"

namespace candor::cli {
namespace {

struct PlanFlags {
  SourceOptions source;
  ProfileOptions run{.batch_size = 1, .seconds = 0.6};
  double memory = 0;
  int cores = 0;
};

void print_plan(const Program& program, const ProfileOptions& o) {
  std::printf("device %s, %s of %lld: %s, arena %s\n\n", program.device().c_str(), o.training ? "a step of training on a batch" : "a batch", static_cast<long long>(o.batch_size), amount(program.flops(), "FLOP").c_str(),
              amount(static_cast<double>(program.arena_bytes()), "B").c_str());
  std::printf("%-26s %-26s %-28s %12s %12s  %s\n", "op", "where", "kernel", "work", "memory", "why");
  for (const PlanRow& row : program.rows()) {
    std::printf("%-26s %-26s %-28s %12s %12s  %s\n", row.op.c_str(), row.path.c_str(), row.kernel.c_str(), amount(row.flops, "FLOP").c_str(),
                amount(static_cast<double>(row.bytes), "B").c_str(), row.note.c_str());
    for (const Declined& d : row.declined) std::printf("%-26s   %s declined: %s\n", "", d.kernel.c_str(), d.reason.c_str());
  }
  std::string rewrites;
  for (const auto& [name, count] : program.rewrites()) rewrites += (rewrites.empty() ? "" : ", ") + name + " x" + std::to_string(count);
  std::printf("\nrewrites: %s\n", rewrites.empty() ? "none" : rewrites.c_str());
}

Json object_of(const Program& program, const ProfileOptions& o) {
  Json rewrites = Json::object(), rows = Json::array();
  for (const auto& [name, count] : program.rewrites()) rewrites[name] = count;
  for (const PlanRow& row : program.rows()) {
    Json refusals = Json::array();
    for (const Declined& d : row.declined) refusals.push_back({{"kernel", d.kernel}, {"reason", d.reason}});
    rows.push_back({{"op", row.op}, {"path", row.path}, {"kernel", row.kernel}, {"note", row.note}, {"type", row.type}, {"flops", row.flops}, {"bytes", row.bytes},
                    {"arena_offset", row.arena_offset}, {"arena_bytes", row.arena_bytes}, {"declined", refusals}});
  }
  return {{"device", program.device()}, {"training", o.training}, {"batch_size", o.batch_size}, {"arena_bytes", program.arena_bytes()}, {"flops", program.flops()},
              {"rewrites", rewrites}, {"rows", rows}};
}

// 1, 2, 4 ... and the number asked for.
std::vector<int> core_counts(int most) {
  std::vector<int> counts;
  for (int cores = 1; cores < most; cores *= 2) counts.push_back(cores);
  counts.push_back(most);
  return counts;
}

void print_scaling(const Scaling& s, const PlanFlags& o) {
  std::printf("\non more cores (modelled):\n%8s %12s %10s %12s\n", "cores", "time", "speedup", "rows/s");
  const double one = s.seconds(1);
  for (const int cores : core_counts(o.cores)) {
    const double time = s.seconds(cores);
    std::printf("%8d %12s %9.2fx %12s\n", cores, time_text(time).c_str(), one / time, amount(static_cast<double>(o.run.batch_size) / time, "").c_str());
  }
  for (const std::string& text : s.assumptions) std::printf("assumed: %s\n", text.c_str());
}

Json object_of(const Scaling& s, int most) {
  Json steps = Json::array();
  for (const int cores : core_counts(most)) steps.push_back({{"cores", cores}, {"seconds", number(s.seconds(cores))}, {"speedup", number(s.seconds(1) / s.seconds(cores))}});
  return {{"measured_on", s.measured}, {"cores", steps}, {"least_seconds", number(s.limit())}, {"assumptions", s.assumptions}};
}

}  // namespace

void add_plan(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<PlanFlags>();
  CLI::App* command = add_command(app, common, "plan", "which kernels a network runs, why not others, memory and work", "candor plan model.candor --batch-size 32 --device null");
  add_source_options(*command, o->source);
  std::vector<std::string> devices;
  for (const std::string_view name : backend_names()) devices.emplace_back(name);
  command->add_flag("--train", o->run.training, "a step of training in place of a prediction");
  command->add_option("--device", o->run.device, "what to plan for; null counts without computing")->check(CLI::IsMember(devices));
  command->add_option("--cores", o->cores, "also how fast that many cores would be, by a model of its times on one thread and on all: runs the network for a second")->check(CLI::Range(1, 65536));
  add_bytes(*command, "--memory", o->memory, "with --train: what a step may take for weights, optimizer and activations, as 500MB; what does not fit is computed twice");
  command->add_option("--batch-size", o->run.batch_size, "rows at once (default 1)")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  command->callback([o, &common, &run] {
    run = [o, &common] {
      o->run.memory = static_cast<std::int64_t>(o->memory);
      const Model model = model_from(o->source, common.seed);
      const std::shared_ptr<const Program> program = plan_run(model, o->run);
      std::optional<Scaling> scaling;
      if (o->cores > 0) scaling = measure_scaling(model, {}, {}, o->run);
      if (common.json) {
        Json result = object_of(*program, o->run);
        if (scaling) result["scaling"] = object_of(*scaling, o->cores);
        print_json(result);
      } else {
        print_plan(*program, o->run);
        if (scaling) print_scaling(*scaling, *o);
      }
      return 0;
    };
  });
}

}  // namespace candor::cli
