#include <algorithm>
#include <cmath>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/cli/explain.h"
#include "candor/data/encode_png.h"
#include "candor/explain/attribution.h"
#include "candor/explain/heat.h"

namespace candor::cli {
namespace {

namespace ex = candor::explain;

// A map [rows, columns] of the parts of a picture, with the share of it that lies in each of nine fields.
struct Map {
  std::string name, what;
  std::int64_t rows = 0, columns = 0;
  std::vector<double> values;
};

// Sum of absolute values over the channels.
std::vector<double> over_channels(const Tensor& gradient) {
  const std::vector<double> g = gradient.to_vector<double>();
  const auto channels = static_cast<std::size_t>(gradient.shape(3));
  std::vector<double> sums(g.size() / channels);
  for (std::size_t i = 0; i < g.size(); ++i) sums[i / channels] += std::abs(g[i]);
  return sums;
}

// Where most of it lies, in words: the ninth of the picture with the largest mean.
std::string place(const Map& map) {
  const char* const names[] = {"top left", "top", "top right", "left", "centre", "right", "bottom left", "bottom", "bottom right"};
  double sums[9] = {}, counts[9] = {};
  for (std::int64_t r = 0; r < map.rows; ++r) {
    for (std::int64_t c = 0; c < map.columns; ++c) {
      const auto field = static_cast<std::size_t>(r * 3 / map.rows * 3 + c * 3 / map.columns);
      sums[field] += std::max(0., map.values[static_cast<std::size_t>(r * map.columns + c)]);
      ++counts[field];
    }
  }
  std::size_t best = 4;
  for (std::size_t k = 0; k < 9; ++k) if (counts[k] > 0 && sums[k] / counts[k] > sums[best] / std::max(1., counts[best])) best = k;
  return names[best];
}

}  // namespace

int explain_picture(const ExplainOptions& o, const formats::ModelFile& file, const Common& common) {
  if (o.row.empty()) bad_option("PICTURE", "the model answers for pictures: name one");
  DataOptions source = o.data;
  source.data = o.row;
  const data::Dataset set = load_for_model(source, file, false, common.seed);
  if (set.rows() != 1) bad_option("PICTURE", o.row + " holds " + with_thousands(set.rows()) + " pictures, and one is wanted");
  const Tensor x = set.features.to(DType::f32);
  const std::vector<double> answer = answers(file, set).to_vector<double>();
  std::int64_t output = file.task == "classification" ? std::max_element(answer.begin(), answer.end()) - answer.begin() : 0;
  if (!o.want.empty() && file.task == "classification") {
    const auto found = std::find(file.class_names.begin(), file.class_names.end(), o.want);
    if (found == file.class_names.end()) bad_option("--want", "no class " + candor::quoted(o.want) + did_you_mean(o.want, file.class_names) + "; there are " + name_list(file.class_names));
    output = found - file.class_names.begin();
  }
  const ex::Network network = [&file](const Tensor& in) { return file.model(in); };
  const std::int64_t height = x.shape(1), width = x.shape(2), size = o.size > 0 ? std::min({o.size, height, width}) : std::clamp<std::int64_t>(std::min(height, width) / 8, 1, 64);
  std::vector<Map> maps;
  const ex::SmoothGradient smooth = ex::smooth_gradient(network, x, output, ex::smoothing_noise(x, 32, .1, common.seed));
  maps.push_back({"gradient", "pixels whose change moves the answer most (SmoothGrad, 32 draws)", height, width, over_channels(smooth.mean)});
  const std::int64_t stride = std::max<std::int64_t>(1, size / 2);
  const std::vector<double> pixels = x.to_vector<double>();
  double mean = 0;
  for (const double v : pixels) mean += v / static_cast<double>(pixels.size());
  const Tensor covered = ex::occlusion(network, x, output, {.size = size, .stride = stride, .fill = mean});
  maps.push_back({"occlusion", "how much the answer falls when a square of " + std::to_string(size) + " pixels is covered", covered.shape(0), covered.shape(1), covered.to_vector<double>()});
  if (const auto [body, head] = ex::split_at_features(file.model); body) {
    const ex::ClassActivation activation = ex::class_activation(body, head, x, output);
    maps.push_back({"grad-cam", "the last features with a place (Grad-CAM)", activation.map.shape(0), activation.map.shape(1), activation.map.to_vector<double>()});
  }
  data::Image picture{height, width, static_cast<int>(x.shape(3)), {}};
  for (const double v : pixels) picture.pixels.push_back(static_cast<std::uint8_t>(std::clamp(v, 0., 255.)));
  std::vector<data::Image> drawn{ex::heat_overlay(data::with_channels(picture, 3), std::vector<double>(1), 1, 1)};
  for (const Map& map : maps) drawn.push_back(ex::heat_overlay(picture, map.values, map.rows, map.columns));
  const std::string path = o.out.empty() ? "explained.png" : o.out;
  write_atomically(path, data::encode_png(ex::side_by_side(drawn)));
  const std::string word = file.task == "classification" ? file.class_names[static_cast<std::size_t>(output)] : "prediction";
  if (common.json) {
    Json list = Json::array();
    for (const Map& map : maps) list.push_back({{"name", map.name}, {"what", map.what}, {"rows", map.rows}, {"columns", map.columns}, {"most", place(map)}, {"values", map.values}});
    print_json({{"model", o.model}, {"picture", o.row}, {"prediction", word}, {"answer", answer}, {"maps", list}, {"out", path}});
    return 0;
  }
  std::printf("answer: %s\n\n", file.task == "classification" ? (word + " (" + short_number(answer[static_cast<std::size_t>(output)]) + ")").c_str() : short_number(answer[0]).c_str());
  for (const Map& map : maps) std::printf("%-10s %s; most at the %s\n", map.name.c_str(), map.what.c_str(), place(map).c_str());
  std::printf("\n%s: the picture, then", path.c_str());
  for (std::size_t k = 0; k < maps.size(); ++k) std::printf("%s %s", k ? "," : "", maps[k].name.c_str());
  std::printf(" (red: speaks for %s, blue: against)\n", word.c_str());
  return 0;
}

}  // namespace candor::cli
