// model.shape-advice: decoders that cannot come back to the size of the input, sequence layers on columns without an order.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/graph/trace.h"
#include "candor/nn/model_body.h"
#include "candor/train/checks/check_model.h"
#include "candor/train/checks/layer_calls.h"

namespace candor::detail {
namespace {

constexpr const char* id = "model.shape-advice";

struct Seen {
  std::string name, kind;
  Shape shape;
};

std::vector<Seen> outputs_of_layers(const ModelUnderCheck& m) {
  std::vector<Seen> seen;
  const LayerObserver observer([&](const LayerBody& layer, const std::string& path, std::span<const Tensor> outputs) {
    if (!outputs.empty() && !dynamic_cast<const ModelBody*>(&layer)) seen.push_back({path.substr(path.rfind('/') + 1), layer.kind(), outputs.front().shape()});
  });
  std::vector<TensorType> types;
  for (const Tensor& x : m.x) types.push_back({x.shape().with(0, 2), x.dtype()});
  infer_types([&](std::span<const Tensor> in) { return m.model.call(in, inference); }, types);
  return seen;
}

bool grows(const std::string& kind) { return kind.find("UpSampling") == 0 || kind.find("Transpose") != std::string::npos; }

void decoder(const ModelUnderCheck& m, const std::vector<Seen>& seen, CheckNotes& notes) {
  const Shape out = seen.back().shape, in = m.x.front().shape(), target = m.y.front().shape();
  if (out.rank() < 3 || out.rank() != in.rank() || target.rank() != out.rank() || std::none_of(seen.begin(), seen.end(), [](const Seen& s) { return grows(s.kind); })) return;
  for (int axis = 1; axis + 1 < out.rank(); ++axis) {
    if (out[axis] == target[axis]) continue;
    // The first layer on the way down whose halves do not come out even.
    std::int64_t size = in[axis];
    std::string culprit;
    for (const Seen& s : seen) {
      if (s.shape.rank() != out.rank()) continue;
      const std::int64_t next = s.shape[axis];
      if (next < size && size % 2 == 1 && culprit.empty()) culprit = s.name + " makes " + std::to_string(next) + " of " + std::to_string(size);
      size = next;
    }
    notes.findings.push_back({id, Severity::warning, "the decoder comes back to " + to_string(out.without(0)) + ", and the targets are " + to_string(target.without(0)) + (culprit.empty() ? "" : ": " + culprit + ", and doubling that does not give the size back") +
                                                         ". Use a size that halves evenly (a multiple of 8 or 16), pad before the encoder, or crop behind the decoder",
                              "layer " + seen.back().name, {{"size of the output", static_cast<double>(out[axis])}, {"size of the target", static_cast<double>(target[axis])}}});
    return;
  }
}

/// Columns fed as steps of a sequence: when neighbours have no more to do with each other than any two, their order says nothing.
void sequence(const ModelUnderCheck& m, const std::vector<Seen>& seen, CheckNotes& notes) {
  const auto reads_steps = [](const Seen& s) { return s.kind == "LSTM" || s.kind == "GRU" || s.kind == "SimpleRNN" || s.kind == "Conv1D" || s.kind == "Bidirectional"; };
  const auto found = std::find_if(seen.begin(), seen.end(), reads_steps);
  const Tensor& x = m.x.front();
  if (found == seen.end() || x.rank() != 3 || x.shape(2) != 1 || x.dtype() != DType::f32) return;
  const std::int64_t columns = x.shape(1), rows = std::min<std::int64_t>(m.rows, 2000);
  if (columns < 4 || columns > 200 || rows < 50) return;
  const float* data = x.data<float>();
  std::vector<double> mean(static_cast<std::size_t>(columns)), deviation(mean.size());
  for (std::int64_t j = 0; j < columns; ++j) {
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < rows; ++i) sum += data[i * columns + j];
    const double centre = sum / static_cast<double>(rows);
    for (std::int64_t i = 0; i < rows; ++i) squares += (data[i * columns + j] - centre) * (data[i * columns + j] - centre);
    mean[static_cast<std::size_t>(j)] = centre, deviation[static_cast<std::size_t>(j)] = std::sqrt(squares);
  }
  double beside = 0, all = 0, neighbours = 0, pairs = 0;
  for (std::int64_t a = 0; a < columns; ++a) {
    for (std::int64_t b = a + 1; b < columns; ++b) {
      const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
      if (deviation[i] == 0 || deviation[j] == 0) continue;
      double product = 0;
      for (std::int64_t row = 0; row < rows; ++row) product += (data[row * columns + a] - mean[i]) * (data[row * columns + b] - mean[j]);
      const double r = std::abs(product / (deviation[i] * deviation[j]));
      all += r, ++pairs;
      if (b == a + 1) beside += r, ++neighbours;
    }
  }
  if (pairs == 0 || neighbours == 0 || beside / neighbours > .3 || beside / neighbours > 1.5 * all / pairs) return;
  notes.findings.push_back({id, Severity::note, found->name + " (" + found->kind + ") reads the " + with_thousands(columns) + " columns as steps of a sequence, and neighbours have no more to do with each other (mean correlation " + number_text(beside / neighbours) + ") than any two columns (" +
                                                    number_text(all / pairs) + "): their order seems to mean nothing. Dense layers suit columns without an order",
                            "layer " + found->name, {{"mean correlation of neighbours", beside / neighbours}, {"mean correlation of all pairs", all / pairs}}});
}

}  // namespace

void check_shape_advice(const ModelUnderCheck& m, CheckNotes& notes) {
  if (m.x.size() != 1 || m.y.size() != 1 || m.rows < 1) return;
  const std::vector<Seen> seen = outputs_of_layers(m);
  if (seen.empty()) return;
  decoder(m, seen, notes);
  sequence(m, seen, notes);
}

}  // namespace candor::detail
