#include "candor/train/checks/guarded.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <new>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::detail {
namespace {

constexpr std::array<const char*, 25> ids{"model.loss-activation", "model.loss-shape", "model.linear-stack", "model.norm-order", "model.output-size", "model.dead-end", "model.capacity", "model.shape-advice",
                                          "model.overfit-one-batch", "train.initial-loss", "train.nan", "train.gradients", "train.dead-units", "train.saturated", "train.update-ratio", "train.plateau",
                                          "train.diverge", "train.spike", "train.overfit", "train.underfit", "train.not-long-enough", "train.impossible", "train.mode", "train.slow", "train.interrupted"};

}  // namespace

void guarded(CheckNotes& into, std::string_view id, const Function<void(CheckNotes&)>& check) {
  std::string why;
  const std::size_t before = into.skipped.size();
  try {
    check(into);
    if (into.skipped.size() == before) into.checked.emplace_back(id);
    return;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::interrupted || e.kind() == ErrorKind::memory) throw;
    why = e.what();
  } catch (const std::exception& e) {
    why = e.what();
  }
  into.findings.push_back({std::string(id), Severity::note, "the check " + std::string(id) + " failed and said nothing of this model: " + why});
  into.skipped.push_back({std::string(id), "it failed: " + why});
}

void check_silence(const std::string& who, const std::vector<std::string>& silence) {
  const std::vector<std::string> known(ids.begin(), ids.end());
  for (const std::string& id : silence) {
    const bool ours = id.rfind("model.", 0) == 0 || id.rfind("train.", 0) == 0;
    const bool elsewhere = id.find('.') != std::string::npos && !ours;  // data.*, result.*: others know them
    if (elsewhere || std::find(known.begin(), known.end(), id) != known.end()) continue;
    fail(ErrorKind::invalid_argument, who + ": silence: there is no check \"" + id + "\"" + did_you_mean(id, known));
  }
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string percent_text(double share) {
  char text[32];
  std::snprintf(text, sizeof text, share >= 0.1 || share == 0 ? "%.0f %%" : "%.2g %%", 100 * share);
  return text;
}

}  // namespace candor::detail
