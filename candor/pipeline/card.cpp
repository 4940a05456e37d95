#include "candor/pipeline/card.h"

#include <algorithm>
#include <filesystem>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/data/table/settings_file.h"

namespace candor::pipeline {
namespace {

constexpr std::size_t longest = 20'000;

std::string text_of(const Config& value, const std::string& where) {
  if (value.is_text()) return value.text();
  if (value.is_null()) return "";
  fail(ErrorKind::invalid_argument, where + ": a text is expected, and " + candor::quoted(to_string(value), 40) + " is there");
}

Project read_project(const std::string& path) {
  Project project{path, {}, {}};
  const Config file = data::parse_settings(read_file(path, 1 << 20), path);
  if (!file.is_map()) fail(ErrorKind::corrupt, path + ": a map is expected, as silence: {data.few: \"known, more rows come in May\"}");
  for (const auto& [key, value] : file.entries()) {
    if (value.is_null()) continue;
    if (key == "silence") {
      if (!value.is_map()) fail(ErrorKind::invalid_argument, path + ": silence: ids with their reasons are expected, as {data.few: \"known, more rows come in May\"}");
      for (const auto& [id, reason] : value.entries()) project.silences.push_back(silence_from(id + "=" + text_of(reason, path + ": " + id)));
    } else if (key == "card") {
      if (!value.is_map()) fail(ErrorKind::invalid_argument, path + ": card: fields with their texts are expected, as {origin: \"survey of 2024\"}");
      for (const auto& [name, said] : value.entries()) set_field(project.card, name, text_of(said, path + ": " + name));
    }
  }
  return project;
}

}  // namespace

std::span<const CardField> card_fields() {
  static constexpr CardField fields[] = {
      {"origin", "where the data came from", true}, {"labels", "how the labels were made", true},   {"users", "who may use it", true},  {"not_for", "what it must not be used for", true},
      {"contact", "who answers questions", false},  {"licence", "terms of use", false}, {"notes", "notes", false},
  };
  return fields;
}

Card read_card(const formats::ModelFile& file) {
  Card card;
  const Config* kept = file.record.find("card");
  if (!kept) return card;
  for (const auto& [name, said] : kept->entries()) set_field(card, name, said.text());
  return card;
}

void write_card(formats::ModelFile& file, const Card& card) {
  Config kept = Config::map();
  for (const auto& [name, said] : card) kept.set(name, said);
  file.record.set("card", kept);
  const Config* stored = file.record.find("report");
  if (!stored) return;
  candid::Report report = candid::report_from_config(*stored);
  report.card.clear();
  for (const CardField& field : card_fields())
    if (const std::string said = field_of(card, field.name); !said.empty() || field.required) report.card.emplace_back(field.title, said.empty() ? "(nobody has said)" : said);
  file.record.set("report", candid::report_config(report));
}

void set_field(Card& card, const std::string& name, const std::string& text) {
  const auto fields = card_fields();
  const auto place = [&](const std::string& wanted) { return std::find_if(fields.begin(), fields.end(), [&](const CardField& f) { return f.name == wanted; }) - fields.begin(); };
  if (place(name) == static_cast<std::ptrdiff_t>(fields.size())) {
    std::vector<std::string> names;
    for (const CardField& f : fields) names.emplace_back(f.name);
    fail(ErrorKind::invalid_argument, "a card has no field " + candor::quoted(name) + did_you_mean(name, names) + "; there are " + name_list(names, 20));
  }
  if (text.size() > longest) fail(ErrorKind::invalid_argument, "card: " + name + " holds " + with_thousands(static_cast<std::int64_t>(text.size())) + " bytes; at most " + with_thousands(static_cast<std::int64_t>(longest)) + " fit");
  std::erase_if(card, [&](const auto& entry) { return entry.first == name; });
  if (trimmed(text).empty()) return;
  const auto before = std::find_if(card.begin(), card.end(), [&](const auto& entry) { return place(entry.first) > place(name); });
  card.emplace(before, name, std::string(trimmed(text)));
}

std::string field_of(const Card& card, const std::string& name) {
  for (const auto& [key, said] : card)
    if (key == name) return said;
  return "";
}

std::vector<std::string> empty_fields(const Card& card) {
  std::vector<std::string> out;
  for (const CardField& f : card_fields())
    if (f.required && field_of(card, f.name).empty()) out.emplace_back(f.name);
  return out;
}

std::vector<std::string> strict_gaps(const Card& card) {
  std::vector<std::string> out;
  for (const char* name : {"labels", "not_for"})
    if (field_of(card, name).empty()) out.emplace_back(name);
  return out;
}

candid::Silence silence_from(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string id(trimmed(text.substr(0, equals))), reason(equals == std::string::npos ? std::string_view() : trimmed(std::string_view(text).substr(equals + 1)));
  candid::Checkup nothing;
  const candid::Silence one{id, reason};
  candid::silence(nothing, std::span(&one, 1));  // a word that is no check is told
  if (reason.empty()) fail(ErrorKind::invalid_argument, "silence: a reason is expected, as " + id + "=\"known, more rows come in May\": it stands in the card, for whoever uses the model");
  return one;
}

Project find_project(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code e;
  for (const fs::path& folder : {fs::is_directory(name, e) ? fs::path(name) : fs::path(name).parent_path(), fs::path()}) {
    const std::string path = (folder / "candor.yaml").string();
    if (fs::is_regular_file(path, e)) return read_project(path);
  }
  return {};
}

void silence(candid::Report& report, std::span<const candid::Silence> silences) {
  for (const candid::Silence& s : silences) {
    const auto kept = std::stable_partition(report.findings.begin(), report.findings.end(), [&](const candid::Finding& f) { return f.id != s.id; });
    for (auto f = kept; f != report.findings.end(); ++f) report.silenced.push_back({std::move(*f), s.reason});
    report.findings.erase(kept, report.findings.end());
  }
}

Config silenced_config(const candid::Report& report) {
  Config::List list;
  for (const candid::SilencedFinding& s : report.silenced) {
    Config one = Config::map();
    list.push_back(one.set("id", s.finding.id).set("severity", to_string(s.finding.severity)).set("message", s.finding.message).set("reason", s.reason));
  }
  return list;
}

}  // namespace candor::pipeline
