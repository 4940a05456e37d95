// The pieces a page is built of, and its sections in the order of a reader's questions. Internal to report_html.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "candor/candid/report/report.h"

namespace candor::candid::page {

/// A section without a body vanishes. `body` is HTML, the others are text.
struct Section {
  std::string id, title, body;
};

/// A picture or table with its title above and, below, how to read it (text). Nothing when there is no content.
std::string figure(const std::string& title, const std::string& reading, const std::string& content, const std::string& kind = "");
/// Figures side by side where there is room. Nothing when all are empty.
std::string figures(const std::string& inside);
/// The text with a capital letter in front: findings and choices begin small, as they stand behind an id on the terminal.
std::string sentence(std::string text);
/// A paragraph in small letters: what was left out, how something was counted. Nothing for an empty text.
std::string note(const std::string& text);
/// Names and values; those with an empty value are left out.
std::string facts(const std::vector<std::pair<std::string, std::string>>& items);
/// A picture from base64 of a PNG; nothing when it is none or larger than a page should carry.
std::string picture(const std::string& base64, const std::string& alt);
/// "1 row", "1,234 rows"; pictures and steps by the kind of data.
std::string rows_text(const Report& report, std::int64_t n);
/// "12 of 40 classes are shown: ...; all are in report.json.", or nothing when all are.
std::string cut_note(std::size_t shown, std::size_t all, const std::string& what, const std::string& which);

/// What the report comes to, in a sentence or two.
struct Answer {
  std::string sentence, verdict;            ///< HTML
  std::string sign;                         ///< "better", "unclear", "worse", or empty without a score
  const BaselineScore* baseline = nullptr;  ///< the best one
};
Answer answer_of(const Report& report);

std::string title_of(const Report& report);
std::string header(const Report& report);
Section findings(const Report& report);
Section quality(const Report& report);
Section forecasts(const Report& report);
Section baselines(const Report& report);
Section examples(const Report& report);
Section reasons(const Report& report);
Section training(const Report& report);
Section layer_curves(const Report& report);
Section data(const Report& report);
Section preparation(const Report& report);
Section network(const Report& report);
Section plan(const Report& report);
Section card(const Report& report);
Section again(const Report& report);

extern const char* const page_style;
extern const char* const page_script;

}  // namespace candor::candid::page
