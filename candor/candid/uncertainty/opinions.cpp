#include "candor/candid/uncertainty/opinions.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "candor/base/error.h"
#include "candor/ops/activation.h"
#include "candor/ops/op.h"
#include "candor/ops/random.h"
#include "candor/train/evaluate.h"

namespace candor::candid {
namespace {

constexpr std::int64_t piece = 512;  // rows at a time: memory stays small

bool has_layer(const Model& model, const std::string& kind) {
  const std::vector<Layer> layers = model.layers();
  return std::any_of(layers.begin(), layers.end(), [&](const Layer& l) { return l.kind() == kind; });
}

Tensor in_training(const Model& model, const Tensor& rows) {
  std::vector<float> all;
  Shape shape;
  for (std::int64_t from = 0; from < rows.shape(0); from += piece) {
    const Tensor some = rows.view_slice(0, from, std::min(from + piece, rows.shape(0)));
    const Tensor out = model.call(std::span<const Tensor>(&some, 1), training).front();
    const std::vector<float> values = out.to_vector();
    all.insert(all.end(), values.begin(), values.end());
    shape = out.shape();
  }
  return Tensor::from(all, shape.without(0).inserted(0, rows.shape(0)));
}

// Draws made while this lives do not depend on how many were made before: the same seed gives the same opinions.
class SameDraws {
 public:
  SameDraws() : before_(candor::detail::next_op_id()) { candor::detail::set_next_op_id(1); }
  ~SameDraws() { candor::detail::set_next_op_id(before_ < 0 ? 1 : before_); }
  SameDraws(const SameDraws&) = delete;
  SameDraws& operator=(const SameDraws&) = delete;

 private:
  std::int64_t before_;
};

double entropy_of(const std::vector<double>& p) {
  double sum = 0;
  for (const double v : p)
    if (v > 0) sum -= v * std::log(v);
  return sum;
}

}  // namespace

Opinions ensemble_opinions(std::vector<Model> members, bool logits) {
  if (members.empty()) fail(ErrorKind::invalid_argument, "an ensemble needs networks, and none came");
  return [members = std::move(members), logits](const Tensor& rows) {
    std::vector<Tensor> out;
    for (const Model& member : members) {
      const Tensor said = member.predict(rows);
      out.push_back(logits ? softmax(said, -1) : said);
    }
    return out;
  };
}

Opinions dropout_opinions(Model model, int samples, std::uint64_t seed, bool logits) {
  if (samples < 2) fail(ErrorKind::invalid_argument, "opinions by dropout need at least 2 samples, and " + std::to_string(samples) + " came");
  if (has_layer(model, "BatchNormalization")) fail(ErrorKind::unsupported, "opinions by dropout: the network has batch normalisation, whose statistics a call in training would change; use an ensemble");
  if (!has_layer(model, "Dropout")) fail(ErrorKind::invalid_argument, "opinions by dropout: the network has no Dropout layer, so all opinions would be one");
  return [model = std::move(model), samples, seed, logits](const Tensor& rows) {
    const SameDraws same;
    std::vector<Tensor> out;
    for (int k = 0; k < samples; ++k) {
      const ops::SeedScope scope(seed + static_cast<std::uint64_t>(k) * 0x9E3779B97F4A7C15u);
      const Tensor said = in_training(model, rows);
      out.push_back(logits ? softmax(said, -1) : said);
    }
    return out;
  };
}

Spread spread_of(const std::vector<Tensor>& opinions, bool classes) {
  if (opinions.empty()) fail(ErrorKind::invalid_argument, "spread: there are no opinions");
  const Shape shape = opinions.front().shape();
  for (const Tensor& o : opinions)
    if (o.shape() != shape) fail(ErrorKind::shape, "spread: opinions of shape " + to_string(shape) + " and " + to_string(o.shape()));
  const std::int64_t rows = shape.rank() ? shape[0] : 1;
  const auto width = static_cast<std::size_t>(rows ? opinions.front().size() / rows : 0);
  const double count = static_cast<double>(opinions.size());
  std::vector<std::vector<double>> said;
  for (const Tensor& o : opinions) said.push_back(o.to_vector<double>());
  Spread out;
  std::vector<float> means;
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto at = static_cast<std::size_t>(i) * width;
    std::vector<double> mean(width);
    double inside = 0;
    for (const std::vector<double>& one : said) {
      for (std::size_t c = 0; c < width; ++c) mean[c] += one[at + c] / count;
      if (classes) inside += entropy_of({one.begin() + static_cast<std::ptrdiff_t>(at), one.begin() + static_cast<std::ptrdiff_t>(at + width)}) / count;
    }
    const std::size_t answer = classes && width ? static_cast<std::size_t>(std::max_element(mean.begin(), mean.end()) - mean.begin()) : 0;
    double squares = 0;
    for (const std::vector<double>& one : said) squares += (one[at + answer] - mean[answer]) * (one[at + answer] - mean[answer]);
    out.deviation.push_back(opinions.size() > 1 ? std::sqrt(squares / (count - 1)) : 0);
    if (classes) out.entropy.push_back(entropy_of(mean)), out.disagreement.push_back(std::max(out.entropy.back() - inside, 0.0));
    for (const double m : mean) means.push_back(static_cast<float>(m));
  }
  out.mean = Tensor::from(means, shape);
  return out;
}

}  // namespace candor::candid
