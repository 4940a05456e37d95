// A resume point: all that training needs to go on from a step as if it had never stopped. One file, replaced as a whole.
#pragma once

#include <string>
#include <vector>

#include "candor/train/saved_state.h"

namespace candor {

/// When and where fit writes resume points.
struct ResumePolicy {
  std::string path;
  double seconds = 60;      ///< at least so long between two points, and at most 2 % of the time is spent on them; 0: after every step
  std::int64_t steps = 0;   ///< when not 0: after each so many steps, in place of `seconds`
  bool every_epoch = false; ///< at the end of each epoch alone
  bool keep_previous = false;        ///< the point before stays as path + ".previous"
  bool delete_when_finished = false; ///< a training that ran to its end leaves no file
};

/// What the file holds.
struct ResumePoint {
  Config run;        ///< the model, data and options that it belongs to; see describe_run
  SavedState state;
};

/// Writes the file: aside, synced, renamed, so that the file that was there survives every failure. Throws Error (io). Defined in
/// formats/resume_file.cpp: a safetensors file whose metadata holds the rest as JSON.
void write_resume_point(const std::string& path, const ResumePoint& point);

/// Reads it. Throws Error: not_found, io; corrupt for a damaged file or one of another kind, unsupported for one of a newer version.
ResumePoint read_resume_point(const std::string& path);

namespace detail {
/// The differences between two descriptions of a run, one a line of text: "optimizer: learning_rate was 0.001, is 0.01".
std::vector<std::string> differences(const Config& was, const Config& is);
}  // namespace detail

}  // namespace candor
