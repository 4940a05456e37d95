#include "bench/inputs.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include <nlohmann/json.hpp>

#include "bench/chargpt.h"
#include "bench/recurrent.h"
#include "bench/transformer.h"
#include "bench/vision.h"
#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/gzip.h"

namespace candor::bench {
namespace {

std::uint64_t splitmix64(std::uint64_t x) {
  std::uint64_t z = x + 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// The bytes behind an IDX file's header.
std::string idx(const std::string& name, std::size_t header) {
  const char* folder = std::getenv("CANDOR_DATA");
  if (!folder) fail(ErrorKind::not_found, "bench: MNIST is needed: set CANDOR_DATA to the folder that holds mnist/");
  const MappedFile file(std::string(folder) + "/mnist/" + name);
  return gunzip(file.bytes(), std::size_t{1} << 28, name).substr(header);
}

// The first `rows` pictures; 0: all.
void mnist(Inputs& in, std::int64_t rows) {
  const std::string pixels = idx("train-images-idx3-ubyte.gz", 16);
  std::string labels = idx("train-labels-idx1-ubyte.gz", 8);
  if (rows > 0) labels.resize(std::min(labels.size(), static_cast<std::size_t>(rows)));
  const auto n = static_cast<std::int64_t>(labels.size());
  in.x = Tensor::empty({n, 28, 28, 1}, DType::u8);
  std::memcpy(in.x.raw(), pixels.data(), in.x.type().bytes());
  std::vector<std::int32_t> y(labels.size());
  std::transform(labels.begin(), labels.end(), y.begin(), [](char c) { return static_cast<unsigned char>(c); });
  in.y = Tensor::from(y);
}

// Points in [-1, 1)^k; the class is the sign of the first feature and of the product of the next two, of two classes whether these differ.
void points(Inputs& in, std::int64_t rows, std::int64_t features, bool binary) {
  std::vector<float> x(static_cast<std::size_t>(rows * features));
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<float>(2 * uniform_at(9, k) - 1);
  std::vector<std::int32_t> y;
  for (std::int64_t i = 0; i < rows; ++i) {
    const float* row = x.data() + i * features;
    const bool first = row[0] > 0, second = row[1] * row[2] > 0;
    y.push_back(binary ? first != second : first + 2 * second);
  }
  in.x = Tensor::from(x, {rows, features});
  in.y = Tensor::from(y);
}

// Glorot's limits, as the fixtures have them.
std::vector<Tensor> weights(const Case& c) {
  std::vector<Tensor> result;
  std::uint64_t seed = c.seed;
  for (const Shape& shape : weight_shapes(c)) {
    Tensor t = Tensor::zeros(shape);
    if (shape.rank() > 1) {
      const std::int64_t out = shape[shape.rank() - 1], in = shape[shape.rank() - 2], window = shape.size() / (in * out);
      const double limit = std::sqrt(6.0 / static_cast<double>(window * (in + out)));
      float* w = t.mutable_data<float>();
      for (std::int64_t k = 0; k < shape.size(); ++k) w[k] = static_cast<float>(limit * (2 * uniform_at(seed, static_cast<std::uint64_t>(k)) - 1));
      seed += 2;
    }
    result.push_back(t);
  }
  return result;
}

std::span<const std::byte> bytes_of(const Tensor& t) { return {static_cast<const std::byte*>(t.raw()), t.type().bytes()}; }

}  // namespace

double uniform_at(std::uint64_t seed, std::uint64_t k) {
  return static_cast<double>(splitmix64((seed << 32) + k) >> 11) * 0x1p-53;
}

Inputs make_inputs(const Case& c) {
  if (!c.gpt.form.empty()) return transformer_inputs(c);
  if (c.gpt.width) return chargpt_inputs(c);
  if (c.recurrent.units) return recurrent_inputs(c);
  if (!c.vision.net.empty()) return vision_inputs(c);
  Inputs in;
  if (c.data == "mnist") mnist(in, c.rows);
  else points(in, c.rows ? c.rows : c.data == "tiny" ? 4096 : c.data == "points" ? c.steps * c.batch : 64, c.features.size(), c.binary());
  if (c.data == "points" && c.features.rank() > 1) in.x = in.x.view_reshape(c.features.inserted(0, in.x.shape(0)));
  in.order.resize(static_cast<std::size_t>(in.x.shape(0)));
  std::iota(in.order.begin(), in.order.end(), 0);
  const auto key = [](std::int32_t k) { return splitmix64((std::uint64_t{1} << 32) + static_cast<std::uint64_t>(k)); };
  std::sort(in.order.begin(), in.order.end(), [&](std::int32_t a, std::int32_t b) { return key(a) < key(b); });
  in.weights = weights(c);
  return in;
}

WeightReader::WeightReader(const Inputs& in) : in_(in) {
  if (!in.weights_file.empty()) file_.open(in.weights_file, std::ios::binary);
}

void WeightReader::next_into(const Tensor& storage) {
  if (in_.weights_file.empty()) storage.copy_from(in_.weights.at(at_++));
  else if (!file_.read(static_cast<char*>(storage.raw()), static_cast<std::streamsize>(storage.type().bytes()))) fail(ErrorKind::io, "bench: " + in_.weights_file + " ends too early");
}

Tensor scaled(const Tensor& x) {
  if (x.dtype() != DType::u8) return x;
  Tensor result = Tensor::empty(x.shape());
  const std::uint8_t* from = x.data<std::uint8_t>();
  std::transform(from, from + x.size(), result.mutable_data<float>(), [](std::uint8_t v) { return static_cast<float>(v) / 255.0f; });
  return result;
}

void write_folder(const Case& c, const Inputs& in, const std::string& folder) {
  make_folders(folder);
  write_atomically(folder + (in.x.dtype() == DType::i32 ? "/x.i32" : "/x.f32"), bytes_of(scaled(in.x)));
  write_atomically(folder + "/y.i32", bytes_of(in.y));
  write_atomically(folder + "/order.i32", std::as_bytes(std::span(in.order)));
  std::string weights;
  nlohmann::json shapes = nlohmann::json::array(), layers = nlohmann::json::array();
  for (const Tensor& w : in.weights) {
    weights.append(static_cast<const char*>(w.raw()), w.type().bytes());
    shapes.push_back(w.shape().to_vector());
  }
  write_atomically(folder + "/weights.f32", weights);
  for (const auto& layer : c.layers) {
    nlohmann::json j;
    if (layer.kind == LayerSpec::Kind::max_pool) j["max_pool"] = layer.size;
    else if (layer.kind == LayerSpec::Kind::dense) j["dense"] = layer.size;
    else j = {{"conv", layer.size}, {"kernel", layer.kernel}, {"padding", layer.same ? "same" : "valid"}};
    if (layer.relu || layer.tanh) j["activation"] = layer.relu ? "relu" : "tanh";
    layers.push_back(j);
  }
  nlohmann::json spec = {{"name", c.name},   {"kind", c.kind},   {"layers", layers},       {"batch", c.batch},    {"checked", c.checked},
                               {"steps", c.steps}, {"calls", c.calls}, {"weights", shapes}, {"features", c.features.to_vector()}};
  if (const RecurrentSpec& r = c.recurrent; r.units)
    spec["recurrent"] = {{"cell", r.cell}, {"both", r.both}, {"units", r.units}, {"time", r.time}, {"inputs", r.inputs}, {"outputs", r.outputs}, {"vocabulary", r.vocabulary}};
  if (!c.vision.net.empty()) spec["vision"] = {{"net", c.vision.net}, {"classes", c.vision.classes}, {"small", c.vision.small}};
  if (c.gpt.width)
    spec["gpt"] = {{"form", c.gpt.form}, {"blocks", c.gpt.blocks}, {"width", c.gpt.width}, {"inner", c.gpt.inner}, {"heads", c.gpt.heads}, {"context", c.gpt.context}, {"vocabulary", c.gpt.vocabulary}, {"prompt", c.gpt.prompt}};
  write_atomically(folder + "/case.json", spec.dump());
}

}  // namespace candor::bench
