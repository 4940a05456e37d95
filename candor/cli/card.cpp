// The card of a model: shown, filled, and compared with what the file holds.
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/candid/result/matrix.h"
#include "candor/candid/uncertainty/uncertainty.h"
#include "candor/cli/record.h"
#include "candor/cli/score.h"
#include "candor/data/table/settings_file.h"
#include "candor/formats/config_json.h"
#include "candor/pipeline/card.h"

namespace candor::cli {
namespace {

struct CardFlags {
  std::string model, from, to;
  std::vector<std::string> set;
  bool strict = false;
};

/// What the file itself knows; empty for a model that holds no report.
candid::Report report_of(const formats::ModelFile& file, const std::string& path) {
  const Config* stored = file.record.find("report");
  if (!stored) return {};
  try {
    return candid::report_from_config(*stored);
  } catch (Error& e) {
    throw e.at(candor::quoted(path));
  }
}

// score=71% is no field: it is compared with the matrix that the file holds.
void check_stated(const std::string& text, const candid::Report& report) {
  const candid::Stated stated = candid::stated_score(text);
  if (report.score.metric != "accuracy" || report.score.confusion.empty()) bad_option("--set score", "the file holds no confusion matrix to compare a score with");
  const std::vector<candid::Finding> wrong = candid::check_matrix("accuracy", stated.value, stated.decimals, report.score.confusion);
  if (!wrong.empty()) fail(ErrorKind::invalid_argument, wrong.front().id + ": " + wrong.front().message);
}

bool edit(const CardFlags& o, pipeline::Card& card, const candid::Report& report) {
  const pipeline::Card before = card;
  if (!o.from.empty()) {
    const Config file = data::parse_settings(read_file(o.from, 1 << 20), o.from);
    if (!file.is_map()) fail(ErrorKind::corrupt, o.from + ": fields with their texts are expected, as {\"origin\": \"survey of 2024\"}");
    for (const auto& [name, said] : file.entries()) {
      if (!said.is_text() && !said.is_null()) fail(ErrorKind::invalid_argument, o.from + ": " + candor::quoted(name) + ": a text is expected");
      pipeline::set_field(card, name, said.is_null() ? "" : said.text());
    }
  }
  for (const std::string& said : o.set) {
    const std::size_t equals = said.find('=');
    if (equals == std::string::npos || equals == 0) bad_option("--set", "FIELD=TEXT is expected, as --set origin=\"survey of 2024\", and " + candor::quoted(said) + " came");
    if (said.substr(0, equals) == "score") check_stated(said.substr(equals + 1), report);
    else pipeline::set_field(card, said.substr(0, equals), said.substr(equals + 1));
  }
  return card != before;
}

Json card_json(const pipeline::Card& card) {
  Json out = Json::object();
  for (const pipeline::CardField& f : pipeline::card_fields()) out[f.name] = pipeline::field_of(card, f.name).empty() ? Json(nullptr) : Json(pipeline::field_of(card, f.name));
  return out;
}

Json silenced_json(const formats::ModelFile& file) {
  Json out = Json::array();
  if (const Config* list = file.record.find("silenced"); list && list->is_list())
    for (const Config& s : list->items()) out.push_back({{"id", s.get("id", "")}, {"severity", s.get("severity", "")}, {"message", s.get("message", "")}, {"reason", s.get("reason", "")}});
  return out;
}

Json open_findings(const formats::ModelFile& file) {
  Json out = Json::array();
  if (const Config* list = file.record.find("findings"); list && list->is_list())
    for (const Config& f : list->items()) out.push_back({{"id", f.get("id", "")}, {"severity", f.get("severity", "")}, {"message", f.get("message", "")}});
  return out;
}

// Fields as a settings file: a JSON text is a YAML text, too.
void write_fields(const std::string& path, const pipeline::Card& card) {
  const bool yaml = path.ends_with(".yaml") || path.ends_with(".yml");
  std::string text = yaml ? "" : "{\n";
  const auto fields = pipeline::card_fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string said = Json(pipeline::field_of(card, fields[i].name)).dump(-1, ' ', false, Json::error_handler_t::replace);
    if (yaml) text += "# " + std::string(fields[i].title) + "\n" + fields[i].name + ": " + said + "\n";
    else text += "  \"" + std::string(fields[i].name) + "\": " + said + (i + 1 < fields.size() ? ",\n" : "\n}\n");
  }
  write_atomically(path, text);
}

void print_card(const pipeline::Card& card, const candid::Report& r, const formats::ModelFile& file) {
  for (const pipeline::CardField& f : pipeline::card_fields()) {
    const std::string said = pipeline::field_of(card, f.name);
    if (!said.empty() || f.required) std::printf("%s (%s): %s\n", f.title, f.name, said.empty() ? "- nobody has said" : said.c_str());
  }
  const Config* score = file.record.find("score");
  if (score && score->find("interval") && score->at("interval").items().size() == 2) {
    const Config::List& i = score->at("interval").items();
    std::printf("\nscore: %s %s (95 %% interval %s to %s, %s rows)\n", score->get("metric", "").c_str(), short_number(score->get("value", 0.0)).c_str(), i[0].is_number() ? short_number(i[0].number()).c_str() : "-",
                i[1].is_number() ? short_number(i[1].number()).c_str() : "-", with_thousands(score->get("n", 0)).c_str());
  }
  if (score && score->get("metric", "") == "accuracy") std::printf("certainty: %s\n", candid::temperature_text(candid::stored_uncertainty(file.record).temperature).c_str());
  for (const candid::BaselineScore& b : r.baselines) std::printf("beside it: %s %s\n", b.name.c_str(), short_number(b.value).c_str());
  std::size_t shown = 0;
  for (const candid::Slice& s : r.slices)
    if (++shown <= 3) std::printf("where it does worst: %s%s%s %s (%s rows), elsewhere %s\n", s.column.c_str(), s.column.empty() ? "class " : s.kind == "range" ? " from " : " = ", s.group.c_str(), short_number(s.score).c_str(), with_thousands(s.rows).c_str(), short_number(s.rest).c_str());
  for (const Json& f : open_findings(file)) std::printf("open: %s %s: %s\n", f["severity"].get<std::string>().c_str(), f["id"].get<std::string>().c_str(), f["message"].get<std::string>().c_str());
  for (const Json& s : silenced_json(file)) std::printf("silenced: %s, because: %s\n", s["id"].get<std::string>().c_str(), s["reason"].get<std::string>().c_str());
  std::printf("last checked: %s\n", r.started.empty() ? "not known" : r.started.c_str());
  const std::vector<std::string> empty = pipeline::empty_fields(card);
  if (!empty.empty()) std::printf("\nempty: %s; fill them with --set FIELD=TEXT\n", name_list(empty, 10).c_str());
}

int show(const CardFlags& o, const Common& common) {
  formats::ModelFile file = formats::read_model_file(o.model);
  const candid::Report before = report_of(file, o.model);
  pipeline::Card card = pipeline::read_card(file);
  const bool changed = edit(o, card, before);
  if (changed) {
    pipeline::write_card(file, card);
    formats::write_model_file(o.model, file);
  }
  if (!o.to.empty()) write_fields(o.to, card);
  if (common.json) {
    Json slices = Json::array(), baselines = Json::array();
    for (const candid::Slice& s : before.slices) slices.push_back({{"column", s.column}, {"group", s.group}, {"n", s.rows}, {"score", number(s.score)}, {"rest", number(s.rest)}, {"p", number(s.p)}});
    for (const candid::BaselineScore& b : before.baselines) baselines.push_back({{"name", b.name}, {"value", number(b.value)}});
    print_json({{"model", o.model}, {"fields", card_json(card)}, {"missing", pipeline::empty_fields(card)}, {"metric", before.score.metric}, {"score", before.score.metric.empty() ? Json(nullptr) : score_json(before.score)}, {"baselines", baselines},
                {"slices", slices}, {"findings", open_findings(file)}, {"silenced", silenced_json(file)}, {"checked", before.started}, {"changed", changed}});
  } else {
    print_card(card, before, file);
  }
  const std::vector<std::string> gaps = o.strict ? pipeline::strict_gaps(card) : std::vector<std::string>();
  if (!gaps.empty()) std::fprintf(stderr, "candor card: --strict: the card does not say %s\n", strict_text(gaps).c_str());
  return gaps.empty() ? 0 : 3;
}

}  // namespace

void add_card(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<CardFlags>();
  CLI::App* command = add_command(app, common, "card", "what a person must know before using a model: shown, and filled", "candor card model.candor --set labels=\"by two nurses, who agree in 94 %\" --set not_for=\"children\"");
  command->add_option("MODEL", o->model, "a model file that `candor train` or Model::save wrote")->required();
  command->add_option("--set", o->set, "FIELD=TEXT: origin, labels, users, not_for, contact, licence or notes; an empty text takes one away. score=71% is compared with the confusion matrix in the file")->allow_extra_args(false);
  command->add_option("--from", o->from, "fields from a YAML or JSON file");
  command->add_option("--to", o->to, "write the fields to a YAML (.yaml) or JSON file");
  command->add_flag("--strict", o->strict, "exit code 3 when the card lacks how labels were made or what the model must not be used for");
  command->callback([o, &common, &run] { run = [o, &common] { return show(*o, common); }; });
}

}  // namespace candor::cli
