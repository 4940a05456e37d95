#include "candor/pipeline/member_file.h"

#include <cstdio>
#include <filesystem>

#include "candor/base/error.h"
#include "candor/formats/model_file.h"
#include "candor/pipeline/train.h"

namespace candor::pipeline {
namespace detail {

std::string member_path(const std::string& resume, int member) { return resume + ".member" + std::to_string(member + 1); }

void save_member(const std::string& resume, int member, const std::string& fingerprint, const Model& model, const History& history) {
  formats::ModelFile file;
  file.model = model;
  Config::List epochs;
  for (std::size_t i = 0; i < history.epochs().size(); ++i) {
    Config scores = Config::map();
    for (const auto& [name, value] : history.epochs()[i].items()) scores.set(name, value);
    epochs.push_back(Config::map().set("seconds", history.seconds()[i]).set("scores", scores));
  }
  file.record.set("fingerprint", fingerprint).set("epochs", epochs).set("ended", history.ended());
  formats::write_model_file(member_path(resume, member), file);
}

bool load_member(const std::string& resume, int member, const std::string& fingerprint, const Model& model, std::vector<History>& histories) {
  const std::string path = member_path(resume, member);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return false;
  const formats::ModelFile file = formats::read_model_file(path);
  if (const std::string kept = file.record.get("fingerprint", ""); kept != fingerprint)
    fail(ErrorKind::invalid_argument, path + ": a network of another training (" + kept + "; now " + fingerprint + "); give the same command and data again, or another --resume");
  model.set_weights(file.model.weights());
  History history;
  for (const Config& epoch : file.record.at("epochs").items()) {
    std::vector<Scores::Item> scores;
    for (const auto& [name, value] : epoch.at("scores").entries()) scores.emplace_back(name, value.number());
    history.add(Scores(scores), epoch.get("seconds", 0.0));
  }
  history.end(file.record.get("ended", "finished"));
  histories.push_back(std::move(history));
  return true;
}

}  // namespace detail

void remove_resume_points(const std::string& resume) {
  std::remove(resume.c_str());
  std::error_code ignored;
  for (int member = 0; member < 100; ++member) {
    std::remove((resume + "." + std::to_string(member + 1)).c_str());
    std::remove(detail::member_path(resume, member).c_str());
  }
}

}  // namespace candor::pipeline
