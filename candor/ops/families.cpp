#include "candor/ops/families.h"

namespace candor {

void register_all_families() {
  register_graph_ops();}

}  // namespace candor
