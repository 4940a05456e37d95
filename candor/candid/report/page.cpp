#include "candor/candid/report/page.h"

#include <algorithm>
#include <cstdio>

#include "candor/base/fingerprint.h"
#include "candor/candid/plot/markup.h"
#include "candor/candid/plot/numbers.h"

namespace candor::candid {
namespace page {

using plot::escaped;

std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string figures(const std::string& inside) { return inside.empty() ? "" : "<div class=\"figures\">" + inside + "</div>"; }

namespace {

/// The width that stands in the head of a PNG; 0 when there is none.
std::uint32_t width_of(const std::string& base64) {
  const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  for (std::size_t i = 0; i + 4 <= std::min<std::size_t>(base64.size(), 28); i += 4) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 4; ++k) three = three << 6 | static_cast<std::uint32_t>(digits.find(base64[i + k]) & 63);
    for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>(three >> shift & 255);
  }
  std::uint32_t width = 0;
  for (std::size_t i = 16; i < 20 && i < bytes.size(); ++i) width = width << 8 | static_cast<unsigned char>(bytes[i]);
  return width;
}

// A number and its sign stay on one line.
std::string tied(std::string text) {
  for (std::size_t at = text.find(" %"); at != std::string::npos; at = text.find(" %", at)) text.replace(at, 1, "\xC2\xA0");
  return text;
}

}  // namespace

std::string facts(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string out;
  for (const auto& [name, value] : items)
    if (!value.empty()) out += "<div><dt>" + escaped(tied(name), 80) + "</dt><dd>" + escaped(tied(value), 600) + "</dd></div>";
  return out.empty() ? "" : "<dl class=\"list\">" + out + "</dl>";
}

std::string figure(const std::string& title, const std::string& reading, const std::string& content, const std::string& kind) {
  if (content.empty()) return {};
  return "<figure" + (kind.empty() ? "" : " class=\"" + kind + "\"") + "><figcaption><h3>" + escaped(title) + "</h3></figcaption>" + content +
         (reading.empty() ? "" : "<p class=\"reading\">" + escaped(tied(reading), 700) + "</p>") + "</figure>";
}

std::string note(const std::string& text) { return text.empty() ? "" : "<p class=\"note\">" + escaped(tied(text), 900) + "</p>"; }

std::string picture(const std::string& base64, const std::string& alt) {
  constexpr std::size_t most = 400'000;
  if (base64.size() > most || !plot::is_base64(base64)) return {};
  return "<img" + std::string(width_of(base64) <= 96 ? " class=\"px\"" : "") + " src=\"data:image/png;base64," + base64 + "\" alt=\"" + escaped(alt) + "\">";
}

std::string rows_text(const Report& r, std::int64_t n) {
  const bool pictures = r.data.kind == "images" || !r.data.class_pictures.empty() || (!r.worst.empty() && !r.worst[0].picture.empty());
  const char* const noun = pictures ? "picture" : r.data.kind == "series" ? "step" : "row";
  return plot::count_text(n) + " " + noun + (n == 1 ? "" : "s");
}

std::string cut_note(std::size_t shown, std::size_t all, const std::string& what, const std::string& which) {
  if (shown >= all) return {};
  return plot::count_text(static_cast<std::int64_t>(shown)) + " of " + plot::count_text(static_cast<std::int64_t>(all)) + " " + what + " are shown" + (which.empty() ? "" : ": " + which) +
         ". All are in report.json.";
}

}  // namespace page

std::string report_html(const Report& report) {
  using namespace page;
  const Section sections[] = {findings(report), forecasts(report), quality(report), baselines(report), examples(report), reasons(report),
                              training(report), layer_curves(report), data(report), preparation(report), network(report), plan(report), card(report), again(report)};
  std::string nav, body;
  for (const Section& s : sections) {
    if (s.body.empty()) continue;
    nav += "<li><a href=\"#" + s.id + "\">" + s.title + "</a></li>";
    body += "<section id=\"" + s.id + "\" aria-labelledby=\"" + s.id + "-title\"><h2 id=\"" + s.id + "-title\">" + s.title + "</h2>" + s.body + "</section>\n";
  }
  const std::string main = header(report) + body;
  // Only the page's own script may run, whatever stands in the data: its mark follows from the contents.
  char mark[20];
  std::snprintf(mark, sizeof mark, "%016llx", static_cast<unsigned long long>(fingerprint64(main)));
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'nonce-" + std::string(mark) +
         "'; base-uri 'none'; form-action 'none'\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"Candor\">\n<link rel=\"icon\" href=\"data:,\">\n<title>" +
         plot::escaped(title_of(report)) + " \u2013 Candor</title>\n<style>" + page_style + "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the report</a>\n<nav aria-label=\"Sections\"><a class=\"brand\" href=\"#main\">Candor</a><ul>" + nav +
         "</ul></nav>\n<main id=\"main\">\n" + main + "</main>\n<div id=\"tip\" aria-hidden=\"true\"></div>\n<script nonce=\"" + mark + "\">" + page_script + "</script>\n</body>\n</html>\n";
}

}  // namespace candor::candid
