// Faults of pictures.
#include <algorithm>
#include <cmath>

#include "bench/candid/parts.h"
#include "candor/candid/data/checks.h"

namespace candor::bench {
namespace {

using candid::PartKind;

/// Pictures with their labels, taken apart.
struct Album {
  std::vector<std::vector<std::uint8_t>> pixels;
  std::vector<std::int32_t> labels;
};

struct PictureParts {
  Album train, other;
  std::vector<std::string> names;
  std::int64_t height = 0, width = 0, channels = 0;
  bool floats = false;      ///< the training part as numbers from 0 to 1
  bool as_numbers = false;  ///< both parts as floating-point numbers from 0 to 255
};

PictureParts apart(const Source& source, Draw& draw) {
  const data::Dataset& set = source.pictures;
  PictureParts p;
  p.names = set.class_names;
  p.height = set.features.shape(1), p.width = set.features.shape(2), p.channels = set.features.rank() == 4 ? set.features.shape(3) : 1;
  const std::vector<std::uint8_t> all = set.features.to_vector<std::uint8_t>();
  const std::vector<std::int32_t> labels = set.targets.to_vector<std::int32_t>();
  const std::size_t size = static_cast<std::size_t>(p.height * p.width * p.channels);
  std::size_t i = 0;
  for (const std::int64_t row : draw.some(set.rows(), set.rows())) {
    Album& into = i++ % 4 ? p.train : p.other;
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * size);
    into.pixels.emplace_back(at, at + static_cast<std::ptrdiff_t>(size));
    into.labels.push_back(labels[static_cast<std::size_t>(row)]);
  }
  return p;
}

data::Dataset together(const PictureParts& p, const Album& album, double divide, bool floats) {
  std::vector<std::uint8_t> bytes;
  for (const auto& picture : album.pixels) bytes.insert(bytes.end(), picture.begin(), picture.end());
  const Shape shape{static_cast<std::int64_t>(album.pixels.size()), p.height, p.width, p.channels};
  Tensor features = Tensor::from(bytes, shape);
  if (floats) {
    std::vector<float> numbers;
    for (const std::uint8_t b : bytes) numbers.push_back(static_cast<float>(b / divide));
    features = Tensor::from(numbers, shape);
  }
  data::Dataset set = data::from_arrays(features, Tensor::from(album.labels));
  set.class_names = p.names;
  return set;
}

std::vector<Finding> look(const PictureParts& p) {
  std::vector<candid::NamedSet> sets;
  sets.push_back({PartKind::train, "train", together(p, p.train, p.as_numbers ? 1 : 255, p.floats || p.as_numbers)});
  if (!p.other.pixels.empty()) sets.push_back({PartKind::test, "test", together(p, p.other, 1, p.as_numbers)});
  return candid::check_subject(candid::set_subject(std::move(sets))).findings;
}

using Picture = std::vector<std::uint8_t>;

Picture mirror(const PictureParts& p, const Picture& picture) {
  Picture out(picture.size());
  for (std::int64_t r = 0; r < p.height; ++r)
    for (std::int64_t c = 0; c < p.width; ++c)
      for (std::int64_t k = 0; k < p.channels; ++k) out[static_cast<std::size_t>((r * p.width + c) * p.channels + k)] = picture[static_cast<std::size_t>((r * p.width + p.width - 1 - c) * p.channels + k)];
  return out;
}

Picture grey(const PictureParts& p, const Picture& picture) {
  Picture out = picture;
  for (std::size_t i = 0; i + static_cast<std::size_t>(p.channels) <= out.size(); i += static_cast<std::size_t>(p.channels)) {
    double sum = 0;
    for (std::int64_t k = 0; k < p.channels; ++k) sum += picture[i + static_cast<std::size_t>(k)];
    for (std::int64_t k = 0; k < p.channels; ++k) out[i + static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(.9 * sum / static_cast<double>(p.channels));
  }
  return out;
}

Picture noisy(const PictureParts&, const Picture& picture, Draw& d) {
  Picture out = picture;
  for (std::uint8_t& v : out) v = static_cast<std::uint8_t>(std::clamp(v * .85 + 4 * d.normal() + 10, 0.0, 255.0));
  return out;
}

Fault fault(std::string id, std::string name, std::function<bool(PictureParts&, Draw&)> change) {
  return {std::move(id), std::move(name), [change = std::move(change)](const Source& source, std::uint64_t seed) -> Findings {
            if (source.is_table()) return std::nullopt;
            Draw draw(seed);
            PictureParts p = apart(source, draw);
            if (!change(p, draw)) return std::nullopt;
            return look(p);
          }};
}

/// Copies of some training pictures, altered, into an album, under a label of their own.
void copy(const PictureParts& p, Album& into, std::int64_t count, Draw& d, const std::function<Picture(const Picture&)>& alter, const std::function<std::int32_t(std::int32_t)>& label) {
  for (const std::int64_t i : d.some(count, static_cast<std::int64_t>(p.train.pixels.size()))) {
    const Picture original = p.train.pixels[static_cast<std::size_t>(i)];
    const std::int32_t was = p.train.labels[static_cast<std::size_t>(i)];
    into.pixels.push_back(alter(original));
    into.labels.push_back(label(was));
  }
}

std::int32_t same(std::int32_t k) { return k; }

}  // namespace

std::vector<Fault> picture_faults() {
  return {
    fault("data.duplicate-rows", "training pictures copied into the test part", [](PictureParts& p, Draw& d) { copy(p, p.other, 5 + d.below(30), d, [](const Picture& x) { return x; }, same); return true; }),
    fault("data.duplicate-rows", "darker, noisy copies in the test part", [](PictureParts& p, Draw& d) { copy(p, p.other, 20, d, [&](const Picture& x) { return noisy(p, x, d); }, same); return true; }),
    fault("data.group-split", "mirrored copies in the test part", [](PictureParts& p, Draw& d) { copy(p, p.other, 25, d, [&](const Picture& x) { return mirror(p, x); }, same); return true; }),
    fault("data.group-split", "grey copies in the test part", [](PictureParts& p, Draw& d) { copy(p, p.other, 25, d, [&](const Picture& x) { return grey(p, x); }, same); return true; }),
    fault("data.label-conflict", "the same pictures under other labels", [](PictureParts& p, Draw& d) { const auto k = static_cast<std::int32_t>(p.names.size()); copy(p, p.train, 15, d, [](const Picture& x) { return x; }, [k](std::int32_t v) { return (v + 1) % k; }); return true; }),
    fault("data.label-conflict", "labels of many pictures changed at random", [](PictureParts& p, Draw& d) {
      const auto k = static_cast<std::int64_t>(p.names.size());
      const double share = d.between(.08, .2);
      for (std::int32_t& v : p.train.labels) if (d.share() < share) v = static_cast<std::int32_t>((v + 1 + d.below(k - 1)) % k);
      return true;
    }),
    fault("data.label-conflict", "two of five pictures of one class saved under another", [](PictureParts& p, Draw& d) {
      const auto k = static_cast<std::int64_t>(p.names.size());
      const auto from = static_cast<std::int32_t>(d.below(k)), to = static_cast<std::int32_t>((from + 1 + d.below(k - 1)) % k);
      for (std::int32_t& v : p.train.labels) if (v == from && d.share() < .4) v = to;
      return std::count(p.train.labels.begin(), p.train.labels.end(), from) >= 25;
    }),
    fault("data.flip-label", "grey copies under the flipped label", [](PictureParts& p, Draw& d) { const auto k = static_cast<std::int32_t>(p.names.size()) / 2 * 2; copy(p, p.train, 30, d, [&](const Picture& x) { return grey(p, x); }, [k](std::int32_t v) { return v < k ? v ^ 1 : v; }); return true; }),
    fault("data.flip-label", "mirrored copies, a few under another label", [](PictureParts& p, Draw& d) { const auto k = static_cast<std::int32_t>(p.names.size()); int i = 0; copy(p, p.train, 60, d, [&](const Picture& x) { return mirror(p, x); }, [&, k](std::int32_t v) { return i++ % 6 ? v : (v + 1) % k; }); return true; }),
    fault("data.scale", "0 to 255 in the test part alone", [](PictureParts& p, Draw&) { return p.floats = true; }),
    fault("data.scale", "floating-point pixels from 0 to 255", [](PictureParts& p, Draw&) { return p.as_numbers = true; }),
    fault("data.label-name-swap", "two classes change places in the test part", [](PictureParts& p, Draw&) { for (std::int32_t& k : p.other.labels) k = k < 2 ? 1 - k : k; return true; }),
    fault("data.few", "five pictures of one class", [](PictureParts& p, Draw&) { Album kept; int seen = 0; for (std::size_t i = 0; i < p.train.labels.size(); ++i) if (p.train.labels[i] != 0 || ++seen <= 5) kept.pixels.push_back(p.train.pixels[i]), kept.labels.push_back(p.train.labels[i]); p.train = kept; return seen > 5; }),
  };
}

std::vector<Sound> picture_runs() {
  const auto run = [](bool two) {
    return [two](const Source& source, std::uint64_t seed) -> Findings {
      if (source.is_table()) return std::nullopt;
      Draw draw(seed);
      PictureParts p = apart(source, draw);
      if (!two) p.other = {};
      return look(p);
    };
  };
  return {{"pictures in two parts", run(true)}, {"pictures in one part", run(false)}};
}

}  // namespace candor::bench
