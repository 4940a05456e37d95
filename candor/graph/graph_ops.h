// Ops that need graphs: fused rows, stop_gradient, custom_gradient, loops. Internal; registered with the families of ops/.
#pragma once

namespace candor {

void register_fused_ops();
void register_by_images();
void register_take_scaled();
void register_pooled_conv();
void register_loss_with_gradient();
void register_control_ops();
void register_recurrent();
void register_recurrent_layer();
void register_custom_gradient();

}  // namespace candor
