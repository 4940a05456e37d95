// The card of a model: what a person must know before using it, said by people where no program can know it.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "candor/candid/check.h"
#include "candor/candid/report/report.h"
#include "candor/formats/model_file.h"

namespace candor::pipeline {

/// A field that people fill.
struct CardField {
  const char* name;      ///< "labels"
  const char* title;     ///< "how the labels were made"
  bool required;         ///< named when it is empty; `candor evaluate --strict` asks for labels and not_for
};
/// origin, labels, users, not_for, then contact, licence and notes.
std::span<const CardField> card_fields();

using Card = std::vector<std::pair<std::string, std::string>>;  ///< field and what was said, in the order of card_fields()

/// The card in a model file. Throws Error (corrupt).
Card read_card(const formats::ModelFile& file);
/// Puts it there, and into the report that the file keeps.
void write_card(formats::ModelFile& file, const Card& card);

/// Sets a field; an empty text takes it away. Throws Error (invalid_argument) for a field that is not known, listing the nearest, and for more than 20,000 letters.
void set_field(Card& card, const std::string& name, const std::string& text);
/// What was said of a field, or "".
std::string field_of(const Card& card, const std::string& name);
/// The required fields that are empty.
std::vector<std::string> empty_fields(const Card& card);
/// The fields without which `--strict` refuses a model, and that are empty.
std::vector<std::string> strict_gaps(const Card& card);

/// What a person wrote beside the data or in the working folder: candor.yaml with `silence:` (id: reason) and `card:` (field: text).
struct Project {
  std::string path = {};               ///< empty: there is none
  std::vector<candid::Silence> silences = {};
  Card card = {};
};
/// The first candor.yaml of: beside `data`, here. Throws Error: corrupt, invalid_argument for what is no check, no field, or has no reason.
Project find_project(const std::string& data);

/// "id=reason", as --silence has it. Throws Error (invalid_argument) without a reason or for what is no check.
candid::Silence silence_from(const std::string& text);

/// Moves the findings of a report that are silenced aside, with the reason.
void silence(candid::Report& report, std::span<const candid::Silence> silences);
/// Those findings as a model file keeps them, under "silenced": id, severity, message and reason of each.
Config silenced_config(const candid::Report& report);

}  // namespace candor::pipeline
