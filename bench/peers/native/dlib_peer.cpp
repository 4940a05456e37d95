// dlib: its networks are types, so each case that it can say stands here as one.
#include <dlib/dnn.h>
#include <dlib/revision.h>

#include "bench/peers/native/case_folder.h"

namespace {

using candor::bench::native::Case;
using Row = dlib::matrix<float>;

template <class Below> using classes = dlib::loss_multiclass_log<Below>;
template <int filters, int side, class Below>  // VALID
using valid = dlib::add_layer<dlib::con_<filters, side, side, 1, 1, 0, 0>, Below>;

using Mlp = classes<dlib::fc<10, dlib::relu<dlib::fc<64, dlib::relu<dlib::fc<128, dlib::input<Row>>>>>>>;
using MlpBig = classes<dlib::fc<10, dlib::relu<dlib::fc<256, dlib::relu<dlib::fc<512, dlib::input<Row>>>>>>>;
using Tiny = classes<dlib::fc<4, dlib::relu<dlib::fc<16, dlib::relu<dlib::fc<32, dlib::input<Row>>>>>>>;
using LeNet = classes<dlib::fc<10, dlib::relu<dlib::fc<84, dlib::relu<dlib::fc<120, dlib::max_pool<2, 2, 2, 2, dlib::relu<valid<16, 5,
              dlib::max_pool<2, 2, 2, 2, dlib::relu<dlib::con<6, 5, 5, 1, 1, dlib::input<Row>>>>>>>>>>>>>;
using Cnn = classes<dlib::fc<10, dlib::relu<dlib::fc<128, dlib::max_pool<2, 2, 2, 2, dlib::relu<valid<64, 3, dlib::relu<valid<32, 3, dlib::input<Row>>>>>>>>>>;

// A kernel of Keras's layout in dlib's order of axes, its bias behind it.
std::vector<float> parameters_of(const Case& c, std::size_t layer, const std::vector<std::int64_t>& before) {
  const auto& shape = c.shapes[2 * layer];
  const auto& kernel = c.weights[2 * layer];
  const auto& bias = c.weights[2 * layer + 1];
  std::vector<float> result;
  result.reserve(kernel.size() + bias.size());
  if (shape.size() == 4) {  // (h, w, in, out) to (out, in, h, w)
    for (std::int64_t k = 0; k < shape[3]; ++k)
      for (std::int64_t i = 0; i < shape[2]; ++i)
        for (std::int64_t p = 0; p < shape[0] * shape[1]; ++p) result.push_back(kernel[static_cast<std::size_t>((p * shape[2] + i) * shape[3] + k)]);
  } else if (before.size() == 3) {  // rows in (h, w, c) order to (c, h, w)
    for (std::int64_t i = 0; i < before[2]; ++i)
      for (std::int64_t p = 0; p < before[0] * before[1]; ++p)
        for (std::int64_t k = 0; k < shape[1]; ++k) result.push_back(kernel[static_cast<std::size_t>((p * before[2] + i) * shape[1] + k)]);
  } else {
    result = kernel;
  }
  result.insert(result.end(), bias.begin(), bias.end());
  return result;
}

// The parameters of the case's layers from the first on.
std::vector<std::vector<float>> all_parameters(const Case& c) {
  std::vector<std::vector<float>> result;
  std::vector<std::int64_t> shape = c.features;
  for (const auto& layer : c.layers) {
    if (layer.max_pool) {
      shape = {shape[0] / layer.max_pool, shape[1] / layer.max_pool, shape[2]};
      continue;
    }
    if (layer.dense && !c.layers.front().conv) shape = {c.row_size()};
    result.push_back(parameters_of(c, result.size(), shape));
    const std::int64_t lost = layer.same ? 0 : layer.kernel - 1;
    shape = layer.conv ? std::vector<std::int64_t>{shape[0] - lost, shape[1] - lost, layer.conv} : std::vector<std::int64_t>{layer.dense};
  }
  return result;
}

template <class Net>
void run_as(const Case& c) {
  Net net;
  const bool images = c.layers.front().conv != 0;
  std::vector<Row> rows(static_cast<std::size_t>(c.rows()));
  for (std::int64_t r = 0; r < c.rows(); ++r) {
    Row& row = rows[static_cast<std::size_t>(r)];
    row.set_size(images ? c.features[0] : c.row_size(), images ? c.features[1] : 1);
    std::copy_n(c.x.data() + r * c.row_size(), c.row_size(), row.begin());
  }
  const std::vector<unsigned long> labels(c.y.begin(), c.y.end());
  dlib::resizable_tensor batch;
  std::vector<Row> chosen(static_cast<std::size_t>(c.batch));
  std::vector<unsigned long> truth(static_cast<std::size_t>(c.batch));
  std::int64_t at = 0;
  const auto next = [&] {
    const auto* order = c.order.data() + at++ % c.batches() * c.batch;
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      chosen[k] = rows[static_cast<std::size_t>(order[k])];
      truth[k] = labels[static_cast<std::size_t>(order[k])];
    }
    net.to_tensor(chosen.begin(), chosen.end(), batch);
  };
  // dlib makes a layer's parameters when it first sees an input; then they are replaced by the case's.
  net.to_tensor(rows.begin(), rows.begin() + c.batch, batch);
  net.subnet().forward(batch);
  const auto given = all_parameters(c);
  std::size_t left = given.size();
  dlib::visit_layer_parameters(net, [&](std::size_t, dlib::tensor& parameters) {
    if (parameters.size() == 0) return;
    if (left == 0 || parameters.size() != given[left - 1].size()) throw std::runtime_error("dlib: a layer has " + std::to_string(parameters.size()) + " parameters, the case others");
    std::copy(given[left - 1].begin(), given[left - 1].end(), parameters.host_write_only());
    --left;
  });
  std::vector<dlib::adam> solvers(Net::num_computational_layers, dlib::adam(0, 0.9f, 0.999f));
  const auto step = [&] {
    next();
    const double loss = net.compute_parameter_gradients(batch, truth.begin());
    net.update_parameters(dlib::make_sstack(solvers), 1e-3);
    return loss;
  };
  std::vector<double> parity;
  for (std::int64_t i = 0; i < c.checked; ++i) parity.push_back(step());
  serve("dlib", std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION), c, parity, [&] {
    for (std::int64_t i = 0; i < c.steps; ++i) step();
  });
}

void run(int argc, char** argv) {
  const Case c = candor::bench::native::read_case(argc, argv);
  if (!c.train) throw std::runtime_error("dlib: only the training cases");
  if (c.name == "mlp128" || c.name == "mlp32") run_as<Mlp>(c);
  else if (c.name == "mlp_big") run_as<MlpBig>(c);
  else if (c.name == "tiny_train") run_as<Tiny>(c);
  else if (c.name == "lenet") run_as<LeNet>(c);
  else if (c.name == "cnn") run_as<Cnn>(c);
  else throw std::runtime_error("dlib: no network for " + c.name);
}

}  // namespace

int main(int argc, char** argv) {
  return candor::bench::native::peer_main([&] { run(argc, argv); });
}
