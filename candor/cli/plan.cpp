#include <cstdio>

#include "candor/base/text.h"
#include "candor/cli/command.h"
#include "candor/cli/model_source.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"

namespace candor::cli {
namespace {

struct Options {
  SourceOptions source;
  std::string device = "cpu";
  std::int64_t batch_size = 1;
};

std::string amount(double value, const char* unit) {
  const char* prefixes[] = {"", "k", "M", "G", "T", "P"};
  int prefix = 0;
  while (value >= 1000 && prefix < 5) value /= 1000, ++prefix;
  char text[40];
  std::snprintf(text, sizeof text, prefix ? "%.2f %s%s" : "%.0f %s%s", value, prefixes[prefix], unit);
  return text;
}

Program plan(const Options& o, const Model& model) {
  const TensorType sample = model.input_types().front();
  const std::vector<TensorType> inputs{{sample.shape.inserted(0, o.batch_size), sample.dtype}};
  return Program(trace([&](std::span<const Tensor> x) { return model.call(x); }, inputs), {.device = o.device});
}

void print_text(const Program& program, std::int64_t batch_size) {
  std::printf("device %s, batch %lld: %s, arena %s\n\n", program.device().c_str(), static_cast<long long>(batch_size), amount(program.flops(), "FLOP").c_str(),
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

void print_object(const Program& program, std::int64_t batch_size) {
  Json rewrites = Json::object(), rows = Json::array();
  for (const auto& [name, count] : program.rewrites()) rewrites[name] = count;
  for (const PlanRow& row : program.rows()) {
    Json refusals = Json::array();
    for (const Declined& d : row.declined) refusals.push_back({{"kernel", d.kernel}, {"reason", d.reason}});
    rows.push_back({{"op", row.op}, {"path", row.path}, {"kernel", row.kernel}, {"note", row.note}, {"type", row.type}, {"flops", row.flops}, {"bytes", row.bytes},
                    {"arena_offset", row.arena_offset}, {"arena_bytes", row.arena_bytes}, {"declined", refusals}});
  }
  print_json({{"device", program.device()}, {"batch_size", batch_size}, {"arena_bytes", program.arena_bytes()}, {"flops", program.flops()},
              {"rewrites", rewrites}, {"rows", rows}});
}

}  // namespace

void add_plan(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<Options>();
  CLI::App* command = add_command(app, common, "plan", "which kernels a network runs, why not others, memory and work", "candor plan model.candor --batch-size 32 --device null");
  add_source_options(*command, o->source);
  std::vector<std::string> devices;
  for (const std::string_view name : backend_names()) devices.emplace_back(name);
  command->add_option("--device", o->device, "what to plan for; null counts without computing")->check(CLI::IsMember(devices));
  command->add_option("--batch-size", o->batch_size, "rows at once (default 1)")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  command->callback([o, &common, &run] {
    run = [o, &common] {
      const Program program = plan(*o, model_from(o->source, common.seed));
      if (common.json) print_object(program, o->batch_size);
      else print_text(program, o->batch_size);
      return 0;
    };
  });
}

}  // namespace candor::cli
