#include "candor/train/profile/profile.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>

#include "candor/base/file.h"
#include "candor/candid/plot/memory_chart.h"
#include "candor/cli/amount.h"
#include "candor/cli/command.h"
#include "candor/cli/model_source.h"

namespace candor::cli {
namespace {

struct ProfileFlags {
  SourceOptions source;
  ProfileOptions profile;
  std::string trace, picture;
  double memory = 0;
  bool all = false;
};

struct Loading {
  double seconds = 0;
  std::int64_t rows = 0;  ///< of the training part; 0: there was no data, only a model
};

std::string memory_picture(const Profile& p) {
  candid::plot::MemoryChart chart;
  chart.steps = static_cast<int>(p.rows.size());
  chart.label = "Memory of " + std::string(p.training ? "a step of training" : "a prediction") + " over its " + std::to_string(chart.steps) + " kernels: " +
                amount(static_cast<double>(p.arena_bytes), "B") + " at most";
  std::map<std::string, int> tones;  // a colour for each layer
  for (const MemoryBlock& block : p.memory) {
    // "matmul (sequential/dense/gradient)": the model and the layer.
    const auto open = block.what.find('('), model = block.what.find('/', open == std::string::npos ? 0 : open), inner = model == std::string::npos ? model : block.what.find('/', model + 1);
    const std::string layer = open == std::string::npos ? block.what : block.what.substr(open + 1, std::min(inner, block.what.size() - 1) - open - 1);
    const int tone = block.scratch ? 0 : tones.emplace(layer, static_cast<int>(tones.size()) + 1).first->second;
    chart.pieces.push_back({block.offset, block.bytes, block.first, block.last,
                            (block.scratch ? "room for " : "") + block.what + ": " + amount(static_cast<double>(block.bytes), "B") + ", steps " + std::to_string(block.first) + " to " +
                                std::to_string(block.last),
                            tone});
  }
  return candid::plot::memory_chart(chart);
}

std::vector<std::string> all_hints(const Profile& p, const Loading& loading) {
  std::vector<std::string> texts = hints(p);
  if (loading.rows > 0 && p.training) {
    const double epoch = p.seconds * static_cast<double>((loading.rows + p.batch_size - 1) / p.batch_size);
    if (loading.seconds > 2 * epoch && loading.seconds > .2) {
      char text[200];
      std::snprintf(text, sizeof text, "reading and decoding the data takes %.2g s, as long as %.3g epochs of training (%.2g s each): the files, not the network, are what a short training waits for",
                    loading.seconds, loading.seconds / epoch, epoch);
      texts.insert(texts.begin(), text);
    }
  }
  return texts;
}

void print_profile(const Profile& p, const Loading& loading, bool all) {
  std::printf("%s, batch %lld, %d thread%s: %s (%s rows/s); planned in %s\n", p.training ? "a step of training" : "a prediction", static_cast<long long>(p.batch_size), p.threads,
              p.threads == 1 ? "" : "s", time_text(p.seconds).c_str(), amount(static_cast<double>(p.batch_size) / p.seconds, "").c_str(), time_text(p.planning_seconds).c_str());
  std::printf("memory: %s between the kernels, %s of weights\n", amount(static_cast<double>(p.arena_bytes), "B").c_str(), amount(static_cast<double>(p.weight_bytes), "B").c_str());
  const Roofline& roof = p.roofline;
  if (!roof.levels.empty()) {
    std::printf("this machine: %s", amount(roof.flops_per_second, "FLOP/s").c_str());
    if (roof.bf16_flops_per_second > 0) std::printf(" (%s in bf16)", amount(roof.bf16_flops_per_second, "FLOP/s").c_str());
    const char* names[] = {"in the second cache", "beyond it", "in memory"};
    for (std::size_t i = 0; i < roof.levels.size() && i < 3; ++i) std::printf(", %s %s", amount(roof.levels[i].bytes_per_second, "B/s").c_str(), names[i]);
    std::printf(" (f32, read and written, as measured now)\n");
  }
  std::vector<const KernelTime*> order;
  for (const KernelTime& kernel : p.kernels) order.push_back(&kernel);
  if (!all) {
    std::stable_sort(order.begin(), order.end(), [](const KernelTime* a, const KernelTime* b) { return a->seconds > b->seconds; });
    if (order.size() > 20) order.resize(20);
  }
  std::printf("\n%10s %6s %14s %12s %9s  %-24s %-26s %-28s %s\n", "time", "share", "work", "memory", "roofline", "op", "where", "kernel", "why");
  for (const KernelTime* kernel : order) {
    char share[16], roofline[24];
    std::snprintf(share, sizeof share, "%.1f %%", 100 * kernel->share);
    std::snprintf(roofline, sizeof roofline, "%.0f %% %c", 100 * kernel->of_roofline, kernel->bound == Bound::compute ? 'c' : 'm');
    std::printf("%10s %6s %14s %12s %9s  %-24s %-26s %-28s %s\n", time_text(kernel->seconds).c_str(), share, amount(kernel->flops_per_second, "FLOP/s").c_str(),
                amount(kernel->bytes_per_second, "B/s").c_str(), roof.levels.empty() ? "" : roofline, kernel->row.op.c_str(), kernel->row.path.c_str(), kernel->row.kernel.c_str(),
                kernel->row.note.c_str());
  }
  if (order.size() < p.kernels.size()) std::printf("and %zu more; --all shows them in the order in which they run\n", p.kernels.size() - order.size());
  std::printf("roofline: the least time that this machine needs for the multiply-adds (c) or for the bytes (m), over the time taken\n");
  const std::vector<std::string> texts = all_hints(p, loading);
  if (!texts.empty()) std::printf("\n");
  for (const std::string& text : texts) std::printf("hint: %s\n", text.c_str());
}

void print_object(const Profile& p, const Loading& loading) {
  Json levels = Json::array(), kernels = Json::array(), memory = Json::array(), rewrites = Json::object();
  for (const Roofline::Level& level : p.roofline.levels) levels.push_back({{"bytes", level.bytes}, {"bytes_per_second", number(level.bytes_per_second)}});
  for (const auto& [name, count] : p.rewrites) rewrites[name] = count;
  for (const KernelTime& kernel : p.kernels) {
    Json refusals = Json::array();
    for (const Declined& no : kernel.row.declined) refusals.push_back({{"kernel", no.kernel}, {"reason", no.reason}});
    kernels.push_back({{"op", kernel.row.op}, {"path", kernel.row.path}, {"kernel", kernel.row.kernel}, {"note", kernel.row.note}, {"type", kernel.row.type}, {"seconds", number(kernel.seconds)},
                       {"share", number(kernel.share)}, {"flops", kernel.row.flops}, {"bytes", kernel.row.bytes}, {"flops_per_second", number(kernel.flops_per_second)},
                       {"bytes_per_second", number(kernel.bytes_per_second)}, {"of_roofline", number(kernel.of_roofline)}, {"bound", kernel.bound == Bound::compute ? "compute" : "memory"},
                       {"declined", refusals}});
  }
  for (const MemoryBlock& block : p.memory)
    memory.push_back({{"offset", block.offset}, {"bytes", block.bytes}, {"first", block.first}, {"last", block.last}, {"what", block.what}, {"scratch", block.scratch}});
  Json result{{"training", p.training}, {"batch_size", p.batch_size}, {"threads", p.threads}, {"runs", p.runs}, {"seconds", number(p.seconds)}, {"kernel_seconds", number(p.kernel_seconds)},
              {"planning_seconds", number(p.planning_seconds)}, {"arena_bytes", p.arena_bytes}, {"weight_bytes", p.weight_bytes},
              {"roofline", {{"flops_per_second", number(p.roofline.flops_per_second)}, {"bf16_flops_per_second", number(p.roofline.bf16_flops_per_second)}, {"levels", levels}}}, {"rewrites", rewrites}, {"kernels", kernels}, {"memory", memory},
              {"hints", all_hints(p, loading)}};
  if (loading.rows > 0) result["data"] = {{"seconds", number(loading.seconds)}, {"rows", loading.rows}};
  print_json(result);
}

}  // namespace

void add_profile(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<ProfileFlags>();
  CLI::App* command = add_command(app, common, "profile", "where the time goes, kernel by kernel, beside what this machine can do", "candor profile mnist --train --batch-size 128 --trace trace.json");
  add_source_options(*command, o->source);
  command->add_flag("--train", o->profile.training, "a step of training in place of a prediction");
  add_bytes(*command, "--memory", o->memory, "with --train: what a step may take for weights, optimizer and activations, as 500MB; what does not fit is computed twice");
  command->add_option("--batch-size", o->profile.batch_size, "rows at once (default 32)")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  command->add_option("--seconds", o->profile.seconds, "about how long to run (default 1)")->check(CLI::Range(0.0, 3600.0));
  command->add_option("--trace", o->trace, "write the last run as a Chrome trace (chrome://tracing, ui.perfetto.dev)");
  command->add_option("--memory-picture", o->picture, "write what lies where in memory, and when, as an SVG");
  command->add_flag("--all", o->all, "every kernel, in the order in which they run (default: the 20 that take longest)");
  command->callback([o, &common, &run] {
    run = [o, &common] {
      o->profile.memory = static_cast<std::int64_t>(o->memory);
      const auto start = std::chrono::steady_clock::now();
      const ModelAndRows source = model_and_rows_from(o->source, common.seed);
      Loading loading{std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), source.rows.rows()};
      const Profile p = source.rows.rows() > 0 ? profile(source.model, {source.rows.features}, {source.rows.targets}, o->profile) : profile(source.model, o->profile);
      if (!o->trace.empty()) write_atomically(o->trace, std::string_view(chrome_trace(p)));
      if (!o->picture.empty()) write_atomically(o->picture, std::string_view(memory_picture(p)));
      if (common.json) print_object(p, loading);
      else print_profile(p, loading, o->all);
      return 0;
    };
  });
}

}  // namespace candor::cli
