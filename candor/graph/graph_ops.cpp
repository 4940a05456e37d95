#include "candor/graph/graph_ops.h"

#include "candor/graph/immediate.h"
#include "candor/ops/families.h"
#include "candor/ops/op.h"

namespace candor {

void register_graph_ops() {
  detail::install_graph_dispatcher();
  Op stop{.name = "stop_gradient", .infer = [](std::span<const TensorType> in, const Attrs&) { return std::vector<TensorType>{in[0]}; }};
  stop.alias = true;
  register_op(stop);
  register_fused_ops();
  register_by_images();
  register_take_scaled();
  register_pooled_conv();
  register_loss_with_gradient();
  register_control_ops();
  register_recurrent();
  register_recurrent_layer();
  register_custom_gradient();
}

}  // namespace candor
