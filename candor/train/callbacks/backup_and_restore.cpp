#include "candor/train/callbacks/backup_and_restore.h"

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/train/resume_point.h"

namespace candor {
namespace {

class Body final : public CallbackBody {
 public:
  explicit Body(const BackupAndRestore& o) : o_(o) {
    if (o.backup_dir.empty()) fail(ErrorKind::invalid_argument, "BackupAndRestore: backup_dir is empty");
  }
  std::vector<ResumePolicy> resume_policies() const override {
    make_folders(o_.backup_dir);
    ResumePolicy policy{o_.backup_dir + (o_.backup_dir.back() == '/' ? "" : "/") + "training.resume"};
    policy.steps = o_.save_freq.steps();
    policy.every_epoch = policy.steps == 0;
    policy.keep_previous = o_.double_checkpoint;
    policy.delete_when_finished = o_.delete_checkpoint;
    return {policy};
  }

 private:
  BackupAndRestore o_;
};

}  // namespace

SaveFrequency::SaveFrequency(const char* word) {
  if (std::string(word) != "epoch") fail(ErrorKind::invalid_argument, "save_freq must be \"epoch\" or a number of steps, not \"" + std::string(word) + "\"");
}

SaveFrequency::SaveFrequency(std::int64_t steps) : steps_(steps) {
  if (steps < 1) fail(ErrorKind::invalid_argument, "save_freq must be \"epoch\" or at least 1 step, not " + std::to_string(steps));
}

BackupAndRestore::operator Callback() const { return Callback(std::make_shared<Body>(*this)); }

}  // namespace candor
