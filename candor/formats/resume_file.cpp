// The resume point as a file: tensors as safetensors, all else as JSON in its metadata.
#include <signal.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/formats/config_json.h"
#include "candor/formats/safetensors.h"
#include "candor/train/resume_point.h"

namespace candor {
namespace {

constexpr const char* kind = "candor-resume";
constexpr std::int64_t version = 1;

/// What a killed process had written aside when it was killed would lie there for ever.
void remove_orphans(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path(), name = fs::path(path).filename();
  const std::string start = name.string() + ".part-";
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.empty() ? fs::path(".") : folder, error)) {
    const std::string found = entry.path().filename().string();
    if (!found.starts_with(start)) continue;
    const long owner = std::strtol(found.c_str() + start.size(), nullptr, 10);
    if (owner > 0 && ::kill(static_cast<pid_t>(owner), 0) != 0 && errno == ESRCH) fs::remove(entry.path(), error);
  }
}

const std::string& part(const formats::Safetensors& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end()) fail(ErrorKind::corrupt, file.name() + ": not a resume point: its metadata has no '" + key + "'");
  return found->second;
}

}  // namespace

void write_resume_point(const std::string& path, const ResumePoint& point) {
  formats::save_safetensors(path, point.state.tensors(),
                            {{"format", kind},
                             {"version", std::to_string(version)},
                             {"run", formats::to_json(point.run)},
                             {"state", formats::to_json(point.state.values())}});
}

ResumePoint read_resume_point(const std::string& path) {
  remove_orphans(path);
  const formats::Safetensors file = formats::Safetensors::open(path);
  if (part(file, "format") != kind) fail(ErrorKind::corrupt, path + ": not a resume point but a file of format " + candor::quoted(file.metadata().at("format")));
  const std::optional<std::int64_t> written = parse_integer(part(file, "version"));
  if (!written || *written < 1) fail(ErrorKind::corrupt, path + ": version " + candor::quoted(part(file, "version")) + " does not exist");
  if (*written > version) {
    fail(ErrorKind::unsupported, path + ": written in version " + std::to_string(*written) + " of the resume point, this program reads up to " + std::to_string(version) + "; use a newer candor");
  }
  ResumePoint point;
  point.run = formats::config_from_json(part(file, "run"), path + ": run");
  SavedState::Tensors tensors;
  // Copies: the file will be replaced while training goes on.
  for (const auto& [name, entry] : file.entries()) tensors.emplace_back(name, file.tensor(name).clone());
  point.state = SavedState(formats::config_from_json(part(file, "state"), path + ": state"), std::move(tensors));
  return point;
}

}  // namespace candor
