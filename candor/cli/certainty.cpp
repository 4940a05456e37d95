#include "candor/cli/certainty.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "candor/base/text.h"
#include "candor/candid/check.h"

namespace candor::cli {
namespace {

// The largest coverage that n held-out rows can promise, with the digits people type.
std::string most_of(std::int64_t n) { return short_number(std::floor(1000.0 * static_cast<double>(n) / static_cast<double>(n + 1)) / 1000); }

double threshold_of(const candid::ConformalScores& scores, double coverage) {
  if (scores.rows() == 0)
    bad_option("--coverage", "this model was trained on all its rows, so none say how far it is off; train with --members 5, which leaves rows out in turn");
  const double threshold = scores.threshold(coverage);
  if (std::isfinite(threshold)) return threshold;
  bad_option("--coverage", "its " + with_thousands(scores.rows()) + " held-out rows can promise at most " + most_of(scores.rows()) + ", and " + short_number(coverage) + " was asked for; more training rows give more");
}

bool has_trees_alone(const Model& model) {
  const std::vector<Layer> layers = model.layers();
  const auto is = [](const char* kind) { return [kind](const Layer& layer) { return layer.kind() == kind; }; };
  return std::any_of(layers.begin(), layers.end(), is("TreeEnsemble")) && std::none_of(layers.begin(), layers.end(), is("Dense"));
}

}  // namespace

void add_certainty_options(CLI::App& command, CertaintyOptions& o) {
  command.add_flag("--distance", o.distance, "a column `distance`: how far the row lies from the training rows, in units of what 99 of 100 of them stay within; above 2 is far");
  const auto share = [](const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return end != text.c_str() && *end == '\0' && value > 0 && value < 1 ? std::string() : "a share between 0 and 1 is expected, and " + candor::quoted(text) + " came";
  };
  command.add_option("--coverage", o.coverage, "the share of rows whose truth is to lie in what is said: a column `set` of classes, or low and high of a value (default: none, and .95)")->check(CLI::Validator(share, ""));
  command.add_option("--sets", o.sets, "with --coverage, how sets of classes are made: lac (the smallest) or aps (larger where the model is unsure)")->check(CLI::IsMember({"lac", "aps"}))->needs("--coverage");
  command.add_option("--reject-below", o.reject_below, "a column `rejected`: true where the probability of the answer is below this, for a person to look at")->check(CLI::Validator(share, ""));
}

Certainty::Certainty(const formats::ModelFile& file, const CertaintyOptions& options) : file_(file), options_(options), method_(candid::set_method_from(options.sets)) {
  const bool classes = file.task == "classification";
  if (options.reject_below && !classes) bad_option("--reject-below", "the model answers numbers, which have no probability; --coverage gives their intervals");
  const Config* distance = file.record.find("conformal_distance");
  distance_ = distance && distance->is_number() ? distance->number() : std::nan("");
  const candid::Uncertainty known = candid::stored_uncertainty(file.record);
  training_ = known.distance;
  if (options.distance && !training_.known() && has_trees_alone(file.model)) bad_option("--distance", "distances are taken in a network's last hidden layer, and in this model boosted trees answer alone; train with --model mlp to have them");
  if (options.distance && !training_.known()) bad_option("--distance", "the model file does not say how far training rows lie apart; `candor train` with at least 100 rows writes it");
  if (!options.coverage) return;
  if (classes) threshold_ = threshold_of(known.sets(method_), *options.coverage);
  else distance_ = threshold_of(known.errors, *options.coverage);
}

std::vector<ExtraColumn> Certainty::columns(const Tensor& outputs, const Tensor& features) {
  constexpr std::int64_t most_looked_at = 500;  // unasked, answers must not come later for it
  std::vector<ExtraColumn> out;
  const std::int64_t left = most_looked_at - static_cast<std::int64_t>(distances_.size());
  if (training_.known() && features.rank() >= 2 && (options_.distance || left > 0)) {
    const std::vector<double> far = training_(file_.model, options_.distance ? features : features.view_slice(0, 0, std::min(left, features.shape(0))));
    distances_.insert(distances_.end(), far.begin(), far.end());
    if (options_.distance) {
      ExtraColumn column{"distance", {}, {}};
      for (const double d : far) column.cells.push_back(candid::score_text(d)), column.values.push_back(number(d));
      out.push_back(std::move(column));
    }
  }
  const std::size_t width = file_.class_names.size();
  if (file_.task != "classification" || outputs.rank() != 2 || outputs.shape(1) != static_cast<std::int64_t>(width)) return out;
  const candid::Matrix p = candid::matrix_of(outputs);
  rows_ += p.rows;
  if (options_.coverage) {
    ExtraColumn column{"set", {}, {}};
    for (std::int64_t i = 0; i < p.rows; ++i) {
      std::string names;
      Json list = Json::array();
      for (const std::int32_t c : candid::prediction_set(p.row(i), method_, threshold_)) {
        const std::string& name = file_.class_names[static_cast<std::size_t>(c)];
        names += (names.empty() ? "" : "|") + name;
        list.push_back(name);
      }
      in_sets_ += static_cast<std::int64_t>(list.size());
      column.cells.push_back(csv_cell(names)), column.values.push_back(list);
    }
    out.push_back(std::move(column));
  }
  if (options_.reject_below) {
    ExtraColumn column{"rejected", {}, {}};
    for (std::int64_t i = 0; i < p.rows; ++i) {
      const std::span<const double> row = p.row(i);
      const bool rejected = *std::max_element(row.begin(), row.end()) < *options_.reject_below;
      rejected_ += rejected;
      column.cells.emplace_back(rejected ? "true" : "false"), column.values.emplace_back(rejected);
    }
    out.push_back(std::move(column));
  }
  return out;
}

void Certainty::say() const {
  candid::Checkup checkup;
  if (training_.known()) candid::run_check(checkup, "serve.extrapolate", [&] { return candid::check_extrapolation(distances_); });
  for (const candid::Finding& f : checkup.findings) std::fprintf(stderr, "%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
  if (rows_ == 0) return;
  if (options_.coverage)
    std::fprintf(stderr, "sets hold %s classes on average; of rows like the training rows, %s in 100 sets hold the truth\n", short_number(static_cast<double>(in_sets_) / static_cast<double>(rows_)).c_str(), short_number(100 * *options_.coverage).c_str());
  if (options_.reject_below)
    std::fprintf(stderr, "%s of %s rows are below %s: for a person to look at\n", with_thousands(rejected_).c_str(), with_thousands(rows_).c_str(), short_number(*options_.reject_below).c_str());
}

std::string with_columns(const std::string& text, const std::vector<ExtraColumn>& columns, bool json, bool heading) {
  if (columns.empty()) return text;
  const std::size_t above = heading && !json ? 1 : 0, lines = columns.front().cells.size() + above;
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) != lines) return text;
  std::string out;
  std::size_t start = 0;
  for (std::size_t i = 0; i < lines; ++i) {
    const std::size_t end = text.find('\n', start);
    std::string line = text.substr(start, end - start);
    start = end + 1;
    if (json) line.pop_back();
    for (const ExtraColumn& column : columns) {
      if (json) line += "," + Json(column.name).dump() + ":" + column.values[i].dump(-1, ' ', false, Json::error_handler_t::replace);
      else line += "," + (i < above ? column.name : column.cells[i - above]);
    }
    out += line + (json ? "}\n" : "\n");
  }
  return out;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace candor::cli
