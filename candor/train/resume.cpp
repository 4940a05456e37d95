#include "candor/train/resume.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "candor/base/error.h"

namespace candor::detail {
namespace {

/// A point that took one second is followed by at least fifty without.
constexpr double work_per_cost = 50;

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::string previous(const std::string& path) { return path + ".previous"; }

/// A rate that a callback set is the optimizer's now; only one that the user set is a change.
Config with_rate_of(const Config& run, const ResumePoint& point) {
  const Config* optimizer = run.find("optimizer");
  const Config* options = optimizer && optimizer->is_map() ? optimizer->find("config") : nullptr;
  const Config* rate = options ? options->find("learning_rate") : nullptr;
  if (!rate || !rate->is_number() || !point.state.has("learning_rate") || rate->number() != point.state.number("learning_rate")) return run;
  const Config* before = point.run.find("optimizer");
  const Config* before_options = before && before->is_map() ? before->find("config") : nullptr;
  const Config* before_rate = before_options ? before_options->find("learning_rate") : nullptr;
  if (!before_rate || !before_rate->is_number()) return run;
  Config changed = run, changed_optimizer = *optimizer, changed_options = *options;
  changed_options.set("learning_rate", *before_rate);
  changed_optimizer.set("config", changed_options);
  return changed.set("optimizer", changed_optimizer);
}

}  // namespace

ResumeWriter::ResumeWriter(std::string who, std::vector<ResumePolicy> policies) : who_(std::move(who)) {
  for (ResumePolicy& policy : policies) {
    if (policy.path.empty()) fail(ErrorKind::invalid_argument, who_ + ": the path of the resume point is empty");
    if (!(policy.seconds >= 0)) fail(ErrorKind::invalid_argument, who_ + ": resume_every must be a number of seconds from 0, not " + to_string(Config(policy.seconds)));
    if (policy.steps < 0) fail(ErrorKind::invalid_argument, who_ + ": resume_steps must not be negative, not " + std::to_string(policy.steps));
    files_.push_back({std::move(policy), Clock::now()});
  }
}

std::optional<ResumePoint> ResumeWriter::read(const Config& run) const {
  for (const File& file : files_) {
    std::string path = file.policy.path;
    if (!exists(path)) path = previous(path);
    if (!exists(path) || (path != file.policy.path && !file.policy.keep_previous)) continue;
    ResumePoint point = read_resume_point(path);
    const std::vector<std::string> changes = differences(point.run, with_rate_of(run, point));
    if (changes.empty()) return point;
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(changes.size(), 8); ++i) text += (i ? "; " : "") + changes[i];
    if (changes.size() > 8) text += "; and " + std::to_string(changes.size() - 8) + " more";
    fail(ErrorKind::invalid_argument, who_ + ": cannot go on from " + path + ", which was written by another training: " + text +
                                          ". Train with what was there, or remove the file to begin anew");
  }
  return std::nullopt;
}

bool ResumeWriter::due(const File& file) {
  const ResumePolicy& policy = file.policy;
  if (policy.steps > 0) return file.steps >= policy.steps;
  if (policy.every_epoch) return false;
  if (policy.seconds == 0) return true;
  return std::chrono::duration<double>(Clock::now() - file.written).count() >= std::max(policy.seconds, work_per_cost * file.cost);
}

void ResumeWriter::write(File& file, const ResumePoint& point) {
  const Clock::time_point start = Clock::now();
  const std::string& path = file.policy.path;
  if (file.policy.keep_previous && exists(path)) {
    std::error_code error;
    std::filesystem::rename(path, previous(path), error);
    if (error) fail(ErrorKind::io, "writing " + previous(path) + ": " + error.message());
  }
  write_resume_point(path, point);
  file.written = Clock::now();
  file.cost = std::chrono::duration<double>(file.written - start).count();
  file.steps = 0;
}

void ResumeWriter::after_step(const Maker& make) {
  for (File& file : files_) {
    ++file.steps;
    if (due(file)) write(file, make());
  }
}

void ResumeWriter::after_epoch(const Maker& make) {
  for (File& file : files_)
    if (file.policy.every_epoch || due(file)) write(file, make());
}

void ResumeWriter::at_stop(const Maker& make) {
  for (File& file : files_) write(file, make());
}

void ResumeWriter::at_end(const Maker& make) {
  for (File& file : files_)
    if (!file.policy.delete_when_finished) write(file, make());
}

void ResumeWriter::finished() const {
  for (const File& file : files_) {
    if (!file.policy.delete_when_finished) continue;
    std::remove(file.policy.path.c_str());
    if (file.policy.keep_previous) std::remove(previous(file.policy.path).c_str());
  }
}

}  // namespace candor::detail
