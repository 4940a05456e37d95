// A model that is being trained says so: its weights change under whoever reads them from another thread.
#pragma once

#include "candor/nn/model_body.h"

namespace candor::detail {

/// Held while fit runs. Throws Error (invalid_argument) when the model is being trained already, on this thread (in a callback) or another.
class TrainingMark {
 public:
  TrainingMark(ModelBody& model, const std::string& who) : model_(model) {
    const void* none = nullptr;
    if (!model_.trained_by.compare_exchange_strong(none, ModelBody::this_thread())) {
      fail(ErrorKind::invalid_argument, who + ": this model is being trained already" +
                                            (none == ModelBody::this_thread() ? "; fit cannot be called from a callback of the same fit" : " on another thread; wait until that fit has returned"));
    }
  }
  ~TrainingMark() { model_.trained_by = nullptr; }
  TrainingMark(const TrainingMark&) = delete;
  TrainingMark& operator=(const TrainingMark&) = delete;

 private:
  ModelBody& model_;
};

}  // namespace candor::detail
