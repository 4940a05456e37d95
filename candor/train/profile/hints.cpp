#include <algorithm>
#include <cstdio>
#include <map>

#include "candor/base/text.h"
#include "candor/train/profile/profile.h"

namespace candor {
namespace {

struct Hint {
  double share = 0;
  std::string text;
};

std::string percent_text(double share) {
  char text[16];
  std::snprintf(text, sizeof text, share < .0995 ? "%.1f %%" : "%.0f %%", 100 * share);
  return text;
}

std::string microseconds(double seconds) {
  char text[24];
  std::snprintf(text, sizeof text, seconds < 1e-3 ? "%.1f us" : "%.2f ms", seconds < 1e-3 ? seconds * 1e6 : seconds * 1e3);
  return text;
}

bool is_reference(const KernelTime& kernel) { return kernel.row.kernel.rfind("reference.", 0) == 0; }
bool is_update(const KernelTime& kernel) { return kernel.row.op.size() > 7 && kernel.row.op.compare(kernel.row.op.size() - 7, 7, "_update") == 0; }

// Kernels written to be right, not fast: one op at a time, with what kept the fast ones away.
void add_reference(const Profile& p, std::vector<Hint>& hints) {
  std::map<std::string, std::vector<const KernelTime*>> by_op;
  for (const KernelTime& kernel : p.kernels)
    if (is_reference(kernel)) by_op[kernel.row.op].push_back(&kernel);
  for (auto& [op, kernels] : by_op) {
    double share = 0;
    for (const KernelTime* kernel : kernels) share += kernel->share;
    if (share < .02) continue;
    const KernelTime& worst = **std::max_element(kernels.begin(), kernels.end(), [](const KernelTime* a, const KernelTime* b) { return a->seconds < b->seconds; });
    std::string why = worst.row.note;
    for (const Declined& no : worst.row.declined) why += "; " + no.kernel + " declined: " + no.reason;
    hints.push_back({share, percent_text(share) + " of the time is in the reference kernel of " + op + (worst.row.path.empty() ? "" : " (" + worst.row.path + ")") + ": " + why});
  }
}

}  // namespace

std::vector<std::string> hints(const Profile& p) {
  std::vector<Hint> found;
  add_reference(p, found);

  double update = 0, moves = 0, waiting = 0, impossible = 0;
  for (const KernelTime& kernel : p.kernels) {
    // Zeros that are skipped and a nearer cache beat the bound as well, though hardly by so much.
    if (kernel.of_roofline > 2) impossible += kernel.share;
    if (is_update(kernel)) update += kernel.share;
    else if (kernel.row.flops == 0) moves += kernel.share;
    else if (kernel.bound == Bound::memory && kernel.of_roofline > .5) waiting += kernel.share;
  }
  if (update > .25) {
    found.push_back({update, percent_text(update) + " of a step is the optimizer's pass over the weights, which takes as long for any batch: a batch larger than " + std::to_string(p.batch_size) +
                                 " would need it less often"});
  }
  if (moves > .15) found.push_back({moves, percent_text(moves) + " of the time only moves numbers to other places (transposes, gathering, concatenation): layers that take them in the order in which they come would save it"});
  if (impossible > .5) {
    found.push_back({2, "the machine was busy when its limits were measured (" + percent_text(impossible) + " of the time is in kernels far above them): per cents of the roofline mean something when nothing else runs"});
  } else if (waiting > .4) {
    found.push_back({waiting, percent_text(waiting) + " of the time is in kernels that read and write memory as fast as it goes, not in arithmetic" +
                                  (p.arena_bytes > (std::size_t{8} << 20) ? ": a smaller batch could stay in the caches (this one keeps " + std::to_string(p.arena_bytes >> 20) + " MB)" : "")});
  }
  if (const double idle = p.idle_share(); idle > .25 && p.seconds < 100e-6 && !p.kernels.empty()) {
    found.push_back({idle, percent_text(idle) + " of a run (" + microseconds(p.seconds) + ") lies between its " + std::to_string(p.kernels.size()) +
                               " kernels: the network is so small that calling them counts; more rows at a time would use it better than " + std::to_string(p.batch_size)});
  }
  std::stable_sort(found.begin(), found.end(), [](const Hint& a, const Hint& b) { return a.share > b.share; });
  std::vector<std::string> texts;
  for (Hint& hint : found) texts.push_back(std::move(hint.text));
  return texts;
}

}  // namespace candor
