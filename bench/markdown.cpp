// docs/performance.md.
#include <cmath>
#include <map>

#include "bench/report.h"

namespace candor::bench {
namespace {

constexpr const char* how = R"(# How fast

Written by `./dev bench --markdown docs/performance.md`; `./dev bench --peers` first makes the peers' virtual environment (PyTorch, Keras,
JAX, scikit-learn, ONNX Runtime, LiteRT); libtorch and dlib join where their Debian packages (libtorch-dev, libdlib-dev, libopenblas-dev) were there when the bench was
configured. Absolute numbers move with the machine: what counts is the ratio to the best peer of the same run.

Every system gets the same rows, the same initial weights and the same batch order. It first gives the losses of its first steps
(or its outputs for the first rows); parity is their largest relative deviation from the truth: the float64 curves of the fixtures, or a
float64 computation in plain loops. A system that leaves the gate is shown but does not count. Then repetitions of all systems take turns, and the median
of each counts. The slowest repetition stands beside it, the first one included, which warms up and does not count otherwise: a median hides
first steps that take long. A peer runs with all threads and with one; the faster in trials that take turns stays (`bench/in_turns.h`). One ten times slower than
Candor is measured once. Candor runs as it is.

Reached: the operations of Candor's kernels over the time they took, and the share of the roofline: the least time in which this machine could run them one after the other (the larger of
operations at its multiply-add rate, in bf16 for products in bf16, and bytes at the bandwidth of the cache or memory that holds the Program; both measured in the same run), over the time of a call. Operations
are counted as written: Winograd's convolutions and zeros that are skipped need fewer, so that more than 100 % is possible.

- `mlp128`, `mlp32`, `mlp_big`, `lenet`, `cnn`: MNIST with Adam, seconds an epoch (`cnn` without JAX and Keras on it, whose
  convolutions take minutes there). Candor: the user's own loop, one compiled step that gathers,
  scales, and updates. JAX: all steps as one jitted `lax.scan`. PyTorch: fused Adam, channels-last images. Keras: `fit` on JAX.
- `tiny_train`: 4-32-16-4, batch 32, microseconds a step.
- `chargpt`: a GPT of 4 blocks, width 128, 4 heads, 128 letters of Shakespeare at a time, batch 32, AdamW. `rnn` (SimpleRNN), `lstm`, `gru`: 50 steps of 64 numbers, 128 units, batch 32;
  `bilstm`: 200 words of 20,000, 64 units each way. All in milliseconds a step.
- `bert`: BERT-base forward (12 layers of 768, post-norm, exact GELU), 8 texts of 128 tokens, milliseconds; `bert_bf16`, frozen, in 16 bits beside PyTorch's bf16. `gpt2`: training of GPT-2 (12 layers of 768, 50,257 tokens, shared table) on 4 x 64 tokens with AdamW,
  tokens a second; llm.c joins where CANDOR_LLMC names its library (`bench/peers/llmc_peer.py`); `gpt2_bf16`: products in 16 bits, weights in f32, beside PyTorch's autocast. `gpt2_decode`: one token after the other behind a prompt of 64 by `CachedDecoder`, tokens a second; `_bf16`, `_i8`: the same with weights read as 16 and 8 bits, beside the peer's f32.
- `infer_6` (6-64-8-4), `infer_784`, `infer_lenet`: one row, microseconds. Candor: `Program::run` of the frozen graph on the caller's buffers. ONNX Runtime through an I/O
  binding, LiteRT with XNNPACK, both with inputs and outputs in place.
- `inf_lenet`: batches of 256, images a second.
- `tabular`: 28-300-300-300-300-300-1 with tanh, batch 100, 200,000 rows, Adam, seconds an epoch.
- `resnet18_small` (32 x 32, batch 64, begins with 3 x 3), `resnet50` (224 x 224, batch 8): a step of SGD with momentum; `infer_resnet18` (one picture), `infer_resnet18_32` (32), `infer_mobilenet` (MobileNetV2, one):
  pictures a second. Networks of torchvision's shapes from Candor's layers, frozen for inference; PyTorch in channels-last memory, ONNX Runtime with all its optimisations.
- `pictures`: 500 JPEGs of 256 x 256 decoded and resized to 224 (`bench/peers/pictures_pillow.py`, `pictures_torchvision.py`).
- `vmap100`: a step of a hundred networks 4-16-2 at once by `vmap`, microseconds; the peer is a loop over
  them as one writes it; a loop in which the step of each network is compiled stands beside it.
- `custom_loop`: an epoch of a loop of one's own through `compile` over `data::batches`, as a multiple of `fit`; `resume_cost`: what a resume point takes of a
  minute of training.
- `hello`: a whole process that reads MNIST (.gz), trains one epoch of `mlp128` and tests; parity is how far its accuracy lies below the best.
- `include`: what `candor.h` adds to a file's compile time at -O0; `start`: `candor version`; `size`: the stripped static program without oneDNN and
  image libraries; `build`: library and program from nothing on two cores; `memory`: peak of `hello`.
)";

std::string product(std::string system) {
  for (const char* way : {" scan", " eager", " compiled"})
    if (const auto at = system.find(way); at != std::string::npos) system.erase(at);
  return system;
}

std::string line_of(const Measured& own, const std::vector<Measured>& rows) {
  const Measured* best = nullptr;
  std::string others;
  for (const auto& peer : rows) {
    if (peer.test != own.test || peer.system == "Candor") continue;
    if (!best && peer.ratio && *peer.ratio == 1) best = &peer;
    else others += (others.empty() ? "" : ", ") + peer.system + " " + number(peer.value) + (peer.agrees ? "" : " (differs)");
  }
  if (own.slowest > 0) others += (others.empty() ? "" : "; ") + std::string("slowest ") + number(own.slowest) + (best && best->slowest > 0 ? " / " + number(best->slowest) : "");
  std::string must = must_text(own);
  if (own.judged() && !own.passed()) must += " **missed**";
  return "| " + own.test + " | " + number(own.value) + " " + own.unit + " | " + (best ? best->system + " " + number(best->value) : "") + " | " + times(own.ratio) + " | " +
         must + " | " + reached_text(own) + " | " + parity_text(own) + (best ? " / " + parity_text(*best) : "") + " | " + others + " |\n";
}

// The best peer's row, or null.
const Measured* best_peer(const Measured& own, const std::vector<Measured>& rows) {
  for (const auto& row : rows)
    if (row.test == own.test && row.system != "Candor" && row.ratio && *row.ratio == 1) return &row;
  return nullptr;
}

std::string megabytes(double peak) { return peak > 0 ? number(std::round(peak)) + " MB" : ""; }

// How long each takes until it gives its first numbers, and how much memory.
std::string start_table(const std::vector<Measured>& rows) {
  std::string text;
  for (const auto& row : rows) {
    if (row.system != "Candor" || row.ready <= 0) continue;
    const Measured* peer = best_peer(row, rows);
    text += "| " + row.test + " | " + number(row.ready) + " s | " + (row.planning > 0 ? number(row.planning * 1e3) + " ms" : "") + " | " + (peer ? peer->system + " " + number(peer->ready) + " s" : "") + " | " +
            megabytes(row.peak) + " | " + (peer ? megabytes(peer->peak) : "") + " |\n";
  }
  return text.empty() ? "" : "\nUntil the first numbers are there (a peer starts and imports first), and the most memory, with the data:\n\n| case | Candor | planned in | best peer | memory | best peer |\n|---|---|---|---|---|---|\n" + text;
}

}  // namespace

std::string markdown(const std::vector<Measured>& rows, const std::string& machine) {
  std::map<std::string, std::string> versions;
  for (const auto& row : rows)
    if (!row.version.empty()) versions[product(row.system)] = row.version;
  std::string peers;
  for (const auto& [name, version] : versions) peers += (peers.empty() ? "" : ", ") + name + " " + version;
  std::string text = how;
  text += "\nMachine: " + machine + ".\n";
  const Roofline& roofline = machine_roofline();
  if (roofline.flops_per_second > 0) {
    text += "Roofline: " + number(std::round(roofline.flops_per_second / 1e9)) + " GFLOP/s in f32";
    if (roofline.bf16_flops_per_second > 0) text += ", " + number(std::round(roofline.bf16_flops_per_second / 1e9)) + " in bf16";
    const char* names[] = {"in the second cache", "beyond it", "in memory"};
    for (std::size_t i = 0; i < roofline.levels.size() && i < 3; ++i) text += ", " + number(std::round(roofline.levels[i].bytes_per_second / 1e9)) + " GB/s " + names[i];
    text += ".\n";
  }
  if (!peers.empty()) text += "Peers: " + peers + ".\n";
  text += "\n| case | Candor | best peer | ratio | must | reached | parity: Candor / best peer | others |\n|---|---|---|---|---|---|---|---|\n";
  for (const auto& row : rows)
    if (row.system == "Candor") text += line_of(row, rows);
  text += start_table(rows);
  return text;
}

}  // namespace candor::bench
