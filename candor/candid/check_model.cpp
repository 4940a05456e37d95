#include "candor/candid/check_model.h"

namespace candor::candid {

Checkup check_model(const Model& model, const Tensor& x, const Tensor& y, const CheckModelOptions& options) {
  CheckNotes notes = candor::check_model(model, x, y, options);
  Checkup checkup;
  checkup.findings = std::move(notes.findings);
  checkup.skipped = std::move(notes.skipped);
  checkup.checked = std::move(notes.checked);
  return checkup;
}

}  // namespace candor::candid
