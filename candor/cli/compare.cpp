// Which of two models is better on the same rows, and whether the rows can say.
#include <cstdio>
#include <filesystem>

#include "candor/base/error.h"
#include "candor/candid/compare.h"
#include "candor/cli/fitting.h"
#include "candor/cli/forecast.h"
#include "candor/cli/model_data.h"
#include "candor/cli/score.h"

namespace candor::cli {
namespace {

struct CompareFlags {
  std::string first, second;
  DataOptions data;
};

// Short names that tell them apart: the file's, or the whole path when those are equal.
std::string short_name(const std::string& path, const std::string& other) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name == std::filesystem::path(other).filename().string() ? path : name;
}

int compare(const CompareFlags& o, const CLI::App& command, const Common& common) {
  const formats::ModelFile a = formats::read_model_file(o.first), b = formats::read_model_file(o.second);
  refuse_unfit(command, o.data.data);
  refuse_for_model(command, o.first, a);
  if (a.task != b.task || a.class_names != b.class_names || a.target_names != b.target_names) {
    fail(ErrorKind::invalid_argument, "the models answer different questions: " + o.first + " predicts " + (a.target_names.empty() ? a.task : a.target_names.front()) + " (" +
                                          std::to_string(a.class_names.size()) + " classes), " + o.second + " " + (b.target_names.empty() ? b.task : b.target_names.front()) + " (" +
                                          std::to_string(b.class_names.size()) + " classes)");
  }
  if (is_forecaster(a) && is_forecaster(b)) return compare_forecasters(a, b, short_name(o.first, o.second), short_name(o.second, o.first), o.data, common);
  const pipeline::ModelRows read_a = load_model_rows(o.data, a, true, common.seed), read_b = load_model_rows(o.data, b, true, common.seed);
  const data::Dataset &rows_a = read_a.set, &rows_b = read_b.set;
  if (rows_a.rows() != rows_b.rows() || rows_a.targets.to_vector() != rows_b.targets.to_vector()) fail(ErrorKind::invalid_argument, o.data.data + ": the models do not get the same rows of it");
  const candid::Comparison c = candid::compare(answers(a, rows_a), answers(b, rows_b), rows_a, common.seed);
  // A model that has seen these rows has an advantage that new rows will not give it.
  Json seen = Json::array();
  for (const auto& [path, text] : {std::pair{o.first, read_a.seen_text}, std::pair{o.second, read_b.seen_text}}) {
    if (text.empty()) continue;
    seen.push_back(path + ": " + text);
    if (!common.quiet) std::fprintf(stderr, "warning result.test-reused: %s: %s\n", path.c_str(), text.c_str());
  }
  const std::string verdict = c.verdict > 0 ? "a" : c.verdict < 0 ? "b" : "no difference shown";
  if (common.json) {
    Json out = {{"metric", c.metric}, {"n", c.n}, {"a", number(c.a)}, {"b", number(c.b)}, {"difference", number(c.difference)},
                {"interval", Json::array({number(c.interval.low), number(c.interval.high)})}, {"p", number(c.p)}, {"test", c.test}, {"verdict", verdict}};
    if (c.metric == "accuracy") out["only_a"] = c.only_a, out["only_b"] = c.only_b;
    out["models"] = Json::array({o.first, o.second});
    out["seen"] = seen;
    print_json(out);
    return 0;
  }
  const std::string name_a = short_name(o.first, o.second), name_b = short_name(o.second, o.first);
  std::printf("%s\n", candid::to_string(c, name_a, name_b).c_str());
  std::printf("%s: %s %s, %s %s\n", c.metric.c_str(), name_a.c_str(), short_number(c.a).c_str(), name_b.c_str(), short_number(c.b).c_str());
  if (c.metric == "accuracy") std::printf("right alone: %s in %lld rows, %s in %lld\n", name_a.c_str(), static_cast<long long>(c.only_a), name_b.c_str(), static_cast<long long>(c.only_b));
  std::printf("p %s (%s)\n", c.p < 1e-4 ? "< .0001" : ("= " + short_number(c.p)).c_str(), c.test.c_str());
  return 0;
}

}  // namespace

void add_compare(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<CompareFlags>();
  CLI::App* command = add_command(app, common, "compare", "two models on the same rows: which is better, or that no difference is shown", "candor compare old.candor new.candor customers-2024.csv");
  command->add_option("A", o->first, "a model file")->required();
  command->add_option("B", o->second, "another one, for the same question")->required();
  add_data_options(*command, o->data, false);
  command->remove_option(command->get_option("DATA"));
  command->add_option("DATA,--data", o->data.data, "rows that neither was trained on; DATA as for `candor evaluate`")->required();
  command->callback([o, command, &common, &run] { run = [o, command, &common] { return compare(*o, *command, common); }; });
}

}  // namespace candor::cli
