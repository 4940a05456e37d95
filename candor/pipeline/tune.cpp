#include "candor/pipeline/tune.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/formats/config_json.h"
#include "candor/pipeline/tree_member.h"

namespace candor::pipeline {
namespace {

bool is_picture(const data::Dataset& set) { return set.features.rank() == 4; }

SearchSpace space_for(const data::Dataset& train) {
  SearchSpace space{SearchParameter::real("learning_rate", 2e-4, 1e-2, true), SearchParameter::choice("batch_size", {"16", "32", "64", "128", "256"}),
                    SearchParameter::real("dropout", 0, 0.6)};
  if (is_picture(train)) {
    space.push_back(SearchParameter::choice("model", {"mlp", "cnn"}));
    space.push_back(SearchParameter::choice("layers", {"64", "128", "256", "128,64"}));
  } else {
    space.push_back(SearchParameter::choice("bins", {"0", "8", "16", "32", "64"}));
    space.push_back(SearchParameter::choice("layers", {"32", "64", "128", "256", "64,64", "128,64", "128,128", "256,128", "256,256", "128,128,128"}));
  }
  return space;
}

std::size_t word_of(const SearchParameter& p, const std::string& word, std::size_t fallback) {
  const auto found = std::find(p.words.begin(), p.words.end(), word);
  return found == p.words.end() ? fallback : static_cast<std::size_t>(found - p.words.begin());
}

// What `candor train` takes by itself, as near as the space has it: the search is never worse than it on the rows it is judged by.
Choice default_choice(const SearchSpace& space, const Prepared& data, const TrainOptions& o) {
  const TrainingDefaults d = training_defaults(data.train, o.network.model);
  Choice choice{std::clamp(d.learning_rate, space[0].low, space[0].high), static_cast<double>(word_of(space[1], std::to_string(d.batch_size), 1))};
  if (is_picture(data.train)) {
    const bool cnn = o.network.model == "cnn";
    choice.push_back(cnn ? 0.4 : 0.1);
    choice.push_back(cnn ? 1 : 0);
    choice.push_back(static_cast<double>(word_of(space[4], cnn ? "128" : "64", 0)));
    return choice;
  }
  const std::int64_t bins = detail::default_bins(data.train.rows());
  choice.push_back(bins > 0 && data.train.is_classification() ? 0.3 : bins > 16 ? 0 : 0.1);
  choice.push_back(static_cast<double>(word_of(space[3], std::to_string(bins), 0)));
  choice.push_back(static_cast<double>(word_of(space[4], bins > 0 ? "128,128" : "64,64", 4)));
  return choice;
}

TrainOptions options_for(const SearchSpace& space, const Choice& choice, const TrainOptions& base) {
  TrainOptions o = base;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const std::string& name = space[i].name;
    const std::string word = space[i].words.empty() ? "" : space[i].words[static_cast<std::size_t>(choice[i])];
    if (name == "learning_rate") o.learning_rate = choice[i];
    else if (name == "batch_size") o.batch_size = std::stoll(word);
    else if (name == "dropout") o.network.dropout = choice[i];
    else if (name == "model") o.network.model = word;
    else if (name == "bins") o.network.bins = std::stoll(word);
    else {
      o.network.layers.clear();
      for (const auto& width : split_text(word, ',')) o.network.layers.push_back(std::stoll(std::string(width)));
    }
  }
  return o;
}

// Of the rows that were left out.
double loss_of(const Prepared& data, const TrainedModel& trained) {
  if (trained.judged_rows.empty()) return std::numeric_limits<double>::infinity();
  return detail::loss_of(data.train.take(trained.judged_rows), trained.judged);
}

std::string heading(const Prepared& data, const TuneOptions& o) {
  return formats::to_json(Config{{"candor", "tune"}, {"data", data.train.digest()}, {"seed", std::to_string(o.run.train.seed)}, {"epochs", o.run.train.epochs}});
}

// Trials of a search that was stopped. A last line that was cut off is no trial.
std::vector<Trial> read_record(const std::string& path, const std::string& head, const SearchSpace& space) {
  std::vector<Trial> trials;
  std::ifstream in(path);
  std::string line;
  if (path.empty() || !in || !std::getline(in, line)) return trials;
  if (line != head)
    fail(ErrorKind::invalid_argument, path + ": the trials of another search (other data, seed or epochs); give the same command again, or another folder with --out");
  while (std::getline(in, line)) {
    if (in.eof()) break;
    const Config c = formats::config_from_json(line, path);
    trials.push_back({choice_from_config(space, c.at("choice")), c.get("share", 1.0), c.at("loss").is_number() ? c.at("loss").number() : std::numeric_limits<double>::infinity(), c.get("seconds", 0.0)});
  }
  return trials;
}

std::string line_of(const SearchSpace& space, const Trial& t) {
  Config c = Config::map();
  c.set("choice", to_config(space, t.choice)).set("share", t.share).set("loss", std::isfinite(t.loss) ? Config(t.loss) : Config()).set("seconds", t.seconds);
  return formats::to_json(c);
}

}  // namespace

TuneResult tune(const std::string& name, const TuneOptions& o) {
  const Prepared data = prepare(name, o.run.prepare);
  TuneResult result;
  result.space = space_for(data.train);
  const std::int64_t epochs = o.run.train.epochs ? o.run.train.epochs : training_defaults(data.train, o.run.train.network.model).epochs;
  const bool many = data.train.rows() >= 10;
  if (!many) fail(ErrorKind::invalid_argument, "tune: " + data.train.source + " has " + std::to_string(data.train.rows()) + " training rows; at least 10 are needed to choose by");

  const Objective judge = [&](const Choice& choice, double share) {
    TrainOptions train_options = options_for(result.space, choice, o.run.train);
    train_options.epochs = std::max<std::int64_t>(1, std::llround(static_cast<double>(epochs) * share));
    train_options.members = 2;
    train_options.budget = 0;
    train_options.verbose = 0;
    train_options.resume.clear();
    return loss_of(data, train(data, train_options));
  };
  SearchOptions search_options{.method = o.method, .trials = o.trials, .seconds = o.seconds, .seed = o.run.train.seed};
  search_options.first = {default_choice(result.space, data, o.run.train)};
  const std::string head = heading(data, o);
  search_options.done = read_record(o.record, head, result.space);
  std::string kept = head + "\n";
  for (const Trial& t : search_options.done) kept += line_of(result.space, t) + "\n";
  search_options.each = [&](const Trial& t, std::size_t number) {
    kept += line_of(result.space, t) + "\n";
    if (!o.record.empty()) write_atomically(o.record, kept);
    char text[64];
    std::snprintf(text, sizeof text, "trial %zu: loss %.5g, %.1f s: ", number, t.loss, t.seconds);
    if (o.say) o.say(text + to_string(result.space, t.choice));
  };
  if (!o.record.empty()) make_folders(o.run.out);
  result.trials = search(result.space, judge, search_options);
  const Trial& best = best_trial(result.trials);
  result.best = best.choice;
  result.best_loss = best.loss;
  // The default with the fullest training it got: Hyperband may have left it behind early.
  double share = 0;
  for (const Trial& t : result.trials)
    if (t.choice == search_options.first.front() && t.share >= share) share = t.share, result.default_loss = t.loss;

  RunOptions run_options = o.run;
  run_options.train = options_for(result.space, result.best, o.run.train);
  // The networks were searched alone; the answer is the better for trees beside them.
  if (run_options.train.network.model.empty() && detail::trees_fit(data.train)) run_options.train.network.model = "mixed";
  result.run = run(name, run_options);
  return result;
}

}  // namespace candor::pipeline
