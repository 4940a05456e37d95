// `candor check DATA [DATA2 ...]`: everything that can be said of data before anything is trained.
#include <cstdio>

#include "candor/base/interrupt.h"
#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/cli/checkup_format.h"
#include "candor/cli/data_options.h"
#include "candor/cli/fitting.h"
#include "candor/pipeline/card.h"
#include "candor/pipeline/check_sources.h"

namespace candor::cli {
namespace {

struct CheckFlags {
  DataOptions data;
  std::vector<std::string> names, silence;
  std::string train, test, serve, model, format = "text";
  bool list = false, all = false;
};

int list_checks(const Common& common) {
  Json all = Json::array();
  for (const candid::CheckInfo& info : candid::all_checks()) {
    if (common.json) all.push_back({{"id", info.id}, {"severity", to_string(info.severity)}, {"needs", info.needs}, {"what", info.what}});
    else std::printf("%-22s %-8s %s%s%s\n", std::string(info.id).c_str(), to_string(info.severity).c_str(), std::string(info.what).c_str(), info.needs.empty() ? "" : "; needs ", std::string(info.needs).c_str());
  }
  if (common.json) print_json(all);
  return 0;
}

/// Those of candor.yaml beside the data or here, then those of the command line.
std::vector<candid::Silence> silences(const CheckFlags& o, const std::string& source) {
  std::vector<candid::Silence> out = pipeline::find_project(source).silences;
  for (const std::string& said : o.silence) {
    const std::size_t equals = said.find('=');
    out.push_back({said.substr(0, equals), equals == std::string::npos ? "" : said.substr(equals + 1)});
  }
  return out;
}

int check(const CheckFlags& o, const Common& common) {
  pipeline::CheckSources sources;
  sources.names = o.names;
  sources.train = o.train, sources.test = o.test, sources.serve = o.serve, sources.model = o.model;
  sources.load = load_options(o.data, common.seed);
  sources.table = table_options(o.data);
  sources.schema = schema_options(o.data);
  const std::string source = o.names.empty() ? o.train : o.names.front();
  const std::vector<candid::Silence> unwanted = silences(o, source);
  candid::Checkup nothing;
  candid::silence(nothing, unwanted);  // a word that is no check is told before anything is read
  const InterruptGuard guard;
  std::vector<pipeline::PartForModel> for_model;
  const candid::Subject subject = pipeline::read_subject(sources, o.model.empty() ? nullptr : &for_model);
  if (!common.quiet)
    for (const candid::CheckPart& part : subject.parts)
      for (const std::string& note : part.set.notes) std::fprintf(stderr, "%s: %s\n", part.name.c_str(), note.c_str());
  candid::Checkup checkup = candid::check_subject(subject);
  if (for_model.size() == subject.parts.size()) checkup.add(pipeline::check_with_model(formats::read_model_file(o.model), subject, for_model));
  candid::silence(checkup, unwanted);
  if (o.format == "json") print_json(checkup_json(checkup));
  else if (o.format == "sarif") print_json(checkup_sarif(checkup, source));
  else std::fputs((o.format == "junit" ? checkup_junit(checkup, source) : checkup_text(checkup, o.all || !common.quiet)).c_str(), stdout);
  return checkup.has(Severity::error) ? 3 : 0;
}

}  // namespace

void add_check(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<CheckFlags>();
  CLI::App* command = add_command(app, common, "check", "what can be said of data before training: duplicates, leaks, wrong labels, drift (exit code 3 with an error)", "candor check train.csv test.csv --target price\n  candor check train.csv serve.csv --format json\n  candor check pictures/");
  CLI::Option* data = add_data_options(*command, o->data, true);
  command->remove_option(data);
  for (const char* name : {"--split", "--keep-units"}) command->remove_option(command->get_option(name));  // nothing is parted here, and cells are looked at as they are
  command->add_option("DATA", o->names, "what candor train takes, or several parts of one source: names with train, test, valid or serve in them say which; else the first is for training");
  command->add_option("--train", o->train, "the training part");
  command->add_option("--test", o->test, "the test part");
  command->add_option("--serve", o->serve, "rows that came once the model was in use");
  command->add_option("--model", o->model, "a saved model whose columns, classes and answers are compared");
  command->add_option("--format", o->format, "text, json, junit or sarif (default text)")->check(CLI::IsMember({"text", "json", "junit", "sarif"}));
  command->add_option("--silence", o->silence, "ids not to speak of, as data.few or data.few=\"a reason\"");
  command->add_flag("--list", o->list, "all checks there are");
  command->add_flag("--all", o->all, "all findings also with --quiet, which keeps to five");
  command->callback([o, command, &common, &run] {
    run = [o, command, &common] {
      if (common.json && o->format == "text") o->format = "json";
      if (o->list) return list_checks(common);
      for (const std::string& name : o->names) {
        refuse_unfit(*command, name);
        if (data::kind_of(name) != data::SourceKind::csv) refuse_given(*command, {"--group"}, "it is about the columns of tables, and " + name + " is looked at as pictures");
      }
      for (const std::string* name : {&o->train, &o->test, &o->serve})
        if (!name->empty()) refuse_unfit(*command, *name);
      return check(*o, common);
    };
  });
}

}  // namespace candor::cli
