// `candor data list` and `candor data get NAME`: public data sets by name.
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/interrupt.h"
#include "candor/base/text.h"
#include "candor/cli/command.h"
#include "candor/data/fetch.h"
#include "candor/data/generators.h"

namespace candor::cli {
namespace {

struct DataFlags {
  std::string action;
  std::vector<std::string> names;
  data::FetchOptions fetch;
};

std::uint64_t bytes_of(const data::CatalogueEntry& entry) {
  std::uint64_t total = 0;
  for (const data::RemoteFile& file : entry.files) total += file.bytes;
  return total;
}

std::string size_text(std::uint64_t bytes) {
  char text[32];
  if (bytes < 1'000'000) std::snprintf(text, sizeof text, "%.0f kB", static_cast<double>(bytes) / 1e3 + .5);
  else std::snprintf(text, sizeof text, "%.0f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

int list(const DataFlags& o, const Common& common) {
  Json sets = Json::array();
  if (!common.json) std::printf("%-20s %8s  %s\n", "name", "size", "what");
  for (const data::CatalogueEntry& entry : data::catalogue()) {
    const std::string path = data::fetched_path(entry, o.fetch.cache);
    if (common.json) {
      Json files = Json::array();
      for (const data::RemoteFile& file : entry.files) files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}, {"addresses", file.addresses}});
      sets.push_back({{"name", entry.name}, {"what", entry.what}, {"terms", entry.terms}, {"bytes", bytes_of(entry)}, {"path", path.empty() ? Json(nullptr) : Json(path)},
                      {"files", files}, {"by_hand", entry.by_hand.empty() ? Json(nullptr) : Json(entry.by_hand)}});
    } else {
      std::printf("%-20s %8s  %s [%s]%s\n", entry.name.c_str(), entry.files.empty() ? "by hand" : size_text(bytes_of(entry)).c_str(), entry.what.c_str(), entry.terms.c_str(),
                  path.empty() ? "" : "  (here)");
    }
  }
  if (common.json) {
    Json generators = Json::array();
    for (const data::GeneratorInfo& generator : data::generators()) generators.push_back({{"name", generator.name}, {"what", generator.what}, {"rows", generator.rows}});
    print_json({{"cache", o.fetch.cache}, {"sets", sets}, {"generators", generators}});
  } else {
    std::printf("\n`candor data get NAME` fetches one into %s.\n\nThese need no file, `candor train NAME` makes them:\n%-20s %8s  what\n",
                o.fetch.cache.empty() ? "the folder that CANDOR_CACHE names" : o.fetch.cache.c_str(), "name", "rows");
    for (const data::GeneratorInfo& generator : data::generators()) std::printf("%-20s %8s  %s\n", generator.name.c_str(), with_thousands(generator.rows).c_str(), generator.what.c_str());
  }
  return 0;
}

const data::CatalogueEntry& entry_of(const std::string& name) {
  if (const auto* entry = data::find_in_catalogue(name)) return *entry;
  std::vector<std::string> names;
  for (const data::CatalogueEntry& entry : data::catalogue()) names.push_back(entry.name);
  if (data::is_generator(name)) fail(ErrorKind::not_found, name + " needs no download: `candor train " + name + "` makes it");
  fail(ErrorKind::not_found, "no data set is named " + candor::quoted(name) + did_you_mean(name, names) + "; `candor data list` names them all");
}

int get(const DataFlags& o, const Common& common) {
  if (o.names.empty()) bad_option("get", "the name of a data set is expected; `candor data list` names them all");
  std::vector<const data::CatalogueEntry*> entries;
  for (const std::string& name : o.names) entries.push_back(&entry_of(name));
  const InterruptGuard guard;
  Json sets = Json::array();
  for (const data::CatalogueEntry* entry : entries) {
    const data::Fetched fetched = data::fetch(*entry, o.fetch);
    if (common.json) {
      sets.push_back({{"name", entry->name}, {"path", fetched.path}, {"was_there", fetched.was_there}, {"terms", entry->terms}});
    } else {
      std::printf("%s: %s in %s (terms: %s)\n", entry->name.c_str(), fetched.was_there ? "is already" : "is now", fetched.path.c_str(), entry->terms.c_str());
    }
  }
  if (common.json) print_json({{"sets", sets}});
  else std::printf("Go on with: candor train %s\n", entries.front()->name.c_str());
  return 0;
}

}  // namespace

void add_data(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<DataFlags>();
  CLI::App* command = add_command(app, common, "data", "list and fetch public data sets", "candor data get mnist\n  candor train mnist --model cnn");
  command->add_option("ACTION", o->action, "list (what there is) or get (fetch NAMEs into the cache)")->required()->check(CLI::IsMember({"list", "get"}));
  command->add_option("NAME", o->names, "names of data sets, for get");
  command->add_option("--mirror", o->fetch.mirror, "an address or folder that holds NAME/FILE, tried first");
  command->add_option("--cache", o->fetch.cache, "the folder to keep data in (default: $CANDOR_CACHE, else $XDG_CACHE_HOME/candor, else ~/.cache/candor)");
  command->add_flag("--again", o->fetch.again, "fetch what is there already");
  command->add_option("--timeout", o->fetch.download.timeout, "seconds without progress after which a connection is given up (default 30)")->check(CLI::Range(1.0, 3600.0));
  command->add_option("--retries", o->fetch.download.retries, "more tries of an address when the connection breaks (default 3)")->check(CLI::Range(0, 20));
  command->callback([o, &common, &run] {
    run = [o, &common] { return o->action == "list" ? list(*o, common) : get(*o, common); };
  });
}

}  // namespace candor::cli
