// libtorch, PyTorch's C++ library, eager. Images in channels-last memory.
#include <torch/torch.h>

#include "bench/peers/native/case_folder.h"

namespace {

namespace nn = torch::nn;
using candor::bench::native::Case;

// The weights of layer `i`, in torch's order of axes.
void set(nn::Linear& linear, const Case& c, std::size_t i, const std::vector<std::int64_t>& before) {
  auto kernel = torch::tensor(c.weights[2 * i]).reshape({-1, c.shapes[2 * i].back()});
  if (before.size() == 3)  // rows are in (h, w, c) order, torch flattens to (c, h, w)
    kernel = kernel.reshape({before[0], before[1], before[2], -1}).permute({2, 0, 1, 3}).reshape({-1, c.shapes[2 * i].back()});
  linear->weight.set_data(kernel.t().contiguous());
  linear->bias.set_data(torch::tensor(c.weights[2 * i + 1]));
}

void set(nn::Conv2d& conv, const Case& c, std::size_t i) {
  conv->weight.set_data(torch::tensor(c.weights[2 * i]).reshape(c.shapes[2 * i]).permute({3, 2, 0, 1}).contiguous());
  conv->bias.set_data(torch::tensor(c.weights[2 * i + 1]));
}

bool has_images(const Case& c) {
  for (const auto& layer : c.layers)
    if (layer.conv) return true;
  return false;
}

nn::Sequential network(const Case& c) {
  nn::Sequential net;
  std::vector<std::int64_t> shape = has_images(c) ? c.features : std::vector<std::int64_t>{c.row_size()};
  std::size_t i = 0;
  for (const auto& layer : c.layers) {
    if (layer.max_pool) {
      net->push_back(nn::MaxPool2d(layer.max_pool));
      shape = {shape[0] / layer.max_pool, shape[1] / layer.max_pool, shape[2]};
      continue;
    }
    if (layer.conv) {
      nn::Conv2d conv(nn::Conv2dOptions(shape[2], layer.conv, layer.kernel).padding(layer.same ? layer.kernel / 2 : 0));
      set(conv, c, i++);
      const std::int64_t lost = layer.same ? 0 : layer.kernel - 1;
      shape = {shape[0] - lost, shape[1] - lost, layer.conv};
      net->push_back(conv);
    } else {
      if (shape.size() == 3) net->push_back(nn::Flatten());
      nn::Linear linear(c.shapes[2 * i][0], layer.dense);
      set(linear, c, i++, shape);
      shape = {layer.dense};
      net->push_back(linear);
    }
    if (layer.activation == "relu") net->push_back(nn::ReLU());
    else if (layer.activation == "tanh") net->push_back(nn::Tanh());
  }
  return net;
}

void run(int argc, char** argv) {
  Case c = candor::bench::native::read_case(argc, argv);
  torch::set_num_threads(c.threads);
  auto net = network(c);
  const bool images = has_images(c), binary = c.layers.back().dense == 1;
  torch::Tensor x = torch::from_blob(c.x.data(), {c.rows(), c.row_size()});
  if (images) {
    x = x.reshape({c.rows(), c.features[0], c.features[1], c.features[2]}).permute({0, 3, 1, 2});
    for (auto& parameter : net->parameters())
      if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  std::vector<double> parity;
  if (!c.train) {
    torch::InferenceMode only;
    net->eval();
    std::vector<torch::Tensor> rows;
    for (std::int64_t i = 0; i < c.checked; ++i) {
      rows.push_back(x.slice(0, i * c.batch, (i + 1) * c.batch).clone());
      const auto out = net->forward(rows.back()).contiguous();
      parity.insert(parity.end(), out.data_ptr<float>(), out.data_ptr<float>() + out.numel());
    }
    return serve("libtorch", TORCH_VERSION, c, parity, [&] {
      for (std::int64_t k = 0; k < c.calls; ++k) net->forward(rows[0]);
    });
  }
  torch::Tensor y = torch::tensor(c.y, torch::kInt64);
  if (binary) y = y.to(torch::kFloat32).unsqueeze(1);
  const torch::Tensor order = torch::tensor(c.order, torch::kInt64);
  torch::optim::Adam adam(net->parameters(), torch::optim::AdamOptions(1e-3));
  std::int64_t at = 0;
  const auto step = [&] {
    const auto rows = order.slice(0, at % c.batches() * c.batch, (at % c.batches() + 1) * c.batch);
    ++at;
    adam.zero_grad();
    const auto out = net->forward(x.index_select(0, rows));
    const auto truth = y.index_select(0, rows);
    const auto loss = binary ? torch::binary_cross_entropy_with_logits(out, truth) : torch::cross_entropy_loss(out, truth);
    loss.backward();
    adam.step();
    return loss;
  };
  for (std::int64_t i = 0; i < c.checked; ++i) parity.push_back(step().item<double>());
  serve("libtorch", TORCH_VERSION, c, parity, [&] {
    for (std::int64_t i = 0; i < c.steps; ++i) step();
  });
}

}  // namespace

int main(int argc, char** argv) {
  return candor::bench::native::peer_main([&] { run(argc, argv); });
}
